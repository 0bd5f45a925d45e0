"""The pack of the sample province, laid out in the province's own data folder with its built code lists."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import mapalus
from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _
from mapalus.project.demo.files.health import facility_list
from mapalus.project.demo.files.offices import misspelt_villages
from mapalus.project.demo.province import Province
from mapalus.project.demo.storyclock import StoryClock

__all__ = ["NAME", "lay_out", "source"]

NAME = "sulut-demo"


def source() -> Path:
    """The pack as it is shipped: beside the sources, or inside an installed package."""
    package = Path(mapalus.__file__).resolve().parent
    for folder in (package.parents[1] / "packs" / NAME, package / "_packs" / NAME):
        if (folder / "pack.yml").is_file():
            return folder
    raise Misconfigured(_("The pack %(name)s is not installed."), name=NAME)


def lay_out(target: Path, clock: StoryClock) -> Province:
    """Copy the pack to `target` and write the lists that depend on the region package and on the day of the story."""
    shutil.copytree(source(), target)
    province = Province(target / "story", clock)
    lists = target / "datasets" / "codelists"
    _write(lists / "wilayah-desa.csv", ("code", "label", "aliases", "digits", "kabkota"), _villages(province))
    hospitals = [(item.code, item.name) for item in facility_list(province) if item.kind == "RS"]
    _write(lists / "rumah-sakit.csv", ("code", "label"), hospitals)
    _set_ages(target / "datasets" / "anak-tidak-sekolah.yml", clock)
    return province


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _villages(province: Province) -> Iterable[Sequence[str]]:
    """A name that occurs once stands alone; others carry their kecamatan, so that no name finds two villages."""
    lone = {village.code for villages in province.lone_villages.values() for village in villages}
    confirmed: dict[str, list[str]] = {}
    for name, digits in misspelt_villages(province).items():
        confirmed.setdefault(digits, []).append(name)
    for village in province.villages:
        label = village.name if village.code in lone else f"{village.name}, Kecamatan {village.district}"
        digits = village.code.replace(".", "")
        yield village.code, label, "|".join(confirmed.get(digits, ())), digits, village.region


def _set_ages(path: Path, clock: StoryClock) -> None:
    """The contract of DS12 counts ages on the last day of the story's half year: its two dates move with it."""
    end = clock.semester.last_day
    dates = iter((f"{end.year - 19}-{end.month + 1 if end.month < 12 else 1:02d}-01", f"{end.year - 16}-{end:%m-%d}"))
    if end.month == 12:
        dates = iter((f"{end.year - 18}-01-01", f"{end.year - 16}-12-31"))
    text = path.read_text(encoding="utf-8")
    path.write_text(
        re.sub(r"date '{1,2}\d{4}-\d\d-\d\d'{1,2}", lambda hit: _dated(hit, next(dates)), text), encoding="utf-8"
    )


def _dated(hit: re.Match[str], day: str) -> str:
    quote = "''" if "''" in hit.group(0) else "'"
    return f"date {quote}{day}{quote}"
