"""A folder below the root that the administrator set. No link is followed: each step is opened by itself."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from mapalus.engine.errors import Invalid, Misconfigured, Refused, Unavailable
from mapalus.engine.harvest.choosing import Choice, Found, choose, facts, is_unfinished, offering
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.partial import Partial
from mapalus.engine.text import _

__all__ = ["FolderSource", "opened"]

_PIECE = 1 << 20
_MOST = 200_000  # entries of one folder that are looked at
_LONGEST_WAIT = 600.0  # seconds for a file that grows and grows


def opened(settings: Settings, surroundings: Surroundings) -> FolderSource:
    return FolderSource(settings, surroundings)


class FolderSource:
    """The mark remembers each file that was taken by name, size and time."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        parts = PurePosixPath(settings.text("folder")).parts
        if ".." in parts or parts[:1] == ("/",):
            raise Invalid(fields={"folder": _("This must be a folder inside the drop folder.")})
        self._parts = parts
        self._settings = settings
        self._surroundings = surroundings

    def check(self) -> None:
        with self._folder() as folder:
            self._choose(folder, "")

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with self._folder() as folder:
            choice = self._choose(folder, mark)
            if choice is None:
                return None
            choice = self._quiet(folder, choice, mark)
            path = self._copied(folder, choice.found, into)
        return Harvest(path, choice.found.name, mark=choice.mark, facts=facts(choice))

    def offered(self) -> Iterator[Offering]:
        """Each file of the folder, whatever its name; it is a shelf as well."""
        with self._folder() as folder:
            for found in sorted(_files(folder), key=lambda found: found.name):
                if not is_unfinished(found.name):
                    yield offering(found, self._settings)

    @contextmanager
    def _folder(self) -> Iterator[int]:
        root = self._surroundings.folder
        if root is None:
            raise Misconfigured(
                _("No folder of this machine may be read."),
                advice=_("The administrator sets the drop folder."),
            )
        descriptor = self._step(str(root), None, os.O_DIRECTORY)
        try:
            for part in self._parts:
                inner = self._step(part, descriptor, os.O_DIRECTORY | os.O_NOFOLLOW)
                os.close(descriptor)
                descriptor = inner
            yield descriptor
        finally:
            os.close(descriptor)

    def _step(self, name: str, within: int | None, flags: int) -> int:
        try:
            return os.open(name, os.O_RDONLY | flags | os.O_CLOEXEC, dir_fd=within)
        except FileNotFoundError as error:
            raise Vanished(_("The folder %(folder)s is not there."), folder=self._said()) from error
        except PermissionError as error:
            raise Misconfigured(_("The folder %(folder)s may not be read."), folder=self._said()) from error
        except OSError as error:  # a link, or a file in place of a folder
            raise Refused(
                "not-a-folder", _("%(folder)s is no folder, or a link that leads out."), folder=self._said()
            ) from error

    def _said(self) -> str:
        return "/".join(self._parts) or "."

    def _choose(self, folder: int, mark: str) -> Choice | None:
        return choose(
            _files(folder), pattern=self._settings.text("pattern"), take=self._settings.text("take"), mark=mark
        )

    def _quiet(self, folder: int, choice: Choice, mark: str) -> Choice:
        """The choice, once its file has not changed for a while. Raises `Unavailable` while it grows and grows."""
        need = max(0, self._settings.number("quiet"))
        until = time.monotonic() + min(_LONGEST_WAIT, self._surroundings.longest)
        while (age := time.time() - choice.found.at) < need:
            if time.monotonic() > until:
                raise Unavailable(_("The file %(file)s is still being written."), file=choice.found.name)
            # a clock that runs ahead elsewhere must not hold us for ever
            time.sleep(min(max(need - age, 0.05), need, 1.0))
            before = choice.found
            choice = self._choose(folder, mark) or choice
            if choice.found == before and before.at > time.time():
                break
        return choice

    def _copied(self, folder: int, found: Found, into: Path) -> Path:
        part = Partial(into, "received", identity=f"{found.name} {found.identity}", largest=self._surroundings.largest)
        try:
            descriptor = os.open(found.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
        except OSError as error:
            raise Unavailable(_("The file %(file)s was taken away while it was read."), file=found.name) from error
        with os.fdopen(descriptor, "rb") as file:
            file.seek(part.size)
            part.take(self._pieces(file.fileno(), found, part.size))
            now = os.fstat(file.fileno())
        if (now.st_size, now.st_mtime) != (found.size, found.at) or part.size != found.size:
            part.forget()
            raise Unavailable(_("The file %(file)s is still being written."), file=found.name)
        return part.done()

    def _pieces(self, descriptor: int, found: Found, start: int) -> Iterator[bytes]:
        size, until = start, time.monotonic() + self._surroundings.longest
        while piece := os.read(descriptor, _PIECE):
            size += len(piece)
            yield piece
            self._surroundings.tell(_("The file is being received."), size / found.size if found.size else 1.0)
            if time.monotonic() > until:
                raise Unavailable(_("The file %(file)s could not be read in time."), file=found.name)


def _files(folder: int) -> Iterator[Found]:
    """The plain files of the folder; what is a link is none."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            if number >= _MOST:
                raise Misconfigured(_("There are more than %(most)s entries in the folder."), most=_MOST)
            try:
                known = entry.stat(follow_symlinks=False)
            except OSError:  # taken away meanwhile
                continue
            if stat.S_ISREG(known.st_mode):
                yield Found(entry.name, known.st_size, known.st_mtime, str(known.st_mtime_ns))
