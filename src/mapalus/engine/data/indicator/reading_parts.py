"""Parts of a declaration: an input, its formula, its conditions, its windows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.indicator.declaration import LEVELS, Change, Condition, Formula, Input, Moving, Window
from mapalus.engine.data.indicator.periods import parsed, spelt
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.declaring import Bag

__all__ = ["CODE", "NAME", "RELATIVE", "input_of", "window_of"]

CODE = re.compile(r"\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?")
NAME = re.compile(r"[a-z_][a-z0-9_]{0,39}")
RELATIVE = re.compile(r"target( [-+*/] \d+(\.\d+)?)?")

AGGREGATES = ("sum", "mean", "max", "min", "count", "only", "median", "percentile", "stddev", "distinct")
_FORMULA = (*AGGREGATES, "over", "weight", "at", "times", "where", "last")
_SPANS = ("days", "workdays", "hours")
_INPUT = (
    "dataset", "indicator", "value", "where", "period", "region", "province", "down_to", "dimensions", "by", "status",
    "match", "spread", "absent", "so_far", "moving", "change", "latest",
)  # fmt: skip
_SIGNS = ("min", "max", "above", "below", "not", "has")
_PARTS = ("period", "year", "semester", "quarter", "month", "week", "day")
_OF_A_DAY = ("year_of", "semester_of", "quarter_of", "month_of", "week_of", "day_of")
_WINDOWS = ("so_far", "moving", "change", "latest")
_SPREADS = ("regions", "dimensions", "both")
_MATCHES = ("exact", "year", "latest")
_MOST_DIMENSIONS = 3
_COUNTED = ("count", "sum", "distinct")  # of which there can be none
_NEVER_ADDED = ("median", "percentile", "stddev", "distinct", "max", "min")

_Path = tuple[object, ...]


def input_of(name: str, raw: Any, path: _Path, bag: Bag, *, is_whole: bool = False) -> Input:
    """One input. `is_whole`: the declaration itself says it, beside everything else it says."""
    if not isinstance(raw, Mapping):
        bag.wrong(path, _("an input says its dataset and value, or an indicator"))
        return Input(name)
    if not is_whole:
        _check_input(name, raw, path, bag)
    formula = _formula(raw, path, bag) if raw.get("value") is not None else Formula("count")
    match = _match(raw.get("match"), (*path, "match"), bag) if not is_whole else ""
    window = window_of(raw, path, bag)
    _check_added(formula, window, path, bag)
    if not raw.get("region") and not raw.get("indicator"):
        for key in ("down_to", "province"):
            if raw.get(key) not in (None, "rows"):
                bag.wrong((*path, key), _("%(key)s needs a region: the column with the codes"), key=key)
    return Input(
        name=name,
        dataset=_one(raw, "dataset", path, bag),
        indicator="" if is_whole else _one(raw, "indicator", path, bag),
        formula=formula,
        period=_period(raw.get("period"), (*path, "period"), bag),
        region=_one(raw, "region", path, bag),
        dimensions=_dimensions(raw, path, bag, is_whole=is_whole),
        province=_province(raw.get("province"), (*path, "province"), bag),
        down_to=_level(raw.get("down_to"), (*path, "down_to"), bag),
        status=_one(raw, "status", path, bag),
        match=match,
        spread=_spread(raw, path, bag) if not is_whole else "",
        is_list=_is_list(raw, formula, path, bag),
        window=window,
    )


def _check_added(formula: Formula, window: Window, path: _Path, bag: Bag) -> None:
    """Medians and the like of several periods cannot be added."""
    is_added = window.so_far or (window.moving is not None and window.moving.of == "sum")
    if is_added and formula.aggregate in _NEVER_ADDED and not formula.over:
        key = "so_far" if window.so_far else "moving"
        text = _("%(kind)s of several periods cannot be added up; moving: {periods: 3, of: mean} takes their mean")
        bag.wrong((*path, key), text, kind=formula.aggregate)


def _is_list(raw: Mapping[str, Any], formula: Formula, path: _Path, bag: Bag) -> bool:
    """`absent: 0`: the rows are a list of events, and where there is none, there was none."""
    given = raw.get("absent")
    if given is None:
        return False
    if given != 0 or isinstance(given, bool):
        bag.one_of((*path, "absent"), given, ("0",))
    elif formula.aggregate not in _COUNTED or formula.over:
        bag.wrong((*path, "absent"), _("absent: 0 belongs to %(known)s without over"), known=", ".join(_COUNTED))
    return True


def _one(raw: Mapping[str, Any], key: str, path: _Path, bag: Bag) -> str:
    """One name, of a column or another thing."""
    given = raw.get(key)
    if given is None or isinstance(given, str):
        return given or ""
    bag.wrong((*path, key), _("here stands one name, in quotes where it looks like a number"))
    return ""


def _check_input(name: str, raw: Mapping[str, Any], path: _Path, bag: Bag) -> None:
    if not NAME.fullmatch(name):
        bag.wrong(path, _("%(name)s is no name: small letters, digits and _"), name=name)
    for key in raw:
        if key not in _INPUT:
            bag.unknown((*path, str(key)), key, _INPUT)
    if raw.get("indicator"):
        for key in ("dataset", "value", "where", "period", "region", "province", "status", "dimensions", "absent"):
            if key in raw:
                bag.wrong((*path, key), _("%(key)s has no meaning beside indicator"), key=key)
        return
    for key in ("dataset", "value"):
        if not raw.get(key):
            bag.wrong((*path, key), _("%(key)s is needed"), key=key)


def _formula(raw: Mapping[str, Any], path: _Path, bag: Bag) -> Formula:
    given, here = raw["value"], (*path, "value")
    if not isinstance(given, Mapping):
        bag.wrong(here, _("a value says what is worked out: {sum: column}, {count: rows}"))
        return Formula("count")
    for key in given:
        if key not in _FORMULA:
            bag.unknown((*here, str(key)), key, _FORMULA)
    kinds = [kind for kind in AGGREGATES if kind in given]
    if len(kinds) != 1:
        bag.wrong(here, _("a value has exactly one of %(known)s"), known=", ".join(AGGREGATES))
        return Formula("count")
    kind = kinds[0]
    if kind == "count" and given["count"] != "rows":
        bag.wrong((*here, "count"), _("write count: rows"))
    span, columns = ("", ()) if kind == "count" else _what(given[kind], (*here, kind), bag)
    if kind in ("only", "median", "percentile", "stddev", "distinct") and (
        "over" in given or (len(columns) != 1 and not span)
    ):
        bag.wrong(here, _("%(kind)s takes one column and no over"), kind=kind)
    if span and (kind in ("only", "distinct") or "over" in given or "weight" in given):
        bag.wrong(here, _("days between two days are summed, or their mean, median, percentile, max or min is taken"))
    over = _names(given.get("over"), (*here, "over"), bag) if given.get("over") is not None else ()
    if "weight" in given:
        over = _weight(kind, given, here, bag)
    where, conditions = _where([(raw.get("where"), path), (given.get("where"), here)], bag)
    last = _last(given.get("last"), (*here, "last"), bag)
    return Formula(
        aggregate="weighted" if "weight" in given else kind,
        columns=columns,
        over=over,
        times=_times(given.get("times", 1), (*here, "times"), bag),
        where=where,
        conditions=conditions,
        last_column=str(last.get("column") or ""),
        last_hours=_number(last.get("hours", 0), (*here, "last"), bag),
        last_per=_names(last.get("per"), (*here, "last"), bag) if last.get("per") else (),
        span=span,
        levels=_levels(raw.get("levels"), kind, columns, span, bag),
        at=_at(kind, given, here, bag),
    )


def _last(raw: Any, path: _Path, bag: Bag) -> Mapping[str, Any]:
    """`{column: waktu, hours: 24}`, `{column: waktu, per: kode}`; empty where it is wrong."""
    if raw is None:
        return {}
    hours = raw.get("hours", 1) if isinstance(raw, Mapping) else 0
    is_positive = isinstance(hours, int | float) and not isinstance(hours, bool) and hours > 0
    if (
        isinstance(raw, Mapping) and isinstance(raw.get("column"), str) and is_positive
        and set(raw) & {"hours", "per"} and not set(raw) - {"column", "hours", "per"}
    ):  # fmt: skip
        return raw
    bag.wrong(path, _("last names a column, and hours or per"))
    return {}


def _times(raw: Any, path: _Path, bag: Bag) -> float:
    found = _number(raw, path, bag)
    if not found:
        bag.wrong(path, _("%(value)s is no such number"), value=raw)
    return found


def _what(raw: Any, path: _Path, bag: Bag) -> tuple[str, tuple[str, ...]]:
    """Columns, or two days between which days are counted: `{workdays: [masuk, selesai]}`."""
    if not isinstance(raw, Mapping):
        return "", _names(raw, path, bag)
    for key in raw:
        if key not in _SPANS:
            bag.unknown((*path, str(key)), key, _SPANS)
    span = next((key for key in _SPANS if key in raw), "")
    columns = _names(raw[span], (*path, span), bag) if span else ()
    if not span or len(raw) != 1 or len(columns) != 2:
        bag.wrong(path, _("days are counted between two columns: {workdays: [from, to]}"))
    return span, columns


def _weight(kind: str, given: Mapping[str, Any], here: _Path, bag: Bag) -> tuple[str, ...]:
    names = _names(given["weight"], (*here, "weight"), bag)
    if kind != "mean" or "over" in given or len(names) > 1:
        bag.wrong((*here, "weight"), _("weight is one column, beside mean and without over"))
    return names


def _levels(raw: Any, kind: str, columns: tuple[str, ...], span: str, bag: Bag) -> tuple[str, ...]:
    """`levels: [TMP, TW, WDP, WTP]`: the words of the one column, from the lowest to the highest."""
    if raw is None:
        return ()
    words = [str(word).strip() for word in raw] if isinstance(raw, list) else []
    if not 2 <= len(words) <= 30 or len({word.casefold() for word in words}) < len(words) or not all(words):
        bag.wrong(("levels",), _("levels are from 2 to 30 different words, the lowest first"))
        return ()
    if kind in ("count", "distinct") or len(columns) != 1 or span:
        bag.wrong(("levels",), _("levels are the words of one column"))
    return tuple(words)


def _at(kind: str, given: Mapping[str, Any], here: _Path, bag: Bag) -> float:
    if kind != "percentile":
        if "at" in given:
            bag.wrong((*here, "at"), _("%(key)s has a meaning beside percentile alone"), key="at")
        return 50.0
    at = given.get("at")
    if not isinstance(at, int | float) or isinstance(at, bool) or not 0 <= at <= 100:
        bag.wrong((*here, "at"), _("at says which percentile: a number from 0 to 100"))
        return 50.0
    return float(at)


def _match(raw: Any, path: _Path, bag: Bag) -> str:
    """How its period is found; empty: the same. A period (2020, 2020-01): that one for all, as for an index."""
    text = str(raw or "")
    if not text or text == "exact":
        return ""
    if text in _MATCHES:
        return text
    if parsed(text) is None:
        bag.wrong(path, _("%(value)s does not fit; it is exact, year, latest, or a period such as 2020"), value=text)
        return ""
    return spelt(text)


def _where(given: list[tuple[Any, _Path]], bag: Bag) -> tuple[dict[str, tuple[object, ...]], tuple[Condition, ...]]:
    equal: dict[str, tuple[object, ...]] = {}
    others: list[Condition] = []
    for raw, path in given:
        if raw is None:
            continue
        if not isinstance(raw, Mapping):
            bag.wrong((*path, "where"), _("where says columns with what they hold"))
            continue
        for column, wanted in raw.items():
            if isinstance(wanted, Mapping):
                others += _conditions(str(column), wanted, path, bag)
            elif wanted == []:
                bag.wrong((*path, "where", column), _("this list is empty: name what the column should hold"))
            else:
                equal[str(column)] = tuple(wanted) if isinstance(wanted, list) else (wanted,)
    return equal, tuple(others)


def _conditions(column: str, wanted: Mapping[str, Any], path: _Path, bag: Bag) -> list[Condition]:
    found = []
    for sign, value in wanted.items():
        if sign not in _SIGNS:
            bag.unknown((*path, "where", column, str(sign)), sign, _SIGNS)
            continue
        if sign == "not":
            value = tuple(value) if isinstance(value, list) else (value,)
        if sign == "has" and not isinstance(value, bool):
            bag.one_of((*path, "where", column, sign), value, ("true", "false"))
        found.append(Condition(column, str(sign), value))
    return found


def _names(raw: Any, path: _Path, bag: Bag) -> tuple[str, ...]:
    names = raw if isinstance(raw, list) else [raw]
    if not names or not all(isinstance(name, str) and name for name in names):
        bag.wrong(path, _("here stands the name of a column, or a list of them"))
        return ()
    return tuple(names)


def _number(raw: Any, path: _Path, bag: Bag) -> float:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return float(raw)
    bag.wrong(path, _("%(value)s is no such number"), value=raw)
    return 1.0


def _flag(raw: Mapping[str, Any], key: str, path: _Path, bag: Bag) -> bool:
    value = raw.get(key, False)
    if not isinstance(value, bool):
        bag.one_of((*path, key), value, ("true", "false"))
        return False
    return value


def _spread(raw: Mapping[str, Any], path: _Path, bag: Bag) -> str:
    value = raw.get("spread")
    if value is None:
        return ""
    if value not in _SPREADS:
        bag.one_of((*path, "spread"), value, _SPREADS)
        return ""
    return str(value)


def _period(raw: Any, path: _Path, bag: Bag) -> dict[str, str]:
    if raw is None:
        return {}
    if isinstance(raw, Mapping):
        for part in raw:
            if part not in (*_PARTS, *_OF_A_DAY):
                bag.unknown((*path, str(part)), part, (*_PARTS, *_OF_A_DAY))
        if len(raw) == 1 and set(raw) <= set(_OF_A_DAY):
            return _columns(raw, path, bag)
        if "year" not in raw and "period" not in raw:
            bag.wrong(path, _("%(key)s is needed"), key="year")
        return _columns(raw, path, bag)
    if not isinstance(raw, str):
        bag.wrong(path, _("here stands the name of a column, or its parts: {year: tahun, month: bulan}"))
        return {}
    return {"period": raw}


def _columns(raw: Mapping[str, Any], path: _Path, bag: Bag) -> dict[str, str]:
    return {str(part): _one(raw, part, path, bag) for part in raw}


def _dimensions(raw: Mapping[str, Any], path: _Path, bag: Bag, *, is_whole: bool) -> tuple[str, ...]:
    given = raw.get("dimensions") or ([] if is_whole else raw.get("by")) or []
    names = _names(given, (*path, "dimensions"), bag) if given else ()
    if len(set(names)) < len(names):
        bag.wrong((*path, "dimensions"), _("each dimension stands once"))
    if len(names) > _MOST_DIMENSIONS:
        bag.wrong((*path, "dimensions"), _("at most %(most)s dimensions"), most=_MOST_DIMENSIONS)
    return names


def _province(raw: Any, path: _Path, bag: Bag) -> str:
    text = str(raw if raw is not None else "rows")
    if text != "rows" and not re.fullmatch(r"\d{2}", text):
        bag.wrong(path, _("%(value)s is no province: rows, or a code in quotes"), value=raw)
    return text


def _level(raw: Any, path: _Path, bag: Bag) -> int:
    if raw is None:
        return LEVELS["desa"]
    if raw not in LEVELS:
        bag.one_of(path, raw, LEVELS)
        return LEVELS["desa"]
    return LEVELS[raw]


def window_of(raw: Mapping[str, Any], path: _Path, bag: Bag) -> Window:
    """`so_far: year`, `moving: 3`, `change: yoy`, `latest: true`."""
    so_far = raw.get("so_far")
    if so_far is not None and so_far != "year":
        bag.one_of((*path, "so_far"), so_far, ("year",))
    return Window(
        so_far=so_far == "year",
        moving=_moving(raw.get("moving"), (*path, "moving"), bag),
        change=_change(raw.get("change"), (*path, "change"), bag),
        latest=_flag(raw, "latest", path, bag),
    )


def _moving(raw: Any, path: _Path, bag: Bag) -> Moving | None:
    if raw is None:
        return None
    given = raw if isinstance(raw, Mapping) else {"periods": raw}
    periods, of = given.get("periods"), given.get("of", "sum")
    if not isinstance(periods, int) or isinstance(periods, bool) or not 2 <= periods <= 400:
        bag.wrong(path, _("moving is a number of periods, from 2 to 400"))
        return None
    if of not in ("sum", "mean") or set(given) - {"periods", "of"}:
        bag.one_of(path, of, ("sum", "mean"))
    return Moving(periods, str(of))


def _change(raw: Any, path: _Path, bag: Bag) -> Change | None:
    if raw is None:
        return None
    given = raw if isinstance(raw, Mapping) else {"to": raw}
    to, form = given.get("to"), given.get("as", "percent")
    if to not in ("yoy", "prev"):
        bag.one_of(path, to, ("yoy", "prev"))
        return None
    if form not in ("percent", "difference") or set(given) - {"to", "as"}:
        bag.one_of(path, form, ("percent", "difference"))
    return Change(str(to), form == "percent")
