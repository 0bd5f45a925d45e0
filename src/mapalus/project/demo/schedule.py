"""When each file came, who handed it in, and how far it got: the state of every dataset at H, and how it came to be.

Days are working days before H. The newest row of each dataset follows story/handins.csv and story/datasets.csv;
`back` rows are earlier periods that were published in their time, so that trends and versions exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["BY", "EXPECTED", "HANDED_IN", "MOVED", "REMINDED", "End", "Handed"]


class End(StrEnum):
    """How far a hand-in got by the day of the tour."""

    PUBLISHED = "published"
    RETURNED = "returned"  # confirmed, then sent back by walidata with the marked workbook
    UNCONFIRMED = "unconfirmed"  # waits for the head of the agency
    UNREVIEWED = "unreviewed"  # confirmed, waits for walidata
    REFUSED = "refused"  # over the contract's limit: nothing of it counts


@dataclass(frozen=True)
class Handed:
    """One hand-in: file, periods back, day and clock of handing in, position, its end, status of the figures."""

    file: str
    day: int
    position: str
    end: End = End.PUBLISHED
    back: int = 0
    clock: str = "09:15"
    status: str = "tetap"
    is_later: bool = False  # large, and nobody's first page: done while the province is already served


P = "sementara"
SS = "sangat-sementara"
HANDED_IN: tuple[Handed, ...] = (
    # earlier periods
    Handed("F06", -196, "bappeda.data", back=1),
    Handed("F14", -192, "pupr.data", End.UNREVIEWED),
    Handed("F15", -181, "dinsos.data"),
    Handed("F03", -165, "bappeda.kabid-ppep", status=P),
    Handed("F13", -160, "pupr.data", back=1),
    Handed("F23", -159, "diskominfo.op-jaringan", back=1),
    Handed("F04", -158, "bappeda.data", status=P),
    Handed("F06", -101, "bappeda.data"),
    Handed("F17", -75, "dkp.data", back=1, status=P),
    Handed("F01", -74, "disdukcapilkb.data"),
    Handed("F22", -66, "inspektorat.sekretaris"),
    Handed("F10", -59, "dinkes.data"),
    Handed("F23", -58, "diskominfo.op-jaringan"),
    Handed("F19", -44, "dispar.data", back=2, status=P),
    Handed("F20", -34, "setda.adpem-data", back=6),
    Handed("F08", -33, "dinkes.data", back=6),
    Handed("F13", -30, "pupr.data", End.REFUSED, clock="11:20"),
    Handed("F20", -29, "setda.adpem-data", back=5),
    Handed("F08", -28, "dinkes.data", back=5),
    Handed("F02", -28, "disdukcapilkb.data", back=1),
    Handed("F07", -27, "dinkes.data", back=1),
    Handed("F16", -28, "dinsos.data", back=1),
    Handed("F20", -24, "setda.adpem-data", back=4),
    Handed("F08", -23, "dinkes.data", back=4),
    Handed("F19", -23, "dispar.data", back=1, status=P),
    Handed("F05", -19, "bappeda.data"),
    Handed("F20", -19, "setda.adpem-data", back=3),
    Handed("F08", -18, "dinkes.data", back=3),
    Handed("F11", -15, "disdik.data"),
    Handed("F20", -14, "setda.adpem-data", back=2),
    Handed("F08", -13, "dinkes.data", back=2),
    Handed("F17", -12, "dkp.data", status=P),
    Handed("F12", -9, "disdik.data", End.UNREVIEWED, is_later=True),
    Handed("F24", -9, "diskominfo.op-jaringan"),
    Handed("F20", -9, "setda.adpem-data", back=1),
    Handed("F08", -8, "dinkes.data", back=1),
    Handed("F16", -8, "dinsos.data"),
    Handed("F02", -7, "disdukcapilkb.data", End.RETURNED),
    Handed("F07", -6, "dinkes.data", End.UNCONFIRMED),
    Handed("F20", -4, "setda.adpem-data"),
    Handed("F19", -2, "dispar.data", status=P),
    Handed("F18", -2, "dkp.kupt-pelabuhan", back=2, clock="09:40"),
    Handed("F18", -1, "dkp.kupt-pelabuhan", back=1, clock="09:40"),
    Handed("F21", -1, "bpbd.data", back=1, clock="09:30", status=SS),
    Handed("F08", -1, "dinkes.data", clock="10:05", status=SS),
    Handed("F09", -1, "dinkes.kabid-yankes", back=2, clock="14:00", status=SS),
    Handed("F09", -1, "dinkes.kabid-yankes", back=1, clock="15:30", status=SS),
    Handed("F21", 0, "bpbd.data", clock="09:30", status=SS),
    Handed("F18", 0, "dkp.kupt-pelabuhan", clock="09:38", status=SS),
    Handed("F09", 0, "dinkes.kabid-yankes", clock="09:45", status=SS),
)
# Two deadlines lie later than in the table, so that they fall within the 13 weeks of B10 on whatever day the tour is.
MOVED = {"F01": -50, "F23": -50}
# Deadlines that are not the end of office hours.
BY = {"F09": "09:55", "F18": "10:00", "F20": "12:00", "F21": "09:45"}
# Owed at H although (part of) it came, or came late: it is expected again.
EXPECTED = ("F08", "F12")
# Asked for again the day before it came in part, and on the day of the tour for the rest: the second reminder.
REMINDED = ("F08",)
