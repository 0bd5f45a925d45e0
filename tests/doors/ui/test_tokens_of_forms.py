"""A form that is sent must carry its token, and `only` in an include takes the token away."""

from __future__ import annotations

import re
from pathlib import Path

from mapalus.doors import ui

DOORS = Path(ui.__file__).parents[1]
INCLUDE = re.compile(r'{% include "([^"]+)"[^%]*\bonly %}')


def test_no_form_is_included_without_its_token() -> None:
    templates = {str(path).split("/templates/")[1]: path.read_text() for path in DOORS.glob("*/templates/**/*.html")}
    bare = {name for text in templates.values() for name in INCLUDE.findall(text)}
    assert {name for name in bare if "csrf_token" in templates.get(name, "")} == set()
