"""A province for the benchmarks: a data folder and a database of its own, with one agency, set up in this process.

with province() as folder:      # before any import of the project's apps
    dataset("uji", CONTRACT)
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import Dataset

__all__ = ["dataset", "environment", "province"]

AGENCY = "dinas-uji"
PRODUCER = f"{AGENCY}.data"


@contextmanager
def province(*, at: Path | None = None) -> Iterator[Path]:
    """An empty province, migrated, with an agency and a post; its data folder."""
    with tempfile.TemporaryDirectory(prefix="mapalus-bench-", dir=at) as folder:
        os.environ.update(environment(Path(folder)))
        import django

        django.setup()
        from django.conf import settings
        from django.core.management import call_command

        # no page is looked at: its style sheets need not be gathered
        settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

        call_command("migrate", verbosity=0, skip_checks=True)
        from mapalus.apps.directory.models import Position, Unit

        unit = Unit.objects.create(code=AGENCY, name="Dinas Uji", short="Uji", kind="dinas")
        Position.objects.create(code=PRODUCER, unit=unit, title="Pengelola data", is_head=True)
        yield Path(folder)


def environment(folder: Path) -> dict[str, str]:
    """What a process of this province finds in its environment."""
    return {
        "MAPALUS_SECRET_KEY": "benchmark",
        "MAPALUS_DATA_DIR": str(folder),
        "MAPALUS_ALLOWED_HOSTS": "*",
        "DJANGO_SETTINGS_MODULE": "mapalus.project.settings",
        "PYTHONDONTWRITEBYTECODE": "",
        "LANG": "en_GB.UTF-8",
    }


def dataset(name: str, contract: Path) -> Dataset:
    """A dataset of the agency, declared under this name with the contract (JSON) at a path."""
    from mapalus.apps.catalogue import actions, contracts
    from mapalus.apps.directory.models import Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine import clock

    own = contract.with_name(f"{name}.yml")
    own.write_text(json.dumps({**json.loads(contract.read_text(encoding="utf-8")), "name": name}), encoding="utf-8")
    kept = contracts.keep(own, dataset=name)
    return actions.declare_dataset(Unit.objects.get(pk=AGENCY), kept=kept, by=PLATFORM, now=clock.now())
