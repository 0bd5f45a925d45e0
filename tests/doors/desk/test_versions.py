"""The desk's page of versions: back to an earlier one, where a row comes from, who may send rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import Dataset, FigureStatus, StreamKey, Version
from mapalus.apps.directory.actor import Official
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue.cast import GOOD, NOW, Province, checked, contract, handed_in
from tests.apps.catalogue.streaming import STREAMED

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Sit = Callable[[Official], Client]
PAGE = "/meja/data/dbd-mingguan/versi/"


@pytest.fixture
def dataset(here: Province, tmp_path: Path) -> Dataset:
    for n, period in ((41, "2026-W45"), (43, "2026-W46")):
        text = GOOD.replace(",41", f",{n}")
        handin = checked(handed_in(here.dataset, PLATFORM, text=text, period=period))  # type: ignore[arg-type]
        actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    here.dataset.refresh_from_db()
    return here.dataset


def test_walidata_makes_an_earlier_version_the_current_one_with_a_reason(
    here: Province, sit: Sit, dataset: Dataset
) -> None:
    client = sit(here.walidata)
    assert "Versi" in client.get(PAGE).content.decode()
    assert client.post(PAGE, {"version": "1", "reason": ""}).status_code == 422
    answer = client.post(PAGE, {"version": "1", "reason": "Angka Bitung keliru"})
    assert answer.status_code == 302
    dataset.refresh_from_db()
    assert dataset.current == Version.objects.get(number=1)
    public = Client().get("/data/dbd-mingguan/").content.decode()
    assert "Versi 1" in public
    assert Client().get("/api/v1/datasets/dbd-mingguan/rows").json()["rows"][0]["kasus"] == 41
    assert Client().get("/api/v1/datasets/dbd-mingguan/rows?version=2").json()["rows"][0]["kasus"] == 43
    assert "version=1" in Client().get("/catalog.ttl").content.decode()


def test_who_may_not_only_reads(here: Province, sit: Sit, dataset: Dataset) -> None:
    client = sit(here.operator)
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, {"version": "1", "reason": "x"}).status_code == 403
    assert sit(here.stranger).get(PAGE).status_code == 404


def test_where_a_row_comes_from(here: Province, sit: Sit, dataset: Dataset) -> None:
    page = sit(here.operator).get(f"{PAGE}2/baris/2/").content.decode()
    assert Version.objects.get(number=2).snapshot in page
    assert "dbd" in page
    assert sit(here.stranger).get(f"{PAGE}2/baris/2/").status_code == 404
    public = Client().get("/data/dbd-mingguan/baris/2/?version=2").content.decode()
    assert Version.objects.get(number=2).snapshot in public
    assert ".csv" not in public.split("<main")[1]
    assert "/data/dbd-mingguan/baris/1/" in Client().get("/data/dbd-mingguan/?hal=1").content.decode()


def test_a_key_is_shown_once_and_ended_with_a_reason(
    here: Province, sit: Sit, dataset: Dataset, tmp_path: Path
) -> None:
    actions.change_contract(dataset, kept=contract(tmp_path, STREAMED), reason="aliran", by=PLATFORM, now=NOW)
    client = sit(here.head)
    answer = client.post(f"{PAGE}kunci/", {"name": "SIMRS"})
    assert answer.status_code == 200
    key = StreamKey.objects.get()
    said: Any = answer.content.decode()
    secret = said.split("<code>")[1].split("</code>")[0]
    assert StreamKey.digest_of(secret) == key.digest
    assert secret not in client.get(PAGE).content.decode()
    client.post(f"{PAGE}kunci/{key.pk}/akhiri/", {"reason": "diganti"})
    key.refresh_from_db()
    assert key.revoked_reason == "diganti"
    assert sit(here.operator).post(f"{PAGE}kunci/", {"name": "x"}).status_code == 403
