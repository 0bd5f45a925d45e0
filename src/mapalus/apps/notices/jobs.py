"""The jobs of notices: sending one, and the mail of the day. They call `sending` and hold no logic."""

from __future__ import annotations

from datetime import time, timedelta

from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.engine import clock

__all__ = ["declare", "digest", "send", "send_digest", "terms"]


@job(attempts=10, rest=timedelta(seconds=30))
def send(notice: int) -> None:
    """Send one notice; tried again with growing pauses while the way out is closed."""
    from mapalus.apps.notices import sending

    sending.send(notice, now=clock.now())


@job()
def digest() -> int:
    """Gather what waits into one mail a receiver."""
    from mapalus.apps.notices import sending

    return sending.gather(now=clock.now())


@job(attempts=10, rest=timedelta(seconds=30))
def send_digest(digest: int) -> None:
    """Send one mail of the day."""
    from mapalus.apps.notices import sending

    sending.send_digest(digest, now=clock.now())


@job()
def terms() -> int:
    """Look for acting terms that end."""
    from mapalus.apps.notices import ending

    return ending.watch_terms(now=clock.now())


def declare() -> None:
    schedule("notices.terms", terms, daily=time(6, 30))
    schedule("notices.digest", digest, daily=time(7, 15))
