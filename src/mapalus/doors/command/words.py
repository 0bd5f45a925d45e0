"""How the board says things: change, state, source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.catalogue.models import FigureStatus, Indicator
from mapalus.apps.catalogue.readings import Point, Reading
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Region
from mapalus.doors.ui import figures
from mapalus.engine.data.indicator import State

__all__ = [
    "axis", "change", "incomplete", "moved", "period", "short", "short_names", "source", "standing", "state",
    "thresholds", "unit", "written",
]  # fmt: skip
_FEW = 4  # regions that are named in a line


def language() -> str:
    return translation.get_language() or "id"


def written(value: float | None, indicator: Indicator) -> str:
    """The number as it is written, or the word that stands for it (`levels: [TMP, TW, WDP, WTP]`)."""
    levels = indicator.declaration.get("levels")
    if levels and value is not None and value == int(value) and 1 <= value <= len(levels):
        return str(levels[int(value) - 1])
    return figures.number(value, language=language(), decimals=indicator.decimals)


def unit(indicator: Indicator) -> str:
    return indicator.unit_en if indicator.unit_en and language().startswith("en") else indicator.unit


def period(text: str) -> str:
    """`2026-10`, `2026S1`, `2026Q3`, `2026-W46` as people say it."""
    year, mark, number = text[:4], text[4:5], text[5:]
    if year.isdecimal() and mark in "QS" and number.isdecimal():
        return figures.period(f"{year}-{mark}{number}", language=language())
    if year.isdecimal() and text[4:6] == "-W" and text[6:].isdecimal():
        return _("week %(week)s of %(year)s") % {"week": int(text[6:]), "year": year}
    if text[4:5] == "-" and text[10:11] in ("T", " "):
        return f"{figures.period(text[:10], language=language())}, {_hour(text[11:16])}"
    return figures.period(text, language=language())


def _hour(text: str) -> str:
    return text if language().startswith("en") else text.replace(":", ".")


def axis(periods: Sequence[str]) -> tuple[str, ...]:
    """Periods under a chart: short, and with the year only where it changes."""
    told = []
    for place, text in enumerate(periods):
        spelt = f"{text[:4]}-{text[4:]}" if text[4:5] in ("Q", "S") else text
        label = figures.period_brief(spelt, language=language()) if text[10:11] not in ("T", " ") else period(text)
        repeated = place > 0 and periods[place - 1][:4] == text[:4] and label != text[:4]
        told.append(label.removesuffix(f" {text[:4]}") if repeated else label)
    return tuple(told)


def short(at: datetime | None, *, now: datetime) -> str:
    """The time of day where it was today, else the day: `09.47`, `20 Nov`; empty for never."""
    if at is None:
        return ""
    zone = timezone.get_current_timezone()
    if at.astimezone(zone).date() == now.astimezone(zone).date():
        return figures.clock(at, language=language(), zone=zone, named=False)
    return figures.day(at.astimezone(zone).date(), language=language(), form="short")


def change(reading: Reading, *, brief: bool = False) -> str:
    """`turun 0,18 poin dari September · target 18`; what there is of it. Brief, for the wall: `turun 0,18 poin`."""
    parts = [moved(reading, brief=brief), incomplete(reading, brief=brief)]
    if reading.target is not None and not brief:
        parts.append(_("target %(value)s") % {"value": written(reading.target, reading.indicator)})
    return " · ".join(filter(None, parts))


def incomplete(reading: Reading, *, brief: bool = False) -> str:
    """`13 dari 15 wilayah, tanpa Sangihe, Talaud` where some that are expected have no value, by name as long as they
    are few; empty where all have, or none at all."""
    value = reading.now
    if value is None or value.is_suppressed:
        return ""
    if reading.known and reading.missing:
        said = _("%(n)s of %(of)s regions") % {"n": reading.known, "of": reading.expected}
        if brief or len(reading.missing) > _FEW:
            return said
        return _("%(said)s, without %(names)s") % {"said": said, "names": short_names(reading.missing)}
    return _("incomplete") if value.is_incomplete else ""


def short_names(codes: Sequence[str]) -> str:
    """`Talaud, Siau Tagulandang Biaro, Kota Bitung`."""
    names = dict(Region.objects.filter(code__in=list(codes)).values_list("code", "name"))
    told = (names.get(code, code).removeprefix("Kabupaten ").removeprefix("Kepulauan ") for code in codes)
    return ", ".join(told)


def moved(reading: Reading, *, brief: bool = False) -> str:
    """Which way the number went since the period before."""
    now, before = reading.now, reading.before
    if now is not None and now.is_suppressed:
        return _("withheld: the group is too small")
    if now is None or now.value is None:
        return _("no data yet")
    if before is None or before.value is None:
        return ""
    return _moved(now.value - before.value, before, reading.indicator, brief=brief)


def _moved(difference: float, before: Point, indicator: Indicator, *, brief: bool) -> str:
    amount = written(abs(difference), indicator)
    facts = {
        "amount": _("%(amount)s points") % {"amount": amount} if _is_share(indicator) else amount,
        "since": period(before.period) if before.period else _("the version before"),
    }
    if not amount.strip("0.,"):
        return _("unchanged") if brief else _("the same as %(since)s") % facts
    if brief:
        return _("up %(amount)s") % facts if difference > 0 else _("down %(amount)s") % facts
    return _("up %(amount)s from %(since)s") % facts if difference > 0 else _("down %(amount)s from %(since)s") % facts


def _is_share(indicator: Indicator) -> bool:
    return indicator.unit.startswith("persen")


def state(reading: Reading, *, now: datetime) -> tuple[str, str]:
    """State of the design system and its word. What is disputed or overdue is said before what is good or bad."""
    dataset = reading.indicator.dataset
    if dataset.conflict:
        return "conflict", _("disputed")
    if dataset.due_at is not None and dataset.due_at < now:
        return "late", late(province_calendar().days_late(dataset.due_at, now))
    return standing(reading.state)


def standing(state: State) -> tuple[str, str]:
    """State of the design system and its word, for a value against its thresholds."""
    return {
        State.GOOD: ("good", _("on target")),
        State.SOON: ("soon", _("needs attention")),
        State.LATE: ("late", _("outside the limit")),
        State.NONE: ("", ""),
    }[state]


def late(days: int) -> str:
    """`data terlambat 3 hari kerja`."""
    if days < 1:
        return _("data late since today")
    return ngettext("data %(days)s working day late", "data %(days)s working days late", days) % {"days": days}


def source(reading: Reading, *, now: datetime, brief: bool = False) -> str:
    """Who says so, of when, how old: `Dinas PUPR · semester I 2026 · 2 jam lalu`. Brief, for the wall: who and age."""
    indicator, value = reading.indicator, reading.now
    unit = indicator.dataset.unit
    parts = [unit.short if brief and unit.short else indicator.source_label or unit.name]
    if value is None:
        return parts[0]
    if brief:
        return " · ".join(filter(None, [parts[0], short(value.published_at, now=now)]))
    if value.period:
        parts.append(period(value.period))
    if value.published_at is not None:
        zone = timezone.get_current_timezone()
        parts.append(figures.ago(value.published_at, now=now, language=language(), zone=zone))
    if value.status != FigureStatus.FINAL:
        parts.append(str(FigureStatus(value.status).label))
    return " · ".join(parts)


def thresholds(indicator: Indicator) -> list[tuple[str, str, str]]:
    """(state, word, limit) for each threshold, the good one first."""
    words = {"good": _("on target"), "soon": _("needs attention")}
    return [
        (name, words[name], _limit(indicator.thresholds[name], indicator))
        for name in ("good", "soon")
        if name in indicator.thresholds
    ]


def _limit(bound: object, indicator: Indicator) -> str:
    if isinstance(bound, list):
        return "–".join(written(float(part), indicator) for part in bound)
    sign = "≤" if indicator.better == "down" else "≥"
    return f"{sign} {written(float(str(bound)), indicator)}"
