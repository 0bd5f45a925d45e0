"""What a process keeps of the catalogue serves the next one, and is never believed against the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import overview, places, remembered
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.overview import Overview, present
from mapalus.apps.directory.models import Unit
from mapalus.doors.api.ckan import search
from mapalus.doors.api.ckan.tables import Tables
from mapalus.doors.portal import finding
from mapalus.engine import bitsets
from mapalus.engine.search import Index
from tests.apps.catalogue.test_overview import assert_true, declare, publish, unit

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kept_at_once(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(remembered, "WORTH", 3)


def test_what_was_kept_is_given_back_only_whole_and_to_the_same_code_and_key(settings: Any) -> None:
    value = ((1, "satu"), {"a": 1 << 90}, [None, 2.5])
    remembered.keep("uji", value, made_by=[__name__])
    path = places.remembered() / "uji.kept"
    assert [one.name for one in places.remembered().iterdir()] == ["uji.kept"]
    assert remembered.recall("uji", made_by=[__name__]) == value
    assert remembered.recall("lain", made_by=[__name__]) is None
    assert remembered.recall("uji", made_by=["mapalus.engine.bitsets"]) is None
    key, settings.SECRET_KEY = settings.SECRET_KEY, "another"
    assert remembered.recall("uji", made_by=[__name__]) is None
    settings.SECRET_KEY = key
    whole = path.read_bytes()
    for cut in (b"", whole[:20], whole[:-1], whole[:40] + bytes([whole[40] ^ 1]) + whole[41:]):
        path.write_bytes(cut)
        assert remembered.recall("uji", made_by=[__name__]) is None


def new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_kept", Overview())
    monkeypatch.setattr(finding, "_kept", (Overview(), Index()))
    monkeypatch.setattr(search, "_kept", search.Catalogue(Overview(), Tables([], {}), None, {}))


def found(question: str) -> list[str]:
    return [hit.key for hit in finding.index_of(present()).search(question)]


def packages(question: str) -> list[str]:
    known = search.catalogue()
    bits = search.matching(question, now=NOW)[1]
    return sorted(known.overview.at(number).name for number in bitsets.numbers(bits))


@pytest.mark.django_db
def test_a_new_process_begins_with_what_was_kept_and_sees_what_was_written_since(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unit("dinkes")
    for number in range(8):
        publish(declare(f"uji-{number}", title=f"Jalan rusak {number}", themes=["jalan"]))
    new_process(monkeypatch)
    assert found("rusak") == [f"uji-{number}" for number in range(8)]
    assert len(packages("rusak")) == 8
    assert {one.name for one in places.remembered().iterdir()} == {"overview.kept", "words.kept", "packages.kept"}

    Dataset.objects.filter(name="uji-1").update(title="Jembatan baru")
    Dataset.objects.filter(name="uji-2").update(name="lain-2")
    Dataset.objects.filter(name="uji-3").update(classification="tertutup", classification_ground="UU")
    publish(declare("uji-9", title="Jalan rusak 9"))
    with monkeypatch.context() as patched:
        # whatever is not read from the files is asked for: only what was written since
        asked: list[int] = []
        real = overview._Building.read

        def read(self: Any, keys: Sequence[int]) -> None:
            asked.extend(keys)
            real(self, keys)

        patched.setattr(overview._Building, "read", read)
        new_process(patched)
        assert_true()
        assert len(asked) == 4
        there = ["lain-2", "uji-0", "uji-4", "uji-5", "uji-6", "uji-7", "uji-9"]
        assert sorted(set(found("rusak")) - {"uji-3"}) == packages("rusak") == there
        assert found("jembatan") == packages("jembatan") == ["uji-1"]
        assert "uji-3" not in packages("*:*")

    Unit.objects.filter(code="dinkes").update(name="Dinas Gizi")
    new_process(monkeypatch)
    assert_true()
    assert len(found("gizi")) == len(Dataset.objects.known_to(None))
    assert len(packages("gizi")) == 8
