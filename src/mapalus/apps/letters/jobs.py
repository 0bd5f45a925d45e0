"""The job of letters: making the paper. It calls `issuing` and holds no logic."""

from __future__ import annotations

from mapalus.apps.jobs.job import job
from mapalus.engine import clock

__all__ = ["paper"]


@job()
def paper(letter: int) -> None:
    """Make the file of one letter; it is slow, so no transaction is open meanwhile."""
    from mapalus.apps.letters import issuing

    issuing.make_paper(letter, now=clock.now())
