"""Every example in docs/reference/indicators.md says what the page says it says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapalus.engine.data.cli.indicator import check, compute
from mapalus.engine.data.indicator.reader import _TOP

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "indicators.md"
_EXAMPLE = re.compile(r"```yaml\n(.*?)```\n((?:```csv \S+\n.*?```\n)+)```text\n(.*?)```", re.DOTALL)
EXAMPLES = {found[0].split()[1]: found for found in _EXAMPLE.findall(PAGE.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_of_the_reference(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said, tables, expected = EXAMPLES[code]
    file = tmp_path / "indicator.yml"
    file.write_text(said, encoding="utf-8")
    data = []
    for name, rows in re.findall(r"```csv (\S+)\n(.*?)```", tables, re.DOTALL):
        path = tmp_path / f"{name}.csv"
        path.write_text(rows, encoding="utf-8")
        data.append(f"{name}={path}")
    assert check([str(file)]) == 0
    capsys.readouterr()
    assert compute([str(file)], data, expect="", as_json=False) == 0
    assert capsys.readouterr().out == expected


def test_every_key_is_in_the_reference() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [key for key in _TOP if f"`{key}`" not in page] == []
    assert len(EXAMPLES) == 12
