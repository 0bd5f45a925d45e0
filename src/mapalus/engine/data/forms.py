"""The forms in which a column may be written, each as a field that reads it.

A form is a Table Schema type with format and options. `default` forms win a tie.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import Any

from mapalus.engine.data.contract import Field
from mapalus.engine.data.formats import Reader, reader, unsigned

__all__ = ["FORMS", "MISSING_ANYWHERE", "MISSING_IN_VALUES", "Family", "Form"]

# what people write for "nothing", in any column
MISSING_ANYWHERE = (
    "", "-", "--", "---", "–", "—", "n/a", "#n/a", "n.a.", "n.a", "null", "none", "(null)", "(blank)", "(kosong)",
    "tidak diisi", "belum diisi", "tidak ada data", "data tidak tersedia", "tidak tersedia", "belum tersedia",
    "belum ada data", "...", "…", "..", "....",
)  # fmt: skip
# and what may be a name in a column of texts (NA is a port), but is nothing among numbers and dates
MISSING_IN_VALUES = (
    "na", "nan", "nil", "nihil", "kosong", ".", "tad", "t.a.d", "t.a.d.", "t.a", "t.a.",
)  # fmt: skip


class Family(StrEnum):
    """What kind of value a form gives."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    DAY = "day"
    MOMENT = "moment"
    TIME = "time"
    MONTH = "month"
    STRUCTURE = "structure"


@dataclass(frozen=True)
class Form:
    """A way of writing: `rank` orders forms that read as many values (lower first)."""

    family: Family
    rank: int
    type: str
    format: str = "default"
    options: Mapping[str, Any] = field(default_factory=dict)
    mapalus: Mapping[str, Any] = field(default_factory=dict)
    shape: str = ""  # a stricter pattern than the reader's own
    needs_day_header: bool = False

    def __hash__(self) -> int:
        return hash((self.family, self.rank))

    @property
    def is_accounting(self) -> bool:
        """Whether (5), 5- and a long minus are read, too."""
        return self.mapalus.get("signs") == "accounting"

    def accounting(self) -> Form:
        """The same form of numbers with signs as in account books."""
        return replace(self, rank=self.rank + 100, mapalus={**self.mapalus, "signs": "accounting"})

    def as_field(self, name: str) -> Field:
        return Field(name=name, type=self.type, format=self.format, options=self.options, mapalus=self.mapalus)

    @property
    def is_default(self) -> bool:
        return self.format == "default" and not self.options and not self.mapalus

    def reads(self) -> Callable[[str], bool]:
        """The test of one text."""
        return _test(self)

    def gate(self) -> re.Pattern[str] | None:
        """What its texts look like once every digit is a zero; None where only reading tells."""
        return _gate(self.format) if "%" in self.format and not self.needs_day_header else None


_PARTS = {"d": " ?0{1,2}", "m": "0{1,2}", "y": "00", "Y": "0{4}", "H": "0{1,2}", "I": "0{1,2}", "M": "0{1,2}",
          "S": "0{1,2}", "f": "0{1,6}", "B": "[^0]+?", "A": "[^0]+?", "p": "[^0]*", "Z": ".*", "z": ".*"}  # fmt: skip


@cache
def _gate(pattern: str) -> re.Pattern[str]:
    """Reading a day takes long; most texts are told from it by their looks. Never narrower than reading itself."""
    pieces = re.split(r"%([A-Za-z])", pattern)
    made = [_PARTS[piece] if n % 2 else r"\s+".join(map(re.escape, re.split(r"\s+", piece)))
            for n, piece in enumerate(pieces)]  # fmt: skip
    return re.compile("".join(made), re.DOTALL | re.IGNORECASE)


@cache
def _test(form: Form) -> Callable[[str], bool]:
    read: Reader = reader(form.as_field("x"))
    shape = re.compile(form.shape) if form.shape else None
    # digits alone are no day in most forms, and most cells are digits alone
    needs_signs = form.family in (Family.DAY, Family.MOMENT, Family.TIME) and not form.needs_day_header

    def test(text: str) -> bool:
        seen = unsigned(text) if form.is_accounting else text
        if (needs_signs and text.isdigit()) or (shape is not None and not shape.fullmatch(seen)):
            return False
        try:
            read(text)
        except ValueError:
            return False
        return True

    return test


_YES = (
    "Ya",
    "YA",
    "ya",
    "Y",
    "y",
    "true",
    "True",
    "TRUE",
    "1",
    "Benar",
    "benar",
    "Yes",
    "YES",
    "yes",
    "Ada",
    "ADA",
    "ada",
)
_NO = (
    "Tidak", "TIDAK", "tidak", "T", "t", "false", "False", "FALSE", "0", "Salah", "salah", "No", "NO", "no",
    "Tidak ada", "Tidak Ada", "TIDAK ADA", "tidak ada", "N", "n", "Tdk", "tdk",
)  # fmt: skip
_ID = {"groupChar": "."}
_EN = {"groupChar": ","}
# blanks that divide thousands: plain, no-break, narrow no-break, thin
_BLANKS: tuple[dict[str, Any], ...] = tuple({"groupChar": sign} for sign in (" ", "\u00a0", "\u202f", "\u2009"))
_BARE = {"bareNumber": False}
# only money, shares and the like stand around a number: SDN 015 is no number
_MONEY = ("Rp", "RP", "rp", "IDR", "USD", "US$", "$", "€")
_COUNTED = ("%", "persen", "jiwa", "orang", "ha", "km", "m2", "km2", "unit", "ton", "kg", "buah", "rupiah")
_AROUND = (
    rf"\s*(?:(?:{'|'.join(map(re.escape, _MONEY))})\.?\s*)?[+-]?[0-9](?:[0-9.,]*[0-9])?(?:,-)?"
    rf"\s*(?:{'|'.join(map(re.escape, _COUNTED))})?\s*"
)
_AFFIXES: dict[str, Any] = {"affixes": [*_MONEY, *_COUNTED]}
_COMMA = {"decimalChar": ","}


_ZONED = r"(?i).*[0-9]\s?(?:WIB|WITA|WIT|UTC|GMT)"
_MONTH = r"(?:19|20)[0-9]{2}-[0-9]{2}"
_JSON = r"(?s)\s*[\[{].*"


def _days() -> list[Form]:
    """Ways of writing a day, then the same with a time of day behind it."""
    written = [
        "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d %B %Y", "%d-%B-%Y", "%d/%B/%Y", "%B %d, %Y",
        "%m/%d/%Y", "%m-%d-%Y",
        "%d/%m/%y", "%d-%m-%y", "%d-%B-%y", "%d %B %y", "%m/%d/%y", "%A, %d %B %Y",
    ]  # fmt: skip
    days = [Form(Family.DAY, 1 + n, "date", form) for n, form in enumerate(written)]
    days.append(Form(Family.DAY, 30, "date", "%Y%m%d", shape="(?:19|20)[0-9]{6}", needs_day_header=True))
    days.append(
        Form(
            Family.DAY,
            31,
            "date",
            mapalus={"serial": "excel"},
            shape=r"[2-5][0-9]{4}(?:\.0+)?",
            needs_day_header=True,
        )
    )
    serial = Form(Family.MOMENT, 400, "datetime", mapalus={"serial": "excel"},
                  shape=r"[2-5][0-9]{4}(?:[.,][0-9]{1,15})?", needs_day_header=True)  # fmt: skip
    moments = [
        serial,
        *(
            Form(Family.MOMENT, 50 + 4 * n + k, "datetime", f"{day} {clock}")
            for n, day in enumerate(("%Y-%m-%d", *written))
            for k, clock in enumerate(("%H:%M:%S", "%H:%M", "%H.%M", "%I:%M %p"))
            if (day, clock) != ("%Y-%m-%d", "%H:%M:%S")
        ),
    ]
    moments += [
        Form(Family.MOMENT, 300 + 3 * n + k, "datetime", f"{day} {clock} %Z", shape=_ZONED)
        for n, day in enumerate(("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d %B %Y"))
        for k, clock in enumerate(("%H:%M:%S", "%H:%M", "%H.%M"))
    ]
    # an offset without a colon, as Java writes it
    offsets = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z")
    return [*days, *moments, *(Form(Family.MOMENT, 350 + n, "datetime", form) for n, form in enumerate(offsets))]


_FORMS: tuple[Form, ...] = (
    Form(Family.NUMBER, 0, "integer"),
    Form(Family.NUMBER, 1, "number"),
    Form(Family.NUMBER, 2, "integer", options=_ID),
    Form(Family.NUMBER, 3, "integer", options=_EN),
    Form(Family.NUMBER, 4, "number", options=_COMMA),
    Form(Family.NUMBER, 5, "number", options=_COMMA | _ID),
    Form(Family.NUMBER, 6, "number", options=_EN),
    Form(Family.NUMBER, 7, "integer", options=_BARE, mapalus=_AFFIXES, shape=_AROUND),
    Form(Family.NUMBER, 8, "integer", options=_ID | _BARE, mapalus=_AFFIXES, shape=_AROUND),
    Form(Family.NUMBER, 9, "integer", options=_EN | _BARE, mapalus=_AFFIXES, shape=_AROUND),
    Form(Family.NUMBER, 10, "number", options=_BARE, mapalus=_AFFIXES, shape=_AROUND),
    Form(Family.NUMBER, 11, "number", options=_COMMA | _BARE, mapalus=_AFFIXES, shape=_AROUND),
    Form(Family.NUMBER, 12, "number", options=_COMMA | _ID | _BARE, mapalus=_AFFIXES, shape=_AROUND),
    Form(Family.NUMBER, 13, "number", options=_EN | _BARE, mapalus=_AFFIXES, shape=_AROUND),
    *(Form(Family.NUMBER, 20 + n, "integer", options=blank) for n, blank in enumerate(_BLANKS)),
    *(Form(Family.NUMBER, 24 + n, "number", options=_COMMA | blank) for n, blank in enumerate(_BLANKS)),
    Form(Family.BOOLEAN, 0, "boolean"),
    Form(Family.BOOLEAN, 1, "boolean", options={"trueValues": list(_YES), "falseValues": list(_NO)}),
    Form(Family.DAY, 0, "date"),
    *_days(),
    Form(Family.MOMENT, 49, "datetime"),
    Form(Family.MONTH, 0, "yearmonth", shape=_MONTH),
    Form(Family.STRUCTURE, 0, "geojson", shape=_JSON),
    Form(Family.STRUCTURE, 1, "object", shape=_JSON),
    Form(Family.STRUCTURE, 2, "array", shape=_JSON),
    Form(Family.TIME, 0, "time"),
    Form(Family.TIME, 1, "time", "%H:%M"),
    Form(Family.TIME, 2, "time", "%H.%M", needs_day_header=True),
)
FORMS: tuple[Form, ...] = (*_FORMS, *(form.accounting() for form in _FORMS if form.family is Family.NUMBER))
