"""The yearly plan: proposed by the producer, confirmed by walidata, decided for the year, tied to the dataset."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import daftar, daftar_acts, daftar_file, scores_acts
from mapalus.apps.catalogue.daftar_data import publish_plan, publish_scores
from mapalus.apps.catalogue.models import DataPlan, EntryState, HandInState, PlanEntry
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.sealer import seal_all
from mapalus.engine.data import contract as contracts
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province, actor, declared, people
from tests.apps.catalogue.examples_daftar import LINE, entry, plan

pytestmark = pytest.mark.django_db


def _decided(found: PlanEntry) -> PlanEntry:
    daftar_acts.confirm_entry(found, by=actor("diskominfo.kabid-statistik"), now=NOW)
    PlanEntry.objects.filter(pk=found.pk).update(state=EntryState.DECIDED, decided_at=NOW, decree="050/1")
    return PlanEntry.objects.for_reading().get(pk=found.pk)


def test_a_line_goes_from_proposal_to_confirmation() -> None:
    people()
    made = entry()
    assert (made.code, made.stage, made.name) == ("DD-2027-0001", EntryState.PROPOSED, "kunjungan-puskesmas")
    made = daftar_acts.confirm_entry(made, is_priority=True, by=actor("diskominfo.kabid-statistik"), now=NOW)
    assert (made.stage, made.is_priority) == (EntryState.CONFIRMED, True)


def test_another_agency_may_not_propose_for_it() -> None:
    people()
    with pytest.raises(NotAllowed):
        daftar_acts.propose_entry(
            Unit.objects.get(pk="dinkes"), plan=plan(), producer=Position.objects.get(pk="dinkes.kabid-p2p"),
            values=LINE, by=actor("pupr.data"), now=NOW,
        )  # fmt: skip


def test_a_line_without_its_standard_is_not_confirmed_and_says_what_it_lacks() -> None:
    people()
    made = entry(concept="", counted_in="")
    with pytest.raises(Invalid) as found:
        daftar_acts.confirm_entry(made, by=actor("diskominfo.kabid-statistik"), now=NOW)
    assert set(found.value.fields) == {"concept", "counted_in"}


def test_what_is_restricted_names_its_ground() -> None:
    people()
    with pytest.raises(Invalid, match="input"):
        entry(classification="terbatas")
    assert entry(DataPlan.objects.get(), classification="terbatas", classification_ground="UU 14/2008 Pasal 17").pk


def test_what_was_returned_is_corrected_and_proposed_again() -> None:
    people()
    made = daftar_acts.return_entry(entry(), reason="Definisi", by=actor("diskominfo.kabid-statistik"), now=NOW)
    made = daftar_acts.change_entry(made, values={**LINE, "definition": "Baru"}, by=actor("dinkes.data"), now=NOW)
    assert (made.stage, made.reason, made.definition) == (EntryState.PROPOSED, "", "Baru")


def test_what_is_confirmed_is_not_changed() -> None:
    people()
    made = daftar_acts.confirm_entry(entry(), by=actor("diskominfo.kabid-statistik"), now=NOW)
    with pytest.raises(Conflict):
        daftar_acts.change_entry(made, values=LINE, by=actor("dinkes.data"), now=NOW)


def test_walidata_does_not_decide_the_plan() -> None:
    people()
    made = entry()
    daftar_acts.confirm_entry(made, by=actor("diskominfo.kabid-statistik"), now=NOW)
    with pytest.raises(NotAllowed):
        daftar_acts.decide_plan(made.plan, decree="050/1", by=actor("diskominfo.kadis"), now=NOW)


def test_a_decision_takes_what_is_confirmed_and_leaves_the_rest() -> None:
    from tests.apps.test_actions import Everything

    people()
    first, second = entry(), entry(DataPlan.objects.get(), title="Lain")
    daftar_acts.confirm_entry(first, by=actor("diskominfo.kabid-statistik"), now=NOW)
    made = daftar_acts.decide_plan(first.plan, decree="050/1", by=Everything(), now=NOW)
    assert made.is_decided
    assert [one.state for one in PlanEntry.objects.order_by("code")] == ["ditetapkan", "usulan"]
    daftar_acts.confirm_entry(second, by=actor("diskominfo.kabid-statistik"), now=NOW)
    daftar_acts.decide_plan(first.plan, decree="050/2", by=Everything(), now=NOW)
    assert list(PlanEntry.objects.order_by("code").values_list("decree", flat=True)) == ["050/1", "050/2"]


def test_everybody_reads_what_is_decided_and_nothing_closed() -> None:
    people()
    made = entry()
    assert not PlanEntry.objects.visible_to(None).exists()
    assert PlanEntry.objects.visible_to(actor("dinkes.data")).exists()
    assert not PlanEntry.objects.visible_to(actor("pupr.data")).exists()
    _decided(made)
    assert PlanEntry.objects.visible_to(None).exists()
    PlanEntry.objects.update(classification="tertutup", classification_ground="UU 14/2008")
    assert not PlanEntry.objects.visible_to(None).exists()


def test_a_line_becomes_a_dataset_when_its_contract_is_there(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    people()
    made = entry(title="Kasus DBD Mingguan", name="dbd-mingguan")
    dataset = declared(tmp_path)
    seal_all(now=NOW)
    follow(READERS["daftar"])
    made.refresh_from_db()
    assert made.dataset == dataset


def test_the_draft_of_a_contract_is_a_contract(tmp_path: Path) -> None:
    people()
    path = tmp_path / "kontrak.yml"
    path.write_text(daftar.draft_contract(entry()), encoding="utf-8")
    read = contracts.load(path)
    assert (read.name, read.mapalus["producer"]) == ("kunjungan-puskesmas", "pos:dinkes.kabid-p2p")


def test_the_state_of_a_line_follows_its_dataset(here: Province) -> None:
    made = _decided(entry(plan(2026), title="Kasus DBD", name="dbd-mingguan"))
    assert daftar.standings([made], now=NOW)[made.pk] is daftar.Standing.PLANNED
    handin = cast.handed_in(here.dataset, here.operator, text=cast.GOOD)
    assert daftar.standings([made], now=NOW)[made.pk] is daftar.Standing.HANDED_IN
    handin.state = HandInState.WITHDRAWN
    handin.closed_at = NOW
    handin.save()
    cast.published(here, text=cast.GOOD, period="2026-W46")
    assert daftar.standings([made], now=NOW)[made.pk] is daftar.Standing.PUBLISHED
    here.dataset.refresh_from_db()
    here.dataset.expected_period, here.dataset.due_at = "2026-W47", NOW - timedelta(days=1)
    here.dataset.save()
    made = PlanEntry.objects.for_reading().get(pk=made.pk)
    assert daftar.standings([made], now=NOW)[made.pk] is daftar.Standing.LATE


def test_a_first_day_that_has_passed_is_late() -> None:
    people()
    made = _decided(entry(plan(2026), first_on=date(2026, 3, 31)))
    assert daftar.standings([made], now=NOW)[made.pk] is daftar.Standing.LATE


# --- spreadsheets ----------------------------------------------------------------------------------------------------

FORM = """No,Nama Data,Produsen Data,Unit Kerja,Satuan,Konsep,Frekuensi,Jadwal Rilis,Sifat Data,Prioritas,Romantik
1,Angka Kematian Ibu,Dinas Kesehatan,Kabid P2P,orang,Kesehatan ibu,Tiga Bulanan,bulan ke-4,Terbuka,Ya,V-26.1
2,Rujukan,Dinas Kesehatan,,kasus,,Tahunan,31 Maret,Tertutup,Tidak,
3,Jalan Mantap,Dinas Yang Tidak Ada,,km,,Tahunan,31 Maret,Terbuka,Tidak,
"""


def test_the_usual_form_of_an_agency_is_read() -> None:
    people()
    lines = daftar_file.read_lines("daftar.csv", FORM.encode(), unit=None)
    first, second, third = lines
    assert first.wrong == ()
    assert first.producer is not None
    assert first.producer.code == "dinkes.kabid-p2p"
    assert first.values["cadence"] == "triwulanan"
    assert first.values["is_priority"] is True
    assert first.values["recommendation"] == "V-26.1"
    assert first.row == 2
    assert second.producer is not None
    assert second.producer.code == "dinkes.kadis"
    assert len(second.wrong) == 1, "closed without a ground"
    assert third.unit is None
    assert third.wrong


def test_what_is_exported_is_read_again_as_the_same() -> None:
    people()
    made = entry(is_priority=True, first_on=date(2027, 3, 31))
    rows = daftar_file.lines_of([PlanEntry.objects.for_reading().get(pk=made.pk)], states={})
    text = ",".join(daftar_file.COLUMNS) + "\n" + ",".join(f'"{cell}"' for cell in rows[0]) + "\n"
    (line,) = daftar_file.read_lines("daftar.csv", text.encode(), unit=None)
    assert line.wrong == ()
    assert {name: line.values[name] for name in LINE} == LINE
    assert (line.values["is_priority"], line.values["first_on"]) == (True, date(2027, 3, 31))


def test_a_file_without_a_name_of_data_is_refused() -> None:
    people()
    with pytest.raises(Invalid):
        daftar_file.read_lines("x.csv", b"Kolom A,Kolom B\n1,2\n", unit=None)


def test_an_agency_takes_over_its_own_lines_alone() -> None:
    people()
    made = plan()
    unit, post = Unit.objects.get(pk="dinkes"), Position.objects.get(pk="dinkes.kabid-p2p")
    other = {"unit": Unit.objects.get(pk="pupr"), "producer": Position.objects.get(pk="pupr.kadis"), "values": LINE}
    own = {"unit": unit, "producer": post, "values": LINE}
    by = actor("dinkes.data")
    assert daftar_acts.import_entries(unit, plan=made, rows=[own, own], file="x", by=by, now=NOW) == 1
    with pytest.raises(NotAllowed):
        daftar_acts.import_entries(unit, plan=made, rows=[other], file="x", by=by, now=NOW)
    with pytest.raises(NotAllowed):  # for several agencies: walidata alone
        daftar_acts.import_entries(made, plan=made, rows=[other], file="x", by=by, now=NOW)
    walidata = actor("diskominfo.kabid-statistik")
    assert daftar_acts.import_entries(made, plan=made, rows=[own, other], file="x", by=walidata, now=NOW) == 1


def test_what_is_decided_is_a_dataset_with_versions(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "data"
    people()
    _decided(entry(plan(2026), title="Kasus DBD", is_priority=True))
    version = publish_plan(now=NOW)
    assert version is not None
    assert (version.dataset.name, version.rows_good, version.rows_bad) == ("daftar-data", 1, 0)
    assert publish_plan(now=NOW + timedelta(hours=1)) is None, "nothing has changed"
    PlanEntry.objects.update(first_on=date(2026, 3, 31))
    again = publish_plan(now=NOW + timedelta(hours=2))
    assert again is not None
    assert again.number == 2


def test_public_scores_are_a_dataset(here: Province) -> None:
    scores_acts.score_month("2026-11", now=NOW)
    assert publish_scores(now=NOW) is None
    version = publish_scores(now=NOW + timedelta(days=9))
    assert version is not None
    assert (version.dataset.name, version.rows_good) == ("nilai-kepatuhan", 1)
