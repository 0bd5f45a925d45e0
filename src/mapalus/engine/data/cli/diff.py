"""`mapalus diff OLD NEW`: what differs between two files, or two versions, row by row and cell by cell."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _, translate

if TYPE_CHECKING:
    from mapalus.engine.data.lake import VersionFolder

__all__ = ["compare", "compare_files"]

_SHOWN = 20  # rows of the report; all with --most 0
_SIGNS = {"changed": "~", "added": "+", "removed": "-"}
Place = Callable[["VersionFolder", int], int]  # the number of a row as the reader knows it


def compare_files(options: argparse.Namespace) -> int:
    """Two files, in no province. Exit 0: they are equal; 1: they differ; `Problem` where one cannot be used."""
    from mapalus.engine.data.contract import load
    from mapalus.engine.data.rows import place_of

    declared = load(Path(options.contract)) if options.contract else None

    def row(version: VersionFolder, number: int) -> int:
        found = place_of(version.rows, number)
        return found[1] if found else number

    with tempfile.TemporaryDirectory(prefix="mapalus-") as scratch:
        new, contract = _read(options.new, Path(scratch), number=2, contract=declared, options=options)
        meant = declared or _meant(options.old, contract, Path(scratch), sheet=options.sheet)
        old, _contract = _read(options.old, Path(scratch), number=1, contract=meant, options=options)
        return compare(old, new, contract=contract, options=options, place=row)


def _read(
    name: str, folder: Path, *, number: int, contract: Contract | None, options: argparse.Namespace
) -> tuple[VersionFolder, Contract]:
    """A file as a version of its own, and the contract it was read by."""
    from mapalus.engine.data.check import check
    from mapalus.engine.data.lake import write_version

    into = folder / f"check-{number}"
    into.mkdir()
    outcome = check(Path(name), contract=contract, out=into, sheet=options.sheet)
    if outcome.bad_rows:
        said = translate(_("%(file)s: %(rows)s rows do not fit and are not compared; see `mapalus check`."))
        print(said % {"file": Path(name).name, "rows": outcome.bad_rows}, file=sys.stderr)  # noqa: T201 - the command line
    plain = _as_they_are(contract or outcome.contract, key=options.key)
    made = write_version(
        folder, dataset="diff", number=number, good=outcome.good, bad=None, report={}, contract=plain, origin={},
        previous=None,
    )  # fmt: skip
    return made, plain


def _meant(name: str, newer: Contract, folder: Path, *, sheet: str | None) -> Contract:
    """The newer file says what its columns are; columns that only the older one has say it themselves."""
    from mapalus.engine.data.proposal import propose

    scratch = folder / "proposal"
    scratch.mkdir()
    _scan, found = propose(Path(name), scratch=scratch, sheet=sheet)
    fields = {one.name: one for one in newer.fields}
    kept = tuple(fields.get(one.name, one) for one in found.contract.fields)
    names = {one.name for one in kept}
    return replace(newer, fields=kept, primary_key=newer.primary_key if set(newer.primary_key) <= names else ())


def _as_they_are(contract: Contract, *, key: str) -> Contract:
    """One's own files are compared unmasked, every column of them; by the key that was asked for."""
    fields = tuple(replace(one, mapalus={}) for one in contract.fields)
    names = tuple(part.strip() for part in key.split(",") if part.strip()) or contract.primary_key
    unknown = [name for name in names if name not in {one.name for one in fields}]
    if unknown and key:
        known = ", ".join(one.name for one in fields)
        raise Invalid(_("There is no column %(name)s; there are: %(known)s."), name=unknown[0], known=known)
    return replace(contract, fields=fields, primary_key=names, mapalus={}, foreign_keys=())


def compare(
    old: VersionFolder, new: VersionFolder, *, contract: Contract, options: argparse.Namespace, place: Place
) -> int:
    """Work out what differs and say it, as a report or (`options.json`) one object. Exit 0: nothing; 1: something."""
    from mapalus.engine.data import changes

    with tempfile.TemporaryDirectory(prefix="mapalus-") as scratch:
        path = Path(scratch) / "diff.sqlite"
        found = changes.write_changes(path, old=old, new=new, contract=contract)
        most = options.most if options.most is not None else (None if options.json else _SHOWN)
        rows = list(islice(changes.stream(path), most or None))
        placed = [_placed(one, old, new, place) for one in rows]
    total = sum(found.counts[kind] for kind in changes.Kind)
    if options.json:
        said = {
            "old": options.old, "new": options.new, "by": list(found.by), "counts": dict(found.counts),
            "fields": dict(found.fields), "fields_added": list(found.fields_added),
            "fields_removed": list(found.fields_removed), "rows": placed, "truncated": total > len(placed),
        }  # fmt: skip
        print(json.dumps(said, ensure_ascii=False, default=str))  # noqa: T201 - the command line speaks so
    else:
        _show(found, placed, total)
    return int(bool(total or found.fields_added or found.fields_removed))


def _placed(one: Any, old: VersionFolder, new: VersionFolder, place: Place) -> dict[str, Any]:
    return {
        "kind": one.kind.value,
        "old_row": None if one.old_row is None else place(old, one.old_row),
        "new_row": None if one.new_row is None else place(new, one.new_row),
        "old": one.old,
        "new": one.new,
        "fields": list(one.fields),
    }


def _show(found: Any, rows: Sequence[Mapping[str, Any]], total: int) -> None:
    text = _("%(changed)s rows changed, %(added)s added, %(removed)s removed, %(unchanged)s as before.")
    by = ", ".join(found.by) or translate(_("the whole row"))
    lines = [translate(text) % found.counts, translate(_("Rows are matched by: %(by)s.")) % {"by": by}]
    for names, said in (
        (found.fields_added, _("New columns: %(names)s.")), (found.fields_removed, _("Columns that went: %(names)s.")),
    ):  # fmt: skip
        if names:
            lines.append(translate(said) % {"names": ", ".join(names)})
    for row in rows:
        lines += ["", f"{_SIGNS[row['kind']]} {_number(row)}  {_values(found, row)}"]
        old, new = row["old"] or {}, row["new"] or {}
        lines += [f"    {name}: {_cell(old.get(name))} -> {_cell(new.get(name))}" for name in row["fields"]]
    if total > len(rows):
        lines += ["", translate(_("%(n)s more; all of them with --most 0.")) % {"n": total - len(rows)}]
    print("\n".join(lines))  # noqa: T201 - the command line speaks so


def _number(row: Mapping[str, Any]) -> str:
    known = [str(row[side]) for side in ("old_row", "new_row") if row[side] is not None]
    return f"{translate(_('row'))} {' -> '.join(dict.fromkeys(known))}"


def _values(found: Any, row: Mapping[str, Any]) -> str:
    """The key of a changed row; every value of one that came or went."""
    values = row["new"] or row["old"] or {}
    names = [name for name in found.columns if name in found.by or row["kind"] != "changed"]
    return ", ".join(f"{name}={_cell(values.get(name))}" for name in names if values.get(name) is not None)


def _cell(value: Any) -> str:
    return "∅" if value is None else str(value)
