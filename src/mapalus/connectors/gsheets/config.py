"""What a sheet takes, and which address gives it as CSV."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

from mapalus.engine.errors import Invalid
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.options import Settings
from mapalus.engine.text import Label, _

__all__ = ["OPTIONS", "address"]

_HOST = "https://docs.google.com"
_ID = re.compile(r"[A-Za-z0-9_-]{20,120}\Z")

OPTIONS = (
    Option(
        "sheet",
        Label("Tautan lembar", "Link of the sheet"),
        is_required=True,
        is_opaque=True,
        help=Label(
            "Tautan dari bilah alamat, dari tombol Bagikan, atau dari Publikasikan ke web.",
            "The link from the address bar, from Share, or from Publish to the web.",
        ),
        example="https://docs.google.com/spreadsheets/d/1AbC.../edit#gid=0",
    ),
    Option(
        "tab",
        Label("Nomor tab (gid)", "Number of the tab (gid)"),
        help=Label("Bila kosong, yang tertulis di tautan; jika tidak ada, tab pertama.",
                   "If empty, that of the link; without one, the first tab."),
        example="0",
    ),
    Option(
        "server",
        Label("Server", "Server"),
        OptionKind.ADDRESS,
        default=_HOST,
        help=Label("Hanya bila lewat gerbang sendiri.", "Only for a gateway of your own."),
    ),
)  # fmt: skip


def address(settings: Settings) -> str:
    """The address that answers in CSV. Raises `Invalid` for a link that names no sheet."""
    said, tab = settings.text("sheet"), settings.text("tab")
    parts = urlsplit(said) if "://" in said else None
    if parts is not None and (parts.hostname or "") != "docs.google.com":
        raise Invalid(fields={"sheet": _("This is no link to a sheet on docs.google.com.")})
    if tab and not tab.isdecimal():
        raise Invalid(fields={"tab": _("The number of a tab stands behind gid= in the link.")})
    steps = parts.path.strip("/").split("/") if parts else ["spreadsheets", "d", said]
    if "d" in steps:
        steps = steps[steps.index("d") + 1 :]
    if parts is not None and not tab:
        given = {**parse_qs(parts.query), **parse_qs(parts.fragment)}.get("gid", [""])[0]
        tab = given if given.isdecimal() else ""
    is_published = steps[:1] == ["e"]
    sheet = (steps[1:2] if is_published else steps[:1]) or [""]
    if not _ID.match(sheet[0]):
        raise Invalid(fields={"sheet": _("This link names no sheet.")})
    host = settings.text("server").rstrip("/")
    if is_published:
        return f"{host}/spreadsheets/d/e/{sheet[0]}/pub?output=csv" + (f"&gid={tab}&single=true" if tab else "")
    return f"{host}/spreadsheets/d/{sheet[0]}/export?format=csv" + (f"&gid={tab}" if tab else "")
