"""What changed from one contract to the next, and whether whoever builds on the data must be asked first.

Breaking is what makes data that were right wrong, or a number mean something else: a field gone, renamed or of another
type, limits drawn closer, another key, another unit or definition, less that is shown. The release follows semantic
versioning (https://semver.org): breaking raises the first number, an addition the second, anything else the third.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.evolution_said import SAID, WORDS
from mapalus.engine.text import _, translate

__all__ = ["Difference", "Size", "differences", "next_release", "size_of"]


class Size(StrEnum):
    """How far a change reaches; the names are those of semantic versioning."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


_ORDER = (Size.PATCH, Size.MINOR, Size.MAJOR)
_WIDER = {("integer", "number"), ("year", "integer"), ("year", "number"), ("yearmonth", "string"), ("date", "datetime")}
_MEANING = ("unit", "satuan", "scale", "concept", "konsep", "definition", "definisi", "classification", "klasifikasi",
            "measure", "ukuran")  # fmt: skip
_LOW = ("minimum", "exclusiveMinimum", "minLength")
_HIGH = ("maximum", "exclusiveMaximum", "maxLength")
_OPENNESS = ("terbuka", "terbatas", "tertutup")
_CADENCES = ("aliran", "harian", "mingguan", "bulanan", "triwulanan", "semesteran", "tahunan", "sekali")
_QUIET = ("aliases", "codes_by", "affixes", "written", "serial", "signs")


@dataclass(frozen=True)
class Difference:
    """One change between two contracts, as a sentence with what stood there and what stands there now."""

    kind: str
    size: Size
    field: str = ""
    facts: Mapping[str, Any] = dataclass_field(default_factory=dict)

    @property
    def is_breaking(self) -> bool:
        return self.size is Size.MAJOR

    def say(self, *, language: str | None = None) -> str:
        facts = {key: _plain(value, language) for key, value in self.facts.items()}
        return translate(SAID[self.kind], language=language) % {"field": self.field, **facts}

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "size": str(self.size), "field": self.field, "facts": dict(self.facts)}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Difference:
        return cls(kept["kind"], Size(kept["size"]), kept["field"], dict(kept["facts"]))


def _plain(value: Any, language: str | None) -> str:
    if value in (None, "", [], ()):
        return translate(_("nothing"), language=language)
    if isinstance(value, list | tuple):
        return ", ".join(str(one) for one in value[:20]) + (" ..." if len(value) > 20 else "")
    return translate(WORDS[value], language=language) if isinstance(value, str) and value in WORDS else str(value)


def size_of(found: Iterable[Difference]) -> Size:
    """How far the largest of them reaches."""
    return max((one.size for one in found), key=_ORDER.index, default=Size.PATCH)


def next_release(release: str, size: Size) -> str:
    """`2.1.3` after an addition: `2.2.0`. What is no release counts as 1.0.0."""
    read = re.fullmatch(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})", release or "1.0.0")
    major, minor, patch = (int(part) for part in read.groups()) if read else (1, 0, 0)
    match size:
        case Size.MAJOR:
            return f"{major + 1}.0.0"
        case Size.MINOR:
            return f"{major}.{minor + 1}.0"
        case _:
            return f"{major}.{minor}.{patch + 1}"


def differences(old: Contract, new: Contract) -> tuple[Difference, ...]:
    """Everything that changed, breaking changes first, then in the order of the contract."""
    found = [*_fields(old, new), *_keys(old, new), *_whole(old, new)]
    return tuple(sorted(found, key=lambda one: -_ORDER.index(one.size)))


# --- fields ----------------------------------------------------------------------------------------------------------


def _fields(old: Contract, new: Contract) -> Iterator[Difference]:
    before = {item.name: item for item in old.fields}
    after = {item.name: item for item in new.fields}
    renamed = _renamed(before, after)
    for name in before:
        if name in renamed:
            yield Difference("field-renamed", Size.MAJOR, name, {"to": renamed[name]})
            yield from _field(before[name], after[renamed[name]], old, new)
        elif name not in after:
            yield Difference("field-removed", Size.MAJOR, name)
    for name, item in after.items():
        if name in before:
            yield from _field(before[name], item, old, new)
        elif name not in renamed.values():
            required = item.is_required or name in new.primary_key
            yield Difference("field-required-added" if required else "field-added",
                             Size.MAJOR if required else Size.MINOR, name, {"type": item.type})  # fmt: skip


def _renamed(before: Mapping[str, Field], after: Mapping[str, Field]) -> dict[str, str]:
    """A field that is gone and whose name another one, new, gives as its alias."""
    fresh = [item for name, item in after.items() if name not in before]
    return {
        name: item.name
        for name in before
        if name not in after
        for item in fresh
        if name in item.aliases or (before[name].title and before[name].title == item.title)
    }


def _field(a: Field, b: Field, old: Contract, new: Contract) -> Iterator[Difference]:
    if a.type != b.type:
        size = Size.MINOR if (a.type, b.type) in _WIDER else Size.MAJOR
        yield Difference("type-changed", size, b.name, {"was": a.type, "now": b.type})
    elif (a.format, dict(a.options)) != (b.format, dict(b.options)):
        yield Difference("format-changed", Size.PATCH, b.name, {"was": a.format, "now": b.format})
    yield from _constraints(a, b)
    yield from _meaning(a, b)
    yield from _shown(a, b)
    words = [key for key in ("title", "description") if getattr(a, key) != getattr(b, key)]
    if words or a.aliases != b.aliases or old.missing_of(a) != new.missing_of(b):
        yield Difference("words-changed", Size.PATCH, b.name)


def _constraints(a: Field, b: Field) -> Iterator[Difference]:
    for key in dict.fromkeys([*a.constraints, *b.constraints]):
        was, now = a.constraints.get(key), b.constraints.get(key)
        if was == now or (not was and not now and key in ("required", "unique")):
            continue
        facts = {"rule": key, "was": was, "now": now}
        if key == "enum":
            yield from _enum(b.name, was, now)
        elif key in ("required", "unique"):
            yield Difference(f"{key}-added" if now else f"{key}-removed", Size.MAJOR if now else Size.MINOR, b.name)
        else:
            narrower = _is_narrower(key, was, now)
            yield Difference("rule-narrowed" if narrower else "rule-widened",
                             Size.MAJOR if narrower else Size.MINOR, b.name, facts)  # fmt: skip


def _enum(name: str, was: Any, now: Any) -> Iterator[Difference]:
    if now is None:
        yield Difference("enum-dropped", Size.MINOR, name)
        return
    gone = [one for one in was or () if one not in now]
    fresh = [one for one in now if one not in (was or ())]
    if was is None:
        yield Difference("enum-introduced", Size.MAJOR, name, {"values": list(now)})
        return
    if gone:
        yield Difference("values-removed", Size.MAJOR, name, {"values": gone})
    if fresh:
        yield Difference("values-added", Size.MINOR, name, {"values": fresh})


def _is_narrower(key: str, was: Any, now: Any) -> bool:
    if now is None:
        return False
    if was is None or key not in (*_LOW, *_HIGH):
        return True  # a pattern or schema that changed may refuse what it took before
    try:
        less = float(now) < float(was)
    except (TypeError, ValueError):
        less = str(now) < str(was)  # days and months as ISO writes them
    return less if key in _HIGH else not less


def _meaning(a: Field, b: Field) -> Iterator[Difference]:
    for key in _MEANING:
        was, now = a.mapalus.get(key), b.mapalus.get(key)
        if was != now:
            size = Size.MAJOR if was not in (None, "") else Size.MINOR  # told for the first time: nothing else is meant
            yield Difference("meaning-changed", size, b.name, {"what": key, "was": was, "now": now})
    was, now = (one.mapalus.get("codes") or one.mapalus.get("code_list") for one in (a, b))
    if was != now:
        yield Difference("codes-changed", Size.MAJOR if was else Size.MINOR, b.name, {"was": was, "now": now})


def _shown(a: Field, b: Field) -> Iterator[Difference]:
    was, now = bool(a.mapalus.get("published", True)), bool(b.mapalus.get("published", True))
    if was != now:
        yield Difference("hidden" if was else "shown", Size.MAJOR if was else Size.MINOR, b.name)
    if a.mapalus.get("personal") != b.mapalus.get("personal"):
        closer = bool(b.mapalus.get("personal")) and a.mapalus.get("personal") != "spesifik"
        yield Difference("masked" if b.is_personal else "unmasked", Size.MAJOR if closer else Size.MINOR, b.name)


# --- keys, and what is said of the whole -----------------------------------------------------------------------------


def _keys(old: Contract, new: Contract) -> Iterator[Difference]:
    if old.primary_key != new.primary_key:
        size = Size.MAJOR if old.primary_key else Size.MINOR
        facts = {"was": list(old.primary_key), "now": list(new.primary_key)}
        yield Difference("key-changed", size, "", facts)
    for key in set(new.unique_keys) - set(old.unique_keys):
        yield Difference("unique-key-added", Size.MAJOR, ", ".join(key))
    for key in set(old.unique_keys) - set(new.unique_keys):
        yield Difference("unique-key-removed", Size.MINOR, ", ".join(key))
    links = [{(one.fields, one.resource, one.reference_fields) for one in each.foreign_keys} for each in (old, new)]
    for fields, resource, _names in links[1] - links[0]:
        yield Difference("reference-added", Size.MAJOR, ", ".join(fields), {"to": resource})
    for fields, resource, _names in links[0] - links[1]:
        yield Difference("reference-removed", Size.MINOR, ", ".join(fields), {"to": resource})
    rules = [{one.name: (one.expression, one.tolerance) for one in each.rules} for each in (old, new)]
    for name in rules[1]:
        if rules[0].get(name) != rules[1][name]:
            yield Difference("row-rule-added", Size.MAJOR, "", {"rule": name, "text": rules[1][name][0]})
    for name in rules[0].keys() - rules[1].keys():
        yield Difference("row-rule-removed", Size.MINOR, "", {"rule": name})


_SAID_OF_ALL = ("due", "producer", "confirmer", "priority", "themes", "national_link", "reading", "bad_rows", "drift",
                "title_en", "description_en", "statistics", "ground")  # fmt: skip


def _whole(old: Contract, new: Contract) -> Iterator[Difference]:
    a, b = old.mapalus, new.mapalus
    yield from _ranked("classification", _OPENNESS, a.get("classification"), b.get("classification"))
    yield from _ranked("cadence", _CADENCES, a.get("cadence"), b.get("cadence"))
    for key in ("suppress", "counts_by"):
        if a.get(key) != b.get(key):
            yield Difference("suppression-changed", Size.MAJOR, "", {"was": a.get(key), "now": b.get(key)})
    for key in ("konsep", "definisi", "klasifikasi", "ukuran", "satuan", "concept", "definition", "unit_of_measure"):
        if a.get(key) != b.get(key):
            size = Size.MAJOR if a.get(key) else Size.MINOR
            yield Difference("meaning-changed", size, "", {"what": key, "was": a.get(key), "now": b.get(key)})
    names = [[str(one.get("name") or one.get("path")) for one in each.licenses] for each in (old, new)]
    if names[0] != names[1]:
        yield Difference("licence-changed", Size.MAJOR, "", {"was": names[0], "now": names[1]})
    if dict(old.dialect) != dict(new.dialect) or old.fields_match != new.fields_match:
        yield Difference("reading-changed", Size.PATCH)
    changed = [key for key in _SAID_OF_ALL if a.get(key) != b.get(key)]
    changed += [key for key in ("title", "description") if getattr(old, key) != getattr(new, key)]
    if changed:
        yield Difference("said-changed", Size.PATCH, "", {"keys": changed})


def _ranked(kind: str, order: tuple[str, ...], was: Any, now: Any) -> Iterator[Difference]:
    """Later in the order is less for whoever uses the data."""
    if was == now:
        return
    places = [order.index(one) if one in order else -1 for one in (was or order[0], now or order[0])]
    size = Size.MAJOR if places[1] > places[0] else Size.MINOR
    yield Difference(f"{kind}-changed", size, "", {"was": was, "now": now})
