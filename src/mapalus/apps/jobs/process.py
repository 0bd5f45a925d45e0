"""Who runs a job: a name for this process that no other has, and whether a named one still lives."""

from __future__ import annotations

import hashlib
import os
import socket
from functools import cache
from pathlib import Path

__all__ = ["is_gone", "machine", "myself"]

_STATE, _START = 2, 21  # fields of /proc/<pid>/stat, counted from 0


@cache
def machine() -> str:
    """This machine since it was started, and this container in it: process numbers mean something only within."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        space = os.stat("/proc/self/ns/pid").st_ino
    except OSError:
        boot, space = "", 0
    return hashlib.sha256(f"{socket.gethostname()} {boot} {space}".encode()).hexdigest()[:16]


def myself() -> str:
    """`machine:process:start`"""
    return f"{machine()}:{os.getpid()}:{_start(os.getpid())}"


def is_gone(worker: str) -> bool:
    """True when the named process ran on this machine and is no more. What runs elsewhere cannot be known: False."""
    home, pid, start = worker.split(":")
    if home != machine():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    # The number may live on as a zombie, or belong to another process by now.
    return start != "0" and start != _start(int(pid))


def _start(pid: int) -> str:
    """When the process began, in ticks of the kernel; `0` where the system does not say, `gone` for a zombie."""
    try:
        # The name in brackets may hold spaces; what follows the last bracket does not.
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "0"
    fields = ["", "", *stat.rsplit(")", 1)[1].split()]
    return "gone" if fields[_STATE] in "ZX" else fields[_START]
