"""`mapalus restore IN`: bring an archive back, into an empty place, and only a whole one."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from mapalus.engine.errors import Misconfigured, Refused
from mapalus.engine.text import _, translate
from mapalus.project import archive, home
from mapalus.project.backup import postgresql_arguments

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0: restored, and the ledger is whole; 1: restored, and it is not; 2: refused, nothing was changed."""
    parser = argparse.ArgumentParser(prog="mapalus restore")
    parser.add_argument("archive", metavar="IN")
    parser.add_argument("--data-dir", default="")
    given = parser.parse_args(arguments)
    folder = Path(given.data_dir or os.environ.get("MAPALUS_DATA_DIR", ".mapalus")).resolve()
    if folder.exists() and (not folder.is_dir() or any(path.is_file() for path in folder.rglob("*"))):
        raise Refused("restore", _("%(path)s is not empty: a province is restored into an empty place."),
                      advice=_("Name another folder with --data-dir."), path=folder)  # fmt: skip
    folder.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".mapalus-restore-"))
    try:
        listed = archive.unpack(Path(given.archive), into=workshop)
        fresh = workshop / "files"
        fresh.mkdir(exist_ok=True)
        if listed.about.get("engine") == "sqlite":
            _refuse_other_database()
            (workshop / archive.DATABASE).replace(fresh / "mapalus.sqlite")
        else:
            home.enter(str(fresh))
            _fill(workshop / archive.DATABASE)
        # One rename: killed before it, the place is still empty.
        if folder.exists():
            shutil.rmtree(folder)  # folders without a file
        fresh.replace(folder)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    print(translate(_("Restored into %(path)s: the state of %(at)s.")) % {"path": folder, "at": listed.about.get("at")})
    from mapalus.project import ledger

    return ledger.main(["verify", "--data-dir", str(folder)])


def _refuse_other_database() -> None:
    if os.environ.get("MAPALUS_DATABASE_URL"):
        raise Misconfigured(
            _("The backup holds a SQLite database, and MAPALUS_DATABASE_URL names another one."),
            advice=_("Unset it for the restore."),
        )


def _fill(dump: Path) -> None:
    """Bring a PostgreSQL dump into the empty database of the settings, in one transaction."""
    from django.db import connection

    if connection.vendor != "postgresql":
        raise Misconfigured(
            _("The backup holds a PostgreSQL database."),
            advice=_("Set MAPALUS_DATABASE_URL to an empty database of PostgreSQL."),
        )
    if connection.introspection.table_names():
        raise Refused("restore", _("The database is not empty."), advice=_("Name an empty one."))
    words, environment = postgresql_arguments("pg_restore")
    connection.close()
    done = subprocess.run(
        [*words, "--single-transaction", "--no-owner", "--exit-on-error", str(dump)],
        env=environment, capture_output=True, text=True,
    )  # fmt: skip
    if done.returncode:
        raise Misconfigured(_("pg_restore could not fill the database: %(said)s"), said=done.stderr.strip()[-300:])
