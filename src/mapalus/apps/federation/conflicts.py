"""Two published numbers for one region and period: listed with both sources, never overwritten, settled by an act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from mapalus.apps.catalogue.models import Indicator
from mapalus.apps.catalogue.readings import Point
from mapalus.apps.federation.models import Conflict, Instance, Quoted, SharedValue
from mapalus.apps.federation.own_numbers import own_numbers
from mapalus.apps.federation.sides import side_of
from mapalus.apps.federation.values import period_of
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict as Clash
from mapalus.engine.errors import Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["answer_conflict", "compare", "compare_all", "differs", "list_conflicts", "settle_conflict"]

_MOST_ANSWERS = 50
_LEAST = 10  # letters of a reason


def differs(ours: float, theirs: float) -> bool:
    """Whether two numbers differ by more than the coarser one was rounded: 12,3 and 12,34 do not."""
    decimals = min(_decimals(ours), _decimals(theirs))
    return abs(ours - theirs) > 0.5 * 10.0**-decimals + 1e-9 * max(abs(ours), abs(theirs), 1.0)


def _decimals(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return min(max(-exponent, 0), 6) if isinstance(exponent, int) else 0


def compare_all(*, now: datetime) -> int:
    return sum(compare(one, now=now) for one in Instance.objects.filter(is_upstream=False).exclude(state="ended"))


def compare(instance: Instance, *, now: datetime) -> int:
    """Look at every number this district shares beside the province's own. How many conflicts changed."""
    shared = list(instance.values.exclude(value=None))
    ours = _ours(instance, shared, now)
    known = {(one.indicator_id, one.region, one.period): one for one in instance.conflicts.all()}
    changed: list[Conflict] = []
    seen = set()
    for theirs in shared:
        found = ours.get((theirs.indicator, theirs.region, period_of(theirs.period)))
        value = found[1].value if found else None
        if found is None or value is None or theirs.value is None or not differs(value, theirs.value):
            continue
        key = (found[0].pk, theirs.region, theirs.period)
        seen.add(key)
        row = _listed(known.get(key), instance, found, theirs, now=now)
        if row is not None:
            changed.append(row)
    for key, row in known.items():
        if key not in seen and row.ended_at is None:
            row.ended_at = now
            changed.append(row)
    if changed:
        list_conflicts(instance, rows=changed, by=PLATFORM, now=now)
    return len(changed)


def _ours(
    instance: Instance, shared: Sequence[SharedValue], now: datetime
) -> dict[tuple[str, str, str], tuple[Indicator, Point]]:
    """The province's own numbers for the same places and periods; not what the district shared itself."""
    codes, regions = {one.indicator for one in shared}, {one.region for one in shared}
    found = own_numbers(codes=codes, regions=regions, without_unit=instance.unit_code, now=now) if shared else []
    return {(one.code, point.region, period_of(point.period)): (one, point) for one, point in found}


def _listed(
    row: Conflict | None, instance: Instance, ours: tuple[Indicator, Point], theirs: SharedValue, *, now: datetime
) -> Conflict | None:
    """The conflict as it stands now; None where nothing about it changed. A settled one is open again."""
    indicator, own = ours
    assert own.value is not None
    assert theirs.value is not None
    if row is not None and row.ended_at is None and (row.ours, row.theirs) == (own.value, theirs.value):
        return None
    if row is None:
        row = Conflict(instance=instance, indicator=indicator, region=theirs.region, period=theirs.period,
                       opened_at=now)  # fmt: skip
    else:
        row.reopened_at, row.ended_at = now, None
        row.quoted, row.reason, row.settled_label, row.settled_at = "", "", "", None
    row.ours, row.ours_position = own.value, indicator.dataset.producer_code
    row.ours_source = f"/data/{indicator.dataset.name}/?version={own.version}"
    row.theirs, row.theirs_source = theirs.value, theirs.source
    row.theirs_position = instance.position_code
    return row


@action("federation.list-conflicts", public=True)
def list_conflicts(instance: Instance, *, rows: Sequence[Conflict], by: Actor, now: datetime) -> int:
    """Enter where two published numbers differ, or no longer do."""
    for one in rows:
        one.save()
    note(
        instance=instance.code, unit=instance.unit_code, open=sum(one.is_open for one in rows),
        ended=sum(one.ended_at is not None for one in rows),
        which=[f"{one.indicator.code} {one.region} {one.period}" for one in rows][:20],
    )  # fmt: skip
    return len(rows)


@action("federation.answer-conflict", public=True)
def answer_conflict(conflict: Conflict, *, text: str, by: Actor, now: datetime) -> Conflict:
    """Say where one's own number comes from and what it measures."""
    if len(text.strip()) < _LEAST:
        raise Invalid(fields={"text": _("Say in a sentence where your number comes from.")})
    row = _locked(conflict)
    if len(row.answers) >= _MOST_ANSWERS:
        raise Clash(_("Enough was said; settle it."), advice="")
    side = str(side_of(by, row.instance))
    row.answers = [*row.answers, {"side": side, "label": by.label, "at": now.isoformat(), "text": text.strip()[:1000]}]
    row.save(update_fields=["answers"])
    _say(row, side=side, text=text.strip()[:1000])
    return row


@action("federation.settle-conflict", public=True)
def settle_conflict(conflict: Conflict, *, choice: Quoted, reason: str, by: Actor, now: datetime) -> Conflict:
    """Say which number is quoted for what, and why. Both stay; when either changes, it is open again."""
    if len(reason.strip()) < _LEAST:
        raise Invalid(fields={"reason": _("Say which number is quoted for what, and why.")})
    row = _locked(conflict)
    if not row.is_open:
        raise Clash(_("This is settled already."), advice="")
    row.quoted, row.reason = choice, reason.strip()[:1000]
    row.settled_at, row.settled_label = now, by.label[:240]
    row.save()
    _say(row, quoted=str(choice), reason=row.reason, ours=row.ours, theirs=row.theirs)
    return row


def _locked(conflict: Conflict) -> Conflict:
    return Conflict.objects.select_for_update(of=("self",)).select_related("instance", "indicator").get(pk=conflict.pk)


def _say(row: Conflict, **facts: object) -> None:
    note(
        instance=row.instance.code, unit=row.unit_code, indicator=row.indicator.code, region=row.region,
        period=row.period, **facts,
    )  # fmt: skip
