"""What districts publish themselves beside a number of the province: their own, never mixed into it.

Reading order for a number of a district: its own publication, then the province's; a settled conflict says otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mapalus.apps.federation.models import Conflict, Instance, Quoted, SharedValue
from mapalus.apps.federation.values import period_of

__all__ = ["Beside", "beside"]

_MOST = 200


@dataclass(frozen=True)
class Beside:
    """One number as a district published it, and the conflict with the province's own, where there is one."""

    value: SharedValue
    conflict: Conflict | None

    @property
    def is_quoted(self) -> bool:
        """Whether it is what is quoted for the district; else the province's is."""
        return self.value.value is not None and (self.conflict is None or self.conflict.quoted != Quoted.PROVINCE)


def beside(indicator: str, *, region: str = "", period: str = "") -> Sequence[Beside]:
    """Of one region, or of all districts; of a period, or the newest of each. By the codes of the regions."""
    shared = SharedValue.objects.filter(
        indicator=indicator, instance__in=Instance.objects.visible_to(None).filter(is_upstream=False)
    ).select_related("instance__region")
    if region:
        shared = shared.filter(region=region)
    if period:
        shared = shared.filter(period__in={period, period_of(period)})
    newest: dict[str, SharedValue] = {}
    for one in shared.order_by("region", "period"):
        newest[one.region] = one
    found = [one for one in newest.values() if region or one.region == one.instance.region_code][:_MOST]
    differing = {
        (one.region, one.period): one
        for one in Conflict.objects.visible_to(None).filter(indicator__code=indicator, ended_at=None)
    }
    return [Beside(one, differing.get((one.region, one.period))) for one in found]
