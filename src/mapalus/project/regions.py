"""`mapalus regions list|import-boundaries|remove-boundaries`: the regions of the province and their boundaries."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.engine.errors import NotFound
from mapalus.engine.text import _, language_of_process, translate
from mapalus.project import home

if TYPE_CHECKING:
    from mapalus.apps.directory.boundaries import Prepared

__all__ = ["main"]

_LEVELS = {"provinsi": 1, "kabkota": 2, "kecamatan": 3, "desa": 4}
_SHOWN = 12


def main(arguments: Sequence[str]) -> int:
    """Exit 0: done; 1: done, but some regions have no boundary; 2: refused, with one sentence."""
    given = _parser().parse_args(list(arguments))
    home.expect_province(home.enter(given.data_dir))
    from django.utils import translation

    with translation.override(language_of_process()):
        if given.verb == "list":
            return _list(as_json=given.json)
        if given.verb == "remove-boundaries":
            return _remove(_LEVELS[given.level])
        return _import(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mapalus regions", description=translate(_("the regions of the province and their boundaries"))
    )
    verbs = parser.add_subparsers(dest="verb", required=True)
    listing = verbs.add_parser("list", help=translate(_("how many regions of each level, and which have boundaries")))
    listing.add_argument("--json", action="store_true")
    bringing = verbs.add_parser("import-boundaries", help=translate(_("take the boundaries of one level from GeoJSON")))
    bringing.add_argument("file", type=Path)
    bringing.add_argument("--source", default="", help=translate(_("who made them, and when; stands under every map")))
    bringing.add_argument("--licence", default="", help=translate(_("under which licence they may be shown")))
    bringing.add_argument("--column", default="", help=translate(_("the column that holds the codes")))
    bringing.add_argument("--codes", default="", choices=("", "kemendagri", "bps"))
    bringing.add_argument("--level", default="", choices=("", *_LEVELS))
    bringing.add_argument("--json", action="store_true")
    removing = verbs.add_parser("remove-boundaries", help=translate(_("maps of this level show tiles again")))
    removing.add_argument("level", choices=tuple(_LEVELS))
    for one in verbs.choices.values():
        one.add_argument("--data-dir", default="")
    return parser


def _list(*, as_json: bool) -> int:
    from django.conf import settings
    from django.db.models import Count

    from mapalus.apps.directory.models import BoundarySet, Region

    counts = dict(
        Region.objects.within(settings.PROVINCE_CODE).values_list("level").annotate(Count("code")).order_by("level")
    )
    sets = {one.level: one for one in BoundarySet.objects.all()}
    rows = [
        {
            "level": name,
            "regions": counts.get(level, 0),
            "boundaries": one.regions if (one := sets.get(level)) else 0,
            "file": one.file_name if one else "",
            "source": one.source if one else "",
            "licence": one.licence if one else "",
            "imported_at": one.imported_at.isoformat() if one else None,
        }
        for name, level in _LEVELS.items()
    ]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
        return 0
    for row in rows:
        whence = f"{row['file']} · {row['source']} · {row['licence']}" if row["file"] else "–"
        print(f"{row['level']:<10}  {row['regions']:>6}  {row['boundaries']:>6}  {whence}")
    return 0


def _import(given: argparse.Namespace) -> int:
    from mapalus.apps.directory.boundaries import import_boundaries, prepare
    from mapalus.apps.directory.models import BoundarySet
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now

    prepared = prepare(given.file, column=given.column, system=given.codes, level=_LEVELS.get(given.level, 0))
    import_boundaries(
        BoundarySet, prepared=prepared, source=given.source, licence=given.licence, by=PLATFORM, now=now()
    )
    if given.json:
        print(json.dumps(_plain(prepared), ensure_ascii=False, indent=1))
    else:
        print("\n".join(_said(prepared)))
    return 1 if prepared.missing else 0


def _plain(prepared: Prepared) -> dict[str, object]:
    level = next(name for name, number in _LEVELS.items() if number == prepared.level)
    return {
        "level": level,
        "regions": len(prepared.outlines),
        "column": prepared.column,
        "codes": prepared.system,
        "corners": prepared.corners,
        "corners_given": prepared.corners_given,
        "missing": list(prepared.missing),
        "left_out": list(prepared.unknown),
        "without_area": prepared.without_area,
    }


def _said(prepared: Prepared) -> list[str]:
    facts = {"count": len(prepared.outlines), "column": prepared.column, "codes": prepared.system,
             "kept": prepared.corners, "given": prepared.corners_given}  # fmt: skip
    said = translate(_("%(count)s regions by %(column)s (codes of %(codes)s); %(kept)s of %(given)s corners kept."))
    lines = [said % facts]
    if prepared.missing:
        lines.append(translate(_("Without a boundary: %(names)s.")) % {"names": _few(prepared.missing)})
    if prepared.unknown:
        lines.append(
            translate(_("Left out, no region of this province: %(names)s.")) % {"names": _few(prepared.unknown)}
        )
    if prepared.without_area:
        lines.append(translate(_("%(count)s without an area.")) % {"count": prepared.without_area})
    return lines


def _few(names: Sequence[str]) -> str:
    shown = ", ".join(name or "–" for name in names[:_SHOWN])
    return f"{shown}, …" if len(names) > _SHOWN else shown


def _remove(level: int) -> int:
    from mapalus.apps.directory.boundaries import remove_boundaries
    from mapalus.apps.directory.models import BoundarySet
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now

    found = BoundarySet.objects.filter(level=level).first()
    if found is None:
        raise NotFound(_("There are no boundaries of this level."))
    remove_boundaries(found, by=PLATFORM, now=now())
    print(translate(_("Removed. Maps of this level show tiles again.")))
    return 0
