"""`mapalus backup OUT`: the whole province in one archive, consistent while it goes on working."""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import mapalus
from mapalus.engine.errors import Misconfigured, Refused
from mapalus.engine.text import _, translate
from mapalus.project import archive, home

__all__ = ["main", "postgresql_arguments"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mapalus backup")
    parser.add_argument("out", metavar="OUT")
    parser.add_argument("--data-dir", default="")
    given = parser.parse_args(arguments)
    folder, out = home.enter(given.data_dir), Path(given.out).resolve()
    home.expect_province(folder)
    if not out.parent.is_dir() or out.is_dir():
        raise Refused("backup", _("%(path)s cannot be written."), path=given.out)
    if out.is_relative_to(folder):
        raise Refused("backup", _("The backup must not lie inside the data folder."),
                      advice=_("Choose a place on another disk."))  # fmt: skip
    from django.db import connection

    from mapalus.engine import clock

    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".mapalus-backup-") as workshop:
        first = _checkpoint(folder, Path(workshop))
        first[archive.DATABASE] = Path(workshop) / "database"
        _take(first[archive.DATABASE])
        about = {
            "engine": connection.vendor,
            "release": mapalus.__version__,
            "at": clock.now().isoformat(timespec="seconds"),
        }
        count = archive.pack(out, folder=folder, first=first, about=about)
    size = out.stat().st_size // 10**6
    print(translate(_("%(count)s files, %(size)s MB: %(path)s")) % {"count": count, "size": size, "path": out})
    return 0


def _checkpoint(folder: Path, workshop: Path) -> dict[str, Path]:
    """The ledger's checkpoint, taken before the database: one that is ahead of it would speak of a cut ledger."""
    kept, copy = folder / "ledger" / "checkpoint.json", workshop / "checkpoint.json"
    if not kept.is_file():
        return {}
    shutil.copyfile(kept, copy)
    return {"files/ledger/checkpoint.json": copy}


def _take(target: Path) -> None:
    """The database at one moment."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with sqlite3.connect(connection.settings_dict["NAME"], timeout=60) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        source.close()
        copy.close()
        return
    words, environment = postgresql_arguments("pg_dump")
    done = subprocess.run(
        [*words, "--format=custom", f"--file={target}"], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise Misconfigured(_("pg_dump could not copy the database: %(said)s"), said=done.stderr.strip()[-300:])


def postgresql_arguments(program: str) -> tuple[list[str], dict[str, str]]:
    """The command of a PostgreSQL tool for our database, and its environment (the password is never an argument)."""
    import os

    from django.db import connection

    if shutil.which(program) is None:
        raise Misconfigured(_("%(program)s is not installed."), advice=_("Install the client tools of PostgreSQL."),
                            program=program)  # fmt: skip
    said = connection.settings_dict
    words = [program, f"--dbname={said['NAME']}", "--no-password"]
    words += [f"--{option}={said[name]}" for option, name in (("host", "HOST"), ("port", "PORT"), ("username", "USER"))
              if said[name]]  # fmt: skip
    return words, {**os.environ, "PGPASSWORD": said["PASSWORD"] or ""}
