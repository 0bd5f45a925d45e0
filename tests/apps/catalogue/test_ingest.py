"""`mapalus ingest`: one clear result, one exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.apps.catalogue.models import Dataset, HandIn, Version
from mapalus.engine.errors import NotFound
from mapalus.project import ingest
from tests.apps.catalogue.cast import GOOD, MIXED, Province


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
