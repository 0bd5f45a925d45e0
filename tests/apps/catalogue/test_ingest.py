"""`mapalus ingest`: one clear result, one exit code."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mapalus.apps.catalogue import actions, jobs, places
from mapalus.apps.catalogue.models import Dataset, HandIn, SourceWay, Version
from mapalus.apps.jobs.models import Job
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.rows import open_rows
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.harvest import registry
from mapalus.project import ingest, source
from mapalus.project.doctor import _sources
from tests.apps.catalogue import sourcing
from tests.apps.catalogue.cast import GOOD, MIXED, NOW, Province


def put(folder: Path, text: str, name: str = "dbd.csv") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.slow
def test_a_good_file_is_published(here: Province, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ingest.main([put(tmp_path, GOOD), "--dataset", "dbd-mingguan", "--period", "2026W45"]) == 0
    assert list(Dataset.objects.visible_to(None)) == [here.dataset]
    assert Version.objects.get().period == "2026-W45"
    assert "S-2026-00001" in capsys.readouterr().out


@pytest.mark.slow
def test_a_large_table_is_published_before_it_is_indexed_and_a_job_sees_to_that(
    here: Province, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapalus.engine.data.wordindex.APART", 1)
    seen: list[bool] = []
    publish = actions.publish

    def watched(*given: Any, **named: Any) -> Version:
        version = publish(*given, **named)
        seen.append(open_rows(version.path / "rows.sqlite").is_indexed)
        return version

    monkeypatch.setattr(actions, "publish", watched)
    with monkeypatch.context() as killed:
        killed.setattr("mapalus.engine.data.lake.index_rows", lambda *given, **named: None)
        ingest.main([put(tmp_path, GOOD), "--dataset", "dbd-mingguan", "--period", "2026W44"])
    first = Version.objects.get().path / "rows.sqlite"
    assert not open_rows(first).is_indexed
    jobs.index_rows.func("dbd-mingguan", "v1")  # what the worker does two minutes later
    assert open_rows(first).is_indexed
    assert search(first, Query(filters={"minggu": 45})).total == 2
    jobs.index_rows.func("dbd-mingguan", "v1")
    assert ingest.main([put(tmp_path, GOOD + "71.74,Ani Contoh,45,3\n"), "--dataset", "dbd-mingguan"]) == 0
    assert seen == [False, False]
    assert open_rows(Version.objects.get(number=2).path / "rows.sqlite").is_indexed
    assert Job.objects.count() == 2
    assert list(places.workshop().iterdir()) == []


@pytest.mark.slow
def test_a_file_with_bad_rows_says_so_by_its_exit_code(here: Province, tmp_path: Path) -> None:
    assert ingest.main([put(tmp_path, MIXED), "--dataset", "dbd-mingguan"]) == 1
    assert Version.objects.get().rows_bad == 2


@pytest.mark.slow
def test_a_file_that_is_no_table_is_one_sentence(
    here: Province, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ingest.main([put(tmp_path, "", "kosong.csv"), "--dataset", "dbd-mingguan"]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not Version.objects.exists()


def test_an_unknown_dataset_and_a_missing_file_are_named(here: Province, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="tidak-ada"):
        ingest.main([put(tmp_path, GOOD), "--dataset", "tidak-ada"])
    with pytest.raises(NotFound, match="hilang"):
        ingest.main([str(tmp_path / "hilang.csv"), "--dataset", "dbd-mingguan"])
    assert not HandIn.objects.exists()


@pytest.fixture
def connector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_points", sourcing.installed)
    monkeypatch.setattr("mapalus.project.home.expect_province", lambda folder: None)


@pytest.mark.slow
@pytest.mark.usefixtures("connector")
def test_a_connector_with_its_settings_is_a_source_too(
    here: Province, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = sourcing.put(tmp_path / "a,b", GOOD)
    assert ingest.main([f"contoh:folder={folder}", "--dataset", "dbd-mingguan"]) == 0
    assert Version.objects.get().rows_good == 2
    with pytest.raises(Invalid):
        ingest.main([f"contoh:folder={folder},lain=1", "--dataset", "dbd-mingguan"])
    with pytest.raises(NotFound, match="tidakada"):
        ingest.main(["tidakada:x=1", "--dataset", "dbd-mingguan"])


@pytest.mark.slow
@pytest.mark.usefixtures("connector")
def test_a_declared_source_is_ingested_by_name_with_its_history(
    here: Province, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = sourcing.source(here.dataset, sourcing.put(tmp_path / "sistem", GOOD), way=SourceWay.HANDIN)
    assert ingest.main([made.name, "--dataset", "dbd-mingguan"]) == 0
    assert Version.objects.published().count() == 1
    assert ingest.main([made.name, "--dataset", "dbd-mingguan"]) == 0
    assert made.runs.count() == 2
    assert sourcing.reread(made).mark


@pytest.mark.slow
@pytest.mark.usefixtures("connector")
def test_sources_are_listed_checked_and_run_from_the_command_line(
    here: Province, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = sourcing.source(here.dataset, sourcing.put(tmp_path / "sistem", GOOD))
    assert source.main(["list"]) == 0
    assert made.name in capsys.readouterr().out
    assert source.main(["check", made.name]) == 0
    assert source.main(["run", made.name]) == 0
    sourcing.put(tmp_path / "sistem", MIXED)
    assert source.main(["run", made.name]) == 1
    assert "2 dari 4 baris salah" in capsys.readouterr().out
    assert source.main(["list"]) == 0
    sourcing.put(tmp_path / "sistem", GOOD, wrong="gone")
    assert source.main(["check", made.name]) == 2
    assert source.main(["run", made.name]) == 2
    capsys.readouterr()
    assert source.main(["list", "--json"]) == 1
    assert '"state": "vanished"' in capsys.readouterr().out
    with pytest.raises(NotFound):
        source.main(["run", "tidak-ada"])


@pytest.mark.usefixtures("connector")
def test_doctor_names_sources_without_secret_and_silent_ones(here: Province, tmp_path: Path) -> None:
    made = sourcing.source(here.dataset, sourcing.put(tmp_path / "sistem", GOOD), secret="portal-kunci")
    said = _sources(NOW).say()
    assert "MAPALUS_SECRET_PORTAL_KUNCI" in said
    assert "jadwal" not in said
    assert made.name in _sources(NOW + timedelta(days=5)).say()
    assert "jadwal" in _sources(NOW + timedelta(days=5)).say()
