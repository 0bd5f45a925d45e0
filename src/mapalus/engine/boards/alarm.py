"""Alarms: rules over what an indicator says, and whether they hold now.

    # packs/<pack>/alarms/dbd-naik.yml
    indicator: LIV-08
    title: Kasus DBD di luar batas
    title_en: Dengue cases outside the limit
    when: {state: late}        # it reached soon or late of its own thresholds
    #     {above: 90}          # or a bound of the rule's own: above, below
    #     {trend: 3}           # it moved more than so many times its usual step (median of the steps before)
    #     {late: true}         # newer data are owed
    after: 2                   # so many values in a row, 1 unless told
    regions: kabupaten         # each kabupaten and kota by itself; province unless told
    to: [pos:dinkes.kadis]     # positions; the producer of its data unless told
    urgent: true

A value that is missing neither raises an alarm nor ends one: nobody knows. The trend is judged by the median of the
absolute steps before the newest (robust against single outliers; F. Hampel, The Influence Curve, 1974); with fewer
than five steps nothing is usual yet.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from mapalus.engine.declaring import Bag, DeclarationProblem
from mapalus.engine.errors import Misconfigured
from mapalus.engine.strict_yaml import YamlProblem, load_yaml
from mapalus.engine.text import _

__all__ = ["Rule", "Seen", "examine_rule", "holds", "read_rule"]

_KEYS = ("indicator", "title", "title_en", "when", "after", "regions", "to", "urgent")
_WHEN = ("state", "above", "below", "trend", "late")
_STATES = ("soon", "late")
_REGIONS = ("province", "kabupaten")
_USUAL = 5  # steps from which a usual one is known
_DEPTH = 4
_MOST = 20
_RANK = {"good": 0, "soon": 1, "late": 2}


@dataclass(frozen=True)
class Rule:
    """When whom an indicator alarms. Exactly one of state, above, below, trend and is_late is asked for."""

    name: str
    indicator: str
    title: str
    title_en: str = ""
    state: str = ""
    above: float | None = None
    below: float | None = None
    trend: float | None = None
    is_late: bool = False
    after: int = 1
    regions: str = "province"
    to: tuple[str, ...] = ()  # codes of positions; empty: the producer
    urgent: bool = False
    descriptor: Mapping[str, Any] = field(default_factory=dict)

    def title_in(self, language: str) -> str:
        return self.title_en if self.title_en and language.startswith("en") else self.title


@dataclass(frozen=True)
class Seen:
    """What a rule looks at: the newest values (oldest first), how each stands, and whether newer data are owed."""

    values: Sequence[float | None]
    states: Sequence[str] = ()  # good, soon, late or none, for each value
    is_late: bool = False


def read_rule(path: Path) -> Rule:
    """One file. Raises `Misconfigured` with everything that is wrong with it."""
    try:
        raw = load_yaml(path.read_text(encoding="utf-8"), depth=_DEPTH)
    except (OSError, UnicodeDecodeError):
        raise Misconfigured(_("%(file)s cannot be read."), file=str(path)) from None
    except YamlProblem as problem:
        raise Misconfigured(
            _("%(file)s, line %(line)s: %(problem)s"), file=str(path), line=problem.line, problem=problem
        ) from None
    rule, problems = examine_rule(raw, name=path.stem)
    if rule is None:
        told = "; ".join(str(one) for one in problems)
        raise Misconfigured(_("%(file)s is not a rule for alarms: %(wrong)s."), file=str(path), wrong=told)
    return rule


def examine_rule(raw: Any, *, name: str) -> tuple[Rule | None, list[DeclarationProblem]]:
    """The rule in what was read, and what is wrong with it; no rule where anything is."""
    bag = Bag()
    if not isinstance(raw, Mapping):
        bag.wrong((), _("it must hold names and values"))
        return None, bag
    for key in raw:
        if key not in _KEYS:
            bag.unknown((key,), key, _KEYS)
    for key in ("indicator", "title"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            bag.wrong((key,), _("it needs %(key)s"), key=key)
    when = _when(raw.get("when"), bag)
    after = raw.get("after", 1)
    if isinstance(after, bool) or not isinstance(after, int) or not 1 <= after <= _MOST:
        bag.wrong(("after",), _("it is a whole number from %(least)s to %(most)s"), least=1, most=_MOST)
    if raw.get("regions", "province") not in _REGIONS:
        bag.unknown(("regions",), raw.get("regions"), _REGIONS)
    urgent = raw.get("urgent", False)
    if not isinstance(urgent, bool):
        bag.wrong(("urgent",), _("it is true or false"))
    to = _positions(raw.get("to"), bag)
    if bag:
        return None, bag
    return Rule(
        name=name, indicator=raw["indicator"], title=raw["title"], title_en=str(raw.get("title_en") or ""),
        after=after, regions=str(raw.get("regions", "province")), to=to, urgent=urgent, descriptor=dict(raw), **when,
    ), bag  # fmt: skip


def _when(raw: Any, bag: Bag) -> dict[str, Any]:
    if not isinstance(raw, Mapping) or len(raw) != 1:
        bag.wrong(("when",), _("it says one thing: %(known)s"), known=", ".join(_WHEN))
        return {}
    key, value = next(iter(raw.items()))
    if key not in _WHEN:
        bag.unknown(("when", key), key, _WHEN)
        return {}
    if key == "state":
        if value not in _STATES:
            bag.unknown(("when", key), value, _STATES)
        return {"state": value}
    if key == "late":
        if value is not True:
            bag.wrong(("when", key), _("it is true, or not there"))
        return {"is_late": True}
    if isinstance(value, bool) or not isinstance(value, int | float) or (key == "trend" and value <= 0):
        bag.wrong(("when", key), _("it is a number"))
        return {}
    return {key: float(value)}


def _positions(raw: Any, bag: Bag) -> tuple[str, ...]:
    items = raw if isinstance(raw, list) else [raw] if raw is not None else []
    if not all(isinstance(one, str) and one.startswith("pos:") and len(one) > 4 for one in items):
        bag.wrong(("to",), _("it is a list of positions: pos:dinkes.kadis"))
        return ()
    return tuple(one.removeprefix("pos:") for one in items)


def holds(rule: Rule, seen: Seen) -> bool | None:
    """Whether the rule holds now; None where nobody knows, because a value is missing."""
    if rule.is_late:
        return seen.is_late
    if rule.trend is not None:
        return _breaks(seen.values, rule.trend)
    newest = list(seen.values)[-rule.after :]
    if not newest or newest[-1] is None:
        return None
    states = [*seen.states][-rule.after :] if seen.states else ["none"] * len(newest)
    told = [_crosses(rule, value, state) for value, state in zip(newest, states, strict=True)]
    if told[-1] is None:
        return None
    return len(told) == rule.after and all(told)


def _crosses(rule: Rule, value: float | None, state: str) -> bool | None:
    if value is None:
        return False if rule.after > 1 else None
    if rule.state:
        return None if state not in _RANK else _RANK[state] >= _RANK[rule.state]
    if rule.above is not None:
        return value > rule.above
    return rule.below is not None and value < rule.below


def _breaks(values: Sequence[float | None], times: float) -> bool | None:
    if not values or values[-1] is None:
        return None
    known = [value for value in values if value is not None]
    steps = [abs(after - before) for before, after in pairwise(known)]
    if len(steps) <= _USUAL:
        return None
    usual = statistics.median(steps[:-1])
    return steps[-1] > times * usual if usual > 0 else steps[-1] > 0
