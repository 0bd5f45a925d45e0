"""From a file to a declaration, strictly: all that is wrong is said at once, with its line and the nearest key."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapalus.engine.data.indicator import reading_parts as parts
from mapalus.engine.data.indicator.arithmetic import ArithmeticProblem, parse
from mapalus.engine.data.indicator.declaration import (
    Declaration,
    Formula,
    Incomplete,
    Input,
    Target,
    Window,
    bound_of,
)
from mapalus.engine.declaring import Bag, DeclarationProblem
from mapalus.engine.errors import Misconfigured
from mapalus.engine.strict_yaml import Located, YamlProblem, load_located, load_yaml
from mapalus.engine.text import _

__all__ = ["DeclarationProblem", "declaration_of", "examine", "formula_of", "read_declaration", "read_yaml"]

_DEPTH = 12
_TOP = (
    "code", "title", "title_en", "unit", "unit_en", "better", "dataset", "source", "producer", "value", "where",
    "period",
    "region", "province", "down_to", "dimensions", "status", "by", "inputs", "formula", "sql", "so_far", "moving",
    "change",
    "latest", "target", "targets", "thresholds", "decimals", "order", "note", "note_en", "coverage", "incomplete",
    "owner",
    "plan", "periodicity", "interpretation", "interpretation_en",
    "levels", "absent",
)  # fmt: skip
_BETTER = ("up", "down", "range", "neither")
_PLANS = ("rpjmd", "rkpd", "renstra", "spm", "sdg", "lppd", "lkpj", "rpjmn", "iku")
_OWNER = ("kind", "unit", "ground")
_OWNERS = ("bps", "sectoral")
_PERIODICITY = (
    "aliran", "harian", "mingguan", "bulanan", "triwulanan", "semesteran", "tahunan", "sekali", "lainnya",
)  # fmt: skip
_MOST_INPUTS = 20
_MOST_TARGETS = 20_000
_LONGEST = {"title": 240, "title_en": 240, "source": 240, "unit": 40, "unit_en": 40}
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def read_yaml(path: Path) -> dict[str, Any]:
    """A mapping from a YAML file of a pack. Raises `Misconfigured` with the file's name."""
    try:
        raw = load_yaml(_text(path), depth=_DEPTH)
    except YamlProblem as problem:
        raise Misconfigured(
            _("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=problem.line, problem=problem
        ) from None
    if not isinstance(raw, dict):
        raise Misconfigured(_("%(file)s must hold names and values."), file=str(path))
    return raw


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(_("%(file)s cannot be read."), file=str(path)) from None


def read_declaration(path: Path) -> Declaration:
    """One indicator file. Raises `Misconfigured` with everything that is wrong with it, each with its line."""
    try:
        located = load_located(_text(path), depth=_DEPTH)
    except YamlProblem as problem:
        raise Misconfigured(
            _("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=problem.line, problem=problem
        ) from None
    if located.problems:
        first = located.problems[0]
        raise Misconfigured(_("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=first.line, problem=first)
    return declaration_of(located.value, file=str(path), located=located, beside=path.parent)


def declaration_of(raw: Any, *, file: str, located: Located | None = None, beside: Path | None = None) -> Declaration:
    """The declaration in what was read. Raises `Misconfigured` with everything that is wrong with it.

    `beside`: the folder in which a list of targets is looked for.
    """
    made, problems = examine(raw, beside=beside)
    if made is None or problems:
        raise Misconfigured(
            _("%(file)s is not an indicator: %(wrong)s."), file=file, wrong=_Sentences(tuple(problems), located)
        )
    return made


@dataclass(frozen=True)
class _Sentences:
    """Several problems in one sentence, each with its line."""

    problems: tuple[DeclarationProblem, ...]
    located: Located | None

    def say(self, *, language: str | None = None) -> str:
        told = []
        for one in self.problems:
            key = ".".join(str(part) for part in one.path)
            line = Misconfigured(_("line %(line)s"), line=self.located.line(*one.path)).say(language=language) if (
                self.located
            ) else ""  # fmt: skip
            told.append(": ".join(filter(None, [", ".join(filter(None, [line, key])), one.say(language=language)])))
        return "; ".join(dict.fromkeys(told))

    def __str__(self) -> str:
        return self.say()


def formula_of(descriptor: Mapping[str, Any]) -> Formula:
    """The formula of the first input in a declaration that was read before."""
    made, _problems = examine(descriptor)
    return made.formula if made else Formula("count")


def examine(raw: Any, *, beside: Path | None = None) -> tuple[Declaration | None, list[DeclarationProblem]]:
    """The declaration, and what is wrong with it. Reading what was read before (`descriptor`) gives the same."""
    bag = Bag()
    if not isinstance(raw, Mapping):
        bag.wrong((), _("it must hold names and values"))
        return None, bag
    for key in raw:
        if key not in _TOP:
            bag.unknown((str(key),), key, _TOP)
    for key in ("code", "title"):
        if not str(raw.get(key) or "").strip() or isinstance(raw.get(key), Mapping | list):
            bag.wrong((key,), _("%(key)s is needed"), key=key)
    if len(str(raw.get("code") or "")) > 40:
        bag.wrong(("code",), _("a code has at most 40 letters"))
    elif isinstance(raw.get("code"), str) and raw["code"].strip() and not _CODE.fullmatch(raw["code"]):
        bag.wrong(("code",), _("a code is made of letters, digits, point, hyphen and _, without spaces"))
    for key, most in _LONGEST.items():
        if isinstance(raw.get(key), str) and len(raw[key]) > most:
            bag.wrong((key,), _("%(key)s has at most %(most)s letters"), key=key, most=most)
    made = _declared(raw, bag, beside)
    return (made, bag) if not bag else (None, bag)


def _declared(raw: Mapping[str, Any], bag: Bag, beside: Path | None) -> Declaration:
    inputs, expression, sql, sql_inputs = _what(raw, bag)
    first = next((one for one in inputs if one.dataset), inputs[0] if inputs else Input(""))
    targets = _targets(raw, bag, beside)
    is_single = not expression and not sql
    _choice(raw, "better", _BETTER, bag)
    _choice(raw, "incomplete", tuple(Incomplete), bag)
    _choice(raw, "periodicity", _PERIODICITY, bag)
    return Declaration(
        code=str(raw.get("code") or ""),
        title=str(raw.get("title") or ""),
        dataset=first.dataset or next(iter(sql_inputs.values()), ""),
        formula=first.formula,
        inputs=inputs,
        expression=expression,
        sql=sql,
        sql_inputs=sql_inputs,
        window=Window() if is_single else parts.window_of(raw, (), bag),
        title_en=_word(raw, "title_en"),
        unit=_word(raw, "unit"),
        unit_en=_word(raw, "unit_en"),
        better=_word(raw, "better") or "neither",
        source=_word(raw, "source"),
        period=first.period,
        region=first.region,
        province=first.province,
        by=_word(raw, "by"),
        target=next((one.value for one in reversed(targets) if one.region in ("", "*")), None),
        targets=targets,
        thresholds=_thresholds(raw, bag),
        decimals=_whole(raw, "decimals", bag),
        order=_whole(raw, "order", bag) or 0,
        coverage=_coverage(raw, inputs, bag),
        incomplete=Incomplete(raw["incomplete"]) if raw.get("incomplete") in tuple(Incomplete) else Incomplete.SHOW,
        owner=_named(raw, "owner", _OWNER, bag),
        plan=_named(raw, "plan", _PLANS, bag),
        periodicity=_word(raw, "periodicity"),
        meaning=_word(raw, "interpretation"),
        meaning_en=_word(raw, "interpretation_en"),
        descriptor=_kept(raw, targets),
    )


def _kept(raw: Mapping[str, Any], targets: tuple[Target, ...]) -> dict[str, Any]:
    """What was read, with a list of targets in it instead of its name: so it stays whole without its folder."""
    kept = dict(raw)
    if isinstance(raw.get("targets"), str):
        kept["targets"] = [
            {
                key: value
                for key, value in (("year", one.year), ("region", one.region), ("value", one.value))
                if value != ""
            }
            for one in targets
        ]
    return kept


def _what(raw: Mapping[str, Any], bag: Bag) -> tuple[tuple[Input, ...], str, str, dict[str, str]]:
    """What is worked out: one table with `value`, several inputs with a formula, or a statement in SQL."""
    if "sql" in raw:
        return (), "", *_sql(raw, bag)
    if "inputs" not in raw:
        if "formula" in raw:
            bag.wrong(("formula",), _("a formula needs inputs"))
        for key in ("dataset", "value"):
            if not raw.get(key):
                bag.wrong((key,), _("%(key)s is needed"), key=key)
        return (parts.input_of("", raw, (), bag, is_whole=True),), "", "", {}
    given = raw["inputs"]
    if not isinstance(given, Mapping) or not 1 <= len(given) <= _MOST_INPUTS:
        bag.wrong(("inputs",), _("inputs are names with what each of them is, at most %(most)s"), most=_MOST_INPUTS)
        return (), "", "", {}
    for key in (
        "dataset",
        "value",
        "where",
        "period",
        "region",
        "province",
        "dimensions",
        "down_to",
        "status",
        "levels",
        "absent",
    ):
        if key in raw:
            bag.wrong((key,), _("%(key)s stands under an input, where there are inputs"), key=key)
    inputs = tuple(parts.input_of(str(name), one, ("inputs", name), bag) for name, one in given.items())
    return inputs, _expression(raw, inputs, bag), "", {}


def _expression(raw: Mapping[str, Any], inputs: tuple[Input, ...], bag: Bag) -> str:
    text = str(raw.get("formula") or "")
    if not text and len(inputs) == 1:
        return inputs[0].name
    if not text:
        bag.wrong(("formula",), _("%(key)s is needed"), key="formula")
        return ""
    try:
        tree = parse(text)
    except ArithmeticProblem as problem:
        bag.wrong(("formula",), "%(problem)s", problem=problem)
        return ""
    names = [one.name for one in inputs]
    if tree.divides_by_nothing:
        bag.wrong(("formula",), _("the formula divides by 0"))
    for name in tree.names:
        if name not in names:
            bag.wrong(("formula",), _("there is no input %(name)s; there are: %(known)s"), name=name,
                      known=", ".join(names))  # fmt: skip
    for name in names:
        if name not in tree.names:
            bag.wrong(("inputs", name), _("the input %(name)s is not in the formula"), name=name)
    return text


def _sql(raw: Mapping[str, Any], bag: Bag) -> tuple[str, dict[str, str]]:
    from mapalus.engine.data.indicator.statement import shape_problem

    for key in ("value", "formula", "where", "period", "region", "dimensions", "levels"):
        if key in raw:
            bag.wrong((key,), _("%(key)s has no meaning beside sql"), key=key)
    given = raw.get("inputs")
    named: dict[str, str] = {}
    for name, one in given.items() if isinstance(given, Mapping) else ():
        dataset = one.get("dataset") if isinstance(one, Mapping) else one
        if not isinstance(dataset, str) or (isinstance(one, Mapping) and set(one) - {"dataset"}):
            bag.wrong(("inputs", name), _("an input of sql names its dataset and nothing else"))
        elif not parts.NAME.fullmatch(str(name)):
            bag.wrong(("inputs", name), _("%(name)s is no name: small letters, digits and _"), name=name)
        else:
            named[str(name)] = dataset
    if not named:
        bag.wrong(("inputs",), _("sql reads inputs; name them"))
    text = str(raw["sql"] or "")
    if problem := shape_problem(text):
        bag.wrong(("sql",), problem)
    return text, named


def _word(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    return "" if value is None or isinstance(value, Mapping | list) else str(value).strip()


def _choice(raw: Mapping[str, Any], key: str, known: Iterable[str], bag: Bag) -> None:
    if raw.get(key) is not None and raw[key] not in tuple(known):
        bag.one_of((key,), raw[key], known)


def _whole(raw: Mapping[str, Any], key: str, bag: Bag) -> int | None:
    value = raw.get(key)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= (9 if key == "decimals" else 10**6):
        bag.wrong((key,), _("%(value)s is no such number"), value=value)
        return None
    return value


def _named(raw: Mapping[str, Any], key: str, known: tuple[str, ...], bag: Bag) -> dict[str, str]:
    given = raw.get(key)
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        bag.wrong((key,), _("it must hold names and values"))
        return {}
    for name in given:
        if name not in known:
            bag.unknown((key, str(name)), name, known)
    if key == "owner" and given.get("kind") not in _OWNERS:
        bag.one_of((key, "kind"), given.get("kind"), _OWNERS)
    return {str(name): ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            for name, value in given.items()}  # fmt: skip


def _coverage(raw: Mapping[str, Any], inputs: tuple[Input, ...], bag: Bag) -> tuple[str, ...] | str:
    given = raw.get("coverage")
    if given is None:
        return ""
    if given != "none" and inputs and not any(one.region or one.indicator for one in inputs):
        bag.wrong(("coverage",), _("%(key)s needs a region: the column with the codes"), key="coverage")
    if isinstance(given, list):
        codes = tuple(str(code) for code in given)
        wrong = [code for code in codes if not parts.CODE.fullmatch(code)]
        if wrong:
            bag.wrong(("coverage",), _("%(value)s is no dotted code of a region; write it in quotes"), value=wrong[0])
        return codes
    if given not in ("kabupaten", "kecamatan", "desa", "none"):
        bag.one_of(("coverage",), given, ("kabupaten", "kecamatan", "desa", "none", "[...]"))
    return str(given)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _thresholds(raw: Mapping[str, Any], bag: Bag) -> dict[str, Any]:
    given = raw.get("thresholds") or {}
    if not isinstance(given, Mapping):
        bag.wrong(("thresholds",), _("it must hold names and values"))
        return {}
    for name, bound in given.items():
        if name not in ("good", "soon"):
            bag.unknown(("thresholds", str(name)), name, ("good", "soon"))
        elif not (_is_band(bound) or _is_bound(bound)):
            text = _("%(value)s is no limit: a number, a band [60, 85], target, or target - 5")
            bag.wrong(("thresholds", name), text, value=bound)  # fmt: skip
    if given and "good" not in given:
        bag.wrong(("thresholds",), _("%(key)s is needed"), key="good")
    _fitting(given, str(raw.get("better") or "neither"), bag)
    hangs = next((name for name, bound in given.items() if "target" in str(bound)), "")
    if hangs and raw.get("target") is None and raw.get("targets") is None:
        bag.wrong(("thresholds", hangs), _("this limit hangs on a target, and there is none"))
    return dict(given)


def _fitting(given: Mapping[str, Any], better: str, bag: Bag) -> None:
    """Bands for `range`, bounds for the others; what is still tolerable is no better than what is good."""
    for name, bound in given.items():
        if name not in ("good", "soon"):
            continue
        if better == "neither":
            bag.wrong(("better",), _("what has thresholds says in which direction: better: up, down or range"))
            return
        if (better == "range") != isinstance(bound, list):
            bag.wrong(("thresholds", name), _("a band [60, 85] belongs to better: range, and nothing else to it"))
        elif isinstance(bound, list) and len(bound) == 2 and all(map(is_number, bound)) and bound[0] > bound[1]:
            bag.wrong(("thresholds", name), _("a band begins with its smaller limit"))
    good, soon = given.get("good"), given.get("soon")
    if "good" in given and "soon" in given and _is_stricter(soon, good, better):
        bag.wrong(("thresholds", "soon"), _("soon %(soon)s is stricter than good %(good)s"), soon=soon, good=good)


def _is_stricter(soon: object, good: object, better: str) -> bool:
    """Whether what is still tolerable is less than what is good, whatever the target."""
    if isinstance(good, list) and isinstance(soon, list):
        is_pair = len(good) == len(soon) == 2
        return is_pair and (_is_stricter(soon[0], good[0], "up") or _is_stricter(soon[1], good[1], "down"))
    if is_number(good) != is_number(soon):
        return False  # which is more depends on the target
    found = []
    for target in (1.0, 1000.0):
        try:
            both = [bound_of(bound, target) for bound in (soon, good)]
        except (IndexError, KeyError, ValueError):
            return False  # it is no bound at all
        if not all(map(is_number, both)):
            return False
        found.append(both[0] > both[1] if better == "up" else both[0] < both[1])
    return all(found)


def _is_band(bound: object) -> bool:
    return isinstance(bound, list) and len(bound) == 2 and all(map(_is_bound, bound))


def _is_bound(bound: object) -> bool:
    return is_number(bound) or (isinstance(bound, str) and bool(parts.RELATIVE.fullmatch(bound)))


def _targets(raw: Mapping[str, Any], bag: Bag, beside: Path | None) -> tuple[Target, ...]:
    found: list[Target] = []
    if raw.get("target") is not None:
        if is_number(raw["target"]):
            found.append(Target(float(raw["target"])))
        else:
            bag.wrong(("target",), _("%(value)s is no such number"), value=raw["target"])
    given = raw.get("targets")
    if isinstance(given, str):
        given = _target_rows(given, bag, beside) if beside else []
    if given is not None and not isinstance(given, list):
        bag.wrong(("targets",), _("targets are a list, or the name of a CSV file beside this one"))
        return tuple(found)
    for place, one in enumerate((given or [])[:_MOST_TARGETS]):
        path = ("targets", place) if isinstance(raw["targets"], list) else ("targets",)
        made = _target(one, path, bag)
        found += [made] if made else []
    said: dict[tuple[int, str], float] = {}
    for made in found:
        if said.setdefault((made.year, made.region), made.value) != made.value:
            text = _("two targets for the same year and region: %(one)s and %(other)s")
            bag.wrong(("targets",), text, one=said[made.year, made.region], other=made.value)
    return tuple(found)


def _target(one: Any, path: tuple[object, ...], bag: Bag) -> Target | None:
    if not isinstance(one, Mapping) or not is_number(one.get("value")):
        bag.wrong(path, _("a target has a value, and may have a year and a region"))
        return None
    for key in one:
        if key not in ("year", "region", "value"):
            bag.unknown((*path, str(key)), key, ("year", "region", "value"))
    year, region = one.get("year", 0), str(one.get("region", "") or "")
    if not isinstance(year, int) or isinstance(year, bool) or not (year == 0 or 1900 <= year <= 2200):
        bag.wrong((*path, "year"), _("%(value)s is no year"), value=year)
        return None
    if region and region != "*" and not parts.CODE.fullmatch(region):
        bag.wrong((*path, "region"), _("%(value)s is no dotted code of a region; write it in quotes"), value=region)
        return None
    return Target(float(one["value"]), year, "" if len(region) == 2 else region)


def _target_rows(name: str, bag: Bag, beside: Path) -> list[dict[str, Any]]:
    path = beside / name
    if not name.endswith(".csv") or not path.resolve().is_relative_to(beside.resolve()):
        bag.wrong(("targets",), _("targets are a list, or the name of a CSV file beside this one"))
        return []
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return [
                {
                    "year": int(row.get("year") or 0),
                    "region": row.get("region") or "",
                    "value": float(row["value"] or ""),
                }
                for row in csv.DictReader(file)
            ]
    except (OSError, ValueError, KeyError, UnicodeDecodeError, csv.Error):
        bag.wrong(("targets",), _("%(file)s cannot be read: it has the columns year, region, value"), file=name)
        return []


Check = Callable[[object], bool]
