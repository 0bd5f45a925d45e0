"""A contract as somebody wrote or uploaded it, read with the lists of the one before; errors name the line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import Dataset
from mapalus.engine.data.contract import parse
from mapalus.engine.data.document import BadContract
from mapalus.engine.data.exchange.reading import read_any
from mapalus.engine.data.strict_yaml import YamlProblem, dump_yaml, load_yaml
from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.text import _

__all__ = ["Draft", "decoded", "read"]

_LARGEST = 2_000_000


@dataclass(frozen=True)
class Draft:
    """A contract that could be proposed. `lost`: what of a foreign form could not be taken over, in words."""

    kept: Kept
    lost: tuple[str, ...] = ()


def decoded(raw: bytes) -> str:
    """The text of an uploaded file. Raises `Invalid`."""
    if len(raw) > _LARGEST:
        raise Invalid(fields={"file": _("This file is too large to be a contract written by people.")})
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(fields={"file": _("This file is no UTF-8 text.")}) from error


def read(dataset: Dataset, *, text: str, language: str | None = None) -> Draft:
    """The contract in a text, kept beside the lists it names. Raises `Invalid` with the line where it does not fit."""
    if not text.strip():
        raise Invalid(fields={"text": _("Write the contract, or choose a file.")})
    document = _document(text)
    folder = dataset.contract.path.parent if dataset.contract else None
    try:
        found = read_any(document, name=dataset.name)
        contract = parse(found.descriptor, folder=folder)
        if contract.name != dataset.name:
            raise BadContract(
                _("The contract is of %(other)s, not of %(name)s."), other=contract.name, name=dataset.name
            )
        shown = text if found.descriptor is document else dump_yaml(dict(found.descriptor))
        kept = contracts.keep_loaded(contract, dataset=dataset.name, text=shown)
    except BadContract as problem:
        raise _placed(problem, text, language) from problem
    return Draft(kept, tuple(one.say(language=language) for one in found.lost))


def _document(text: str) -> Mapping[str, Any]:
    try:
        document: object = json.loads(text) if text.lstrip().startswith("{") else load_yaml(text, depth=40)
    except YamlProblem as error:
        raise Invalid(_("Line %(line)s: %(error)s"), line=error.line, error=error) from error
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise Invalid(_("Line %(line)s: %(error)s"), line=line, error=getattr(error, "msg", "-")) from error
    if not isinstance(document, dict):
        raise Invalid(_("A contract is a Data Package, a resource or a Table Schema: resources, schema or fields."))
    return document


def _placed(problem: BadContract, text: str, language: str | None) -> Problem:
    """The same sentence with the line of the field it is about, where that can be found."""
    name = str(problem.data.get("field") or problem.data.get("name") or "")
    pattern = re.compile(rf"name[\"']?\s*:\s*[\"']?{re.escape(name)}[\"']?\s*(?:[,}}\n]|$)")
    found = pattern.search(text) if name else None
    if found is None:
        return problem
    line = text.count("\n", 0, found.start()) + 1
    return Invalid(_("Line %(line)s: %(error)s"), line=line, error=problem.say(language=language))
