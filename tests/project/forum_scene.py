"""What the tests of the forum's story stand on: its services, and a data list of what it speaks of."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.actions import declare_dataset
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.project.demo.forum_told import ACTION, MATTER, MEETING, REQUEST

PACKS = Path(__file__).resolve().parents[2] / "packs"
SERVICES = [PACKS / name for name in (MATTER, MEETING, ACTION, REQUEST, "permohonan-informasi")]
NAMES = {  # what the story speaks of, with the agency that makes it
    "penduduk-dkb": "disdukcapilkb", "penduduk-proyeksi": "bappeda", "stunting-survei": "bappeda",
    "stunting-rutin": "dinkes", "kondisi-jalan": "pupr", "kinerja-rkpd-jalan": "bappeda", "dbd-mingguan": "dinkes",
    "usulan-rtlh": "pupr", "bansos-penyaluran": "dinsos", "cakupan-sinyal": "diskominfo",
    "pendaratan-ikan-harian": "dkp",
}  # fmt: skip
CONTRACT = """
name: {name}
title: Data {name}
schema: {{fields: [{{name: kode, type: string}}]}}
mapalus: {{unit: {unit}, producer: "pos:{unit}.{post}", cadence: bulanan, classification: terbuka}}
"""


def _post(unit: str) -> str:
    return "kabid-statistik" if unit == "diskominfo" else "data"


def data_list(folder: Path, *, now: datetime) -> None:
    """Every dataset of the story, each with one column."""
    for name, unit in NAMES.items():
        path = folder / f"{name}.yml"
        path.write_text(CONTRACT.format(name=name, unit=unit, post=_post(unit)), encoding="utf-8")
        declare_dataset(Unit.objects.get(code=unit), kept=contracts.keep(path, dataset=name), by=PLATFORM, now=now)
