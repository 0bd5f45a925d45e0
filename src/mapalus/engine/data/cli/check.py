"""`mapalus check FILE`: is this file as its contract promises, and if not, which cells are wrong and why."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.text import _, translate

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0: every row is good; 1: some rows are bad; 2: the file or the contract cannot be used."""
    options = _parser().parse_args(arguments)
    path = Path(options.file)
    try:
        return _check(path, options)
    except Problem as problem:
        return _refuse(path, problem, options)
    except BrokenPipeError:  # who reads has seen enough
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the interpreter flushes it at its end
        return 1
    except Exception as error:  # a bug of ours: the person still gets a sentence
        if os.environ.get("MAPALUS_TRACE"):
            raise
        return _refuse(path, Bug(kind=type(error).__name__), options)


class Bug(Problem):
    """Something that is nobody's fault but the program's."""

    code = "bug"
    status = 500
    text = _("The check stopped because of a fault in the program (%(kind)s); the file was not judged.")
    advice = _("Set MAPALUS_TRACE=1, run it once more and send the output to those who look after the program.")


def _refuse(path: Path, problem: Problem, options: argparse.Namespace) -> int:
    if options.json:
        from mapalus.engine.data.report import refused_report

        _print_json(refused_report(path, problem))
    print(problem.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
    return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mapalus check",
        description=translate(_("Checks one file against a contract; without one, against what its columns suggest.")),
    )
    parser.add_argument(
        "file", metavar="FILE", help=translate(_("CSV, XLSX, XLS, ODS, JSON, NDJSON, Parquet or GeoJSON"))
    )
    parser.add_argument(
        "--contract", metavar="C", help=translate(_("Data Package, resource or Table Schema, as YAML or JSON"))
    )
    parser.add_argument("--json", action="store_true", help=translate(_("print one JSON object instead of the report")))
    parser.add_argument("--good", metavar="OUT.parquet", help=translate(_("write the good rows, typed, here")))
    parser.add_argument(
        "--bad", metavar="OUT.parquet", help=translate(_("write every bad row with all its reasons here"))
    )
    parser.add_argument(
        "--workbook", metavar="OUT.xlsx", help=translate(_("write a workbook with the wrong cells marked"))
    )
    parser.add_argument("--sheet", metavar="S", help=translate(_("the sheet to read, by name")))
    parser.add_argument(
        "--max-errors",
        metavar="N",
        type=int,
        default=1000,
        help=translate(_("list at most so many errors (default 1000)")),
    )
    return parser


def _check(path: Path, options: argparse.Namespace) -> int:
    from mapalus.engine.data.check import check
    from mapalus.engine.data.cli.progress import bar
    from mapalus.engine.data.contract import load

    if options.max_errors < 0:
        raise Invalid(_("--max-errors must be 0 or more."))
    contract = load(Path(options.contract)) if options.contract else None
    with tempfile.TemporaryDirectory(prefix=".mapalus-", dir=_beside(options)) as folder:
        if str(path) == "-":
            path = _stdin(Path(folder))
        with bar(path) as progress:
            outcome = check(
                path,
                contract=contract,
                out=Path(folder),
                sheet=options.sheet,
                max_errors=options.max_errors,
                progress=progress,
            )
        if options.workbook:
            from mapalus.engine.data.workbook import write_marked

            write_marked(path, outcome, Path(options.workbook))
        for source, target in ((outcome.good, options.good), (outcome.bad, options.bad)):
            if target:
                _put(source, Path(target))
        if options.json:
            _print_json(outcome.report)
        else:
            from mapalus.engine.data.cli.terminal import show

            show(outcome)
    return 0 if outcome.is_valid else 1


def _beside(options: argparse.Namespace) -> Path | None:
    """Where the good rows are to appear: what is written there need not be copied. None: the system's own place."""
    home = Path(options.good).parent if options.good else None
    return home if home is not None and home.is_dir() and os.access(home, os.W_OK) else None


def _stdin(folder: Path) -> Path:
    """Standard input as a file: reading needs to go back."""
    path = folder / "stdin"
    with path.open("wb") as file:
        shutil.copyfileobj(sys.stdin.buffer, file)
    return path


def _put(source: Path, target: Path) -> None:
    """Appears by one rename, so that nobody reads half a file."""
    part = target.with_name(target.name + ".part")
    try:
        try:
            source.rename(part)
        except OSError:  # another file system
            shutil.copyfile(source, part)
        part.replace(target)
    except OSError as error:
        raise Invalid(_("%(path)s cannot be written: %(error)s."), path=str(target), error=error.strerror) from error


def _print_json(report: Any) -> None:
    print(json.dumps(report, ensure_ascii=False, indent=1, default=str))  # noqa: T201 - the command line speaks so
