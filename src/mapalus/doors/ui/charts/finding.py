"""The title of a chart as a finding: a sentence no stronger than the values allow.

A run is one only without a gap, a difference one only beyond the intervals, the highest one only among those who
reported. What is provisional, missing or disputed is said with the finding or in place of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.doors.ui import figures

__all__ = ["of_periods", "of_places"]

Interval = tuple[float, float]
_LEAST_RUN, _MOST_RUN = 3, 24
_NUMBERED = re.compile(r"(\d{4})-?([QTSW])(\d{1,2})", re.IGNORECASE)
_PER_YEAR = {"Q": 4, "T": 4, "S": 2}


def of_periods(
    values: Sequence[float | None],
    periods: Sequence[str],
    *,
    language: str,
    what: str = "",
    is_points: bool = False,
    provisional: frozenset[int] = frozenset(),
    conflicts: frozenset[int] = frozenset(),
    band: Sequence[Interval | None] = (),
) -> str:
    """What a series says: `Turun tiga bulan berturut-turut`, `Naik 0,18 poin dari September 2026`.

    `periods` as data write them (`2026-10`), oldest first, one per value; `is_points`: the unit is a percentage;
    `what` is named first where the title must say it.
    """
    said = _periods_said(values, periods, language=language, is_points=is_points, band=band, conflicts=conflicts)
    if len(values) - 1 in provisional and values[-1] is not None and len(values) - 1 not in conflicts:
        said = _("%(finding)s, the last one provisional") % {"finding": said}
    return _capital(f"{what} {said[:1].lower()}{said[1:]}" if what else said)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _periods_said(
    values: Sequence[float | None],
    periods: Sequence[str],
    *,
    language: str,
    is_points: bool,
    band: Sequence[Interval | None],
    conflicts: frozenset[int],
) -> str:
    known = [at for at, value in enumerate(values) if value is not None]
    if not known:
        return _("No data yet")
    last = len(values) - 1
    if last in conflicts:
        return _("Two numbers for %(period)s, being examined") % {"period": _period(periods[last], language)}
    if known[-1] != last:
        parts = {"period": _period(periods[last], language), "before": _period(periods[known[-1]], language)}
        return _("No number yet for %(period)s; the last is of %(before)s") % parts
    if len(known) == 1:
        return _("One number so far, of %(period)s") % {"period": _period(periods[last], language)}
    run = _run(values, periods, band)
    if abs(run) >= _LEAST_RUN:
        return _run_said(run, periods[last], language)
    return _step(values, periods, known[-2], language=language, is_points=is_points, band=band)


def _step(
    values: Sequence[float | None],
    periods: Sequence[str],
    before: int,
    *,
    language: str,
    is_points: bool,
    band: Sequence[Interval | None],
) -> str:
    """The last value against the one before it."""
    old, new = values[before] or 0.0, values[-1] or 0.0
    parts = {"since": _period(periods[before], language)}
    if old == new:
        return _("The same as in %(since)s") % parts
    if not _differ(before, len(values) - 1, values, band):
        return _("Not clearly different from %(since)s") % parts
    parts["by"] = _difference(old, new, language=language, is_points=is_points)
    return (_("Up %(by)s since %(since)s") if new > old else _("Down %(by)s since %(since)s")) % parts


def _difference(old: float, new: float, *, language: str, is_points: bool) -> str:
    size = abs(new - old)
    if is_points:
        decimals = 2 if round(size, 2) else 4
        return _("%(by)s points") % {"by": figures.number(round(size, decimals), language=language, decimals=None)}
    share = size / abs(old) * 100 if old else 0.0
    if old <= 0 or new < 0 or share > 1000:  # a share of nothing, or across zero, says nothing
        return figures.compact(size, language=language)
    return figures.percent(share, language=language, decimals=1 if share >= 0.05 else 2)


def _differ(one: int, other: int, values: Sequence[float | None], band: Sequence[Interval | None]) -> bool:
    """Whether two values differ beyond their intervals; without intervals whether they differ at all."""
    first = band[one] if one < len(band) else None
    second = band[other] if other < len(band) else None
    if first is None or second is None:
        return values[one] != values[other]
    return first[1] < second[0] or second[1] < first[0]


def _run(values: Sequence[float | None], periods: Sequence[str], band: Sequence[Interval | None]) -> int:
    """How many steps to the newest value went the same way: 3 up, -3 down; 0 where there is no such step."""
    length, direction = 0, 0
    for at in range(len(values) - 1, 0, -1):
        new, old = values[at], values[at - 1]
        if new is None or old is None or not _follows(periods[at - 1], periods[at]):
            break
        if not _differ(at - 1, at, values, band):
            break
        way = 1 if new > old else -1
        if direction and way != direction:
            break
        direction, length = way, length + 1
    return direction * length


def _run_said(run: int, period: str, language: str) -> str:
    count = abs(run)
    parts = {"count": _counted(count, language), "periods": _unit(period, count)}
    return (_("Up %(count)s %(periods)s in a row") if run > 0 else _("Down %(count)s %(periods)s in a row")) % parts


_WORDS = {
    "id": ("tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"),
    "en": ("three", "four", "five", "six", "seven", "eight", "nine"),
}


def _counted(count: int, language: str) -> str:
    words = _WORDS["en" if language.startswith("en") else "id"]
    return words[count - 3] if 3 <= count < 3 + len(words) else str(count)


def _unit(period: str, count: int) -> str:
    found = _NUMBERED.fullmatch(period)
    kind = found[2].upper() if found else {4: "Y", 7: "M", 10: "D"}.get(len(period), "")
    if kind in ("Q", "T"):
        return ngettext("quarter", "quarters", count)
    if kind == "S":
        return ngettext("half-year", "half-years", count)
    if kind == "W":
        return ngettext("week", "weeks", count)
    if kind == "M":
        return ngettext("month", "months", count)
    if kind == "D":
        return ngettext("day", "days", count)
    if kind == "Y":
        return ngettext("year", "years", count)
    return ngettext("period", "periods", count)


def _place(period: str) -> tuple[str, int] | None:
    """A period as its kind and a number that grows by one with each; None where that cannot be told."""
    found = _NUMBERED.fullmatch(period)
    try:
        if found and found[2].upper() == "W":
            return "W", date.fromisocalendar(int(found[1]), int(found[3]), 1).toordinal() // 7
        if found:
            kind = found[2].upper()
            return kind, int(found[1]) * _PER_YEAR[kind] + int(found[3])
        parts = [int(part) for part in period.split("-")]
        if len(parts) == 3:
            return "D", date(*parts).toordinal()
    except ValueError:
        return None
    return ("M", parts[0] * 12 + parts[1]) if len(parts) == 2 else ("Y", parts[0])


def _follows(before: str, after: str) -> bool:
    one, other = _place(before), _place(after)
    return one is not None and other is not None and one[0] == other[0] and other[1] - one[1] == 1


def _period(period: str, language: str) -> str:
    return figures.period(period, language=language)


def of_places(
    values: Mapping[str, float | None],
    *,
    language: str,
    what: str = "",
    target: float | None = None,
    is_more_better: bool = True,
    bands: Mapping[str, Interval] | None = None,
) -> str:
    """What a comparison of places says; by name, None where none came: `13 dari 15 melapor; Kota Bitung tertinggi`."""
    known = {name: value for name, value in values.items() if value is not None}
    if not known:
        return _("None of %(all)s has reported") % {"all": len(values)} if values else _("No data yet")
    said = _places_said(known, language=language, target=target, is_more_better=is_more_better, bands=bands or {})
    if len(known) < len(values):
        counts = {"known": len(known), "all": len(values), "finding": f"{said[:1].lower()}{said[1:]}"}
        if len(known) == 1:
            return _("%(known)s of %(all)s reported") % counts
        # names keep their capital
        counts["finding"] = said if any(said.startswith(name) for name in known) else counts["finding"]
        return _("%(known)s of %(all)s reported; %(finding)s") % counts
    return _capital(f"{what}: {said}" if what else said)


def _places_said(
    known: Mapping[str, float],
    *,
    language: str,
    target: float | None,
    is_more_better: bool,
    bands: Mapping[str, Interval],
) -> str:
    highest = max(known, key=lambda name: known[name])
    lowest = min(known, key=lambda name: known[name])
    if len(known) == 1:
        return _("only %(place)s") % {"place": highest}
    if known[highest] == known[lowest]:
        return _("The same everywhere")
    if target is not None:
        met = sum((value >= target) if is_more_better else (value <= target) for value in known.values())
        return _("%(met)s of %(all)s reach the target") % {"met": met, "all": len(known)}
    if not _clear(highest, known, bands):
        return _("None clearly highest")
    tied = sum(value == known[highest] for value in known.values())
    if tied > 1:
        return _("%(count)s share the highest value") % {"count": figures.number(tied, language=language)}
    return _("%(place)s highest") % {"place": highest}


def _clear(highest: str, known: Mapping[str, float], bands: Mapping[str, Interval]) -> bool:
    own = bands.get(highest)
    if own is None:
        return True
    return all(other == highest or bands.get(other, (0.0, known[other]))[1] < own[0] for other in known)
