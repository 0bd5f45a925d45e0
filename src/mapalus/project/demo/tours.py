"""What the demo says when it stands: the address, five tours of ten minutes, and as whom to sign in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mapalus.engine.text import _, translate

__all__ = ["PASSWORD", "TOURS", "Tour", "announcement"]

PASSWORD = "contoh-mapalus"  # noqa: S105 - the same for every invented person, and said aloud


@dataclass(frozen=True)
class Tour:
    """One guided tour: for whom, where it begins, and as whom (empty: nobody signs in)."""

    title: str
    path: str
    person: str
    first: str


TOURS = (
    Tour(_("Governor"), "/papan/", "p01", _("ten figures with value, age and source")),
    Tour(_("Secretary (today the Plh)"), "/meja/", "p06", _("two inboxes: Asisten III and Plh. Sekda")),
    Tour(_("Walidata"), "/meja/", "p23", _("what is on time, late, returned, in dispute")),
    Tour(_("Operator of an agency"), "/meja/", "p32", _("hand in F08 and see the red cells")),
    Tour(_("Citizen"), "/", "", _("search, read, download; no account")),
)
OTHERS = (("p28", "Plt. Kepala Dinas Kesehatan"), ("p40", "PUPR, pengelola data"), ("p24", "pemeriksa data walidata"))


def announcement(address: str, *, samples: Path) -> str:
    """The text for the terminal, in the language of the process."""
    lines = [
        "",
        translate(_("The sample province answers at %(address)s (end with Ctrl-C)")) % {"address": address},
        translate(_("Everything in it is sample data (data contoh).")),
        "",
        translate(_("Five tours of ten minutes:")),
    ]
    for number, tour in enumerate(TOURS, start=1):
        account = f"{tour.person}@contoh.test" if tour.person else "-"
        lines.append(
            f"  {number}. {translate(tour.title):<28} {address}{tour.path:<9} {account:<18} {translate(tour.first)}"
        )
    lines += [
        "",
        translate(_("Password of every sample account: %(password)s")) % {"password": PASSWORD},
        translate(_("More accounts: %(accounts)s"))
        % {"accounts": "; ".join(f"{code}@contoh.test ({title})" for code, title in OTHERS)},
        translate(_("Files to hand in: %(folder)s")) % {"folder": samples},
        translate(_("Move the board: mapalus demo post-row")),
        "",
    ]
    return "\n".join(lines)
