"""Two numbers for one fact are listed, never overwritten; what a key reaches; what a district gets back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from mapalus.apps.directory.actor import official
from mapalus.apps.federation import about, actions, conflicts, values
from mapalus.apps.federation.actions import Terms
from mapalus.apps.federation.models import AgreementState, Conflict, Instance, Quoted, Share, ShareKind
from mapalus.apps.federation.values import Said, quoted, read_said
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import errors
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.federation.cast import DENGUE, KEY, LATER, WASTE, District, agreed, day, district, taking_part
from tests.connectors.served import Served


def told(value: float, period: str = "45") -> Instance:
    instance = Instance.objects.get(code="manado")
    said = [Said("LIV-08", "71.71", period, value, "kasus", source="https://manado.test/data/dbd/")]
    values.take_values(instance, said=said, region="71.71", indicators=None, by=PLATFORM, now=NOW)
    conflicts.compare(instance, now=NOW)
    return instance


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted"),
    [(12.3, 12.34, False), (12.3, 12.36, True), (41, 41.0, False), (41, 37, True), (0.1 + 0.2, 0.3, False),
     (12, 12.4, False)],
)  # fmt: skip
def test_rounding_is_no_conflict(ours: float, theirs: float, wanted: bool) -> None:
    assert conflicts.differs(ours, theirs) is wanted


@pytest.mark.slow
def test_a_conflict_is_listed_settled_with_a_reason_and_reopens_when_a_number_changes(measured: Province) -> None:
    taking_part()
    instance = told(37)
    found = Conflict.objects.get()
    assert (found.ours, found.theirs, found.is_open) == (41, 37, True)
    assert found.ours_position == "dinkes.kabid-p2p"
    assert found.theirs_position == "manado.kadis-kominfo"
    number = quoted("LIV-08", "71.71", "45", now=NOW)
    assert number is not None
    assert (number.value, number.is_own) == (37, True)  # its own publication first
    conflicts.answer_conflict(found, text="Menurut domisili pasien", by=measured.producer, now=NOW)
    conflicts.settle_conflict(
        found, choice=Quoted.PROVINCE, reason="Untuk kewaspadaan dini dipakai laporan faskes", by=measured.walidata,
        now=NOW,
    )  # fmt: skip
    number = quoted("LIV-08", "71.71", "45", now=NOW)
    assert number is not None
    assert (number.value, number.is_own) == (41, False)
    assert conflicts.compare(instance, now=NOW) == 0  # settled, and nothing changed
    told(38)
    found.refresh_from_db()
    assert (found.is_open, found.theirs, found.reason, len(found.answers)) == (True, 38, "", 1)
    told(41)
    found.refresh_from_db()
    assert found.ended_at == NOW
    assert quoted("LIV-08", "71.72", "45", now=NOW).value == 12  # type: ignore[union-attr] # where it says nothing


@pytest.mark.slow
def test_the_district_sees_what_the_province_holds_of_it_and_no_more(measured: Province) -> None:
    instance = taking_part()
    agreed(instance)
    told(37)
    actions.issue_key(instance, key=KEY, by=measured.walidata, now=NOW)
    client, sent = Client(), {"authorization": f"Bearer {KEY}"}
    assert client.get("/api/v1/federation").status_code == 401
    found = client.get("/api/v1/federation/about", headers=sent).json()
    assert [(one["name"], one["rows"]) for one in found["datasets"]] == []  # no region is marked in its contract
    assert [(one["indicator"], one["value"]) for one in found["numbers"]] == [("LIV-08", 41)]
    assert [(one["ours"], one["theirs"]) for one in found["conflicts"]] == [(41, 37)]
    numbers = client.get("/api/v1/federation/indicators", headers=sent).json()["items"]
    assert {one["region"] for one in numbers} == {"71.71"}
    held = about.about(Instance.objects.get(), now=NOW)
    assert held.conflicts
    assert json.dumps(about.told(held), default=str)
    assert client.get("/api/v1/districts").json()["count"] == 1
    page = client.get("/papan/kabupaten-kota/").content.decode()
    assert "Kota Manado" in page
    assert client.get("/papan/kabupaten-kota/dinding").status_code == 200


@pytest.mark.slow
def test_a_province_reads_of_a_district_what_is_agreed_at_that_moment(measured: Province, settings: Any) -> None:
    """Seen from the district: its own Mapalus answers the province's key, masked, and nothing beside the agreement."""
    settings.INSTANCE_REGION = "71.71"
    upstream = taking_part(is_upstream=True)
    actions.issue_key(upstream, key=KEY, by=PLATFORM, now=NOW)
    client, sent = Client(), {"authorization": f"Bearer {KEY}"}
    assert client.get("/api/v1/federation", headers=sent).json()["datasets"] == []  # nothing agreed, nothing shared
    lines = [actions.Line(ShareKind.DATASET, "dbd-mingguan", "DBD"), WASTE]
    agreed(upstream, lines)
    said = client.get("/api/v1/federation", headers=sent).json()
    assert [one["name"] for one in said["datasets"]] == ["dbd-mingguan"]
    assert said["region"] == "71.71"
    path = "/api/v1/federation/datasets/dbd-mingguan/versions"
    rows = client.get(f"{path}/1/rows", headers=sent).json()["rows"]
    assert len(rows) == 2
    assert "Siti Contoh" not in json.dumps(rows)
    assert client.get("/api/v1/federation/indicators", headers=sent).json()["count"] == 0  # no indicator was agreed on
    theirs = official("D-manado", "manado.kadis-kominfo", now=NOW)
    assert theirs is not None
    share = Share.objects.get(agreement__state="in-force", code="dbd-mingguan")
    actions.withhold(share, is_shared=True, embargo_until=LATER, by=theirs, now=NOW)
    import mapalus.engine.clock as clock

    assert clock.now() > LATER or client.get(path, headers=sent).status_code == 404


@pytest.mark.slow
def test_a_district_takes_up_what_its_province_offers_only_with_its_own_word(
    here: Province, manado: District, served: Served, settings: Any
) -> None:
    from mapalus.apps.federation.exchanging import exchange

    settings.INSTANCE_REGION = "71.71"
    manado.region = "71"
    manado.publish("dbd-provinsi", [{"kode_wilayah": "71.71", "kasus": 41}])
    manado.number(41)
    manado.agreement = {
        "number": 3, "state": "proposed", "cadence": "every 15 minutes", "takes": "all", "license": "CC-BY-4.0",
        "conditions": "", "since": "2026-11-01", "until": None,
        "province": {"position": "diskominfo.kadis", "label": "Kadis", "at": NOW.isoformat()},
        "district": {"position": "", "label": "", "at": None},
        "shares": [{"kind": "dataset", "code": "sampah-harian", "title": "Sampah", "is_shared": True,
                    "embargo_until": None, "reason": "", "reading": {}}],
    }  # fmt: skip
    upstream = taking_part(served.url, is_upstream=True)
    done = exchange(upstream, now=NOW)
    assert done is not None
    assert (done.outcome, done.versions, done.values) == ("brought", 1, 1)
    upstream.refresh_from_db()
    offered = upstream.agreements.get()
    assert (offered.state, str(offered.waits_for)) == ("proposed", "district")
    again = exchange(upstream, now=LATER)
    assert again is not None
    assert upstream.agreements.count() == 1  # the same offer is entered once
    assert Instance.objects.get().known["region"] == "71.71"


@pytest.mark.slow
def test_a_district_says_its_word_in_its_own_mapalus_and_terms_of_its_own_wait_for_ours(
    here: Province, manado: District, served: Served
) -> None:
    from mapalus.apps.federation.exchanging import exchange

    instance = taking_part(served.url)
    manado.publish("sampah-harian", day(1))
    offered = actions.propose_agreement(instance, terms=Terms([WASTE]), by=here.walidata, now=NOW)
    theirs = {"label": "Kadis Kominfo", "position": "manado.kadis-kominfo", "at": NOW.isoformat()}

    def bring(**said: Any) -> str:
        manado.agreement = {**offered.plain, **said}
        done = exchange(instance, now=NOW)
        assert done is not None
        offered.refresh_from_db()
        return f"{done.outcome} {offered.state}"

    assert bring() == "unchanged proposed"  # it knows the offer and has not said a word
    assert bring(state="in-force", district=theirs, cadence="hourly") == "unchanged proposed"  # other terms than ours
    assert bring(state="in-force", district={"at": None}) == "unchanged proposed"
    assert bring(state="in-force", district=theirs) == "brought in-force"
    assert (offered.district_label, offered.district_at) == ("Kadis Kominfo", NOW)
    word = {**theirs, "at": LATER.isoformat()}
    own = {"state": "proposed", "cadence": "daily 02:00", "district": word, "province": {"at": None}}
    manado.latest = {**offered.plain, **own}
    bring(state="in-force", district=theirs)
    bring(state="in-force", district=theirs)
    waiting = instance.agreements.get(state="proposed")  # entered once, and what is in force stays until we agree
    assert (str(waiting.waits_for), waiting.cadence, offered.state) == ("province", "daily 02:00", "in-force")
    with pytest.raises(errors.Conflict):
        actions.receive_word(waiting, state=AgreementState.IN_FORCE, said=word, by=PLATFORM, now=NOW)  # never our word
    actions.accept_agreement(waiting, by=here.walidata, now=NOW)
    offered = actions.propose_agreement(instance, terms=Terms([DENGUE]), by=here.walidata, now=LATER)
    manado.latest = None
    assert bring(state="refused") == "unchanged refused"


@pytest.mark.parametrize(
    "raw",
    [{}, {"indicator": 1, "region": "71"}, {"indicator": "A", "region": "71", "value": "NaN"},
     {"indicator": "A", "region": "71", "value": True}, {"indicator": "A" * 41, "region": "71", "value": 1}],
)  # fmt: skip
def test_what_is_no_number_of_an_indicator_is_left_out(raw: dict[str, Any]) -> None:
    assert read_said(raw) is None


def test_an_address_of_a_source_is_a_web_address() -> None:
    said = read_said({"indicator": "A", "region": "71.71", "value": 1, "address": "javascript:alert(1)"})
    assert said is not None
    assert said.source == ""


@pytest.mark.slow
def test_why_a_district_is_not_in_a_number_is_said_with_the_moment_it_was_gone(
    here: Province, manado: District, served: Served
) -> None:
    from mapalus.apps.federation.absence import absences
    from mapalus.apps.federation.exchanging import exchange
    from mapalus.doors.command.absent import word

    def why() -> str:
        with translation.override("id"):
            return word(absences(["LIV-08"], now=NOW)["71.71"])

    district("tomohon", "71.73", "Kota Tomohon")
    assert why() == "tidak diperjanjikan"
    instance = taking_part(served.url)
    agreed(instance, [DENGUE])
    assert why() == "belum datang"
    served.is_down = True
    exchange(instance, now=NOW)
    assert re.fullmatch(r"tidak menjawab sejak \d+\s\w+, \d\d\.\d\d", why())
    agreed(Instance.objects.get(), [replace(DENGUE, embargo_until=LATER)])
    assert why().startswith("embargo sampai ")
    agreed(Instance.objects.get(), [replace(DENGUE, is_shared=False)])
    assert why() == "tidak dibagikan"


@pytest.mark.slow
def test_a_number_over_districts_names_who_is_missing_by_reason(
    here: Province, manado: District, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In words, as the morning digest and the sources of an exported board have them."""
    from mapalus.doors.command import absent
    from mapalus.doors.command.digest import told_of
    from mapalus.doors.command.tiles.registry import Shown
    from mapalus.doors.ui.parts import Figure

    district("tomohon", "71.73", "Kota Tomohon")
    agreed(taking_part(served.url), [replace(DENGUE, is_shared=False)])
    monkeypatch.setattr(absent, "shared_codes", lambda _indicator: frozenset(["LIV-08"]))
    rolled: Any = SimpleNamespace(indicator=None, missing=("71.71", "71.73"), known=13, expected=15)
    with translation.override("id"):
        said = absent.reasons_said(rolled, now=NOW)
        assert said == "tidak dibagikan: Kota Manado; tidak diperjanjikan: Kota Tomohon"
        assert absent.missing_said(rolled, now=NOW) == f"13 dari 15 wilayah; {said}"
        rolled.missing = ()
        assert absent.reasons_said(rolled, now=NOW) == ""
    figure = Figure(label="Kasus DBD", value="41", unit="kasus", source="Dinkes", absent=said)
    assert told_of(Shown("Kasus DBD", figure=figure)) == f"Kasus DBD: 41 kasus · {said} · Dinkes"
