"""A board can be taken along: PDF, PNG and SVG with title, source, date and mark, by the rights of the board."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.boards import standing as boards
from mapalus.apps.boards.models import Edition
from mapalus.apps.catalogue import indicators
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.following import READERS, follow
from mapalus.apps.ledger.sealer import seal_all
from mapalus.doors.command import export_picture
from mapalus.doors.command.export import slides_of
from mapalus.engine import clock
from tests.doors.command import scene

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def province(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR, settings.PACKS, settings.SAMPLE_DATA = tmp_path, [scene.write_pack(tmp_path)], True
    boards.declared.cache_clear()
    indicators.declarations.cache_clear()
    scene.build()
    scene.publish(40.0, semester="2025S2")
    scene.publish(42.0, semester="2026S1", now=scene.AT + timedelta(days=180))
    now = clock.now()
    seal_all(now=now)
    for reader in READERS.values():
        follow(reader)
    run_waiting(now=now + timedelta(minutes=1))
    yield
    boards.declared.cache_clear()
    indicators.declarations.cache_clear()


def test_a_tile_as_a_picture_says_its_number_source_and_that_it_is_a_sample(client: Client) -> None:
    answer = client.get("/papan/gubernur/ubin/1.svg")
    said = answer.content.decode()
    expected = {"Kemantapan jalan", "67,0", "Dinas PUPR", "Data contoh", "Papan Gubernur"}
    assert {part for part in expected if part not in said} == set()
    assert "var(" not in said
    assert "sandbox" in answer["Content-Security-Policy"]
    assert client.get("/papan/gubernur/ubin/9.svg").status_code == 404


def test_pictures_have_the_size_of_a_slide(client: Client) -> None:
    for address, width in (("/papan/gubernur/ubin/1.png", 1920), ("/papan/gubernur.png?kali=2", 3840)):
        body = client.get(address).content
        assert body[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">II", body[16:24]) == (width, width * 1080 // 1920)


@pytest.mark.slow
def test_the_board_as_pdf_names_its_sources(client: Client) -> None:
    answer = client.get("/papan/gubernur.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert len(answer.content) > 5_000


def test_what_is_for_officials_leaves_for_nobody_else(client: Client) -> None:
    for address in ("sekda.pdf", "sekda.png", "sekda.svg", "sekda/ubin/1.png", "sekda/ubin/1.svg"):
        assert client.get(f"/papan/{address}").status_code == 403


def test_without_the_extra_one_sentence_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_drawing: str, *, twice: bool = False) -> bytes:
        raise export_picture.NoPictures

    monkeypatch.setattr("mapalus.doors.command.export.png", missing)
    answer = client.get("/papan/gubernur.png")
    assert answer.status_code == 503
    assert "SVG" in answer.content.decode()


def test_many_tiles_take_several_slides_of_at_most_six_evenly(client: Client) -> None:
    assert [len(one) for one in slides_of(range(16))] == [6, 6, 4]
    assert [len(one) for one in slides_of(range(7))] == [4, 3]
    assert slides_of(()) == [()]
    document = {"title": "Banyak", "public": True, "tiles": [{"kind": "text", "text": f"Ubin {n}"} for n in range(8)]}
    Edition.objects.create(
        name="banyak", number=1, document=document, position="x", label="x", at=scene.AT, reason="uji"
    )
    first, second = client.get("/papan/banyak.svg"), client.get("/papan/banyak.svg?halaman=2")
    assert first["Link"] == '</papan/banyak.svg?halaman=2>; rel="next"'
    assert "Link" not in second
    assert ("Ubin 3" in first.content.decode(), "Ubin 4" in first.content.decode()) == (True, False)
    assert ("Ubin 4" in second.content.decode(), "2/2" in second.content.decode()) == (True, True)
    assert "banyak-2.svg" in second["Content-Disposition"]
    assert client.get("/papan/banyak.svg?halaman=3").status_code == 404
