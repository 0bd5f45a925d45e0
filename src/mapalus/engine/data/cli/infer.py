"""`mapalus infer FILE`: a contract proposed by the file itself, as YAML that `mapalus check --contract` takes."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mapalus.engine.errors import Problem
from mapalus.engine.text import _, translate

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0, or 2 where the file cannot be used."""
    parser = argparse.ArgumentParser(
        prog="mapalus infer", description=translate(_("Proposes a contract for a file, as YAML."))
    )
    parser.add_argument(
        "file", metavar="FILE", help=translate(_("CSV, XLSX, XLS, ODS, JSON, NDJSON, Parquet or GeoJSON"))
    )
    parser.add_argument("--sheet", metavar="S", help=translate(_("the sheet to read, by name")))
    options = parser.parse_args(arguments)
    try:
        print(propose(Path(options.file), sheet=options.sheet), end="")  # noqa: T201 - the command line speaks so
    except Problem as problem:
        print(problem.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
        return 2
    return 0


def propose(path: Path, *, sheet: str | None = None) -> str:
    """The proposed contract as YAML, guesses as comments above it."""
    from mapalus.engine.data.contract import to_descriptor
    from mapalus.engine.data.proposal import propose as proposed
    from mapalus.engine.data.strict_yaml import dump_yaml

    with tempfile.TemporaryDirectory(prefix="mapalus-") as folder:
        scan, inferred = proposed(path, scratch=Path(folder), sheet=sheet)
    lines = [f"# {warn.say()}" for warn in (*scan.warnings, *inferred.warnings)]
    lines += [
        f"# {guess.what}: {guess.value} ({guess.say()} {round(100 * guess.confidence)} %)"
        for guess in (*scan.guesses, *inferred.guesses)
    ]
    comments = "".join(" ".join(line.split()) + "\n" for line in lines)
    return comments + dump_yaml(to_descriptor(inferred.contract))
