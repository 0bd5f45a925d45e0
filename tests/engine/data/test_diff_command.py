"""`mapalus diff`: two files, row by row, without a province."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapalus.engine.errors import Invalid
from mapalus.project import diff

OLD = "kode,jumlah,nama\n71.01,5,Bitung\n71.02,7,Manado\n71.03,9,Tomohon\n"
NEW = "kode,jumlah,ket\n71.01,6,x\n71.03,9,y\n71.04,1,z\n"


def files(folder: Path) -> list[str]:
    for name, text in (("a.csv", OLD), ("b.csv", NEW)):
        (folder / name).write_text(text, encoding="utf-8")
    return [str(folder / "a.csv"), str(folder / "b.csv")]


def test_each_row_that_differs_is_named_as_its_file_counts_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert diff.main([*files(tmp_path), "--key", "kode", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["counts"] == {"changed": 1, "added": 1, "removed": 1, "unchanged": 1}
    assert (said["fields_added"], said["fields_removed"], said["by"]) == (["ket"], ["nama"], ["kode"])
    assert [(row["kind"], row["old_row"], row["new_row"], row["fields"]) for row in said["rows"]] == [
        ("changed", 2, 2, ["jumlah"]), ("added", None, 4, []), ("removed", 3, None, []),
    ]  # fmt: skip
    assert said["rows"][2]["old"]["nama"] == "Manado"


def test_the_report_shows_what_became_of_a_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = files(tmp_path)
    assert diff.main([old, old]) == 0
    assert diff.main([old, new, "--key", "kode", "--most", "1"]) == 1
    assert "jumlah: 5 -> 6" in capsys.readouterr().out
    with pytest.raises(Invalid):
        diff.main([old, new, "--key", "tidak_ada"])
