"""From a guess to a promise: the dialect of a hand-in, written into the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import HandIn
from mapalus.engine.data.contract import Contract, Field, parse
from mapalus.engine.data.readings import chosen, open_fields
from mapalus.engine.data.strict_yaml import YamlProblem, load_yaml
from mapalus.engine.errors import Conflict, Problem
from mapalus.engine.text import _

__all__ = ["Opening", "closed", "openings", "pinned"]

# what was guessed -> key of the dialect (Table Dialect, https://datapackage.org/standard/table-dialect/)
_COLUMN = "column:"
_KEYS = {"delimiter": "delimiter", "quote": "quoteChar", "sheet": "sheetName"}


@dataclass(frozen=True)
class Opening:
    """A column that a proposed contract leaves open, with what one of its texts would be in each of the two ways."""

    field: str
    title: str
    text: str
    readings: tuple[Mapping[str, Any], ...]  # as in the contract: type, format or signs, `reads`

    def value(self, number: int) -> str:
        """What the text is in that way: an ISO day or moment, or a number with a point."""
        return str(next(iter(self.readings[number]["reads"].values())))


def openings(text: str) -> tuple[Opening, ...]:
    """What the contract in a text leaves open; nothing where it cannot be read."""
    read = _read(text)
    if read is None:
        return ()
    return tuple(
        Opening(item.name, item.title or item.name, str(next(iter(ways[0]["reads"]))), tuple(ways))
        for item, ways in open_fields(read)
        if len(ways) > 1 and all(isinstance(way.get("reads"), Mapping) and way["reads"] for way in ways)
    )


def closed(text: str, choices: Mapping[str, int]) -> str:
    """The contract in a text with one way chosen for each of these fields (number from 0)."""
    read = _read(text)
    if read is None or not choices:
        return text
    fields = tuple(chosen(item, choices[item.name]) if item.name in choices else item for item in read.fields)
    return contracts.written(replace(read, fields=fields))


def _read(text: str) -> Contract | None:
    if "open" not in text:  # the usual case costs nothing
        return None
    try:
        found = load_yaml(text, depth=40)
        return parse(found) if isinstance(found, dict) else None
    except (Problem, YamlProblem):
        return None  # whoever reads it for good says what is wrong


def pinned(handin: HandIn) -> Kept:
    """The dataset's contract with the guesses of this hand-in in it. Raises `Conflict` where there is none."""
    run = handin.runs.select_related("contract").first()
    current = handin.dataset.contract
    if run is None or current is None:
        raise Conflict(_("There is nothing to fix."))
    read = contracts.load(current.path.parent)
    dialect = {**read.dialect, **_dialect(run.report)}
    fields = tuple(_named(field, _columns(run.report)) for field in read.fields)
    marks = _marks(read.mapalus, run.report)
    if dialect == dict(read.dialect) and fields == read.fields and marks == dict(read.mapalus):
        raise Conflict(_("There is nothing to fix."))
    changed = replace(read, dialect=dialect, fields=fields, mapalus=marks)
    return contracts.keep_loaded(changed, dataset=handin.dataset.name, text=contracts.written(changed))


def _columns(report: Mapping[str, Any]) -> dict[str, str]:
    """Field -> the header it was recognised by, where that was a guess."""
    guesses = report.get("guesses", ())
    return {str(g["what"])[len(_COLUMN) :]: str(g["value"]) for g in guesses if str(g.get("what")).startswith(_COLUMN)}


def _named(field: Field, columns: Mapping[str, str]) -> Field:
    """The field with the guessed header among its aliases: once confirmed, never asked again."""
    header = columns.get(field.name)
    if header is None or header in field.aliases:
        return field
    return replace(field, mapalus={**field.mapalus, "aliases": [*field.aliases, header]})


def _marks(marks: Mapping[str, Any], report: Mapping[str, Any]) -> dict[str, Any]:
    """The encoding is no part of a table's dialect: it stands with what we say about reading."""
    guessed = next((g.get("value") for g in report.get("guesses", ()) if g.get("what") == "encoding"), None)
    if guessed is None:
        return dict(marks)
    return {**marks, "reading": {**(marks.get("reading") or {}), "encoding": guessed}}


def _dialect(report: Mapping[str, Any]) -> dict[str, Any]:
    guessed = {str(guess.get("what")): guess.get("value") for guess in report.get("guesses", ())}
    found: dict[str, Any] = {_KEYS[what]: value for what, value in guessed.items() if what in _KEYS}
    header = guessed.get("header_row", guessed.get("header_rows"))
    if header is not None:
        found["headerRows"] = list(header) if isinstance(header, list | tuple) else [header]
    return found
