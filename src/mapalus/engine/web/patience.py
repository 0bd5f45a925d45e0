"""How long one waits and how often one asks again."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

__all__ = ["Pace", "Patience", "retry_after"]


def now() -> float:
    """Seconds of a clock that never goes back."""
    return time.monotonic()


def pause(seconds: float) -> None:
    time.sleep(seconds)


def chance() -> float:
    """Between 0 and 1; only spreads retries, nothing is kept safe by it."""
    return random.random()  # noqa: S311 - see above


@dataclass(frozen=True)
class Patience:
    """tries: for one question, failures in a row. first, longest: seconds of the first and of any pause.

    silence: seconds without a byte. rate, burst: questions a second to one host, and how many at once before that.
    """

    tries: int = 4
    first: float = 0.5
    longest: float = 60.0
    silence: float = 20.0
    rate: float = 10.0
    burst: int = 20

    def wait(self, failures: int, asked: float | None) -> float:
        """Seconds until the next try: doubled each time and spread, never less than the host asked for."""
        spread: float = min(self.first * 2 ** (failures - 1), self.longest) * (0.5 + chance() / 2)
        return max(spread, asked or 0.0)


@dataclass
class Pace:
    """One host is not asked faster than `rate` a second, after a first burst."""

    rate: float
    burst: int
    _left: float = field(default=0.0, init=False)
    _seen: float | None = field(default=None, init=False)

    def keep(self) -> None:
        """Wait until the next question may go out."""
        moment = now()
        if self._seen is None:
            self._left, self._seen = float(self.burst), moment
        self._left = min(float(self.burst), self._left + (moment - self._seen) * self.rate)
        self._seen = moment
        if self._left < 1:
            pause((1 - self._left) / self.rate)
            self._left = 1.0
            self._seen = now()
        self._left -= 1


def retry_after(value: str, *, date: str) -> float | None:
    """Seconds that `Retry-After` asks for: a number, or a moment read by the host's own clock (header `Date`),
    by ours where it has none."""
    value = value.strip()
    if value.isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(date).timestamp() if date else time.time()
    except (TypeError, ValueError):
        return None
    return max(0.0, until.timestamp() - since)
