"""The formula of a number in words: over the titles of columns, with its conditions and its windows over periods."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils import translation
from django.utils.translation import gettext as _

from mapalus.doors.ui import figures
from mapalus.engine.data.indicator import Declaration, Formula
from mapalus.engine.data.indicator.declaration import Condition, Window

__all__ = ["formula", "of_all", "window"]

_SIGNS = {"min": "≥", "max": "≤", "above": ">", "below": "<"}


def _number(value: float) -> str:
    return figures.number(value, language=translation.get_language() or "id")


def of_all(declared: Declaration, titles: Mapping[str, str]) -> str:
    """Of the whole indicator: `(Baik + Sedang) ÷ Panjang × 100`, or `tepat ÷ (tepat + lewat) × 100` over its inputs."""
    if declared.sql:
        text = _("worked out by a statement in SQL")
    elif declared.expression:
        text = declared.expression.replace("*", "×").replace("/", "÷").replace("_", " ")
    elif declared.inputs and declared.inputs[0].indicator:
        text = declared.inputs[0].indicator
    else:
        text = formula(declared.formula, titles)
    return ", ".join([text, *window(declared.window)])


def window(of: Window) -> list[str]:
    """What is made of several periods, one sentence for each step, in their order."""
    found = []
    if of.so_far:
        found.append(_("summed since the beginning of the year"))
    if of.moving:
        pattern = _("mean of the last %(n)s periods") if of.moving.of == "mean" else _("sum of the last %(n)s periods")
        found.append(pattern % {"n": _number(of.moving.periods)})
    if of.change:
        pattern = (
            _("against the same period of the year before") if of.change.to == "yoy" else _("against the period before")
        )
        how = _("in percent") if of.change.in_percent else _("as a difference")
        found.append(f"{pattern}, {how}")
    if of.latest:
        found.append(_("the newest value of each region"))
    return found


def formula(of: Formula, titles: Mapping[str, str]) -> str:
    """The formula as a sentence over the columns' titles: `(Baik + Sedang) ÷ Panjang × 100`."""
    is_bare = of.aggregate == "count" and not of.over and of.times == 1
    text = _("number of rows") if of.aggregate == "count" else _aggregated(of, titles)
    if of.over and of.aggregate != "weighted":
        text += " ÷ " + _("sum of %(columns)s") % {"columns": _added(of.over, titles, is_part=True)}
    if of.times != 1:
        text += f" × {_number(of.times)}"
    for place, condition in enumerate(_conditions(of, titles)):
        if is_bare and place == 0:
            text = _("number of rows with %(condition)s") % {"condition": condition}
        else:
            text += ", " + _("rows with %(condition)s") % {"condition": condition}
    return "".join([text, *(f", {one}" for one in _newest(of, titles))])


def _added(names: Sequence[str], titles: Mapping[str, str], *, is_part: bool) -> str:
    joined = " + ".join(titles.get(name, name) for name in names)
    return f"({joined})" if len(names) > 1 and is_part else joined


def _aggregated(of: Formula, titles: Mapping[str, str]) -> str:
    patterns = {
        "sum": _("sum of %(columns)s"),
        "mean": _("mean of %(columns)s"),
        "max": _("highest %(columns)s"),
        "min": _("lowest %(columns)s"),
        "median": _("median of %(columns)s"),
        "percentile": _("percentile %(at)s of %(columns)s"),
        "weighted": _("mean of %(columns)s weighted by %(weight)s"),
        "distinct": _("number of different %(columns)s"),
        "only": _("%(columns)s as it was stated"),
    }
    pattern = patterns.get(of.aggregate, f"{of.aggregate} %(columns)s")
    said = _between(of, titles) if of.span else _added(of.columns, titles, is_part=bool(of.over))
    return pattern % {"columns": said, "at": _number(of.at), "weight": _added(of.over, titles, is_part=True)}


def _between(of: Formula, titles: Mapping[str, str]) -> str:
    """`working days from Masuk to Selesai`."""
    pattern = _("working days from %(from)s to %(to)s") if of.span == "workdays" else _("days from %(from)s to %(to)s")
    start, end = (titles.get(name, name) for name in of.columns)
    return pattern % {"from": start, "to": end}


def _conditions(of: Formula, titles: Mapping[str, str]) -> Iterator[str]:
    for column, allowed in of.where.items():
        yield f"{titles.get(column, column)} = {_or(allowed)}"
    for one in of.conditions:
        yield _condition(one, titles.get(one.column, one.column))


def _condition(one: Condition, title: str) -> str:
    if one.sign == "has":
        pattern = _("%(column)s filled in") if one.value else _("%(column)s not filled in")
        return pattern % {"column": title}
    if one.sign == "not":
        return _("%(column)s other than %(values)s") % {"column": title, "values": _or(one.value)}
    value = _number(one.value) if isinstance(one.value, int | float) else str(one.value)
    return f"{title} {_SIGNS[one.sign]} {value}"


def _or(values: Sequence[object]) -> str:
    words = {True: _("yes"), False: _("no"), None: _("empty")}
    return _(" or ").join(words[one] if one is None or isinstance(one, bool) else str(one) for one in values)


def _newest(of: Formula, titles: Mapping[str, str]) -> Iterator[str]:
    column = titles.get(of.last_column, of.last_column)
    if of.last_column and of.last_hours:
        yield _("newest %(hours)s hours by %(column)s") % {"hours": _number(of.last_hours), "column": column}
    if of.last_per:
        each = ", ".join(titles.get(name, name) for name in of.last_per)
        yield _("newest row of each %(columns)s") % {"columns": each}
