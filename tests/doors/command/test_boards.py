"""A board says each number with its unit, source, age, target, trend and state; to whom it may be shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import signing
from django.test import Client

from mapalus.apps.catalogue import indicators
from mapalus.apps.catalogue.models import Dataset, HandIn, Indicator
from mapalus.apps.catalogue.readings import points
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.sealer import seal_all
from mapalus.doors.command import boards, fragments, ticket
from mapalus.engine import clock
from tests.doors.command import scene

pytestmark = pytest.mark.django_db


def settle() -> None:
    """What sealer, reader and worker do in their processes."""
    now = clock.now()
    seal_all(now=now)
    for reader in READERS.values():
        follow(reader)
    run_waiting(now=now + timedelta(minutes=1))
    seal_all(now=now)


@pytest.fixture(autouse=True)
def province(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.PACKS = [scene.write_pack(tmp_path)]
    settings.STREAM_URL = ":8001"
    boards.declared.cache_clear()
    indicators.declarations.cache_clear()
    scene.build()
    yield
    boards.declared.cache_clear()
    indicators.declarations.cache_clear()


def test_a_publication_moves_the_number_with_everything_it_needs(client: Client) -> None:
    scene.publish(40.0, semester="2025S2")
    scene.publish(42.0, semester="2026S1", now=scene.AT + timedelta(days=180))
    settle()
    said = client.get("/papan/gubernur/").content.decode()
    for part in (
        'data-tile="LIV-14" data-value="67,0"',  # (42 + 5 + 20) / 100
        "persen",
        "Dinas PUPR",
        "semester I 2026",
        "naik 2,0 poin dari semester II 2025",
        "target 72,0",
        "perlu perhatian",
        "sementara",
        "spark",
        "/papan/mengapa/LIV-14/",
        "Kota Manado: 78,3 persen",
    ):
        assert part in said, part


def test_a_correction_takes_the_place_of_what_it_corrects(client: Client) -> None:
    scene.publish(40.0)
    scene.publish(47.0)
    settle()
    said = client.get("/papan/gubernur/").content.decode()
    assert 'data-value="72,0"' in said
    assert "sesuai target" in said
    whole = [one for one in points(Indicator.objects.get(), now=clock.now()) if not one.region]
    assert [(one.value, one.version) for one in whole] == [(72.0, 2)]


def test_without_values_the_board_says_so(client: Client) -> None:
    said = client.get("/papan/gubernur/").content.decode()
    assert "belum ada data" in said
    assert 'data-value="–"' in said


MONDAY = datetime(2026, 11, 23, 1, 52, tzinfo=UTC)  # 09.52 WITA


@pytest.fixture
def monday(monkeypatch: pytest.MonkeyPatch) -> datetime:
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: MONDAY)
    return MONDAY


def test_what_is_disputed_or_late_is_said_first(client: Client, monday: datetime) -> None:
    scene.publish(47.0)
    settle()
    Dataset.objects.update(due_at=monday - timedelta(days=4))  # Thursday
    said = client.get("/papan/gubernur/").content.decode()
    assert "data terlambat 2 hari kerja" in said
    assert "<b>2<small>hari kerja</small></b>" in said
    assert "sedang diperiksa" not in said
    assert "Kepala Bidang Bina Marga" in said
    assert "jabatan kosong" in said
    Dataset.objects.update(conflict="PUPR 65,3 dan e-monev 71,86")
    fragments.forget()  # behind the ledger's back
    assert "selisih" in client.get("/papan/gubernur/").content.decode()


@pytest.mark.parametrize(("state", "word"), [("awaiting-review", "diperiksa"), ("returned", "diperbaiki")])
def test_what_is_overdue_and_on_its_way_says_so(client: Client, monday: datetime, state: str, word: str) -> None:
    scene.publish(40.0, semester="2025S2")
    scene.hand_in(47.0)
    HandIn.objects.filter(period="2026S1").update(state=state)
    Dataset.objects.update(due_at=monday - timedelta(days=4), expected_period="2026S1")
    assert f"sedang {word}" in client.get("/papan/gubernur/").content.decode()
    for address in ("/data/", "/data/kondisi-jalan/"):
        said = client.get(address).content.decode()
        assert f"Sedang {word}" in said
        assert "Lewat tenggat" not in said


def test_htmx_gets_what_is_on_the_board_alone(client: Client) -> None:
    response = client.get("/papan/gubernur/", headers={"HX-Request": "true"})
    assert response.content.decode().startswith('<div class="board-head">')
    assert "HX-Request" in response["Vary"]


def test_the_wall_has_no_links(client: Client) -> None:
    scene.publish(42.0)
    settle()
    said = client.get("/papan/gubernur/dinding").content.decode()
    assert "data-wall" in said
    assert "Mengapa" not in said


def test_a_board_for_officials_is_not_for_everybody(client: Client) -> None:
    assert client.get("/papan/sekda/").status_code == 403
    assert client.get("/papan/tidak-ada/").status_code == 404
    assert client.get("/papan/").headers["Location"] == "/papan/gubernur/"


def test_why_leads_down_to_the_file_and_its_rows(client: Client) -> None:
    scene.publish(42.0)
    settle()
    said = client.get("/papan/mengapa/LIV-14/").content.decode()
    for part in ("Baik + sedang", "÷", "67", "100", "kondisi-jalan_", "baris 2 sampai 3", "Kepala Bidang Bina Marga",
                 "/data/kondisi-jalan/?version=1", "S-2026-00001", "buku besar 1", "Kota Manado"):  # fmt: skip
        assert part.lower() in said.lower(), part
    assert "jalan-contoh" not in said  # what the sender called his file is told to officials alone
    assert client.get("/papan/mengapa/X/").status_code == 404


def test_a_restricted_dataset_has_no_public_number(client: Client) -> None:
    scene.publish(42.0)
    settle()
    Dataset.objects.update(classification="terbatas", classification_ground="UU 27/2022")
    assert "LIV-14" not in client.get("/papan/gubernur/").content.decode().replace("mengapa", "")
    assert client.get("/papan/mengapa/LIV-14/").status_code == 404


def test_events_leads_to_the_stream_with_a_ticket(client: Client) -> None:
    response = client.get("/events?papan=gubernur&after=7", headers={"Host": "localhost:8000"})
    assert response.status_code == 307
    assert response["Location"].startswith("http://localhost:8001/events?ticket=")
    assert response["Location"].endswith("&after=7")
    found = ticket.opened(parse_qs(urlsplit(response["Location"]).query)["ticket"][0])
    assert found == ticket.Ticket(("gubernur",), "http://localhost:8000", "id")
    again = client.get("/events?papan=gubernur&after=7", headers={"Last-Event-ID": "12"})
    assert again["Location"].endswith("&after=12")
    assert client.get("/events?papan=sekda").status_code == 403


def test_behind_a_proxy_the_stream_has_the_same_origin(client: Client, settings: Any) -> None:
    settings.STREAM_URL = ""
    assert client.get("/events")["Location"].startswith("/events/stream?ticket=")
    assert "connect-src 'self'" in client.get("/papan/gubernur/")["Content-Security-Policy"]
    settings.STREAM_URL = "https://arus.example"
    assert "connect-src 'self' https://arus.example" in client.get("/papan/gubernur/")["Content-Security-Policy"]


def test_a_ticket_cannot_be_made_or_kept() -> None:
    assert ticket.opened("x") is None
    assert ticket.opened(signing.dumps([["gubernur"], ""], salt="other")) is None
    good = ticket.issue(["b", "a"], origin="http://x")
    assert ticket.opened(good) == ticket.Ticket(("a", "b"), "http://x")
    assert ticket.opened(good[:-1] + ("A" if good[-1] != "A" else "B")) is None


def test_an_act_touches_only_boards_that_show_it() -> None:
    assert boards.touched_by("catalogue.measure", {"indicators": ["LIV-14"]}) == {"gubernur", "sekda"}
    assert boards.touched_by("catalogue.measure", {"indicators": ["X"]}) == set()
    assert boards.touched_by("directory.appoint", {}) == set()


def test_measuring_again_gives_the_same() -> None:
    scene.publish(42.0)
    settle()
    version = Dataset.objects.get().versions.get()
    before = [(one.period, one.region, one.value) for one in points(Indicator.objects.get(), now=clock.now())]
    assert indicators.work_out_version(version, now=clock.now()).changed == ()
    after = [(one.period, one.region, one.value) for one in points(Indicator.objects.get(), now=clock.now())]
    assert after == before
    assert len(before) == 3
    assert Entry.objects.filter(act="catalogue.measure").count() == 2
