"""The small cast of the ledger's tests: Siti acts, Ani belongs elsewhere, the auditor reads everything."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

NOW = datetime(2026, 11, 20, 2, 41, 52, tzinfo=UTC)


@dataclass(frozen=True)
class Official:
    position: str
    person: str
    label: str
    unit: str = ""
    rights: frozenset[str] = field(default_factory=frozenset)

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return act in self.rights


SITI = Official("dinkes.operator", "siti", "Operator Dinkes", "dinkes", frozenset({"tests.greet", "tests.fail"}))
BUDI = Official("dinkes.kadis", "budi", "Kepala Dinas Kesehatan", "dinkes")
ANI = Official("dinsos.operator", "ani", "Operator Dinsos", "dinsos")
AUDITOR = Official("inspektorat.auditor", "eka", "Auditor", "inspektorat", frozenset({"ledger.read"}))
ADMINISTRATOR = Official("setda.pengelola", "adi", "Pengelola", "setda", frozenset({"tests.announce", "tests.say"}))
