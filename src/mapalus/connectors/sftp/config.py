"""What a server of files takes."""

from __future__ import annotations

from mapalus.engine.harvest import choosing
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.text import Label

__all__ = ["OPTIONS"]

OPTIONS = (
    Option("host", Label("Alamat server", "Server"), is_required=True, example="sftp.bpkad.sulutprov.go.id"),
    Option("port", Label("Porta", "Port"), OptionKind.NUMBER, default=22),
    Option(
        "fingerprint",
        Label("Sidik jari kunci server", "Fingerprint of the server's key"),
        is_required=True,
        is_opaque=True,
        help=Label(
            "Diperoleh dari pengelola server: ssh-keygen -lf pada kunci server.",
            "From the keeper of the server: ssh-keygen -lf of the host key.",
        ),
        example="SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8",
    ),
    Option("user", Label("Nama pengguna", "User"), is_required=True),
    Option("password", Label("Nama rahasia: kata sandi", "Name of the secret: password"), OptionKind.SECRET),
    Option(
        "key",
        Label("Nama rahasia: kunci pribadi", "Name of the secret: private key"),
        OptionKind.SECRET,
        help=Label(
            "Isi berkas kunci, termasuk baris BEGIN dan END.", "The content of the key file, from BEGIN to END."
        ),
    ),
    Option("folder", Label("Folder di server", "Folder on the server"), default=".", example="/ekspor/sekolah"),
    *choosing.OPTIONS,
    Option(
        "quiet",
        Label("Detik tanpa perubahan", "Seconds without a change"),
        OptionKind.NUMBER,
        default=5,
        help=Label(
            "Berkas yang masih tumbuh dalam waktu ini belum diambil.",
            "A file that still grows in this time is not taken yet.",
        ),
    ),
)
