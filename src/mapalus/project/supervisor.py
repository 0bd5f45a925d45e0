"""A parent and its children: starts all, starts the dead again, ends all on TERM or INT."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

import structlog

__all__ = ["Child", "Supervisor"]

log = structlog.get_logger()
_LOOK = 0.1  # seconds
_SOUND = 10.0  # a child that lived this long was well
_LONGEST_REST = 15.0
_GRACE = 25.0  # seconds the children have to end
_PR_SET_PDEATHSIG = 1
_FILES = 65_536  # where the user has no limit


@dataclass(frozen=True)
class Child:
    """One process: a name for the log, its command, and what its environment has besides the parent's."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    rest: float = 0.0  # seconds before a dead one is started again, at least


@dataclass
class _Life:
    process: subprocess.Popen[bytes] | None = None
    begun: float = 0.0
    rest: float = 0.0
    due: float = 0.0


class Supervisor:
    """Runs children until told to end. They are ended in the order given: doors first, the sealer last."""

    def __init__(self, children: Sequence[Child], *, each_look: Callable[[], None] | None = None) -> None:
        self.children = children
        self.is_ending = False
        self._lives = {child.name: _Life() for child in children}
        self._each_look = each_look

    def run(self) -> int:
        """Block until TERM or INT. Exit code 0."""
        _allow_many_files()
        before = {number: signal.signal(number, self._end) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            while not self.is_ending:
                for child in self.children:
                    self._look_after(child)
                if self._each_look is not None:
                    self._each_look()
                time.sleep(_LOOK)
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return 0

    def _look_after(self, child: Child) -> None:
        life, now = self._lives[child.name], time.monotonic()
        if life.process is not None and life.process.poll() is not None:
            was_sound = now - life.begun >= _SOUND
            # The first death is answered at once; one that dies again and again gets longer rests.
            life.rest = 0.0 if was_sound else min(max(life.rest * 2, 0.25), _LONGEST_REST)
            life.due = now + max(life.rest, child.rest)
            log.warning("child_died", child=child.name, code=life.process.returncode, again_in=life.rest)
            life.process = None
        if life.process is None and now >= life.due and not self.is_ending:
            life.process = subprocess.Popen(
                list(child.command),
                env={**os.environ, **child.environment},
                # Of its own session: Ctrl-C reaches the parent alone, which ends the children in order.
                start_new_session=True,
                preexec_fn=_die_with_parent if sys.platform == "linux" else None,
            )
            life.begun = now
            log.info("child_started", child=child.name, pid=life.process.pid)

    def _end(self, signum: int, frame: FrameType | None) -> None:
        self.is_ending = True

    def _end_all(self) -> None:
        until = time.monotonic() + _GRACE
        alive = [(child.name, life.process) for child in self.children if (life := self._lives[child.name]).process]
        for _name, process in alive:
            if process is not None:
                process.terminate()
        for name, process in alive:
            if process is None:
                continue
            try:
                process.wait(max(until - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                log.warning("child_killed", child=name)
                process.kill()
                process.wait()


def _allow_many_files() -> None:
    """Every open page is a file of the stream process: the children get as many as this user may have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and soft < hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    elif hard == resource.RLIM_INFINITY and soft < _FILES:
        resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, hard))


def _die_with_parent() -> None:
    """Linux: the kernel sends TERM when the parent is gone, also after kill -9."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
