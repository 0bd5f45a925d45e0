"""What the demo says when it stands: the address, five tours of ten minutes, and as whom to enter."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mapalus.engine.text import _, translate

__all__ = ["SIGN_IN", "TOURS", "Tour", "announcement"]

SIGN_IN = "/akun/contoh/"  # one click, no password, only from this machine


@dataclass(frozen=True)
class Tour:
    """One guided tour: for whom, where it begins, and as whom (empty: nobody signs in)."""

    title: str
    path: str
    position: str
    first: str


TOURS = (
    Tour(_("Governor"), "/papan/gubernur/", "", _("ten figures with value, age and source")),
    Tour(_("Secretary"), SIGN_IN, _("Plh. Sekretaris Daerah"), _("two inboxes, who holds which post")),
    Tour(_("Walidata"), SIGN_IN, _("Kepala Bidang Statistik"), _("what is on time, late, returned, disputed")),
    Tour(_("Operator"), SIGN_IN, _("Epidemiolog Kesehatan, pengelola data"), _("hand in F08 and see the red cells")),
    Tour(_("Citizen"), "/", "", _("search, read, download; no account")),
)


def announcement(address: str, *, samples: Path) -> str:
    """The text for the terminal, in the language of the process."""
    lines = [
        "",
        translate(_("The sample province answers at %(address)s (end with Ctrl-C)")) % {"address": address},
        translate(_("Everything in it is sample data.")),
        "",
        translate(_("Five tours of ten minutes:")),
    ]
    for number, tour in enumerate(TOURS, start=1):
        who = f" ({translate(tour.position)})" if tour.position else ""
        lines.append(f"  {number}. {translate(tour.title)}: {translate(tour.first)}")
        lines.append(f"     {address}{tour.path}{who}")
    lines += [
        "",
        translate(_("Sample accounts, one click and no password: %(address)s")) % {"address": address + SIGN_IN},
        translate(_("Files to hand in: %(folder)s")) % {"folder": samples},
        translate(_("Move the board: mapalus demo post-row")),
        "",
    ]
    return "\n".join(lines)
