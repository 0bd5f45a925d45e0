"""Columns that are values of one thing laid side by side: years, months, and years of several measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mapalus.engine.data.months import INDONESIAN, MONTHS
from mapalus.engine.text import _

__all__ = ["Wide", "are_mixed", "wide_columns"]

_FEWEST = 3  # columns side by side
_ENOUGH = 0.75  # of all years with all their measures; the last year is often not over
_ANY_YEAR = "(?:19|20)[0-9]{2}"
_YEAR = re.compile(
    rf"(?P<before>.*?)(?P<left>[\s_-]*)(?P<year>{_ANY_YEAR})(?P<mark>(?:\s*\*+\)?)?)(?P<right>[\s_-]*)(?P<after>.*)"
)
_SEXES = frozenset(["l", "p", "l+p", "laki-laki", "perempuan", "laki laki", "pria", "wanita", "jumlah", "total"])
_YEARS_SAID = _("%(count)s columns are years; as rows they stay the same when another year comes.")
_MONTHS_SAID = _("%(count)s columns are months; as rows they stay the same when another month comes.")
_BOTH_SAID = _("%(count)s columns are the same figures for several years; as rows the year is a column of its own.")


@dataclass(frozen=True)
class Wide:
    """Columns that may become rows: the pattern of their titles, whose named groups are `names`."""

    pattern: str
    names: tuple[str, ...]
    value: str
    count: int
    reason: str  # message id, with %(count)s


def wide_columns(titles: Sequence[str]) -> Wide | None:
    """What stands side by side under these titles, or None."""
    clean = [" ".join(title.split()) for title in titles]
    found = [read for title in clean if (read := _YEAR.fullmatch(title)) and not re.search("[0-9]{4}", read["after"])]
    if len(found) >= _FEWEST and len(found) < len(clean):
        return _years(found)
    months = [title for title in clean if title.lower().rstrip(".") in MONTHS]
    if _FEWEST <= len(months) < len(clean) and len({MONTHS[one.lower().rstrip(".")] for one in months}) == len(months):
        return Wide(_one_of("bulan", _months_of(months)), ("bulan",), "nilai", len(months), _MONTHS_SAID)
    return None


def are_mixed(titles: Sequence[str]) -> bool:
    """Whether years stand in several columns, though they could not be told apart."""
    found = [read for title in titles if (read := _YEAR.fullmatch(" ".join(title.split())))]
    return len(found) >= _FEWEST and len({read["year"] for read in found}) > 1


def _years(found: Sequence[re.Match[str]]) -> Wide | None:
    years = {read["year"] for read in found}
    befores, afters = ({read[part].strip().lower(): read[part] for read in found} for part in ("before", "after"))
    whole = len(years) * len(befores) * len(afters)
    if not _ENOUGH * whole <= len(found) <= whole or (len(befores) > 1 and len(afters) > 1):
        return None
    if len({(read["left"], read["right"]) for read in found}) > 1:
        return None
    left, right = (_literal(found[0][side]) for side in ("left", "right"))
    year = rf"(?P<tahun>{_ANY_YEAR})" + (r"(?:\s*\*+\)?)?" if any(read["mark"] for read in found) else "")
    before, after = (_part(parts) for parts in (befores, afters))
    parts = f"{before[0]}{left}{year}{right}{after[0]}"
    names = tuple(name for name in (before[1], "tahun", after[1]) if name)
    if len(names) == 1:
        return (
            Wide(parts, names, _called(next(iter(befores))), len(found), _YEARS_SAID) if len(years) >= _FEWEST else None
        )
    if len(years) < 2:
        return None
    alone = befores if before[1] == "" else afters
    return Wide(parts, names, _called(next(iter(alone))), len(found), _BOTH_SAID)


def _part(parts: Mapping[str, str]) -> tuple[str, str]:
    """The pattern of what stands before or after the year, and the name of its column where it varies."""
    texts = list(parts.values())
    if len(texts) == 1:
        return _literal(texts[0]), ""
    keys = set(parts)
    months = all(one.rstrip(".") in MONTHS for one in keys)
    name = "bulan" if months else "jenis_kelamin" if keys <= _SEXES else "uraian"
    return _one_of(name, _months_of(texts) if months else texts), name


def _months_of(texts: Sequence[str]) -> list[str]:
    """All the months where those that are there are written in full: the next ones will come."""
    return (
        [*texts, *(one for one in INDONESIAN if one not in texts)]
        if {*texts} & {*INDONESIAN} - {"Mei"}
        else list(texts)
    )


def _one_of(name: str, texts: Sequence[str]) -> str:
    return f"(?P<{name}>{'|'.join(_literal(text) for text in texts)})"


def _literal(text: str) -> str:
    return re.escape(text).replace("\\ ", " ")


def _called(before: str) -> str:
    """The name of the values after what stands beside the year."""
    words = re.sub(r"[^a-z0-9]+", "_", before.lower()).strip("_")
    return words if words and words not in ("tahun", "thn", "th", "year") else "nilai"
