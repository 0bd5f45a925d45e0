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


_OF_YEAR = rf"(?:[\s,/_-]*{_ANY_YEAR})?"
_BEFORE_YEAR = rf"(?:{_ANY_YEAR}[\s,/_-]*)?"
_QUARTER = r"(?:triwulan|tw|kuartal|quarter|q)[\s.-]*(?:i{1,3}|iv|[1-4])"
_HALF = r"(?:semester|smt|sem)[\s.-]*(?:i{1,2}|[12])"
_SCHOOL_YEAR = rf"(?:TA\.?|T\.A\.?|Tahun (?:Ajaran|Pelajaran))?\s*{_ANY_YEAR}\s*[/-]\s*(?:{_ANY_YEAR}|[0-9]{{2}})"
_MONTH_OF_YEAR = rf"(?:{'|'.join(map(re.escape, MONTHS))})\.?[\s,/_'-]*(?:{_ANY_YEAR}|[0-9]{{2}})"
_PERIODS = (
    ("tahun_ajaran", re.compile(_SCHOOL_YEAR, re.IGNORECASE), 3,
     _("%(count)s columns are school years; as rows they stay the same when another one comes.")),
    ("triwulan", re.compile(_BEFORE_YEAR + _QUARTER + _OF_YEAR, re.IGNORECASE), 3,
     _("%(count)s columns are quarters; as rows they stay the same when another one comes.")),
    ("bulan", re.compile(_MONTH_OF_YEAR, re.IGNORECASE), 3, _MONTHS_SAID),
    ("semester", re.compile(_BEFORE_YEAR + _HALF + _OF_YEAR, re.IGNORECASE), 2,
     _("%(count)s columns are half years; as rows they stay the same when another one comes.")),
)  # fmt: skip


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
    if _FEWEST <= len(found) < len(clean) and (made := _years(found)):
        return made
    if made := _periods(clean):
        return made
    months = [title for title in clean if title.lower().rstrip(".") in MONTHS]
    if _FEWEST <= len(months) < len(clean) and len({MONTHS[one.lower().rstrip(".")] for one in months}) == len(months):
        return Wide(_one_of("bulan", _months_of(months)), ("bulan",), "nilai", len(months), _MONTHS_SAID)
    return None


def _periods(clean: Sequence[str]) -> Wide | None:
    """Quarters, half years and school years side by side, each title as it is written."""
    for name, form, fewest, said in _PERIODS:
        found = [title for title in clean if form.fullmatch(title)]
        if fewest <= len(found) < len(clean) and len(set(found)) == len(found):
            return Wide(_all_such(name, found), (name,), "nilai", len(found), said)
    return None


def _all_such(name: str, found: Sequence[str]) -> str:
    """The pattern of the titles and of those that will come: with another year or number."""
    first = re.sub(rf"(?<![0-9]){_ANY_YEAR}(?![0-9])", "\0", found[0])
    first = re.sub(r"(?<![A-Za-z])(?:IV|I{1,3})(?![A-Za-z])", "\1", first)
    first = re.sub(r"(?<![0-9])[1-4](?![0-9])", "\2", first)
    month = next((one for one in INDONESIAN if found[0].startswith(one)), None)
    first = first.replace(month, "\3", 1) if month else first
    pattern = (
        _literal(first)
        .replace("\3", f"(?:{'|'.join(INDONESIAN)})")
        .replace("\0", "(?:19|20)[0-9]{2}")
        .replace("\1", "(?:I{1,3}|IV)")
        .replace("\2", "[1-4]")
    )
    if first != found[0] and all(re.fullmatch(pattern, title) for title in found):
        return f"(?P<{name}>{pattern})"
    return _one_of(name, found)


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
    quarters = all(re.fullmatch(_QUARTER, one, re.IGNORECASE) for one in keys)
    halves = all(re.fullmatch(_HALF, one, re.IGNORECASE) for one in keys)
    name = "bulan" if months else "triwulan" if quarters else "semester" if halves else "uraian"
    name = "jenis_kelamin" if keys <= _SEXES else name
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
