"""What an API takes: where its records are, how its pages follow one another, what tells new from known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.engine import exact_json
from mapalus.engine.errors import Invalid
from mapalus.engine.harvest import entering
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import Label, _
from mapalus.engine.web.auth import Auth
from mapalus.engine.web.granting import Grant

__all__ = ["OPTIONS", "Api", "read"]

_TEXT = OptionKind.TEXT
OPTIONS = (
    Option(
        "address",
        Label("Alamat API", "Address of the API"),
        OptionKind.ADDRESS,
        is_required=True,
        example="https://api.sulutprov.go.id/v1/puskesmas",
    ),
    Option("method", Label("Cara bertanya", "Method"), OptionKind.CHOICE, default="GET", choices=("GET", "POST")),
    Option(
        "params",
        Label("Parameter", "Parameters"),
        OptionKind.LIST,
        help=Label("Satu per baris, nama=nilai.", "One a line, name=value."),
        example="tahun=2026",
    ),
    Option(
        "headers",
        Label("Header", "Headers"),
        OptionKind.LIST,
        help=Label("Satu per baris, Nama: nilai; tanpa rahasia.", "One a line, Name: value; no secrets."),
    ),
    Option(
        "body",
        Label("Isi POST (JSON)", "Body of the POST (JSON)"),
        help=Label("Parameter halaman ditambahkan ke dalamnya.", "The parameters of paging are added to it."),
    ),
    Option(
        "records",
        Label("Letak catatan", "Where the records are"),
        help=Label(
            "Nama-nama berurutan dengan titik, misalnya data.items; kosong: jawabannya sendiri daftar.",
            "Names joined by dots, such as data.items; empty: the answer itself is the list.",
        ),
        example="data.items",
    ),
    Option(
        "columns",
        Label("Letak nama kolom", "Where the names of columns are"),
        help=Label("Bila tiap catatan berupa deretan nilai.", "Where each record is a row of values."),
    ),
    Option(
        "total",
        Label("Letak jumlah catatan", "Where the total is"),
        help=Label("Dibandingkan dengan yang datang.", "Compared with what came."),
        example="meta.total",
    ),
    Option(
        "paging",
        Label("Halaman bersambung dengan", "Pages follow by"),
        OptionKind.CHOICE,
        default="none",
        choices=("none", "page", "offset", "cursor", "link", "next"),
        help=Label(
            "page: nomor halaman; offset: mulai dari catatan ke-; cursor: penanda dari jawaban; link: header Link; "
            "next: alamat berikutnya di dalam jawaban.",
            "page: its number; offset: the record to begin at; cursor: a token in the answer; link: the header Link; "
            "next: the next address in the answer.",
        ),
    ),
    Option(
        "page_param",
        Label("Parameter halaman", "Parameter of the page"),
        help=Label("page, offset, atau cursor bila kosong.", "If empty: page, offset or cursor."),
    ),
    Option("size_param", Label("Parameter besar halaman", "Parameter of the page size"), example="per_page"),
    Option("size", Label("Catatan per halaman", "Records per page"), OptionKind.NUMBER, default=100),
    Option("first", Label("Nomor halaman pertama", "Number of the first page"), OptionKind.NUMBER, default=1),
    Option(
        "next_path",
        Label("Letak penanda atau alamat berikutnya", "Where the cursor or the next address is"),
        example="meta.next",
    ),
    Option(
        "since_param",
        Label("Parameter sejak", "Parameter of since"),
        help=Label(
            "Bila API dapat memberi hanya yang berubah sejak suatu waktu.",
            "If the API can give only what changed since a moment.",
        ),
        example="updated_after",
    ),
    Option(
        "since_path",
        Label("Letak waktu perubahan dalam catatan", "Where a record has its time of change"),
        example="updated_at",
    ),
    Option("key", Label("Kunci catatan", "Key of a record"), OptionKind.LIST, example="id"),
    Option(
        "deleted_path",
        Label("Tanda dihapus dalam catatan", "Mark of deletion in a record"),
        help=Label("Catatan dengan tanda ini dianggap dihapus.", "A record that has it is taken for deleted."),
        example="deleted_at",
    ),
    *entering.OPTIONS,
)


@dataclass(frozen=True)
class Api:
    """The settings, read."""

    address: str
    method: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None
    records: str
    columns: str
    total: str
    paging: str
    page_param: str
    size_param: str
    size: int
    first: int
    next_path: str
    since_param: str
    since_path: str
    key: tuple[str, ...]
    deleted_path: str
    auth: Auth | Grant | None


def read(settings: Settings) -> Api:
    """Raises `Invalid` where settings do not go together."""
    wrong: dict[str, str] = {}
    params = _pairs(settings.texts("params"), "=", "params", wrong)
    headers = _pairs(settings.texts("headers"), ":", "headers", wrong)
    if not all(entering.HEADER.fullmatch(name) and value.isprintable() for name, value in headers.items()):
        wrong["headers"] = _("This is no name of a header.")
    if any(name.lower() in ("authorization", "cookie", "host", "x-api-key") for name in headers):
        wrong["headers"] = _("A header that lets us in belongs to the name of a secret, not here.")
    paging = settings.text("paging")
    if paging in ("cursor", "next") and not settings.text("next_path"):
        wrong["next_path"] = _("Say where the answer tells what comes next.")
    if bool(settings.text("since_param")) != bool(settings.text("since_path")):
        wrong["since_path"] = _("The parameter of since and the time in a record belong together.")
    if (settings.text("since_param") or settings.text("deleted_path")) and not settings.texts("key"):
        wrong["key"] = _("Name the key: changes find their records by it.")
    if not 1 <= settings.number("size") <= 100_000:
        wrong["size"] = _("Between 1 and 100000 records.")
    body = _body(settings, wrong)
    if wrong:
        raise Invalid(_("The settings of the source do not fit."), fields=wrong)
    known = {name: settings.text(name) for name in _TEXTS}
    known["page_param"] = known["page_param"] or (paging if paging in ("page", "offset", "cursor") else "")
    return Api(
        **known, params=params, headers=headers, body=body, size=settings.number("size"),
        first=settings.number("first"), key=settings.texts("key"), auth=entering.entry(settings),
    )  # fmt: skip


_TEXTS = (
    "address", "method", "records", "columns", "total", "paging", "page_param", "size_param", "next_path",
    "since_param", "since_path", "deleted_path",
)  # fmt: skip


def _pairs(lines: tuple[str, ...], sign: str, field: str, wrong: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        name, mark, value = line.partition(sign)
        if not mark or not name.strip():
            wrong[field] = _("Each line has a name and a value.")
        found[name.strip()] = value.strip()
    return found


def _body(settings: Settings, wrong: dict[str, str]) -> Mapping[str, Any] | None:
    text = settings.text("body")
    if not text:
        return {} if settings.text("method") == "POST" else None
    try:
        body = exact_json.load(text)
    except ValueError:
        body = None
    if settings.text("method") != "POST" or not isinstance(body, dict):
        wrong["body"] = _("The body is an object in JSON, for POST only.")
        return None
    return body
