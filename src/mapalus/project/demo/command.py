"""`mapalus demo`: build the sample province once, serve it, say where and as whom."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import mapalus
from mapalus.engine.clock import Zone, now
from mapalus.engine.errors import Conflict, Misconfigured, Problem
from mapalus.engine.text import _, translate

if TYPE_CHECKING:
    from mapalus.project.supervisor import Child

__all__ = ["main"]

MARK = "provinsi-contoh.json"
_BUILDING = ".membangun-"
_AWAY = 90.0  # seconds a district that was killed stays away: long enough for the board to say so


def main(arguments: Sequence[str]) -> int:
    words = list(arguments)
    if words[:1] == ["post-row"]:
        from mapalus.project.demo.post_row import main as post_row

        return post_row(words[1:])
    given = _parser().parse_args(words)
    try:
        folder = Path(given.data_dir or os.environ.get("MAPALUS_DATA_DIR") or ".mapalus").resolve()
        _environment(given.host, given.port)
        if given.districts:
            _federate(folder)
            if not given.no_serve:
                _refuse_taken_ports(given.port)
        ensure(folder, is_fresh=given.fresh)
        if given.no_serve:
            return _finish(folder)
        return _serve(folder, host=given.host, port=given.port, districts=given.districts)
    except OSError as error:
        raise Misconfigured(
            _("The sample province cannot be written there: %(error)s."),
            advice=_("Choose another folder with --data-dir."),
            error=error.strerror or str(error),
        ) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="mapalus demo",
        description=translate(_("Build a sample province (once) and serve it.")),
        epilog=translate(_("mapalus demo post-row: hand in one row of hospital beds, so that the board moves.")),
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", default="", help=translate(_("folder of the province (default: .mapalus)")))
    parser.add_argument(
        "--districts", action="store_true", help=translate(_("also start the instances of three districts"))
    )
    parser.add_argument("--no-serve", action="store_true", help=translate(_("only build")))
    parser.add_argument("--fresh", action="store_true", help=translate(_("build anew, whatever is there")))
    return parser


def _environment(host: str, port: int) -> None:
    """What the processes of this province need to know. Always SQLite: a sample must not touch another database."""
    os.environ.pop("MAPALUS_DATABASE_URL", None)
    os.environ["MAPALUS_SAMPLE_DATA"] = "true"
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
    os.environ.setdefault("MAPALUS_SITE_URL", f"http://{shown}:{port}")
    known = ["localhost", "127.0.0.1", "[::1]", shown, *os.environ.get("MAPALUS_HOSTS", "").split(",")]
    os.environ["MAPALUS_HOSTS"] = "*" if host in ("0.0.0.0", "::") else ",".join(dict.fromkeys(filter(None, known)))  # noqa: S104


# --- building once -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Built:
    """What the mark of a built province says."""

    day_zero: str
    release: str
    last_entry: int
    is_whole: bool
    built_at: str  # UTC, as the database writes a time

    @classmethod
    def at(cls, folder: Path) -> Built | None:
        try:
            mark: Mapping[str, object] = json.loads((folder / MARK).read_text(encoding="utf-8"))
            built_at = str(mark["built_at"])[:19].replace("T", " ")
            last = int(str(mark["last_entry"]))
            return cls(str(mark["day_zero"]), str(mark["release"]), last, bool(mark["is_whole"]), built_at)
        except (OSError, ValueError, KeyError):
            return None


def ensure(folder: Path, *, is_fresh: bool) -> None:
    """Make sure a whole province of the present day stands in `folder`; says what it does."""
    from mapalus.project.demo.build import clock_of

    _clear_leftovers(folder)
    built = Built.at(folder)
    if built is None and folder.exists() and any(folder.iterdir()) and not is_fresh:
        raise Conflict(
            _("The folder %(folder)s holds something else, not a sample province."),
            advice=_("Choose another one with --data-dir, or build anew with --fresh."),
            folder=folder,
        )
    today = now().astimezone(Zone.WITA.tzinfo).date()
    wanted = clock_of(today).day_zero.isoformat()
    if built is not None and not is_fresh:
        if built.day_zero == wanted and built.release == mapalus.__version__:
            _say(_("The sample province is already built; its story happens on %(day)s."), day=wanted)
            return
        if _was_used(folder, built):
            _say(
                _("The story moved from %(old)s to %(day)s, but you changed something: it stays. --fresh builds anew."),
                old=built.day_zero, day=wanted,
            )  # fmt: skip
            return
        _say(_("The story has moved on to %(day)s: the sample province is built anew."), day=wanted)
    _build(folder, today.isoformat())


def _was_used(folder: Path, built: Built) -> bool:
    """Whether somebody acted in it after it was built: entries of people, which the platform's own are not."""
    import sqlite3

    try:
        with sqlite3.connect(f"file:{folder / 'mapalus.sqlite'}?mode=ro", uri=True) as connection:
            (count,) = connection.execute(
                "SELECT count(*) FROM ledger_entry WHERE id > ? AND position <> 'system' AND at > ?",
                (built.last_entry, built.built_at),
            ).fetchone()
        return bool(count)
    except sqlite3.Error:
        return True  # what cannot be read is not thrown away


def _build(folder: Path, today: str) -> None:
    """Build beside the folder, then one rename: whoever is killed on the way leaves the old province, or none."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f"{_BUILDING}{folder.name}-{os.getpid()}")
    environment = {**os.environ, "MAPALUS_DATA_DIR": str(fresh), "MAPALUS_LOG_LEVEL": "error"}
    environment.pop("MAPALUS_PACKS", None)
    try:
        code = subprocess.run(
            [sys.executable, "-m", "mapalus.project.demo.build", str(fresh), today], env=environment, check=False
        ).returncode
        if code == 2:
            raise _Told
        if code:
            raise Misconfigured(_("The sample province could not be built (exit code %(code)s)."), code=code)
        old = folder.with_name(f"{_BUILDING}{folder.name}-lama")
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


class _Told(Problem):
    """The builder has said on stderr why it could not go on."""

    text = _("The sample province was not built.")


def _clear_leftovers(folder: Path) -> None:
    """Remove what a killed builder left; one that still runs is another's and stays."""
    for left in folder.parent.glob(f"{_BUILDING}{folder.name}-*"):
        number = left.name.rpartition("-")[2]
        if number == "lama" and not folder.exists() and Built.at(left):
            left.rename(folder)  # killed between the two renames: the old province comes back
        elif not (number.isdigit() and _is_alive(int(number))):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _finish(folder: Path) -> int:
    """The rest of the building in the foreground, for who only builds."""
    built = Built.at(folder)
    if built is None or built.is_whole:
        return 0
    words = [sys.executable, "-m", "mapalus.project.demo.build", str(folder), built.day_zero, "--rest"]
    return subprocess.run(words, env={**os.environ, "MAPALUS_DATA_DIR": str(folder)}, check=False).returncode


# --- serving -----------------------------------------------------------------------------------------------------


def _federate(folder: Path) -> None:
    """What the province needs to ask its districts on this machine: their keys, and leave to ask loopback."""
    from mapalus.project.demo.districts_plan import keys

    listed = [one for one in os.environ.get("MAPALUS_FETCH_ALLOWED", "").split(",") if one]
    os.environ["MAPALUS_FETCH_ALLOWED"] = ",".join(dict.fromkeys([*listed, "127.0.0.1"]))
    os.environ.update({f"MAPALUS_SECRET_{name}": value for name, value in keys(folder).items()})


def _refuse_taken_ports(port: int) -> None:
    """Said before anything is built: the districts answer behind the province's port."""
    from mapalus.project import serve
    from mapalus.project.demo.districts_plan import DISTRICTS

    for one in DISTRICTS:
        if one.step:
            serve.refuse_taken("127.0.0.1", port + one.step)


def _serve(folder: Path, *, host: str, port: int, districts: bool = False) -> int:
    from mapalus.project import home, serve
    from mapalus.project.demo.build import SAMPLES
    from mapalus.project.demo.pack import NAME, source

    services = [str(one) for one in source().parent.iterdir() if (one / "process.yml").is_file()]
    os.environ["MAPALUS_PACKS"] = ",".join([str(folder / "packs" / NAME), *sorted(services)])
    home.enter(str(folder))
    home.prepare()

    def announce(address: str) -> None:
        from mapalus.project.demo.tours import announcement

        print(announcement(address, samples=folder / SAMPLES), flush=True)
        rest.begin()
        if told is not None:
            told.begin()

    rest = _Rest(folder)
    told = _Districts(folder, host=host, port=port) if districts else None
    more = told.children() if told is not None else []
    try:
        return serve.run(host=host, port=port, everything=True, when_ready=announce, more=more)
    finally:
        rest.stop()
        if told is not None:
            told.stop()


class _Rest:
    """The part of the building that waits until the first page is there; stopped with the server, taken up again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        built = Built.at(self.folder)
        if built is None or built.is_whole:
            return
        _say(_("Still being added behind: the regions of all Indonesia and the large restricted files."))
        words = [sys.executable, "-m", "mapalus.project.demo.build", str(self.folder), built.day_zero, "--rest"]
        self.process = subprocess.Popen(words, env={**os.environ, "MAPALUS_LOG_LEVEL": "error"}, start_new_session=True)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


class _Districts:
    """The districts: a process tree each, and the one that tells the province of them once they answer."""

    def __init__(self, folder: Path, *, host: str, port: int) -> None:
        from mapalus.project.demo.districts_plan import addresses

        built = Built.at(folder)
        self.folder, self.day = folder, built.day_zero if built is not None else ""
        self.province = f"http://127.0.0.1:{port}"
        self.addresses = addresses("127.0.0.1", port)
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None

    def children(self) -> list[Child]:
        from mapalus.project.demo.districts_plan import DISTRICTS, folder_of
        from mapalus.project.supervisor import Child

        module = [sys.executable, "-m", "mapalus.project.demo.district"]
        environment = {"MAPALUS_LOG_LEVEL": "error", "MAPALUS_STREAM_URL": ""}
        made = []
        for one in DISTRICTS:
            if one.step:
                place, port = str(folder_of(self.folder, one)), str(self.port + one.step)
                words = [*module, one.code, place, self.day, port, self.province]
                made.append(Child(one.code, words, environment, rest=_AWAY))
        return made

    def begin(self) -> None:
        _say(_("Three instances of kabupaten and kota come up behind; how they stand: %(address)s"),
             address=f"{self.province}/papan/kabupaten-kota/")  # fmt: skip
        words = [sys.executable, "-m", "mapalus.project.demo.districts_told", str(self.folder), self.day]
        # The regions of all Indonesia are written at the same time, in one piece: it waits for that.
        environment = {**os.environ, "MAPALUS_LOG_LEVEL": "error", "MAPALUS_WRITE_PATIENCE": "300"}
        self.process = subprocess.Popen([*words, json.dumps(self.addresses)], env=environment, start_new_session=True)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=30)


def _say(text: str, **data: object) -> None:
    print(translate(text) % data, file=sys.stderr, flush=True)
