"""From a guess to a promise: the dialect of a hand-in, written into the contract."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import HandIn
from mapalus.engine.errors import Conflict
from mapalus.engine.text import _

__all__ = ["pinned"]

# what was guessed -> key of the dialect (Table Dialect, https://datapackage.org/standard/table-dialect/)
_KEYS = {"delimiter": "delimiter", "quote": "quoteChar", "encoding": "encoding", "sheet": "sheetName"}


def pinned(handin: HandIn) -> Kept:
    """The dataset's contract with the guesses of this hand-in in it. Raises `Conflict` where there is none."""
    run = handin.runs.select_related("contract").first()
    current = handin.dataset.contract
    if run is None or current is None:
        raise Conflict(_("There is nothing to fix."))
    read = contracts.load(current.path.parent)
    dialect = {**read.dialect, **_dialect(run.report)}
    if dialect == dict(read.dialect):
        raise Conflict(_("There is nothing to fix."))
    changed = replace(read, dialect=dialect)
    return contracts.keep_loaded(changed, dataset=handin.dataset.name, text=contracts.written(changed))


def _dialect(report: Mapping[str, Any]) -> dict[str, Any]:
    guessed = {str(guess.get("what")): guess.get("value") for guess in report.get("guesses", ())}
    found: dict[str, Any] = {_KEYS[what]: value for what, value in guessed.items() if what in _KEYS}
    header = guessed.get("header_row", guessed.get("header_rows"))
    if header is not None:
        found["headerRows"] = list(header) if isinstance(header, list | tuple) else [header]
    return found
