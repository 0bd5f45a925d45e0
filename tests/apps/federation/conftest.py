from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.web import patience
from tests.apps.catalogue.cast import NOW, Province, province, published
from tests.apps.federation.cast import KEY, District, district
from tests.connectors.served import Served, serving

INDICATOR = """
code: LIV-08
title: Kasus DBD
unit: kasus
dataset: dbd-mingguan
value: {sum: kasus}
period: minggu
region: kode_wilayah
"""


@pytest.fixture
def here(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Province:
    """The small province with one district, in a data folder of its own; it may ask loopback and knows a key."""
    settings.DATA_DIR = tmp_path / "data"
    settings.FETCH_ALLOWED = ["127.0.0.1"]
    monkeypatch.setenv("MAPALUS_SECRET_MANADO", KEY)
    monkeypatch.setattr(patience, "pause", lambda seconds: None)
    made = province(tmp_path)
    district()
    return made


@pytest.fixture
def manado() -> District:
    return District()


@pytest.fixture
def served(manado: District) -> Iterator[Served]:
    with serving(manado.reply) as served:
        yield served


@pytest.fixture
def measured(here: Province, tmp_path: Path, settings: Any) -> Iterator[Province]:
    """The province has published its own number for Manado (41) and Bitung (12)."""
    from mapalus.apps.catalogue import indicators

    pack = tmp_path / "paket"
    (pack / "indicators").mkdir(parents=True)
    (pack / "indicators" / "dbd.yml").write_text(INDICATOR)
    settings.PACKS = [pack]
    indicators.declarations.cache_clear()
    version = published(here)
    indicators.work_out_version(version, now=NOW)
    yield here
    indicators.declarations.cache_clear()
