"""Evidence: what the record shows, what is missing and who brings it, fixed to a moment by its hash."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from pathlib import Path

import pytest

from mapalus.apps.catalogue import evidence, evidence_acts
from mapalus.apps.catalogue.evidence import Standing
from mapalus.apps.catalogue.models import PlanEntry
from mapalus.engine.errors import NotAllowed, NotFound
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.catalogue.examples_daftar import entry, plan

pytestmark = pytest.mark.django_db


def _files(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as pack:
        return {name.partition("/")[2]: pack.read(name) for name in pack.namelist()}


@pytest.mark.parametrize("name", ["epss", "spbe", "pemdi", "e-walidata"])
def test_every_list_of_an_instrument_has_a_collector(here: Province, name: str) -> None:
    found = evidence.gather(name, now=NOW)
    assert found.indicators
    assert set(found.lists) <= set(evidence.COLLECTORS)


def test_epss_has_its_38_indicators(here: Province) -> None:
    assert len(evidence.gather("epss", now=NOW).indicators) == 38


def test_rows_fit_their_columns(here: Province) -> None:
    cast.published(here)
    for name in evidence.instruments():
        for one in evidence.gather(name, now=NOW).lists.values():
            assert all(len(row) == len(one.columns) for row in one.found.rows), one.name


def test_what_is_missing_is_said_with_the_position_that_brings_it(here: Province) -> None:
    found = {one.code: one for one in evidence.gather("epss", now=NOW).indicators}
    assert found["20302"].standing is Standing.MISSING
    assert found["30103"].standing is Standing.OUTSIDE
    assert found["40304"].brought[0].by == "Kepala Diskominfo"
    (listed,) = found["10201"].lists[:1]
    assert listed.found.gaps[0].position == "dinkes.kabid-p2p"


def test_evidence_appears_when_it_is_there(here: Province) -> None:
    cast.published(here)
    found = {one.code: one for one in evidence.gather("epss", now=NOW).indicators}
    assert found["30401"].lists[0].is_there
    assert found["20402"].lists[0].found.rows[0][0] == "dbd-mingguan"


def test_no_person_is_named(here: Province) -> None:
    cast.published(here)
    content = evidence_acts.packed(evidence.gather("epss", now=NOW), label="Walidata")
    said = b"".join(_files(content).values()).decode("utf-8", "replace")
    assert "Siti" not in said
    assert "P32" not in said
    assert "P28 Contoh" not in said


def test_an_unknown_instrument_is_not_found(here: Province) -> None:
    with pytest.raises(NotFound):
        evidence.gather("spbe-2031", now=NOW)


def test_the_pack_is_fixed_by_its_hash_and_checks_itself(here: Province) -> None:
    cast.published(here)
    made = evidence_acts.fix_evidence("pemdi", by=here.walidata, now=NOW)
    content = made.path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == made.sha256
    files = _files(content)
    told = json.loads(files.pop("isi.json"))
    assert told["berkas"] == {name: hashlib.sha256(text).hexdigest() for name, text in files.items()}
    assert set(files) >= {"indeks.html", "indikator.csv", "bukti/terbit.csv"}
    rows = list(csv.reader(io.StringIO(files["bukti/terbit.csv"].decode("utf-8-sig"))))
    assert rows[1][0] == "dbd-mingguan"
    again = evidence_acts.packed(evidence.gather("pemdi", now=NOW), label=here.walidata.label)
    assert again == content, "the same evidence at the same moment is the same file"


def test_who_may_not_gets_no_file(here: Province) -> None:
    with pytest.raises(NotAllowed):
        evidence_acts.fix_evidence("epss", by=here.operator, now=NOW)
    assert not (Path(str(here.dataset.contract.path)).parents[3] / "evidence").exists()  # type: ignore[union-attr]


def test_e_walidata_names_elements_without_a_code(here: Province) -> None:
    people_plan = plan(2026)
    entry(people_plan, title="A", element_code="1.02.01")
    entry(people_plan, title="B")
    PlanEntry.objects.update(state="ditetapkan", decided_at=NOW, decree="050/1")
    listed = evidence.gather("e-walidata", now=NOW).lists["e-walidata"]
    assert [row[0] for row in listed.found.rows] == ["1.02.01", ""]
    assert [gap.what for gap in listed.found.gaps] == ["B"]
