"""The lake on an object storage: whole or not there, fetched and compared, removed there too, orphans named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue import afar, compacting, places, retention
from mapalus.apps.catalogue.models import Dataset, Run, RunState
from mapalus.engine import clock
from mapalus.engine.errors import Unavailable
from mapalus.project import doctor, doctor_lake
from tests.apps.catalogue.cast import NOW
from tests.apps.catalogue.streaming import Taking, begun, body, line

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Far:
    taking: Taking
    client: Any  # boto3's

    def listed(self) -> set[str]:
        return {one["Key"] for one in self.client.list_objects_v2(Bucket="danau").get("Contents", ())}


@pytest.fixture(scope="module")
def storage() -> Iterator[tuple[str, Any]]:
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1", aws_access_key_id="a",
        aws_secret_access_key="b",
    )  # fmt: skip
    yield f"http://{host}:{port}", client
    client.close()
    server.stop()


@pytest.fixture
def far(storage: tuple[str, Any], tmp_path: Path, settings: Any) -> Iterator[Far]:
    address, client = storage
    client.create_bucket(Bucket="danau")
    settings.DATA_DIR, settings.LAKE, settings.LAKE_ADDRESS = tmp_path / "data", "s3://danau/sulut", address
    settings.LAKE_KEY, settings.LAKE_CACHE = ("a", "b"), 50
    dataset, key, _secret = begun(tmp_path)
    taking = Taking(dataset, key, scratch=tmp_path / "scratch")
    taking.follow()
    yield Far(taking, client)
    taking.close()
    for one in client.list_objects_v2(Bucket="danau").get("Contents", ()):
        client.delete_object(Bucket="danau", Key=one["Key"])


def at_hand_no_more() -> None:
    for folder in places.lake().glob("*/v[0-9]*"):
        shutil.rmtree(folder)


def wrong() -> list[str]:
    return [one.say() for one in doctor.examine(now=clock.now()) if one.name == "versions" and not one.is_well]


def test_a_version_is_there_whole_and_fetched_where_it_is_asked_for(far: Far) -> None:
    far.taking.send(body(line("71.73", 45, 3)))
    compacting.compact(Dataset.objects.get(), now=NOW)
    for number in (1, 2):
        assert f"sulut/dbd-mingguan/v{number}/manifest.json" in far.listed()
        assert f"sulut/dbd-mingguan/v{number}/data.parquet" in far.listed()
    before = Client().get("/data/dbd-mingguan.csv?version=2").getvalue()
    at_hand_no_more()
    assert Client().get("/data/dbd-mingguan.csv?version=2").getvalue() == before
    assert {path.name for path in places.lake().glob("*/v*")} == {"v2"}
    assert wrong() == []


def test_what_was_changed_there_is_not_served(far: Far) -> None:
    key = "sulut/dbd-mingguan/v1/rows.sqlite"
    far.client.put_object(Bucket="danau", Key=key, Body=b"something else")
    at_hand_no_more()
    version = Dataset.objects.get().versions.get()
    with pytest.raises(Unavailable):
        _ = version.path
    assert not version.lies_at.exists()
    far.client.delete_object(Bucket="danau", Key="sulut/dbd-mingguan/v1/manifest.json")
    with pytest.raises(Unavailable):
        _ = version.path
    assert "v1" in wrong()[0]


def test_what_a_killed_process_left_is_named_and_taken_over(far: Far, monkeypatch: Any) -> None:
    far.taking.send(body(line("71.73", 45, 3)))

    def killed(*_given: Any, **_named: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(compacting, "record_version", killed)
        with pytest.raises(KeyboardInterrupt):
            compacting.compact(Dataset.objects.get(), now=NOW)
    assert "sulut/dbd-mingguan/v2/manifest.json" in far.listed()  # there, and nobody is sent to it
    compacting.compact(Dataset.objects.get(), now=NOW)
    at_hand_no_more()
    current = Dataset.objects.select_related("current").get().current
    assert current is not None
    assert (current.number, (current.path / "data.parquet").is_file()) == (2, True)
    far.client.put_object(Bucket="danau", Key="sulut/dbd-mingguan/v9/data.parquet", Body=b"x")
    assert "dbd-mingguan/v9" in wrong()[0]


def test_what_goes_goes_there_too_and_room_is_made_here_only(far: Far, settings: Any, monkeypatch: Any) -> None:
    far.taking.send(body(line("71.73", 45, 3)))
    compacting.compact(Dataset.objects.get(), now=NOW)
    monkeypatch.setattr(afar, "_QUIET", 0.0)
    settings.LAKE_CACHE = 0
    dataset = Dataset.objects.get()
    shutil.rmtree(dataset.versions.get(number=1).lies_at)
    _ = dataset.versions.get(number=1).path
    assert {path.name for path in places.lake().glob("*/v*")} == {"v1"}
    over = [(dataset.versions.get(number=1), "Masanya habis.")]
    monkeypatch.setattr(retention, "due", lambda _dataset, **_named: over)
    assert retention.sweep(dataset, now=NOW) == 1
    assert not [key for key in far.listed() if "/v1/" in key]
    assert [key for key in far.listed() if "/v2/" in key]


def test_orphans_go_only_when_listed_before_old_and_named_by_nothing_that_runs(far: Far, monkeypatch: Any) -> None:
    put = far.client.put_object
    for folder in ("dbd-mingguan/v8", "dbd-mingguan/v9", "lain/v1"):
        put(Bucket="danau", Key=f"sulut/{folder}/data.parquet", Body=b"x")
    put(Bucket="danau", Key="sulut/catatan.txt", Body=b"x")
    put(Bucket="danau", Key="sulut/cadangan/2026/a.zip", Body=b"x")
    put(Bucket="danau", Key="tetangga/dbd-mingguan/v8/data.parquet", Body=b"x")
    before = far.listed()
    now = clock.now()
    assert doctor_lake.remove_listed(now=now) == 0  # nobody had listed it before
    assert doctor_lake.remove_listed(now=now + timedelta(hours=2)) == 0  # listed, and not old enough
    dataset = Dataset.objects.get()
    assert dataset.contract is not None
    Run.objects.create(
        dataset=dataset, state=RunState.RUNNING, number=9, started_at=now,
        contract=dataset.contract, snapshot="ab" * 32,
    )  # fmt: skip
    late = now + timedelta(days=2)
    named = {one.folder: one.is_ripe for one in doctor_lake.look(now=late)}
    assert named == {"dbd-mingguan/v8": True, "lain/v1": True}
    assert far.listed() == before  # to look is not to remove
    taken = doctor_lake._known()
    monkeypatch.setattr(doctor_lake, "_known", iter([taken, taken, taken | {("lain", 1)}]).__next__)
    assert doctor_lake.remove_listed(now=late) == 1  # one was taken by a publication between the look and the hand
    gone = before - far.listed()
    assert gone == {"sulut/dbd-mingguan/v8/data.parquet"}
