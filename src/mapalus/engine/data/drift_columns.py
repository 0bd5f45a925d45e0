"""Which new column is an old field under another name: by the likeness of the names and by common values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.mapping import squeeze

__all__ = ["renamed", "values_in"]

_ALIKE = 0.55  # names: enough beside common values
_VERY_ALIKE = 0.75  # enough alone
_MANY_SHARED = 0.9  # values: enough alone, where there are some to compare
_FEW = 3
_VALUES = 400
# words people put in place of another
_SAME = (
    ("kab", "kabupaten"), ("kec", "kecamatan"), ("kel", "kelurahan"), ("jml", "jumlah"), ("tgl", "tanggal"),
    ("no", "nomor"), ("thn", "tahun"), ("prov", "provinsi"), ("kd", "kode"), ("ket", "keterangan"),
)  # fmt: skip


def renamed(
    absent: Sequence[Field],
    others: Sequence[str],
    *,
    before: Mapping[str, Any],
    arrived: Any,
    least: float,
) -> list[tuple[Field, str, float, float | None]]:
    """Pairs (field, header, likeness of the names, share of common values or None), the surest first, none twice."""
    pairs = []
    for item in absent:
        known = set(((before.get("shape") or {}).get(item.name) or {}).get("values") or ())
        for title in others:
            alike = max((_alike(name, title) for name in (item.name, item.title, *item.aliases) if name), default=0.0)
            came = arrived.values.get(title)
            shared = len(known & came) / min(len(known), len(came)) if known and came else None
            if _is_one(alike, shared, least, few=len(known) < _FEW):
                pairs.append((item, title, alike, shared))
    pairs.sort(key=lambda pair: (-(pair[2] + (pair[3] or 0.0)), pair[0].name, pair[1]))
    chosen: list[tuple[Field, str, float, float | None]] = []
    for pair in pairs:
        if all(pair[0].name != one[0].name and pair[1] != one[1] for one in chosen):
            chosen.append(pair)
    return chosen


def _is_one(alike: float, shared: float | None, least: float, *, few: bool) -> bool:
    if shared is None:
        return alike >= _VERY_ALIKE
    if shared < least:
        return False
    return alike >= _ALIKE or (shared >= _MANY_SHARED and not few)


def _alike(a: str, b: str) -> float:
    from rapidfuzz.distance import Indel

    left, right = _written_out(a), _written_out(b)
    if set(left) and (set(left) <= set(right) or set(right) <= set(left)):
        return max(0.8, Indel.normalized_similarity("".join(left), "".join(right)))
    return float(Indel.normalized_similarity("".join(left), "".join(right)))


def _written_out(name: str) -> list[str]:
    from mapalus.engine.data.headers import words_of

    short = dict(_SAME)
    return [short.get(word, word) for word in words_of(name)] or [squeeze(name)]


def values_in(path: Path, contract: Contract, titles: Collection[str], *, scratch: Path) -> dict[str, frozenset[str]]:
    """Some values of the columns of a file that no field took, as text; asked for only where a field is missing."""
    from mapalus.engine.data.reading import read
    from mapalus.engine.data.runners.duckdb.values import column_values

    scan = read(path, contract=contract, sheet=None, scratch=scratch)
    found = column_values(scan, scratch=scratch, few=_VALUES)
    names = scan.titles or scan.columns
    return {
        title: frozenset(list(values.counts)[:_VALUES])
        for title, values in zip(names, found, strict=True)
        if title in titles and len(values.counts) <= _VALUES
    }
