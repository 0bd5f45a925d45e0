"""Which feature is which region: by its code, in the forms files use; never by a guess.

Kemendagri writes `71.07` (also `7107`), BPS `7109` for the same kabupaten, in four columns or one, HDX `ID7109`. Digits
without dots can be either, so the name of the column or the names of the regions must decide; else it is refused.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mapalus.engine.boundaries.outlines import GRAIN
from mapalus.engine.boundaries.reading import Feature, Features, NotBoundaries
from mapalus.engine.text import _

__all__ = ["Known", "Matched", "dotted", "matched", "reach"]

_DOTTED = re.compile(r"\d\d(\.\d\d(\.\d\d(\.\d{4})?)?)?")
_DIGITS = re.compile(r"(?:ID)?(\d{2}|\d{4}|\d{6,7}|\d{10})", re.IGNORECASE)
_LEVELS = {2: 1, 4: 2, 6: 3, 7: 3, 10: 4}
_COLUMNS = (("kdprov", 2), ("kdkab", 2), ("kdkec", 3), ("kddesa", 3))
_OF_BPS = ("bps", "pcode", "kdprov", "idkab", "idkec", "iddesa", "idsls")
_OF_KEMENDAGRI = ("pum", "kemendagri", "dagri", "pkab", "pum")
_KINDS = re.compile(
    r"^(kabupaten|kab\.?|kota administrasi|kota adm\.?|kota|provinsi|kecamatan|kec\.?|desa|kelurahan)\s+"
)
Ring = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Known:
    """A region as the directory has it."""

    code: str
    name: str
    level: int
    bps_code: str = ""


@dataclass(frozen=True)
class Matched:
    """The rings of each region of one level, and what was left out of the file."""

    level: int
    column: str
    system: str  # kemendagri, bps
    rings: Mapping[str, tuple[Ring, ...]]
    unknown: tuple[str, ...]  # values of the column that are no region of this province


@dataclass(frozen=True)
class _Way:
    """One reading of a file: a column, a system of codes, and the region of each feature."""

    column: str
    system: str
    level: int
    codes: tuple[str, ...]  # per feature; empty: none
    agreed: int  # features in which some text is the name of that region


def matched(
    found: Features, *, regions: Sequence[Known], column: str = "", system: str = "", level: int = 0
) -> Matched:
    """The regions of a file. Raises `NotBoundaries` naming what was found, when nothing or more than one fits."""
    ways = [way for way in _ways(found, regions, column) if level in (0, way.level) and system in ("", way.system)]
    if not ways:
        raise _nothing(found, column)
    ways = _settled(ways)
    levels = {way.level for way in ways}
    if len(levels) > 1:
        ordered = sorted(ways, key=lambda way: way.level)
        said = ", ".join(dict.fromkeys(f"{way.column} ({_LEVEL_WORDS[way.level]})" for way in ordered))
        raise NotBoundaries(
            _("The file has codes of several levels: %(columns)s. Say with --column whose areas it draws."),
            columns=said,
            advice="",
        )
    way = _one(ways)
    rings: dict[str, list[Ring]] = defaultdict(list)
    for feature, code in zip(found.features, way.codes, strict=True):
        if code:
            rings[code] += feature.rings
    left = tuple(
        sorted({_value(one, way.column) for one, code in zip(found.features, way.codes, strict=True) if not code})
    )
    return Matched(way.level, way.column, way.system, {code: tuple(found) for code, found in rings.items()}, left)


_LEVEL_WORDS = {1: "provinsi", 2: "kabupaten/kota", 3: "kecamatan", 4: "desa/kelurahan"}


def _value(feature: Feature, column: str) -> str:
    return feature.properties.get(column, "")[:60]


def _nothing(found: Features, column: str) -> NotBoundaries:
    if column and not any(column in one.properties for one in found.features):
        known = ", ".join(sorted(found.features[0].properties)[:20])
        return NotBoundaries(
            _("There is no column %(column)s. There are: %(known)s."), column=column, known=known or "–", advice=""
        )
    shown = "; ".join(f"{key}: {value[:24]}" for key, value in list(found.features[0].properties.items())[:6])
    return NotBoundaries(
        _("None of its %(count)s areas carries the code of a region of this province. The first one has: %(shown)s."),
        count=len(found.features),
        shown=shown or "–",
    )


def _ways(found: Features, regions: Sequence[Known], column: str) -> Iterator[_Way]:
    by_code = {one.code: one for one in regions}
    by_bps = {one.bps_code: one for one in regions if one.bps_code}
    keys = Counter(key for one in found.features for key in one.properties)
    names = [column] if column else [key for key, count in keys.items() if count * 2 >= len(found.features)]
    for key in names:
        values = [one.properties.get(key, "") for one in found.features]
        yield from _of_column(key, values, found, by_code, by_bps)
    if not column:
        yield from _of_columns(found, by_bps)


def _of_column(
    key: str, values: Sequence[str], found: Features, by_code: Mapping[str, Known], by_bps: Mapping[str, Known]
) -> Iterator[_Way]:
    looks = sum(bool(_DOTTED.fullmatch(value) or _DIGITS.fullmatch(value)) for value in values)
    if looks * 2 < len(values):
        return
    yield from _made(key, "kemendagri", [by_code.get(dotted(value)) for value in values], found)
    yield from _made(key, "bps", [by_bps.get(_plain(value)) for value in values], found)


def _of_columns(found: Features, by_bps: Mapping[str, Known]) -> Iterator[_Way]:
    """`kdprov`, `kdkab`, `kdkec`, `kddesa`: a code of BPS in pieces."""
    names = {key.casefold(): key for key in found.features[0].properties}
    pieces = [(names[name], width) for name, width in _COLUMNS if name in names]
    if len(pieces) < 2 or pieces[0][0].casefold() != "kdprov":
        return
    joined = ["".join(one.properties.get(key, "").zfill(width) for key, width in pieces) for one in found.features]
    yield from _made("+".join(key for key, _width in pieces), "bps", [by_bps.get(code) for code in joined], found)


def dotted(value: str) -> str:
    """`71.07` of `71.07`, `7107`, `ID7107`; empty for what is no code."""
    value = value.strip()
    if _DOTTED.fullmatch(value):
        return value
    digits = _plain(value)
    if len(digits) not in (2, 4, 6, 10):
        return ""
    parts = [digits[0:2], digits[2:4], digits[4:6], digits[6:10]]
    return ".".join(part for part in parts if part)


def _plain(value: str) -> str:
    found = _DIGITS.fullmatch(value.strip())
    return found[1] if found else ""


def _made(key: str, system: str, regions: Sequence[Known | None], found: Features) -> Iterator[_Way]:
    levels = Counter(one.level for one in regions if one)
    for level in levels:
        kept = [one if one and one.level == level else None for one in regions]
        agreed = sum(
            one is not None and any(_bare(text) == _bare(one.name) for text in feature.properties.values())
            for one, feature in zip(kept, found.features, strict=True)
        )
        yield _Way(key, system, level, tuple(one.code if one else "" for one in kept), agreed)


def _bare(name: str) -> str:
    lowered = _KINDS.sub("", name.casefold().strip())
    return re.sub(r"[^a-z]", "", lowered.replace("kepulauan", "kep"))


def _settled(ways: list[_Way]) -> list[_Way]:
    """For each column the system of codes that its name, its dots or the names of the regions speak for."""
    chosen: list[_Way] = []
    for column in dict.fromkeys(way.column for way in ways):
        mine = [way for way in ways if way.column == column]
        if len({way.codes for way in mine}) > 1 and len({way.system for way in mine}) > 1:
            mine = [way for way in mine if way.system == _system_of(column, mine)]
        chosen += mine
    return chosen


def _system_of(column: str, ways: Sequence[_Way]) -> str:
    name = column.casefold()
    if any(part in name for part in _OF_BPS):
        return "bps"
    if any(part in name for part in _OF_KEMENDAGRI):
        return "kemendagri"
    best = sorted(ways, key=lambda way: -way.agreed)
    if best[0].agreed == best[1].agreed:
        raise NotBoundaries(
            _("The codes in %(column)s can be those of Kemendagri or of BPS. Say which with --codes."),
            column=column,
            advice="",
        )
    return best[0].system


def _one(ways: Sequence[_Way]) -> _Way:
    """Of columns that say the same the first; of others the one most regions are found by."""
    best = max(ways, key=lambda way: (sum(map(bool, way.codes)), way.agreed))
    rivals = [way for way in ways if sum(map(bool, way.codes)) == sum(map(bool, best.codes))]
    if any(way.codes != best.codes and way.agreed == best.agreed for way in rivals):
        columns = ", ".join(sorted({way.column for way in rivals}))
        raise NotBoundaries(
            _("The columns %(columns)s name different regions. Say with --column which one counts."),
            columns=columns,
            advice="",
        )
    return best


def reach(rings: Mapping[str, Sequence[Ring]]) -> float:
    """The longer side of all these regions, in degrees."""
    places = [place for found in rings.values() for ring in found for place in ring]
    if not places:
        return 0.0
    wide = max(x for x, _y in places) - min(x for x, _y in places)
    tall = max(y for _x, y in places) - min(y for _x, y in places)
    return max(wide, tall) / GRAIN
