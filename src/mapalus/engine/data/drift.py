"""Drift: what came is not as what was published last. Found from what two versions say of themselves, not from rows.

A finding is one sentence with its numbers, and what to do. What matters waits for a person (`hold`), what may be only
news is asked without holding anything up (`ask`), what a contract calls unimportant is not said (`ignore`).

Measures and where they are from:
- Numbers: population stability index, sum of (q - p) ln(q / p) over tenths of the old distribution; 0.1 is a small,
  0.25 a large shift (N. Siddiqi, Credit Risk Scorecards, 2006, ch. 6). For small samples the index is large by chance:
  under no change it is (1/n + 1/m) times a chi-square with 9 degrees of freedom (B. Yurdakul, Statistical Properties of
  the Population Stability Index, 2018), so it must also pass the 99.9th percentile of that.
- Categories: total variation distance, half the sum of |q - p| (Levin, Peres, Wilmer, Markov Chains and Mixing Times,
  2009, ch. 4): the share of rows that lie elsewhere. It must also pass what chance gives at 99.9 percent (McDiarmid).
- Units: the quartiles are all a power of ten apart; money in thousands, shares as fractions.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.drift_finding import Finding, Kind, Level, Limits, limits_of
from mapalus.engine.data.drift_measures import by_chance, distance, power, stability, stability_by_chance
from mapalus.engine.text import _

__all__ = ["Arrived", "Finding", "Kind", "Level", "Limits", "compare", "limits_of"]


@dataclass(frozen=True)
class Arrived:
    """What is known of the file that came, beside its version: its columns, where they went, values of the others."""

    columns: Sequence[str] = ()  # headers as the producer wrote them
    places: Mapping[str, int] = field(default_factory=dict)  # field -> column, from 0
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)  # some values of columns that went nowhere
    unlisted: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # field -> values no list has -> rows

    @property
    def others(self) -> list[str]:
        """Columns that no field took."""
        taken = set(self.places.values())
        return [title for n, title in enumerate(self.columns) if n not in taken and title]


# --- comparing -------------------------------------------------------------------------------------------------------


def compare(
    before: Mapping[str, Any], after: Mapping[str, Any], *, contract: Contract, arrived: Arrived
) -> tuple[Finding, ...]:
    """What changed from the summary (`version.json`) of the last published version to that of the one that came."""
    limits = limits_of(contract)
    found: list[Finding] = []
    found += _columns(before, contract, arrived, limits)
    gone = {one.field for one in found}
    found += _volume(before, after, limits)
    found += _keys(before, after, contract, limits)
    for item in contract.fields:
        if item.name not in gone:
            found += _field(item.name, before, after, contract, limits)
    found += _unlisted(arrived, limits)
    return tuple(one for one in found if one.level is not Level.IGNORE)


def _made(limits: Limits, kind: Kind, name: str = "", **facts: Any) -> Finding:
    return Finding(kind, limits.level(kind), name, facts)


def _columns(before: Mapping[str, Any], contract: Contract, arrived: Arrived, limits: Limits) -> Iterator[Finding]:
    """Columns that came without a field, fields that were filled and have no column now, and which of them are one."""
    from mapalus.engine.data.drift_columns import renamed

    if not arrived.columns:
        return
    profile = before.get("profile") or {}
    absent = [
        item
        for item in contract.fields
        if item.name not in arrived.places and int(profile.get(item.name, {}).get("count") or 0)
    ]
    others = [title for title in arrived.others if title not in limits.ignored]
    for item, title, alike, shared in renamed(absent, others, before=before, arrived=arrived, least=limits["overlap"]):
        others.remove(title)
        absent.remove(item)
        yield _made(
            limits, Kind.RENAMED_COLUMN, item.name, title=title, alike=round(100 * alike),
            shared=-1 if shared is None else round(100 * shared),
        )  # fmt: skip
    for item in absent:
        count = int(profile[item.name]["count"])
        yield _made(limits, Kind.MISSING_COLUMN, item.name, count=count, columns=list(arrived.columns))
    for title in others:
        yield _made(limits, Kind.NEW_COLUMN, "", title=title)


def _rows(summary: Mapping[str, Any]) -> int:
    report = summary.get("report") or {}
    return int(report.get("good_rows", summary.get("published_rows", 0)) or 0)


def _all_rows(summary: Mapping[str, Any]) -> int:
    report = summary.get("report") or {}
    return int(report.get("rows") or _rows(summary) or 0)


def _volume(before: Mapping[str, Any], after: Mapping[str, Any], limits: Limits) -> Iterator[Finding]:
    old, new = _all_rows(before), _all_rows(after)
    if max(old, new) < limits["fewest"] or not old:
        return
    if new < limits["drop"] * old or new > limits["jump"] * old:
        direction = "less" if new < old else "more"
        yield _made(
            limits, Kind.VOLUME, before=old, after=new, percent=round(100 * (new - old) / old), direction=direction
        )


def _errors(summary: Mapping[str, Any], *codes: str) -> dict[str, int]:
    counts: Mapping[str, Mapping[str, int]] = (summary.get("report") or {}).get("error_counts") or {}
    found: dict[str, int] = {}
    for code in codes:
        for name, count in (counts.get(code) or {}).items():
            found[name] = found.get(name, 0) + int(count)
    return found


def _keys(before: Mapping[str, Any], after: Mapping[str, Any], contract: Contract, limits: Limits) -> Iterator[Finding]:
    rows, earlier = _all_rows(after), _all_rows(before)
    if rows < limits["fewest"] or not earlier:
        return
    twice = sum(_errors(after, "primary-key", "unique-error").values())
    was = sum(_errors(before, "primary-key", "unique-error").values())
    if twice > limits["key"] * rows and twice / rows > 2 * was / earlier:
        name = ", ".join(contract.primary_key)
        yield _made(limits, Kind.KEY_LOSS, name, count=twice, rows=rows, percent=round(100 * twice / rows))


def _field(
    name: str, before: Mapping[str, Any], after: Mapping[str, Any], contract: Contract, limits: Limits
) -> Iterator[Finding]:
    types = [{one["name"]: one.get("type") for one in each.get("fields") or ()}.get(name) for each in (before, after)]
    typed = list(_types(name, types, before, after, contract, limits))
    yield from typed
    profiles = [(each.get("profile") or {}).get(name) or {} for each in (before, after)]
    shapes = [(each.get("shape") or {}).get(name) or {} for each in (before, after)]
    if typed or not all(profiles):
        return
    yield from _missing(name, profiles, limits)
    counts = [int(one.get("count") or 0) for one in profiles]
    if min(counts) == 0:
        return
    role = _role(contract, name)
    if all(one.get("quantiles") for one in shapes) and role not in ("region", "period"):
        yield from _numbers(name, shapes[0]["quantiles"], shapes[1]["quantiles"], counts, limits)
    elif all("values" in one for one in shapes) and role != "measure":
        yield from _values(name, shapes[0]["values"], shapes[1]["values"], role, contract, (before, after), limits)


def _types(
    name: str,
    types: Sequence[Any],
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    contract: Contract,
    limits: Limits,
) -> Iterator[Finding]:
    same_contract = (before.get("origin") or {}).get("contract") == (after.get("origin") or {}).get("contract")
    if types[0] and types[1] and types[0] != types[1] and same_contract:
        yield _made(limits, Kind.TYPE_CHANGE, name, was=types[0], to=types[1], count=0, percent=100)
        return
    rows, earlier = _all_rows(after), _all_rows(before)
    wrong, was = _errors(after, "type-error").get(name, 0), _errors(before, "type-error").get(name, 0)
    if rows and wrong >= limits["errors"] * rows and wrong / rows > 2 * was / max(1, earlier):
        kind = contract.field(name).type
        yield _made(limits, Kind.TYPE_CHANGE, name, was=kind, to="?", count=wrong, percent=round(100 * wrong / rows))


def _missing(name: str, profiles: Sequence[Mapping[str, Any]], limits: Limits) -> Iterator[Finding]:
    shares = []
    for one in profiles:
        count, missing = int(one.get("count") or 0), int(one.get("missing") or 0)
        if count + missing < limits["fewest"]:
            return
        shares.append(missing / (count + missing))
    if shares[1] - shares[0] >= limits["missing"]:
        yield _made(
            limits, Kind.MISSING_RATE, name, before=round(100 * shares[0]), after=round(100 * shares[1]),
            count=int(profiles[1].get("missing") or 0),
        )  # fmt: skip


def _role(contract: Contract, name: str) -> str:
    from mapalus.engine.data.roles import role_of

    return role_of(contract.field(name))


def _values(
    name: str,
    old: Mapping[str, int],
    new: Mapping[str, int],
    role: str,
    contract: Contract,
    summaries: tuple[Mapping[str, Any], Mapping[str, Any]],
    limits: Limits,
) -> Iterator[Finding]:
    gone = sorted(set(old) - set(new))
    if role == "period":
        yield from _periods(name, old, new, summaries, limits)
        return
    if role == "region":
        if gone and (name in contract.primary_key or len(gone) >= 0.5 * len(old)):
            yield _made(limits, Kind.REGION_LOST, name, values=gone, count=len(gone), of=len(old))
        return
    if contract.primary_key == (name,) or len(old) > 60 or sum(old.values()) < limits["fewest"]:
        return  # one row each, or too many to be categories
    rows, came = sum(old.values()), sum(new.values())
    fresh = sorted(set(new) - set(old))
    if fresh and "enum" not in contract.field(name).constraints and len(fresh) <= len(old):
        share = sum(new[value] for value in fresh) / came
        if share >= 0.02:
            yield _made(limits, Kind.NEW_VALUES, name, values=fresh, count=sum(new[value] for value in fresh))
    lost = [value for value in gone if old[value] >= max(5, 0.05 * rows)]
    if lost and came >= limits["fewest"]:
        yield _made(limits, Kind.GONE_VALUES, name, values=lost, count=sum(old[value] for value in lost))
    apart = distance(old, new)
    if apart >= max(limits["distance"], by_chance(old, new)) and not fresh and not lost:
        yield _made(limits, Kind.DISTRIBUTION, name, measure=_("share of rows in other categories"),
                    size=round(100 * apart), was=_most(old), now=_most(new), unit="%")  # fmt: skip


def _most(counts: Mapping[str, int]) -> str:
    total = sum(counts.values())
    named = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:3]
    return ", ".join(f"{value} {round(100 * count / total)} %" for value, count in named)


def _periods(
    name: str,
    old: Mapping[str, int],
    new: Mapping[str, int],
    summaries: tuple[Mapping[str, Any], Mapping[str, Any]],
    limits: Limits,
) -> Iterator[Finding]:
    """A hole or a lost end, where tables hold several periods; what rolls out at the old end is no loss."""
    periods = [str((one.get("origin") or {}).get("period") or "") for one in summaries]
    if len(old) < 2 or len(new) < 2 or (all(periods) and periods[1] < periods[0]):
        return
    first = min(new, key=_in_order)
    lost = sorted((value for value in set(old) - set(new) if _in_order(value) > _in_order(first)), key=_in_order)
    if lost:
        yield _made(limits, Kind.PERIOD_LOST, name, values=lost, count=len(lost), of=len(old))


def _in_order(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return math.inf, value


def _numbers(
    name: str, old: Sequence[float], new: Sequence[float], counts: Sequence[int], limits: Limits
) -> Iterator[Finding]:
    if min(counts) < 5:
        return
    factor = power(old, new)
    if factor:
        middle = len(old) // 2
        yield _made(limits, Kind.UNIT_JUMP, name, factor=factor, was=old[middle], now=new[middle])
        return
    if min(counts) < limits["fewest"]:
        return
    size = stability(old, new)
    if size >= max(limits["psi"], stability_by_chance(*counts)):
        middle = len(old) // 2
        yield _made(limits, Kind.DISTRIBUTION, name, measure=_("population stability index"), size=round(size, 2),
                    was=old[middle], now=new[middle], unit="")  # fmt: skip


def _unlisted(arrived: Arrived, limits: Limits) -> Iterable[Finding]:
    """Values that stand in no code list of the contract: each row of them waits until somebody says what they are."""
    for name, counts in arrived.unlisted.items():
        values = sorted(counts)
        yield _made(limits, Kind.NEW_VALUES, name, values=values[:50], count=sum(counts.values()), is_listed=True)
