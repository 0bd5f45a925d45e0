"""What names a row: one column, or the fewest together. A running number names rows, too, and says nothing of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import prod
from pathlib import Path

from mapalus.engine.data.contract import Field
from mapalus.engine.data.forms import MISSING_ANYWHERE
from mapalus.engine.data.headers import is_code, words_of
from mapalus.engine.data.infer import Values
from mapalus.engine.data.table import Guess, Scan, Warn
from mapalus.engine.text import _

__all__ = ["propose_keys"]

_MOST_ROWS = 2_000_000
_MOST_COLUMNS = 10
_MOST_TOGETHER = 4
_MOST_TRIED = 120
_NAMING = frozenset({"kode", "kd", "code", "npsn", "nik", "nip", "nib", "npwp", "nisn", "nama", "nomor", "no", "id"})
_RUNNING = frozenset({"id", "no", "nomor", "uuid", "#", "urut", "row"})


def propose_keys(
    scan: Scan, fields: Sequence[Field], values: Sequence[Values], *, scratch: Path, proposed: tuple[str, ...]
) -> tuple[tuple[str, ...], list[Guess | Warn]]:
    """The key, and what else could be one. Empty where nothing names the rows, or only a sample was seen."""
    rows = values[0].rows if values else 0
    if rows < 2 or rows > _MOST_ROWS or not all(one.is_all or len(one.counts) for one in values):
        return proposed, []
    single = [n for n, one in enumerate(values) if one.is_unique and _is_whole(one) and _may_name(fields[n])]
    natural = [n for n in single if not _is_running(fields[n])]
    sure = [n for n in natural if (fields[n].name,) == proposed or _is_telling(fields[n])]
    if sure:
        return _single(fields, [*sure, *(n for n in natural if n not in sure)], proposed)
    together = list(_composite(scan, fields, values, rows, scratch))
    running = (fields[single[0]].name,) if single else ()
    if not together and natural:  # different by chance, perhaps: a text in few rows
        name = (fields[natural[0]].name,)
        return name, [_guess(name, _("%(columns)s is different in every row; that may be chance."), 0.4)]
    if not together:
        if running:
            text = _("%(columns)s is different in every row, but only counts them.")
            return running, [_guess(running, text, 0.5)]
        return (), []
    first = together[0]
    said: list[Guess | Warn] = [
        _guess(first, _("%(columns)s together are different in every row; fewer are not."), 0.8)
    ]
    others = [*together[1:], *([running] if running else [])]
    if others:
        warn = _("What names a row is not certain: %(columns)s, or %(others)s.")
        told = "; ".join(" + ".join(one) for one in others[:4])
        said.append(Warn("ambiguous-key", warn, {"columns": " + ".join(first), "others": told}))
    return first, said


def _guess(names: tuple[str, ...], text: str, confidence: float) -> Guess:
    return Guess("primary_key", ", ".join(names), text, confidence, {"columns": " + ".join(names)})


def _single(
    fields: Sequence[Field], found: Sequence[int], proposed: tuple[str, ...]
) -> tuple[tuple[str, ...], list[Guess | Warn]]:
    coded = [n for n in found if (fields[n].name,) == proposed] or [
        n for n in found if "kode" in words_of(fields[n].name)
    ]
    chosen = (coded or found)[0]
    name = (fields[chosen].name,)
    said: list[Guess | Warn] = [_guess(name, _("%(columns)s is different in every row and never empty."), 0.9)]
    others = [fields[n].name for n in found if n != chosen]
    if others:
        warn = _("What names a row is not certain: %(columns)s, or %(others)s.")
        said.append(Warn("ambiguous-key", warn, {"columns": name[0], "others": "; ".join(others[:4])}))
    return name, said


def _is_whole(values: Values) -> bool:
    return not any(text.strip().lower() in MISSING_ANYWHERE for text in values.counts)


def _may_name(item: Field) -> bool:
    """Measures differ by chance; texts of many words are descriptions."""
    return item.type in ("string", "integer", "year", "date", "yearmonth") and item.mapalus.get("role") != "measure"


def _is_telling(item: Field) -> bool:
    """A code, a place or a period is meant to name rows."""
    words = set(words_of(item.title or item.name))
    if item.mapalus.get("personal") in ("phone", "email", "name"):
        return False
    is_coded = item.type == "string" and is_code(item.title or item.name)
    return is_coded or item.mapalus.get("role") in ("region", "period") or bool(words & _NAMING)


def _is_running(item: Field) -> bool:
    words = words_of(item.title or item.name)
    return (item.title or item.name).strip() == "#" or (bool(words) and set(words) <= _RUNNING | {"data"})


def _composite(
    scan: Scan, fields: Sequence[Field], values: Sequence[Values], rows: int, scratch: Path
) -> Iterator[tuple[str, ...]]:
    """The smallest sets of columns that are different in every row, all of that size."""
    order = {"region": 0, "period": 1}
    may = [
        n for n, one in enumerate(values)
        if _may_name(fields[n]) and _is_whole(one) and len(one.counts) > 1 and not one.is_unique
        and not _is_running(fields[n])
    ]  # fmt: skip
    may.sort(key=lambda n: (order.get(str(fields[n].mapalus.get("role")), 2), n))
    may = _without_names(may[: _MOST_COLUMNS * 2], fields, values)[:_MOST_COLUMNS]
    from mapalus.engine.data.runners.duckdb.together import are_keys

    for size in range(2, _MOST_TOGETHER + 1):
        tried = [one for one in combinations(may, size) if prod(len(values[n].counts) for n in one) >= rows]
        tried = tried[:_MOST_TRIED]
        if not tried:
            continue
        good = are_keys(scan, tried, rows=rows, scratch=scratch)
        if good:
            yield from (tuple(fields[n].name for n in one) for one in good)
            return


def _without_names(may: Sequence[int], fields: Sequence[Field], values: Sequence[Values]) -> list[int]:
    """Of a code and its name, which say the same, the code stays."""
    kept: list[int] = []
    for n in may:
        words = set(words_of(fields[n].name))
        twin = next(
            (m for m in may if m != n and "nama" in words and len(values[m].counts) == len(values[n].counts)
             and {"kode", "kd", "id"} & set(words_of(fields[m].name))),
            None,
        )  # fmt: skip
        if twin is None:
            kept.append(n)
    return kept
