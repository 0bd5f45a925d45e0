"""Files of a server over SSH."""

from mapalus.connectors.sftp.config import OPTIONS
from mapalus.connectors.sftp.source import opened
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.text import Label

__all__ = ["connector"]

connector = Declared(
    name="sftp",
    title=Label("Server berkas (SFTP)", "Server of files (SFTP)"),
    summary=Label(
        "Mengambil berkas dari server lewat SSH; yang diperlukan ialah alamat server, sidik jari kuncinya, nama "
        "pengguna, dan kata sandi atau kunci.",
        "Brings files from a server over SSH; one needs its address, the fingerprint of its key, a user, and a "
        "password or a key.",
    ),
    options=OPTIONS,
    opening=opened,
    shelving=opened,
)
