"""The style sheets keep their own rules."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from mapalus.doors.ui import stylesheet

SOURCE = Path(stylesheet.__file__).parents[2]
DOORS = SOURCE / "doors"
TOKENS = stylesheet.FOLDER / "tokens.css"
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\((?!var\()")
NAMED = re.compile(r":\s*(?:white|black|red|green|blue|yellow|gray|grey|orange)\b")
STYLE_ATTRIBUTE = re.compile(r"<[^>]+\sstyle\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(
    r"<script(?![^>]*(?:src=|type=\"application/(?:ld\+)?json\"))|\son[a-z]+\s*=\s*[\"']", re.IGNORECASE
)


def templates() -> Iterator[Path]:
    yield from sorted(DOORS.glob("*/templates/**/*.html"))


def _swapped(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[\w-]+):\s*([^;]+);", block))


def test_the_two_dark_blocks_are_equal() -> None:
    text = TOKENS.read_text(encoding="utf-8")
    by_system = text.split(':root:not([data-theme="light"]) {')[1].split("}")[0]
    by_choice = text.split(':root[data-theme="dark"] {')[1].split("}")[0]
    assert _swapped(by_system) == _swapped(by_choice)
    assert len(_swapped(by_choice)) > 40


def test_no_colour_stands_outside_the_tokens() -> None:
    found = [
        f"{path.name}: {hit.group()}"
        for path in stylesheet.files()
        if path != TOKENS
        for hit in [*COLOUR.finditer(path.read_text()), *NAMED.finditer(path.read_text())]
    ]
    assert found == []


def test_every_variable_that_is_used_is_defined() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in stylesheet.files())
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    used = {name for name, rest in re.findall(r"var\((--[\w-]+)\s*([,)])", text) if rest == ")"}
    assert used - defined == set()


def test_every_style_sheet_is_sent() -> None:
    assert sorted(stylesheet.files()) == sorted(stylesheet.FOLDER.glob("**/*.css"))


def test_no_page_needs_a_hole_in_the_security_policy() -> None:
    found = [
        f"{path.relative_to(DOORS)}: {hit.group()}"
        for path in templates()
        for hit in [*STYLE_ATTRIBUTE.finditer(path.read_text()), *INLINE_SCRIPT.finditer(path.read_text())]
    ]
    assert found == []


def test_every_template_is_used() -> None:
    python = "".join(path.read_text(encoding="utf-8") for path in SOURCE.glob("**/*.py"))
    used = python + "".join(path.read_text(encoding="utf-8") for path in DOORS.glob("*/templates/**/*.*"))
    names = {str(path).split("/templates/")[1] for path in templates()}
    by_libraries = {name for name in names if name.startswith(("account/", "allauth/", "mfa/"))}
    assert {name for name in names - by_libraries if f'"{name}"' not in used} == set()


@pytest.mark.django_db
def test_the_sheet_is_one_answer_kept_for_ever() -> None:
    answer = Client().get(stylesheet.address(), headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert gzip.decompress(answer.content) == stylesheet.sheet().text
    assert len(answer.content) < 20_000
    old = Client().get("/-/ui.0123456789ab.css")
    assert old.content == stylesheet.sheet().text
    assert old.headers["Cache-Control"] == "no-cache"
