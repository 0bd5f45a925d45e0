"""`mapalus pack check|new|run|upgrade`: for whoever writes a pack. No province, no database, no network."""

from __future__ import annotations

import argparse
import csv
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from mapalus.engine.errors import NotFound, Refused
from mapalus.engine.text import _, translate

__all__ = ["check", "main", "new", "upgraded"]

_NO_COLUMN = _("%(file)s has no column position (or kode, code).")
_UNREADABLE = _("%(file)s cannot be read.")
_NO_FOLDER = _("There is no folder %(folder)s.")
_UP_TO_DATE = _("This pack is in format %(format)s already.")


def main(arguments: Sequence[str]) -> int:
    """Dispatch to one of the verbs; exit 2 for an unknown one."""
    verbs: dict[str, tuple[Callable[[Sequence[str]], int], str]] = {
        "check": (check, _("everything that is wrong with a pack")),
        "new": (new, _("a new pack to grow with")),
        "run": (_run, _("plays the stories of a pack")),
        "upgrade": (upgraded, _("brings a pack of an older format up")),
    }
    if arguments and arguments[0] in verbs:
        return verbs[arguments[0]][0](arguments[1:])
    asked = bool(arguments) and arguments[0] in ("-h", "--help", "help")
    lines = [f"  {verb:<8} {translate(line)}" for verb, (_run_it, line) in verbs.items()]
    _print("\n".join([translate(_("Usage: mapalus pack check|new|run|upgrade ... [--help]")), *lines]), err=not asked)
    return 0 if asked else 2


def check(arguments: Sequence[str]) -> int:
    """Exit 0 without errors, 1 with errors (or, with --strict, warnings), 2 where there is no pack to check."""
    from mapalus.engine.packs.loader import read_pack

    parser = argparse.ArgumentParser(
        prog="mapalus pack check", description=translate(_("Checks a pack: every problem with its file and line."))
    )
    parser.add_argument("folder", metavar="DIR", help=translate(_("the folder of the pack")))
    parser.add_argument("--json", action="store_true", help=translate(_("print one object")))
    parser.add_argument("--strict", action="store_true", help=translate(_("warnings count as errors")))
    parser.add_argument("--positions", metavar="CSV", help=translate(_("the positions that exist, as a table")))
    parser.add_argument("--earlier", metavar="DIR", help=translate(_("an earlier version, to judge what changed")))
    options = parser.parse_args(arguments)
    folder = Path(options.folder)
    if not folder.is_dir():
        raise NotFound(_NO_FOLDER, folder=options.folder)
    earlier = None
    if options.earlier:
        from mapalus.engine.packs.loader import load_pack

        earlier = load_pack(Path(options.earlier))
    known = _positions(Path(options.positions)) if options.positions else None
    pack, problems = read_pack(folder, known_positions=known, earlier=earlier)
    errors = sum(problem.is_error for problem in problems)
    if options.json:
        found = [
            {
                "file": problem.file,
                "line": problem.line,
                "code": problem.code,
                "severity": str(problem.severity),
                "message": problem.message,
            }
            for problem in problems
        ]
        name, version = (pack.name, pack.version) if pack else ("", "")
        document = {"valid": not errors, "name": name, "version": version, "problems": found}
        _print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        for problem in problems:
            mark = translate(_("error")) if problem.is_error else translate(_("warning"))
            _print(f"{folder.joinpath(problem.file)}:{problem.line}: {mark} {problem.code}: {problem.message}")
        _print(_summary(errors, len(problems) - errors))
    return 1 if errors or (options.strict and problems) else 0


def _summary(errors: int, warnings: int) -> str:
    if not errors and not warnings:
        return translate(_("The pack is right."))
    return translate(_("%(errors)s errors, %(warnings)s warnings.")) % {"errors": errors, "warnings": warnings}


def _positions(path: Path) -> frozenset[str]:
    """The codes `<unit>.<post>` of a roster: a CSV with a column position, kode or code."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            column = next((name for name in ("position", "kode", "code") if name in (rows.fieldnames or ())), None)
            if column is None:
                raise Refused("no-column", _NO_COLUMN, file=path.name)
            return frozenset((row[column] or "").strip().removeprefix("pos:") for row in rows)
    except (OSError, UnicodeDecodeError, csv.Error):
        raise Refused("unreadable", _UNREADABLE, file=path.name) from None


def new(arguments: Sequence[str]) -> int:
    """Exit 0, or 2 where the name is bad or taken."""
    from mapalus.engine.packs.new import new_pack

    parser = argparse.ArgumentParser(
        prog="mapalus pack new", description=translate(_("Writes a small whole service to grow with."))
    )
    parser.add_argument("name", metavar="NAME", help=translate(_("the name: small letters, digits and -")))
    parser.add_argument("--in", dest="home", metavar="DIR", default=".", help=translate(_("where to write the folder")))
    options = parser.parse_args(arguments)
    folder = new_pack(options.name, Path(options.home) / options.name)
    told = _("Written: %(folder)s. Next: mapalus pack check %(folder)s, then mapalus pack run %(folder)s.")
    _print(translate(told) % {"folder": folder})
    return 0


def upgraded(arguments: Sequence[str]) -> int:
    """Writes the pack in the present format into another folder; exit 2 where it is up to date or OUT exists."""
    from mapalus.engine.packs.folder import read_folder
    from mapalus.engine.packs.pack import FORMAT
    from mapalus.engine.packs.problem import Bag
    from mapalus.engine.packs.upgrade import format_of, upgrade

    parser = argparse.ArgumentParser(
        prog="mapalus pack upgrade", description=translate(_("Writes a pack of an older format in the present one."))
    )
    parser.add_argument("folder", metavar="DIR", help=translate(_("the folder of the pack")))
    parser.add_argument("out", metavar="OUT", help=translate(_("the new folder")))
    options = parser.parse_args(arguments)
    files = read_folder(Path(options.folder), Bag())
    before = format_of(files)
    if before is None:
        raise Refused("up-to-date", _UP_TO_DATE, format=FORMAT)
    out = Path(options.out)
    if out.exists():
        raise Refused("exists", _("%(folder)s exists already."), folder=str(out))
    for name, text in upgrade(files, before).items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_text(text, encoding="utf-8")
    _print(translate(_("Written: %(folder)s. Next: mapalus pack check %(folder)s.")) % {"folder": out})
    return 0


def _run(arguments: Sequence[str]) -> int:
    from mapalus.engine.packs.running import main as run

    return run(arguments)


def _print(text: str, *, err: bool = False) -> None:
    print(text, file=sys.stderr if err else sys.stdout)
