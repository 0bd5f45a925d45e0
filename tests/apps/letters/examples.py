"""An example of each act of letters, for the test that walks all acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from mapalus.apps.cases.models import CaseEffect
from mapalus.apps.letters import actions
from mapalus.engine.ports import Actor
from tests.apps.cases import cast

__all__ = ["EXAMPLES"]


def draft(**known: object) -> actions.Draft:
    usual: dict[str, object] = {
        "template": "letters/x.md", "about": "Uji", "code": "555", "unit": "kominfo", "signer": cast.KADIS,
        "signer_label": "Kepala", "dated_on": date(2026, 11, 2), "is_personal": False, "content": {"body": []},
    }  # fmt: skip
    return actions.Draft(**{**usual, **known})  # type: ignore[arg-type]


def issue(by: Actor) -> Callable[[], object]:
    cast.organisation()
    case = cast.opened(cast.pack())
    effect = CaseEffect.objects.create(case=case, version=1, place=90, kind="letter", data={}, queued_at=cast.NOW)
    return lambda: actions.issue(case, effect=effect, draft=draft(), by=by, now=cast.NOW)


EXAMPLES = {"letters.issue": issue}
