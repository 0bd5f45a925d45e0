"""A harvest in a process of its own, killed in its middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.connectors.worlds import World

__all__ = ["killed"]

_STILL = 300.0  # seconds after which a test gives up waiting, on the busiest machine

_CHILD = """
import json, os, sys
from pathlib import Path
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Surroundings
said = json.load(sys.stdin)
around = Surroundings(secret=lambda name: said["secret"], allowed=("127.0.0.1", "localhost"),
                      folder=Path(said["folder"]) if said["folder"] else None)
source = registry.connector(said["connector"]).open(said["options"], around)
source.harvest(mark=said["mark"], into=Path(said["into"]))
"""


def killed(world: World, into: Path) -> None:
    """Begin a harvest, end it with kill -9 once it hangs, and let the system answer again."""
    event = world.stall()
    said = {
        "connector": world.connector, "options": world.options(), "secret": world.secret, "mark": "",
        "into": str(into), "folder": str(world.drop() or ""),
    }  # fmt: skip
    with world.served_for_child() as more:
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **more},
        )
        assert child.stdin is not None
        child.stdin.write(json.dumps(said).encode())
        child.stdin.close()
        try:
            assert event.wait(_STILL), child.stderr.read() if child.poll() is not None and child.stderr else ""
            time.sleep(0.1)
            child.send_signal(signal.SIGKILL)
        finally:
            child.kill()
            child.wait()
            if child.stderr:
                child.stderr.close()
            world.up()
