from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.apps.catalogue.cast import Province, province


@pytest.fixture
def here(db: None, tmp_path: Path, settings: Any) -> Province:
    """The small province in a data folder of its own."""
    settings.DATA_DIR = tmp_path / "data"
    return province(tmp_path)
