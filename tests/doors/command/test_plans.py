"""Tables of plans and reports come out of the indicators: as page, CSV and workbook."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue.models import Indicator
from mapalus.doors.command.plans import achieved
from tests.apps.catalogue.cast import declared, people


@pytest.mark.parametrize(
    ("value", "target", "better", "expected"),
    [(65.3, 72, "up", 90.69), (21.3, 18, "down", 81.67), (18, 18, "down", 100), (50, 18, "down", 0),
     (None, 1, "up", None),
     (1, 0, "up", None), (1, None, "up", None), (74.8, 80, "range", None)],
)  # fmt: skip
def test_what_was_reached_is_reckoned_by_direction(
    value: float | None, target: float | None, better: str, expected: float | None
) -> None:
    found = achieved(value, target, better=better)
    assert found == (None if expected is None else pytest.approx(expected, abs=0.01))


@pytest.mark.django_db
def test_a_document_lists_its_indicators_and_only_those(client: Client, tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    people()
    dataset = declared(tmp_path)
    for code, plan in (("LIV-02", {"sdg": "2.2", "lppd": "=1+1"}), ("GOV-05", {"lkpj": "Bab III"}), ("ENV-08", {})):
        Indicator.objects.create(code=code, title=f"Uji {code}", dataset=dataset, declaration={"plan": plan})
    page = client.get("/papan/rencana/?dokumen=lppd")
    assert page.status_code == 200
    text = page.content.decode()
    assert "LIV-02" in text
    assert "GOV-05" not in text
    rows = list(csv.reader(io.StringIO(client.get("/papan/rencana/lppd.csv").content.decode())))
    assert rows[1][:3] == ["'=1+1", "LIV-02", "Uji LIV-02"]
    assert {"Satuan", "Target", "Realisasi", "Capaian (%)", "Sumber", "Versi", "Alamat", "Keterangan"} <= set(rows[0])
    assert rows[1][rows[0].index("Keterangan")] == "belum ada data"
    assert client.get("/papan/rencana/?dokumen=lppd&tahun=2024").status_code == 200
    assert client.get("/papan/rencana/lkpj.xlsx").content[:2] == b"PK"
    assert client.get("/papan/rencana/?dokumen=apbn").status_code == 404
    assert client.get("/papan/rencana/lkpj.exe").status_code == 404
    # what a list puts into a document and nobody has data for stands there, too, with who holds it
    known = {line[1]: line for line in csv.reader(io.StringIO(client.get("/papan/rencana/spm.csv").content.decode()))}
    assert known["SOC-09"][0] == "PP 2/2018"
    assert (known["SOC-09"][-1], known["SOC-09"][-2]) == ("belum ada data", "")
    assert "/papan/mengapa/SOC-09/" not in client.get("/papan/rencana/?dokumen=spm").content.decode()
