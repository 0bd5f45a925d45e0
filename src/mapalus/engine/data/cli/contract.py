"""`mapalus contract convert IN --to FORM`: a contract in other people's forms, and theirs as ours."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Problem
from mapalus.engine.text import _, translate

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0: written, whole; 1: written, and something could not be carried (named on stderr); 2: not possible."""
    parser = argparse.ArgumentParser(prog="mapalus contract", description=translate(_("Works on contracts.")))
    verbs = parser.add_subparsers(dest="verb", required=True)
    from mapalus.engine.data.exchange.convert import FORMS

    one = verbs.add_parser("convert", help=translate(_("write a contract in another form")))
    one.add_argument("file", metavar="IN", help=translate(_("Data Package, Table Schema, ODCS 3 or JSON Schema")))
    one.add_argument("--to", required=True, choices=FORMS, help=translate(_("the form to write")))
    one.add_argument(
        "--out", metavar="FILE", help=translate(_("write here; its ending decides: yaml, json, csv, xlsx"))
    )
    one.add_argument("--indicators", metavar="DIR", help=translate(_("folder of indicator declarations, for ms-ind")))
    options = parser.parse_args(arguments)
    try:
        return _convert(options)
    except Problem as problem:
        print(problem.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
        return 2


def _convert(options: argparse.Namespace) -> int:
    from mapalus.engine.data.contract import parse
    from mapalus.engine.data.document import BadContract, read_document
    from mapalus.engine.data.exchange.convert import convert
    from mapalus.engine.data.exchange.reading import read_any

    path = Path(options.file)
    document = read_document(path)
    if not isinstance(document, Mapping):
        raise BadContract(_("In the contract, %(where)s must hold named entries."), where=translate(_("the document")))
    read = read_any(document, name=path.name.split(".")[0])
    contract = parse(read.descriptor, folder=path.resolve().parent)
    ending = Path(options.out).suffix.lstrip(".").lower() if options.out else ""
    file = convert(
        contract, options.to, ending={"yml": "yaml"}.get(ending, ending),
        indicators=_indicators(options.indicators, contract.name),
    )  # fmt: skip
    if options.out:
        Path(options.out).write_bytes(file.content)
    else:
        sys.stdout.buffer.write(file.content)
    lost = (*read.lost, *file.lost)
    for one in lost:
        print(one.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
    return 1 if lost else 0


def _indicators(folder: str | None, dataset: str) -> list[dict[str, Any]]:
    from mapalus.engine.data.indicator import read_yaml

    if not folder:
        return []
    read = [dict(read_yaml(path)) for path in sorted(Path(folder).glob("*.yml"))]
    return [one for one in read if one.get("dataset") == dataset]
