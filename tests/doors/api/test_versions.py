"""Every version by its number, in every door: rows, files, differences, origins; withdrawn ones are gone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue import actions, differences, streaming, wire
from mapalus.apps.catalogue.models import Dataset, FigureStatus, StreamKey, Version
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue.cast import GOOD, NOW, checked, declared, handed_in, people
from tests.apps.catalogue.streaming import STREAMED, Taking, body, line

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NAME = "dbd-mingguan"


@pytest.fixture
def dataset(tmp_path: Path, settings: Any) -> Dataset:
    """Two published versions: one figure changed, one row came."""
    settings.DATA_DIR = tmp_path / "data"
    people()
    made = declared(tmp_path, text=STREAMED)
    for text, period in ((GOOD, "2026-W45"), (GOOD.replace(",41", ",43") + "71.73,Ani Contoh,45,7\n", "2026-W46")):
        handin = checked(handed_in(made, PLATFORM, text=text, period=period))  # type: ignore[arg-type]
        actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    made.refresh_from_db()
    return made


def get(address: str) -> Any:
    return Client().get(address)


def withdraw(number: int) -> None:
    version = Version.objects.get(number=number)
    actions.withdraw(version, reason="Satu kota terhitung dua kali", by=PLATFORM, now=NOW)


def test_rows_of_an_earlier_version_in_every_door(dataset: Dataset) -> None:
    assert get(f"/api/v1/datasets/{NAME}/rows?version=1").json()["total"] == 2
    assert get(f"/api/v1/datasets/{NAME}/rows").json()["total"] == 3
    search = "/api/3/action/datastore_search?resource_id="
    assert get(f"{search}{NAME}&version=1").json()["result"]["total"] == 2
    assert get(f"{search}{NAME}@1").json()["result"]["total"] == 2
    asked = "/api/3/action/datastore_search_sql?sql=SELECT+count(*)+AS+n+FROM+"
    told = [get(f"{asked}%22{NAME}{at}%22{more}").json()["result"]["records"]
            for at, more in (("", ""), ("@1", ""), ("", "&version=1"), ("@2", "&version=1"))]  # fmt: skip
    assert [records[0]["n"] for records in told] == [3, 2, 2, 3]
    both = f"SELECT+count(*)+AS+n+FROM+%22{NAME}%22+a+JOIN+%22{NAME}@1%22+b+USING+(kode_wilayah,minggu)"
    assert get(f"/api/3/action/datastore_search_sql?sql={both}").json()["result"]["records"] == [{"n": 2}]
    assert get(f"{asked}%22{NAME}@9%22").status_code == 404
    assert get(f"/datastore/dump/{NAME}?version=1").getvalue().count(b"\n") == 3
    assert "?version=2" in get("/catalog.ttl").content.decode()


def test_who_has_a_file_is_not_sent_it_again(dataset: Dataset) -> None:
    address = f"/data/{NAME}.csv?version=1"
    first = get(address)
    first.getvalue()
    mark, changed = first.headers["ETag"], first.headers["Last-Modified"]
    for known in (mark, f"W/{mark}", f'"x", {mark}', "*"):
        again = Client().get(address, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", mark), known
    assert Client().get(address, headers={"If-Modified-Since": changed}).status_code == 304
    both = Client().get(address, headers={"If-Modified-Since": changed, "If-None-Match": '"x"'})
    assert both.getvalue().count(b"\n") == 3
    assert get(f"{address}&metadata=1").headers["ETag"] != mark
    head = Client().head(address)
    assert (head.status_code, head.headers["ETag"]) == (200, mark)


def test_a_file_of_an_earlier_version_that_is_the_present_one_again_is_news(dataset: Dataset) -> None:
    answer = get(f"/data/{NAME}.csv")
    assert answer.getvalue().count(b"\n") == 4
    earlier = Version.objects.get(number=1)
    later = NOW + timedelta(days=1)
    actions.roll_back(dataset, to=earlier, reason="Angka Manado keliru", by=PLATFORM, now=later)
    again = Client().get(f"/data/{NAME}.csv", headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert (again.status_code, again.getvalue().count(b"\n")) == (200, 3)


def test_a_withdrawn_version_is_gone_everywhere_with_its_reason(dataset: Dataset) -> None:
    withdraw(1)
    for address in (
        f"/data/{NAME}/?version=1",
        f"/data/{NAME}.csv?version=1",
        f"/data/{NAME}/beda/?dari=1",
        f"/api/v1/datasets/{NAME}/rows?version=1",
        f"/api/v1/datasets/{NAME}/differences?old=1",
    ):
        answer = get(address)
        assert answer.status_code == 410, address
        assert "Satu kota terhitung dua kali" in answer.content.decode()
    assert get(f"/api/3/action/datastore_search?resource_id={NAME}&version=1").json()["success"] is False


def test_what_differs_is_told_row_by_row_and_masked(dataset: Dataset) -> None:
    address = f"/api/v1/datasets/{NAME}/differences?old=1"
    assert get(address).status_code == 202
    assert get(f"/data/{NAME}/beda/").status_code == 202
    differences.work_out(*Version.objects.order_by("number"))
    said = get(address).json()
    assert (said["counts"]["changed"], said["counts"]["added"], said["fields"]) == (1, 1, {"kasus": 1})
    changed = said["rows"][0]
    assert (changed["old"]["kasus"], changed["new"]["kasus"], changed["new"]["pelapor"]) == (41, 43, "S••• C••••")
    page = get(f"/data/{NAME}/beda/?kolom=kasus")
    assert page.status_code == 200
    assert "<del>41</del> <ins>43</ins>" in page.content.decode()
    table = get(f"/data/{NAME}/beda.csv?dari=1&ke=2").getvalue().decode()
    assert table.splitlines()[:2] == ["kind,kode_wilayah,minggu,field,old,new", "changed,71.71,45,kasus,41,43"]
    rows = json.loads(get(f"/data/{NAME}/beda.json?dari=1&ke=2").getvalue())["rows"]
    assert [row["kind"] for row in rows] == ["changed", "added"]
    for text in (page.content.decode(), table, json.dumps(rows), json.dumps(said)):
        assert "Contoh" not in text.replace("Data contoh", "")


def test_a_row_leads_to_the_hash_of_its_file(dataset: Dataset) -> None:
    first = Version.objects.get(number=1)
    said = get(f"/api/v1/datasets/{NAME}/rows/2/origin?version=1").json()
    assert (said["sha256"], said["line"], said["is_waiting"]) == (first.snapshot, 3, False)
    assert "file" not in said  # names of files are the agency's own
    assert get(f"/api/v1/datasets/{NAME}/rows/99/origin").status_code == 404


@pytest.fixture
def lane(dataset: Dataset, tmp_path: Path, monkeypatch: Any) -> Iterator[tuple[Taking, str]]:
    """The door speaks to a lane of this process."""
    key, secret = streaming.issue_key(dataset, name="RS", by=PLATFORM, now=NOW)
    taking = Taking(dataset, key, scratch=tmp_path / "scratch")
    taking.follow()

    def ask(header: Any, content: bytes) -> Any:
        (answer,) = taking.send(content, names=(header["name"],))
        return answer.status, answer.body

    monkeypatch.setattr(wire, "ask", ask)
    yield taking, secret
    taking.close()


def post(secret: str, content: bytes, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    kind = more.pop("kind", "application/x-ndjson")
    return Client().post(f"/api/v1/datasets/{NAME}/rows", content, content_type=kind, headers={**headers, **more})


def test_rows_are_sent_and_read_at_once(lane: tuple[Taking, str]) -> None:
    _taking, secret = lane
    answer = post(secret, body(line("71.74", 45, 2), line("71.75", 45, -1)), **{"Idempotency-Key": "a"})
    assert answer.status_code == 200
    said = answer.json()
    assert (said["request"], said["accepted"], said["rejected"]) == ("a", 1, 1)
    assert said["errors"][0]["line"] == 2
    assert post(secret, body(line("71.74", 45, 2), line("71.75", 45, -1)), **{"Idempotency-Key": "a"}).json() == said
    rows = get(f"/api/v1/datasets/{NAME}/rows").json()
    assert rows["total"] == 4
    assert rows["rows"][-1]["pelapor"] == "S••• C••••"
    assert get(f"/api/3/action/datastore_search?resource_id={NAME}").json()["result"]["total"] == 4
    assert "71.74" in get(f"/data/{NAME}/?q=71.74").content.decode()
    origin = get(f"/api/v1/datasets/{NAME}/rows/{rows['rows'][-1]['_id']}/origin").json()
    assert (origin["line"], origin["is_waiting"]) == (1, True)


def test_who_may_not_send_hears_why(lane: tuple[Taking, str]) -> None:
    taking, secret = lane
    row = body(line("71.74", 45, 2))
    assert post("", row).status_code == 401
    assert post("salah", row).status_code == 401
    assert post("salah", row).headers["WWW-Authenticate"] == "Bearer"
    assert post(secret, b"\n").status_code == 422
    assert post(secret, row, kind="text/csv").status_code == 422
    assert post(secret, row, **{"Idempotency-Key": "a b"}).status_code == 422
    assert post(secret, b"{}\n" * 20_001).status_code == 422
    StreamKey.objects.filter(pk=taking.key.pk).update(revoked_at=NOW, revoked_reason="x")
    assert post(secret, row).status_code == 401


def test_without_an_intake_nothing_is_promised(dataset: Dataset) -> None:
    _key, secret = streaming.issue_key(dataset, name="RS", by=PLATFORM, now=NOW)
    answer = post(secret, body(line("71.74", 45, 2)))
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
