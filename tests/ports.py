"""Ports for servers of tests."""

from __future__ import annotations

import random
import socket

__all__ = ["free_pair"]

# Below the range from which the kernel takes ports for connections, so that nothing slips in between look and use;
# not from the seeded dice, which fall alike in every test process.
_RANGE = range(12_000, 32_000, 2)
_DICE = random.SystemRandom()


def free_pair() -> int:
    """A port that is free together with the one above it, which is the stream's."""
    while True:
        port = _DICE.choice(_RANGE)
        with socket.socket() as pages, socket.socket() as stream:
            try:
                pages.bind(("127.0.0.1", port))
                stream.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
