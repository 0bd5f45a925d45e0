"""The data folder and what it takes to open it: the first thing every command of a province does."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from mapalus.engine.errors import Misconfigured, Unavailable
from mapalus.engine.text import _

__all__ = ["enter", "expect_province", "load_packs", "make_secret", "prepare"]

_SECRET = "secret-key"  # noqa: S105 - the name of a file


def enter(data_dir: str = "") -> Path:
    """Take this folder (or that of the environment) as the province's, and start the web framework on it.

    The secret comes from the environment; a file `secret-key` in the folder, as `make_secret` writes it, stands in.
    """
    if data_dir:
        os.environ["MAPALUS_DATA_DIR"] = str(Path(data_dir).resolve())
    folder = Path(os.environ.get("MAPALUS_DATA_DIR", ".mapalus")).resolve()
    if not os.environ.get("MAPALUS_SECRET_KEY") and not os.environ.get("MAPALUS_SECRET_KEY_FILE"):
        kept = folder / _SECRET
        if kept.is_file():
            os.environ["MAPALUS_SECRET_KEY_FILE"] = str(kept)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapalus.project.settings")
    import django

    django.setup()
    return folder


def make_secret(folder: Path) -> None:
    """Write a random secret that only this user can read, once. For the sample province and a first try."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / _SECRET
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        fresh.replace(path)


def expect_province(folder: Path) -> None:
    """Raises `Misconfigured` where no province was ever built: better one sentence than an empty new database."""
    from django.conf import settings
    from django.db import DatabaseError, connection

    advice = _("Name its folder with --data-dir, or build one with `mapalus demo`.")
    if connection.vendor == "sqlite" and not Path(str(settings.DATABASES["default"]["NAME"])).is_file():
        raise Misconfigured(_("There is no province in %(path)s."), advice=advice, path=folder)
    try:
        tables = connection.introspection.table_names()
    except DatabaseError as error:
        raise Unavailable(_("The database does not answer: %(error)s."), error=type(error).__name__) from None
    if "ledger_entry" not in tables:
        raise Misconfigured(_("There is no province in %(path)s."), advice=advice, path=folder)


def prepare() -> None:
    """Bring the tables of a new database up, and collect the static files. An old database is not changed unasked.

    That of a sample province is: nobody keeps it, and whoever fetched a newer release only wants to see it.
    """
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending and executor.loader.applied_migrations and not settings.SAMPLE_DATA:
        raise Misconfigured(
            _("The database is of an earlier release: %(count)s changes wait."),
            advice=_("Make a backup, then run `mapalus manage migrate`."),
            count=len(pending),
        )
    if pending:
        call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    call_command("createcachetable", verbosity=0)
    load_packs()
    connection.close()
    _collect()


def load_packs() -> None:
    """Services as their packs declare them now; one that is refused stays as it was, and `doctor` says why."""
    from django.conf import settings

    from mapalus.apps.cases import loading
    from mapalus.engine.clock import now

    loading.load_packs(settings.PACKS, now=now())


def _collect() -> None:
    """Collect static files, only when one of them changed since."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = sorted(
        f"{path} {storage.size(path)} {storage.get_modified_time(path).timestamp()}"
        for finder in get_finders()
        for path, storage in finder.list([])
    )
    stamp, now = Path(settings.STATIC_ROOT) / ".collected", "\n".join(seen)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == now:
        return
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(now, encoding="utf-8")
