"""`mapalus diff`: two versions of a dataset, or two files, row by row.

mapalus diff NAME [OLD] [NEW] [--json] [--most N]         versions by number: the present one and the one before
mapalus diff OLD NEW [--files] [--key a,b] [--contract C]  files: taken for such where both are there
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.text import _, translate

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0: equal; 1: they differ; 2: cannot be compared."""
    options = _parser().parse_args(list(arguments))
    options.old = options.old or ""
    if options.files or (options.new is None and _are_files(options.name, options.old)):
        if not options.old or options.new is not None:
            raise Invalid(_("Name two files: mapalus diff OLD NEW --files."))
        from mapalus.engine.data.cli.diff import compare_files

        options.old, options.new = options.name, options.old
        return compare_files(options)
    return _versions(options)


def _are_files(*names: str) -> bool:
    return all(name and Path(name).is_file() for name in names)


def _parser() -> argparse.ArgumentParser:
    about = translate(_("Says row by row what differs between two versions of a dataset, or two files."))
    parser = argparse.ArgumentParser(prog="mapalus diff", description=about)
    parser.add_argument("name", metavar="NAME", help=translate(_("a dataset; or the older file")))
    parser.add_argument("old", metavar="OLD", nargs="?", help=translate(_("number of a version; or the newer file")))
    parser.add_argument("new", metavar="NEW", nargs="?", help=translate(_("number of a version; default: present")))
    parser.add_argument("--files", action="store_true", help=translate(_("NAME and OLD are files")))
    parser.add_argument("--key", default="", help=translate(_("columns by which rows are matched, with commas")))
    parser.add_argument("--contract", default="", help=translate(_("contract of both files")))
    parser.add_argument("--sheet", default=None, help=translate(_("the sheet to read, by name")))
    parser.add_argument("--most", type=int, default=None, help=translate(_("list so many rows; 0: all")))
    parser.add_argument("--json", action="store_true", help=translate(_("print one JSON object instead of the report")))
    parser.add_argument("--data-dir", default="")
    return parser


def _versions(options: argparse.Namespace) -> int:
    """As published: masked values stay masked, here as everywhere."""
    from mapalus.project import home

    home.expect_province(home.enter(options.data_dir))
    from mapalus.apps.catalogue import contracts
    from mapalus.apps.catalogue.models import Dataset, Version
    from mapalus.engine.data.cli.diff import compare
    from mapalus.engine.data.lake import VersionFolder

    dataset = Dataset.objects.for_reading().filter(name=options.name).first()
    if dataset is None:
        known = ", ".join(Dataset.objects.values_list("name", flat=True)[:20])
        raise NotFound(_("There is no dataset %(name)s. There are: %(known)s."), name=options.name, known=known)
    present = dataset.current.number if dataset.current else 0

    def version(number: str) -> Version:
        seen = dataset.versions.filter(removed_at__isnull=True).select_related("contract")
        wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
        found = seen.filter(number=wanted).first()
        if found is None:
            numbers = ", ".join(str(one) for one in seen.order_by("number").values_list("number", flat=True)[:50])
            text = _("There is no version %(number)s of %(name)s. There are: %(known)s.")
            raise NotFound(text, number=number, name=dataset.name, known=numbers)
        return found

    options.new = options.new or str(present)
    old, new = version(options.old or str(present - 1)), version(options.new)
    contract = contracts.load(new.contract.path.parent)
    options.old = str(old.number)
    folders = VersionFolder(old.path), VersionFolder(new.path)
    return compare(*folders, contract=contract, options=options, place=lambda _version, row: row)
