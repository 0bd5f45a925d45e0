"""The two tables of `mapalus due`: deadlines and holidays. Every fault is found before anything is said."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from mapalus.engine.clock import Zone
from mapalus.engine.deadlines import Pause, Term, Unit
from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.text import _, translate
from mapalus.engine.workdays import Calendar

__all__ = ["Holidays", "Rule", "read_holidays", "read_rules"]

_LONGEST_CELL = 131_072  # characters
_MOST_BYTES = 64_000_000
_SHOWN = 10  # faults said at once
_YEARS = (1945, 2199)
_NUMBER = re.compile(r"\d{1,9}(?:[.,]\d{1,9})?", re.ASCII)
_SETS = re.compile(r"\s*[+;|]\s*")

# What a category does to the office. Names of the package `holidays`, and Indonesian ones.
_CLOSES = frozenset(
    [
        "public",
        "government",
        "national",
        "local",
        "regional",
        "libur",
        "libur-nasional",
        "nasional",
        "cuti-bersama",
        "cuti",
        "lokal",
        "daerah",
        "provinsi",
        "libur-daerah",
        "libur-lokal",
        "pemilu",
        "pilkada",
    ]
)
_STAYS_OPEN = frozenset(
    [
        "optional",
        "school",
        "observance",
        "unofficial",
        "half-day",
        "bank",
        "workday",
        "fakultatif",
        "opsional",
        "peringatan",
        "sekolah",
        "setengah-hari",
        "tidak-resmi",
        "hari-penting",
    ]
)
_OPENS = frozenset(["open", "opened", "worked", "dibuka", "tetap-masuk", "hari-masuk"])


@dataclass(frozen=True)
class Rule:
    """One row: what is due, since when, by which calendar. `years` are those of which its holidays are known."""

    id: str
    kind: str
    term: Term
    received_at: datetime
    calendar: Calendar
    holiday_set: str
    pauses: tuple[Pause, ...]
    years: frozenset[int]


@dataclass(frozen=True)
class Holidays:
    """Set -> day -> name: `closed` closes the office, `opened` opens it on a day that would be closed."""

    closed: Mapping[str, Mapping[date, str]]
    opened: Mapping[str, frozenset[date]]
    warnings: tuple[str, ...] = ()

    def of(self, name: str) -> tuple[dict[date, str], frozenset[int]] | None:
        """The closed days of a set, or of several joined by `+`, and the years they speak of; None if unknown."""
        parts = [name] if name in self.closed else _SETS.split(name)
        if any(part not in self.closed for part in parts):
            return None
        days = {day: said for part in parts for day, said in self.closed[part].items()}
        opened = {day for part in parts for day in self.opened[part]}
        years = frozenset(day.year for day in (*days, *opened))
        return {day: said for day, said in days.items() if day not in opened}, years


@dataclass
class _Faults:
    """Sentences about what is wrong, each with its place."""

    file: str
    said: list[str] = field(default_factory=list)

    def add(self, line: int, column: str, reason: str, **data: object) -> None:
        place = translate(_("%(file)s, line %(line)s, column %(column)s: ")) % {
            "file": self.file,
            "line": line,
            "column": column,
        }
        self.said.append(place + translate(reason) % data)

    def speak(self) -> None:
        if self.said:
            more = len(self.said) - _SHOWN
            rest = [translate(_("and %(count)s more faults.")) % {"count": more}] if more > 0 else []
            raise Invalid("\n".join([*self.said[:_SHOWN], *rest]).replace("%", "%%"))


def read_holidays(path: Path) -> Holidays:
    """Raises `Refused` for a file that is no such table, `Invalid` for rows that cannot be read."""
    faults = _Faults(path.name)
    closed: dict[str, dict[date, str]] = {}
    opened: dict[str, set[date]] = {}
    unknown: dict[str, int] = {}
    for line, row in _rows(path, needed=("set", "date"), optional=("name", "category")):
        day = _day(row["date"])
        if not row["set"]:
            faults.add(line, "set", _("the name of the calendar is missing."))
        if day is None:
            faults.add(line, "date", _("%(value)s is not a date such as 2026-08-17."), value=_shown(row["date"]))
        if not row["set"] or day is None:
            continue
        days, worked = closed.setdefault(row["set"], {}), opened.setdefault(row["set"], set())
        category = re.sub(r"[\s_]+", "-", row["category"].lower())
        if category in _OPENS:
            worked.add(day)
        elif category not in _STAYS_OPEN:
            days.setdefault(day, row["name"] or row["category"])
            if category and category not in _CLOSES:
                unknown.setdefault(row["category"], line)
    faults.speak()
    warnings = tuple(
        translate(_("%(file)s, line %(line)s: the category %(value)s is not known; its days count as holidays."))
        % {"file": path.name, "line": line, "value": _shown(category)}
        for category, line in unknown.items()
    )
    return Holidays(closed, {name: frozenset(days) for name, days in opened.items()}, warnings)


def read_rules(path: Path, holidays: Holidays | None) -> list[Rule]:
    """Raises `Refused` for a file that is no such table, `Invalid` for rows that cannot be reckoned."""
    faults = _Faults(path.name)
    calendars = _Calendars(holidays)
    needed = ("id", "unit", "amount", "received_at", "zone")
    rules = []
    for line, row in _rows(path, needed=needed, optional=("kind", "holiday_set", "pauses")):
        rule = _rule(line, row, calendars, faults)
        if rule is not None:
            rules.append(rule)
    faults.speak()
    return rules


class _Calendars:
    """One calendar for each set and zone."""

    def __init__(self, holidays: Holidays | None) -> None:
        self._holidays = holidays
        self._known: dict[tuple[str, Zone], tuple[Calendar, frozenset[int]]] = {}

    @property
    def names(self) -> str:
        return ", ".join(sorted(self._holidays.closed)) if self._holidays else "-"

    def get(self, name: str, zone: Zone) -> tuple[Calendar, frozenset[int]] | None:
        if (name, zone) not in self._known:
            found: tuple[dict[date, str], frozenset[int]] | None = ({}, frozenset())
            if name:
                found = self._holidays.of(name) if self._holidays else None
            if found is None:
                return None
            calendar = Calendar.of(zone, local=found[0], name=name, is_national=False)
            self._known[name, zone] = (calendar, found[1])
        return self._known[name, zone]


def _rule(line: int, row: Mapping[str, str], calendars: _Calendars, faults: _Faults) -> Rule | None:
    before = len(faults.said)
    if not row["id"]:
        faults.add(line, "id", _("it is empty; every row needs a name of its own."))
    zone = _zone(row["zone"])
    if zone is None:
        faults.add(line, "zone", _("%(value)s is none of WIB, WITA, WIT."), value=_shown(row["zone"]))
    term = _term(line, row, faults)
    place = zone or Zone.WITA
    received_at = _moment(row["received_at"], place)
    if received_at is None:
        reason = _("%(value)s is not a time such as 2026-11-20T09:30 or 2026-11-20T09:30+08:00.")
        faults.add(line, "received_at", reason, value=_shown(row["received_at"]))
    calendar = calendars.get(row["holiday_set"], place)
    if calendar is None:
        reason = _("there are no holidays of %(value)s; known are: %(known)s.")
        faults.add(line, "holiday_set", reason, value=_shown(row["holiday_set"]), known=calendars.names)
    pauses = tuple(_pauses(line, row["pauses"], place, faults))
    if len(faults.said) > before or term is None or received_at is None or calendar is None:
        return None
    return Rule(row["id"], row["kind"], term, received_at, calendar[0], row["holiday_set"], pauses, calendar[1])


def _term(line: int, row: Mapping[str, str], faults: _Faults) -> Term | None:
    unit = {str(unit): unit for unit in Unit}.get(re.sub(r"[\s_]+", "-", row["unit"].lower()))
    if unit is None:
        known = ", ".join(Unit)
        faults.add(line, "unit", _("%(value)s is none of %(known)s."), value=_shown(row["unit"]), known=known)
    parts = [part.strip() for part in row["amount"].split("+")]  # 10+7: a term and its extension
    if not all(_NUMBER.fullmatch(part) for part in parts):
        faults.add(line, "amount", _("%(value)s is not a number from 0 on."), value=_shown(row["amount"]))
        return None
    amount = sum((Decimal(part.replace(",", ".")) for part in parts), Decimal())
    if unit is None:
        return None
    if unit is Unit.WORKING_DAYS and amount != int(amount):
        faults.add(line, "amount", _("%(value)s: working days are whole."), value=_shown(row["amount"]))
        return None
    if amount > unit.most:
        reason = _("%(value)s is more than the %(most)s that can be reckoned.")
        faults.add(line, "amount", reason, value=_shown(row["amount"]), most=unit.most)
        return None
    return Term(unit, int(amount) if amount == int(amount) else amount)


def _pauses(line: int, text: str, zone: Zone, faults: _Faults) -> Iterator[Pause]:
    """`start/end;...`; without an end, or with `..` as an end, the clock still stands."""
    for part in filter(None, (part.strip() for part in text.split(";"))):
        start_text, _slash, end_text = (piece.strip() for piece in part.partition("/"))
        start = _moment(start_text, zone)
        end = None if end_text in ("", "..") else _moment(end_text, zone)
        if start is None or (end is None and end_text not in ("", "..")):
            reason = _("%(value)s is not a pause such as 2026-11-20T09:30/2026-11-24T10:00.")
            faults.add(line, "pauses", reason, value=_shown(part))
        elif end is not None and end < start:
            faults.add(line, "pauses", _("%(value)s ends before it starts."), value=_shown(part))
        else:
            yield Pause(start, end)


def _zone(text: str) -> Zone | None:
    return {str(zone): zone for zone in Zone}.get(text.upper())


def _moment(text: str, zone: Zone) -> datetime | None:
    """ISO 8601; without an offset on the clock of the zone, without a time at 00:00."""
    try:
        found = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=zone.tzinfo)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _shown(value: str) -> str:
    """A cell in a sentence: never long, never more than a line; an empty one is seen."""
    line = " ".join(value.split())
    return f"“{line if len(line) <= 60 else line[:59] + '…'}”"


# --- the file


def _rows(path: Path, *, needed: Iterable[str], optional: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with the line it begins on; cells are trimmed, columns that are not there are empty."""
    text = _text(path)
    needed, wanted = tuple(needed), (*needed, *optional)
    header_line = next((line for line in text.splitlines() if line.strip()), "")
    if not header_line:
        raise Refused("empty-file", _("%(file)s is empty."), file=path.name)
    delimiter = max(",;\t|", key=header_line.count)
    csv.field_size_limit(_LONGEST_CELL)  # the limit is the process's: another reader may have raised it
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header: list[str] | None = None
    begins = 1
    try:
        for cells in reader:
            line, begins = begins, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = _header(cells, needed, path)
                continue
            if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
                raise Refused(
                    "extra-cell",
                    _("%(file)s, line %(line)s has %(cells)s cells under %(columns)s columns."),
                    advice=_("A value that holds the separator stands in double quotes."),
                    file=path.name,
                    line=line,
                    cells=len(cells),
                    columns=len(header),
                )
            row = dict(zip(header, (cell.strip() for cell in cells), strict=False))
            yield line, {name: row.get(name, "") for name in wanted}
    except csv.Error as error:
        raise Refused(
            "parse-error", _("%(file)s cannot be read as CSV near line %(line)s."), file=path.name, line=begins
        ) from error


def _header(cells: list[str], needed: Iterable[str], path: Path) -> list[str]:
    header = [cell.strip().lower() for cell in cells]
    missing = [name for name in needed if name not in header]
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if missing:
        text = _("%(file)s, line 1: the column %(column)s is missing.")
        raise Refused("missing-column", text, file=path.name, column=", ".join(missing))
    if doubled:
        text = _("%(file)s, line 1: the column %(column)s stands there twice.")
        raise Refused("duplicate-header", text, file=path.name, column=", ".join(doubled))
    return header


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= _MOST_BYTES else b""
    except OSError as error:
        text = _("%(file)s cannot be read: %(error)s.")
        raise Refused("unreadable", text, file=str(path), error=error.strerror or str(error)) from error
    if size > _MOST_BYTES:
        raise Refused("too-large", _("%(file)s is larger than 64 MB."), file=path.name)
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(
            "not-tabular", _("%(file)s is not a CSV file."), advice=_("Save it as CSV first."), file=path.name
        )
    for encoding in ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("not-tabular", _("%(file)s is not a CSV file."), advice=_("Save it as CSV first."), file=path.name)
