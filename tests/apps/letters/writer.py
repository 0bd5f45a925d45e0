"""Issues letters in a process of its own, for the test of the register: `begin` makes the province, numbers issue."""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import close_old_connections

from mapalus.apps.cases.models import Case, CaseEffect
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.letters import actions
from tests.apps.cases import cast
from tests.apps.letters.examples import draft


def begin() -> None:
    cast.organisation()
    cast.opened(cast.pack())


def issue(first: int, count: int) -> None:
    case = Case.objects.get()
    for place in range(first, first + count):
        effect = CaseEffect.objects.create(
            case=case, version=1, place=place, kind="letter", data={}, queued_at=cast.NOW
        )
        actions.issue(case, effect=effect, draft=draft(), by=PLATFORM, now=cast.NOW)
        print(place, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "begin":
        begin()
    else:
        issue(int(sys.argv[1]), int(sys.argv[2]))
    close_old_connections()
