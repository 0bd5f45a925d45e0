"""The newest file of a folder on another server, or each new one; gone on from where the line broke."""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.connectors.sftp.session import Broken, session
from mapalus.engine.errors import Invalid, Misconfigured, Unavailable
from mapalus.engine.harvest.choosing import Choice, Found, choose, facts, is_unfinished, offering
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.partial import Partial
from mapalus.engine.text import _
from mapalus.engine.web import patience
from mapalus.engine.web.patience import Patience

if TYPE_CHECKING:
    import paramiko

__all__ = ["ServerSource", "opened"]

_PIECE = 32 * 1024  # bytes of one answer; every server can do that
_WINDOW = 16  # pieces asked for at once: half a megabyte for each way there and back
_MOST = 200_000  # entries of one folder that are looked at
_TRIES = 3
_YOUNG = 60.0  # seconds by which clocks may differ


def opened(settings: Settings, surroundings: Surroundings) -> ServerSource:
    wrong: dict[str, str] = {}
    if not re.fullmatch(r"SHA256:[A-Za-z0-9+/]{43}=?", settings.text("fingerprint").strip()):
        wrong["fingerprint"] = _("A fingerprint begins with SHA256: and has 43 signs behind it.")
    if bool(settings.text("password")) == bool(settings.text("key")):
        wrong["password"] = _("Name either a password or a private key.")
    if not 1 <= settings.number("port") <= 65_535:
        wrong["port"] = _("A port is a number from 1 to 65535.")
    if not re.fullmatch(r"[\w.:-]+", settings.text("host")):
        wrong["host"] = _("This is no name of a server.")
    if wrong:
        raise Invalid(_("The settings of the source do not fit."), fields=wrong)
    return ServerSource(settings, surroundings)


class ServerSource:
    """The mark remembers each file that was taken by name, size and time."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self._settings = settings
        self._surroundings = surroundings
        self._folder = settings.text("folder").rstrip("/") or "/"

    def check(self) -> None:
        with session(self._settings, self._surroundings) as client:
            self._choose(client, "")

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        until, failures = time.monotonic() + self._surroundings.longest, 0
        while True:
            try:
                return self._once(mark, into, until)
            except Broken:
                failures += 1
                wait = Patience().wait(failures, None)
                if failures >= _TRIES or time.monotonic() + wait >= until:
                    raise
                patience.pause(wait)

    def _once(self, mark: str, into: Path, until: float) -> Harvest | None:
        with session(self._settings, self._surroundings) as client:
            choice = self._choose(client, mark)
            if choice is None:
                return None
            self._quiet(client, choice.found)
            path = self._received(client, choice.found, into, until)
        return Harvest(path, choice.found.name, mark=choice.mark, facts=facts(choice))

    def offered(self) -> Iterator[Offering]:
        """Each file of the folder, whatever its name; it is a shelf as well."""
        with session(self._settings, self._surroundings) as client:
            for found in sorted(self._files(client), key=lambda found: found.name):
                if not is_unfinished(found.name):
                    yield offering(found, self._settings)

    def _choose(self, client: paramiko.SFTPClient, mark: str) -> Choice | None:
        return choose(
            self._files(client), pattern=self._settings.text("pattern"), take=self._settings.text("take"), mark=mark
        )

    def _files(self, client: paramiko.SFTPClient) -> Iterator[Found]:
        """The plain files of the folder; links, folders and names with a stroke are none."""
        try:
            for number, entry in enumerate(client.listdir_iter(self._folder)):
                if number >= _MOST:
                    raise Misconfigured(_("There are more than %(most)s entries in the folder."), most=_MOST)
                if stat.S_ISREG(entry.st_mode or 0) and "/" not in entry.filename:
                    yield Found(entry.filename, entry.st_size or 0, float(entry.st_mtime or 0))
        except FileNotFoundError as error:
            raise Vanished(_("The folder %(folder)s is not there."), folder=self._folder) from error
        except PermissionError as error:
            raise Misconfigured(_("The folder %(folder)s may not be read."), folder=self._folder) from error

    def _quiet(self, client: paramiko.SFTPClient, found: Found) -> None:
        """Raises `Unavailable` for a file that grows while one waits; only young ones are waited for."""
        need = max(0, self._settings.number("quiet"))
        if need and abs(time.time() - found.at) < need + _YOUNG:
            time.sleep(min(need, self._surroundings.longest))
            self._is_same(client, found)

    def _is_same(self, client: paramiko.SFTPClient, found: Found) -> None:
        try:
            now = client.stat(self._path(found))
        except OSError as error:
            raise Unavailable(_("The file %(file)s was taken away while it was read."), file=found.name) from error
        if (now.st_size, float(now.st_mtime or 0)) != (found.size, found.at):
            raise Unavailable(_("The file %(file)s is still being written."), file=found.name)

    def _path(self, found: Found) -> str:
        return f"{self._folder.rstrip('/')}/{found.name}"

    def _received(self, client: paramiko.SFTPClient, found: Found, into: Path, until: float) -> Path:
        identity = f"{self._settings.text('host')} {self._path(found)} {found.identity}"
        part = Partial(into, "received", identity=identity, largest=self._surroundings.largest)
        try:
            with client.open(self._path(found), "rb") as file:
                _quieten(file)
                part.take(self._pieces(file, found, part.size, until))
        except PermissionError as error:
            raise Misconfigured(_("The file %(file)s may not be read."), file=found.name) from error
        except FileNotFoundError as error:
            raise Unavailable(_("The file %(file)s was taken away while it was read."), file=found.name) from error
        try:
            self._is_same(client, found)
        except Unavailable:
            part.forget()
            raise
        if part.size != found.size:
            part.forget()
            raise Unavailable(_("The file %(file)s is still being written."), file=found.name)
        return part.done()

    def _pieces(self, file: paramiko.SFTPFile, found: Found, start: int, until: float) -> Iterator[bytes]:
        at = start
        while at < found.size:
            ends = min(at + _PIECE * _WINDOW, found.size)
            wanted = [(place, min(_PIECE, ends - place)) for place in range(at, ends, _PIECE)]
            # the whole window first: paramiko asks from a thread, which must have ended before the session does
            for piece in list(file.readv(wanted)):
                if not piece:
                    return  # shorter than it was
                at += len(piece)
                yield piece
                if time.monotonic() > until:
                    raise Unavailable(_("The file %(file)s could not be read in time."), file=found.name)
            self._surroundings.tell(_("The file is being received."), at / found.size)


def _quieten(file: paramiko.SFTPFile) -> None:
    """paramiko asks for the pieces from a thread of its own; a line that breaks is told to whoever reads the answers,
    so that thread may end without a word instead of printing a traceback beside it."""
    import paramiko

    ask = file._prefetch_thread  # type: ignore[attr-defined]  # the one place where it can be held

    def asked(*given: object) -> None:
        with suppress(paramiko.SSHException, EOFError, OSError):
            ask(*given)

    file._prefetch_thread = asked  # type: ignore[attr-defined]
