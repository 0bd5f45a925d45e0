"""The cast of the access matrix: kinds of people, and the things of agency A that fill its addresses.

Whoever needs a new thing for an address of `test_access_matrix` makes it in `scene`, belonging to A (Dinkes).
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.boards.models import Alarm
from mapalus.apps.cases import actions as cases
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.who import Applicant
from mapalus.apps.catalogue import actions as handins
from mapalus.apps.catalogue import daftar_acts, evidence_acts, scores_acts, source_acts
from mapalus.apps.catalogue.models import (
    Change,
    Consumer,
    DataCall,
    Dataset,
    Indicator,
    Owed,
    Proposal,
    Shelf,
    SourceKind,
)
from mapalus.apps.directory import actions as directory
from mapalus.apps.directory import roster_applying
from mapalus.apps.directory.actor import Official, actors_of
from mapalus.apps.directory.models import (
    Appointment,
    Form,
    Handover,
    LocalDay,
    Position,
    Region,
    RosterDraft,
    Unit,
)
from mapalus.apps.directory.roster_list import Read
from mapalus.apps.federation import actions as federation
from mapalus.apps.federation.models import InstanceKind
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.packs.loader import load_pack
from tests.apps.catalogue import cast
from tests.apps.directory.conftest import day, province, told

__all__ = ["NOW", "PEOPLE", "official", "province", "scene", "told"]
NOW = cast.NOW

# kind of person -> (code of the person, position he acts in); a mandate instead of a position where it begins with ~
PEOPLE: dict[str, tuple[str, str]] = {
    "anonymous": ("", ""),
    "citizen": ("", ""),  # an account that holds nothing
    "admin": ("", ""),  # a superuser of the database: rights come from positions, so he has none
    "former": ("P27", ""),  # retired; his account is still open
    "operator_a": ("P32", "dinkes.data"),
    "producer_a": ("P30", "dinkes.kabid-p2p"),
    "plt_a": ("P28", "dinkes.kadis"),
    "own_post_of_plt": ("P28", "dinkes.sekretaris"),
    "in_the_name_of_a": ("P29", "~an"),  # a.n. the head of A, to confirm
    "aide_of_a": ("P10", "~lihat"),  # looks for the head of A
    "operator_b": ("P40", "pupr.data"),
    "head_b": ("P37", "pupr.kadis"),
    "walidata": ("P23", "diskominfo.kabid-statistik"),
    "walidata_head": ("P18", "diskominfo.kadis"),
    "secretary": ("P06", "setda.sekda"),  # as Plh
    "assistant": ("P04", "setda.asisten1"),  # stands above the head of A
    "governor": ("P01", "gov.gubernur"),  # appoints
    "auditor": ("P11", "inspektorat.inspektur"),
}


@pytest.fixture
def scene(province: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The province of the story, and things of agency A that fill the addresses."""
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    dataset = cast.declared(tmp_path)
    handin = cast.checked(cast.handed_in(dataset, official("P32", "dinkes.data"), name="rahasia-dinkes.csv"))
    given: dict[str, Any] = {"ground": "CONTOH/12", "from_on": day(0), "to_on": day(9), "by": PLATFORM, "now": NOW}
    head = Position.objects.get(pk="dinkes.kadis")
    mandates = {
        "~an": directory.give_mandate(
            head, taker=Position.objects.get(pk="dinkes.kabid-kesmas"), form=Form.AN, acts=["catalogue.confirm"],
            matter="pengesahan", **given,
        ),
        "~lihat": directory.give_mandate(
            head, taker=Position.objects.get(pk="setda.adpem-data"), form=Form.LOOK, matter="ajudan", **given
        ),
    }  # fmt: skip
    held = Appointment.objects.get(position="dinkes.kabid-yankes", to_on=None)
    directory.end_appointment(held, last_on=day(-1), reason="Mutasi", by=PLATFORM, now=NOW)
    off = directory.add_day(LocalDay, day=day(30), name="Hari jadi", decree="CONTOH/13", by=PLATFORM, now=NOW)
    draft = roster_applying.read_roster(
        RosterDraft,
        file_name="rahasia-pejabat.csv",
        sha256="0" * 64,
        read=Read((), {}),
        decree="",
        by=PLATFORM,
        now=NOW,
    )
    handins.call(
        DataCall, title="Data SPM rahasia-dinkes.csv", reason="", datasets=[dataset], period="2026-10",
        due_at=NOW + timedelta(days=9), by=PLATFORM, now=NOW,
    )  # fmt: skip
    unit = Unit.objects.get(pk="dinkes")
    plan = daftar_acts.open_plan(unit, year=2027, by=PLATFORM, now=NOW)
    post = Position.objects.get(pk="dinkes.kabid-p2p")
    daftar_acts.propose_entry(
        unit, plan=plan, producer=post, values={"title": "rahasia-dinkes.csv"},
        by=official("P32", "dinkes.data"), now=NOW,
    )  # fmt: skip
    source_acts.add_source(
        dataset, kind=SourceKind.UPLOAD, name="sumber-contoh", title="Sistem rahasia-dinkes.csv", keeper=post,
        by=PLATFORM, now=NOW,
    )  # fmt: skip
    Shelf.objects.create(
        name="rak-contoh", title="Rak rahasia-dinkes.csv", connector="contoh", added_at=NOW,
        unit=Unit.objects.get(pk="diskominfo"), keeper=Position.objects.get(pk="diskominfo.kabid-statistik"),
    )  # fmt: skip
    change = Change.objects.create(
        dataset=dataset, kind="volume", identity="0" * 40, is_holding=True, against=1, found_at=NOW,
        facts={"kind": "volume", "level": "hold", "field": "",
               "facts": {"before": 30, "after": 9, "percent": "rahasia-dinkes.csv"}},
    )  # fmt: skip
    consumer = Consumer.objects.create(
        dataset=dataset, name="SIM rahasia-dinkes.csv", holder_id="dinkes.data", purpose="Peta", since=NOW
    )
    proposal = Proposal.objects.create(
        dataset=dataset, base=dataset.contracts.get(), text="", descriptor={}, sha256="0" * 64, folder="contracts/x",
        release="2.0.0", reason="Usulan rahasia-dinkes.csv", position="diskominfo.kabid-statistik", label="Walidata",
        proposed_at=NOW, answer_by=NOW + timedelta(days=14),
    )  # fmt: skip
    _district()
    scores_acts.score_month("2026-11", now=NOW)
    evidence = evidence_acts.fix_evidence("e-walidata", by=official("P23", "diskominfo.kabid-statistik"), now=NOW)
    return {
        "sha256": evidence.sha256,
        "mandates": mandates,
        "number": off.pk,
        "draft": draft.pk,
        "receipt": handin.receipt,
        "name": dataset.name,
        "code": "dinkes.kadis",
        "mandate": mandates["~an"].pk,
        "handover": Handover.objects.get(leaving=held).pk,
        "person": "P32",
        "owed": Owed.objects.get().pk,
        "case": _case().number,
        "change": change.pk,
        "alarm": _alarm(dataset).pk,
        "consumer": consumer.pk,
        "proposal": proposal.pk,
    }


def _alarm(dataset: Dataset) -> Alarm:
    """An open number of A that is out of order; its head was told."""
    Indicator.objects.create(code="UJI-01", title="Uji", dataset=dataset)
    return Alarm.objects.create(
        rule="uji", indicator="UJI-01", title="Uji", position="dinkes.kadis", told=["dinkes.kadis"], began_at=NOW
    )


def _district() -> None:
    """One that takes part; its terms are for itself and walidata."""
    place, _new = Region.objects.get_or_create(
        code="71.71", defaults={"level": 2, "kind": "kota", "name": "Kota Manado", "list_version": "uji"}
    )
    federation.add_instance(
        Unit.objects.get(pk="manado"), code="manado", region=place, kind=InstanceKind.FILES,
        contact=Position.objects.get(pk="manado.kadis-kominfo"), by=PLATFORM, now=NOW,
    )  # fmt: skip


def _case() -> Case:
    """A complaint that waits for the head of A."""
    pack = load_pack(Path(__file__).parents[2] / "packs" / "aduan")
    values = {
        "judul": "keluhan-rahasia di puskesmas",
        "isi": "Antrean sejak subuh, tanpa tempat duduk.",
        "nama": "Siti",
    }
    kind = pack.form.by_name["kategori"].options[0].value
    version = cases.load_pack(pack, by=PLATFORM, now=NOW)
    case = cases.open_case(version, values={**values, "kategori": kind}, by=Applicant(), now=NOW).case
    Case.objects.filter(pk=case.pk).update(turn="dinkes.kadis", unit="dinkes")
    return case


def official(person: str, position: str) -> Official:
    return next(one for one in actors_of(person, now=NOW) if one.hat == position)
