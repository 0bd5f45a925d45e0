"""What a database source takes."""

from __future__ import annotations

from dataclasses import dataclass

from mapalus.engine.errors import Invalid
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.options import Settings as Fitted
from mapalus.engine.text import Label, _

__all__ = ["OPTIONS", "PORTS", "Settings"]

PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}
_KINDS = ("postgresql", "mysql", "mssql", "sqlite")

OPTIONS = (
    Option("kind", Label("Jenis basis data", "Kind of database"), OptionKind.CHOICE, is_required=True, choices=_KINDS),
    Option("host", Label("Alamat server", "Server"), example="10.1.2.3"),
    Option("port", Label("Porta", "Port"), OptionKind.NUMBER),
    Option("database", Label("Nama basis data", "Database"), is_required=True,
           help=Label("SQLite: nama berkas di folder setoran.", "SQLite: the file's name in the drop folder.")),
    Option("user", Label("Nama pengguna", "User"),
           help=Label("Pakailah akun yang hanya boleh membaca.", "Use an account that may only read.")),
    Option("password", Label("Kata sandi", "Password"), OptionKind.SECRET),
    Option("encryption", Label("Sambungan tersandi", "Encryption"), OptionKind.CHOICE, default="prefer",
           choices=("prefer", "require", "verify", "off")),
    Option("schema", Label("Skema", "Schema"), example="public"),
    Option("table", Label("Tabel atau tampilan", "Table or view")),
    Option("query", Label("Perintah SELECT", "SELECT statement"),
           help=Label("Pengganti tabel: satu perintah SELECT.", "Instead of a table: one SELECT statement.")),
    Option("key", Label("Kolom kunci", "Key columns"), OptionKind.LIST,
           help=Label("Bila kosong: kunci utama tabel.", "If empty: the table's primary key.")),
    Option("since", Label("Kolom perubahan", "Column of changes"),
           help=Label("Waktu atau nomor yang naik pada setiap perubahan baris; bila diisi, hanya baris yang berubah "
                      "yang diambil.", "A time or number that grows with each change; then only changes are read.")),
    Option("overlap", Label("Tumpang tindih", "Overlap"), OptionKind.NUMBER, default=60,
           help=Label("Detik (atau satuan, untuk nomor) yang dibaca ulang, agar transaksi yang terlambat tidak hilang.",
                      "Seconds (or units of a number) that are read again, so that late transactions are not lost.")),
    Option("deletions", Label("Baris yang dihapus", "Deleted rows"), OptionKind.CHOICE, default="none",
           choices=("none", "keys", "column"),
           help=Label("keys: semua kunci dibandingkan; column: ada kolom penanda hapus.",
                      "keys: all keys are compared; column: a column marks deleted rows.")),
    Option("deleted_column", Label("Kolom penanda hapus", "Column that marks deleted rows")),
    Option("binary", Label("Kolom biner", "Binary columns"), OptionKind.CHOICE, default="refuse",
           choices=("refuse", "hex", "skip")),
    Option("timeout", Label("Batas waktu perintah (detik)", "Statement timeout (seconds)"), OptionKind.NUMBER,
           default=600),
)  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """The options, read."""

    kind: str
    database: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""  # the name of the secret
    encryption: str = "prefer"
    schema: str = ""
    table: str = ""
    query: str = ""
    key: tuple[str, ...] = ()
    since: str = ""
    overlap: int = 60
    deletions: str = "none"
    deleted_column: str = ""
    binary: str = "refuse"
    timeout: int = 600

    @classmethod
    def of(cls, fitted: Fitted, *, for_shelf: bool = False) -> Settings:
        """Raises `Invalid`, one sentence per option that does not go with the others."""
        values = {
            option.name: fitted.texts(option.name) if option.kind is OptionKind.LIST
            else fitted.number(option.name) if option.kind is OptionKind.NUMBER else fitted.text(option.name)
            for option in OPTIONS
        }  # fmt: skip
        values["port"] = values["port"] or PORTS.get(str(values["kind"]), 0)
        settings = cls(**values)  # type: ignore[arg-type]
        if wrong := _misfits(settings, for_shelf=for_shelf):
            raise Invalid(_("The settings of the source do not fit."), fields=wrong)
        return settings


def _misfits(settings: Settings, *, for_shelf: bool) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if not settings.database:
        wrong["database"] = _("Name the database.")
    if settings.kind != "sqlite" and not settings.host:
        wrong["host"] = _("Name the server.")
    if not for_shelf and bool(settings.table) == bool(settings.query):
        wrong["table"] = _("Name either a table or a SELECT statement.")
    if settings.query and (problem := _not_one_select(settings.query)):
        wrong["query"] = problem
    if settings.query and settings.since and not settings.key:
        wrong["key"] = _("Name the key columns: changes find their rows by them.")
    if settings.deletions == "column" and not settings.deleted_column:
        wrong["deleted_column"] = _("Name the column that marks deleted rows.")
    if settings.overlap < 0:
        wrong["overlap"] = _("This must not be negative.")
    if not 1 <= settings.timeout <= 86_400:
        wrong["timeout"] = _("Between 1 and 86400 seconds.")
    return wrong


def _not_one_select(query: str) -> str:
    """Why the text is not one statement that reads, or nothing. The session is read-only as well."""
    from mapalus.connectors.sql.statement import bare

    plain = bare(query).strip().rstrip(";").strip()
    if ";" in plain:
        return _("Only one statement is possible.")
    if not plain[:7].casefold().startswith("select"):
        return _("The statement must begin with SELECT.")
    return ""
