"""Header to field: by name, by alias, by the same word written otherwise, then by similarity.

An exact name or alias needs no word. Anything weaker is applied, too, but reported as a guess with its confidence,
so that it can be confirmed once and written into the contract as an alias.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.table import Guess, Scan, Warn
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["Mapped", "map_columns", "squeeze"]

_SURE = 0.88  # similarity from which a header is taken for a field
_NUMBERED = re.compile(r"kolom_[0-9]+")
_WORDS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Mapped:
    """Which column of the file fills which field: `places[name]` counts columns from 0; absent fields are not in it."""

    places: Mapping[str, int] = field(default_factory=dict)
    guesses: tuple[Guess, ...] = ()
    warnings: tuple[Warn, ...] = ()


def squeeze(text: str) -> str:
    """What stays of a header when case, marks, blanks and accents do not count."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _WORDS.sub("", plain)


def map_columns(contract: Contract, scan: Scan) -> Mapped:
    """Place the contract's fields on the file's columns; Refused where a required one cannot be found."""
    titles = scan.titles or scan.columns
    if len(scan.columns) == len(contract.fields) and _has_no_names(scan):
        return Mapped({item.name: n for n, item in enumerate(contract.fields)})
    places: dict[str, int] = {}
    guesses: list[Guess] = []
    free = dict(enumerate(scan.columns))
    for names_of in (_exact, _aliases):
        for item in contract.fields:
            if item.name not in places:
                _place(item, names_of(item), free, titles, places)
    for item in contract.fields:
        if item.name not in places:
            _guess(item, free, titles, places, guesses)
    if contract.fields_match == "exact" and len(scan.columns) == len(contract.fields):
        _by_order(contract, free, titles, places, guesses)
    _refuse_absent(contract, places, free, titles)
    _refuse_more(contract, places, free, titles)
    warnings = [*_absent(contract, places), *_extra(free, titles)]
    return Mapped(places, tuple(guesses), tuple(warnings))


def _has_no_names(scan: Scan) -> bool:
    """Whether the columns bear only the numbers that reading gave them; records of JSON and Parquet have names."""
    return scan.header_row is None and all(_NUMBERED.fullmatch(column) for column in scan.columns)


def _exact(item: Field) -> Iterable[str]:
    return (item.name,)


def _aliases(item: Field) -> Iterable[str]:
    return (*item.aliases, *((item.title,) if item.title else ()))


def _place(
    item: Field, names: Iterable[str], free: dict[int, str], titles: Sequence[str], places: dict[str, int]
) -> None:
    for name in names:
        for n, column in free.items():
            if name in (column, titles[n], titles[n].strip()):
                places[item.name] = n
                del free[n]
                return


def _guess(
    item: Field, free: dict[int, str], titles: Sequence[str], places: dict[str, int], guesses: list[Guess]
) -> None:
    """The same word written otherwise, else the most similar header, if it is similar enough."""
    best, score = _most_similar(item, {n: titles[n] or column for n, column in free.items()})
    if best is None or score < _SURE:
        return
    places[item.name] = best
    guesses.append(
        Guess(
            f"column:{item.name}",
            titles[best],
            _("The column %(title)s was taken for the field %(field)s."),
            round(score, 2),
            {"title": titles[best], "field": item.name},
        )
    )
    del free[best]


def _by_order(
    contract: Contract, free: dict[int, str], titles: Sequence[str], places: dict[str, int], guesses: list[Guess]
) -> None:
    """With `fieldsMatch: exact` a column that no name knows is the field at its place."""
    for n, item in enumerate(contract.fields):
        if item.name not in places and n in free:
            places[item.name] = n
            del free[n]
            text = _("The column %(title)s was taken for the field %(field)s by its place.")
            guesses.append(Guess(f"column:{item.name}", titles[n], text, 0.6, {"title": titles[n], "field": item.name}))


def _most_similar(item: Field, free: Mapping[int, str]) -> tuple[int | None, float]:
    from rapidfuzz.distance import Indel

    wanted = {squeeze(name) for name in (item.name, item.title, *item.aliases)} - {""}
    best: tuple[int | None, float] = (None, 0.0)
    for n, title in free.items():
        word = squeeze(title)
        score = max((0.99 if word == name else Indel.normalized_similarity(word, name) for name in wanted), default=0.0)
        if score > best[1]:
            best = (n, score)
    return best


def _needed(contract: Contract) -> set[str]:
    if contract.fields_match in ("exact", "equal", "subset"):
        return {item.name for item in contract.fields}
    keys = {*contract.primary_key, *(name for key in contract.unique_keys for name in key)}
    return keys | {item.name for item in contract.fields if item.is_required}


def _refuse_absent(
    contract: Contract, places: Mapping[str, int], free: Mapping[int, str], titles: Sequence[str]
) -> None:
    needed = _needed(contract)
    absent = [item.name for item in contract.fields if item.name in needed and item.name not in places]
    if absent:
        raise Refused(
            "missing-column",
            _("The file has no column %(columns)s, which the contract requires. Its columns are: %(found)s."),
            advice=_("Add the column, or rename the header, then hand the file in again."),
            columns=", ".join(absent),
            found=", ".join(title for title in titles if title) or "-",
        )


def _refuse_more(contract: Contract, places: Mapping[str, int], free: Mapping[int, str], titles: Sequence[str]) -> None:
    """Columns that a contract with `fieldsMatch` forbids, and a file that has nothing of it."""
    if contract.fields_match == "partial" and not places:
        raise Refused(
            "missing-column",
            _("The file has none of the columns of the contract. Its columns are: %(found)s."),
            found=", ".join(title for title in titles if title) or "-",
        )
    if contract.fields_match in ("exact", "equal", "superset") and free:
        raise Refused(
            "extra-column",
            _("The file has columns that the contract does not allow: %(columns)s."),
            advice=_("Take them out, then hand the file in again."),
            columns=", ".join(titles[n] or f"{n + 1}" for n in free),
        )


def _absent(contract: Contract, places: Mapping[str, int]) -> Iterable[Warn]:
    for item in contract.fields:
        if item.name not in places:
            yield Warn(
                "missing-column", _("The column %(field)s is not in the file; it stays empty."), {"field": item.name}
            )


def _extra(free: Mapping[int, str], titles: Sequence[str]) -> Iterable[Warn]:
    for n in free:
        yield Warn(
            "extra-column",
            _("The column %(title)s is not in the contract; it is left out."),
            {"title": titles[n] or f"{n + 1}"},
        )
