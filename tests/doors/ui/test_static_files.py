"""A static file that a page names must be there: in production a missing one is a fault of the whole page."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders

from mapalus.doors import ui

NAMED = re.compile(r"""{%\s*static\s+["']([^"']+)["']""")


def test_every_static_file_that_a_template_names_exists() -> None:
    text = "".join(path.read_text() for path in Path(ui.__file__).parents[1].glob("*/templates/**/*.html"))
    assert {name for name in NAMED.findall(text) if finders.find(name) is None} == set()
