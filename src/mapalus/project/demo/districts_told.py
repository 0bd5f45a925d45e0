"""The province's side of the story: `python -m mapalus.project.demo.districts_told FOLDER DAY ADDRESSES`.

Run while the province is already served: who takes part, what was agreed, what Bitung handed in, the one answer 500 of
Minahasa Utara's portal. Done twice, it is done once; the addresses of today are taken up each time.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from mapalus.engine.clock import now as present
from mapalus.engine.errors import Unavailable
from mapalus.engine.text import _, translate
from mapalus.project import home
from mapalus.project.demo.district import is_there, publish_files
from mapalus.project.demo.districts_people import enter_people, tables_of
from mapalus.project.demo.districts_plan import DISTRICTS, EMBARGO, WALIDATA, Place, embargo_end, terms_of
from mapalus.project.demo.storyclock import StoryClock

if TYPE_CHECKING:
    from mapalus.apps.federation.models import Instance
    from mapalus.engine.ports import Actor

__all__ = ["main", "tell"]

_PATIENCE = 900.0  # seconds until an instance that is being built answers


def main(arguments: Sequence[str] | None = None) -> int:
    folder, today, said = list(sys.argv[1:] if arguments is None else arguments)
    home.enter(folder)
    from mapalus.project.demo.build import clock_of
    from mapalus.project.demo.pack import source

    clock, parent = clock_of(date.fromisoformat(today)), os.getppid()
    tell(clock, json.loads(said), contracts=source() / "story" / "districts" / "bitung" / "datasets", parent=parent)
    return 0


def tell(clock: StoryClock, addresses: Mapping[str, str], *, contracts: Path, parent: int = 0) -> None:
    for place in sorted(DISTRICTS, key=lambda one: one.step):
        address = addresses.get(place.code, "")
        if not _await(address, parent):
            continue
        _tell(place, address, clock, contracts)


def _await(address: str, parent: int) -> bool:
    until = time.monotonic() + _PATIENCE
    while address and not is_there(address):
        if time.monotonic() > until or (parent and os.getppid() != parent):
            return False
        time.sleep(1.0)
    return True


def _tell(place: Place, address: str, clock: StoryClock, contracts: Path) -> None:
    from mapalus.apps.federation.actions import change_instance
    from mapalus.apps.federation.models import Instance
    from mapalus.apps.ledger.platform import PLATFORM

    known = Instance.objects.filter(code=place.code).first()
    if known is not None:
        _say(place, address)
        change_instance(known, address=address, by=PLATFORM, now=present())
        Instance.objects.filter(pk=known.pk).reached().update(next_at=present())
        return
    if place.has_own_people:
        _enter_people(place, clock)
    if place.code == "bitung":
        publish_files(contracts, clock, operator=place.contact)
        _owe(clock)
    instance = _enter(place, address, clock)
    _agree(place, instance, clock)
    if place.code == "minut":
        _nights(instance, clock)
    Instance.objects.filter(pk=instance.pk).reached().update(next_at=present())
    _say(place, address)


def _say(place: Place, address: str) -> None:
    text = _("%(name)s answers at %(address)s.") if address else _("%(name)s hands in spreadsheets.")
    print(translate(text) % {"name": place.name, "address": address}, file=sys.stderr, flush=True)


def _enter_people(place: Place, clock: StoryClock) -> None:
    """As the province's own people are entered: the roles that the words of the list say."""
    from mapalus.apps.directory.loading import roles_in
    from mapalus.apps.directory.models import Unit
    from mapalus.project.demo.pack import source

    if not Unit.objects.filter(pk=place.code).exists():
        tables = tables_of(place, source() / "story")
        enter_people(place, tables, clock, roles=lambda row: roles_in(row["roles"], title=row["title_id"]))


def _enter(place: Place, address: str, clock: StoryClock) -> Instance:
    from mapalus.apps.catalogue.connecting import secret
    from mapalus.apps.directory.models import Position, Region, Unit
    from mapalus.apps.federation import actions
    from mapalus.apps.federation.models import InstanceKind

    kinds = {"minut": InstanceKind.CKAN, "bitung": InstanceKind.FILES}
    by, at = _actor(WALIDATA, clock, -61), clock.moment(-61, "09:30")
    instance = actions.add_instance(
        Unit.objects.get(pk=place.code), code=place.code, region=Region.objects.get(pk=place.region),
        contact=Position.objects.get(pk=place.contact), kind=kinds.get(place.code, InstanceKind.MAPALUS),
        address=address, secret=place.secret, note_text=place.note, by=by, now=at,
    )  # fmt: skip
    if place.secret:
        actions.issue_key(instance, key=secret(f"PROVINSI_{place.secret}"), by=by, now=at)
    return instance


def _agree(place: Place, instance: Instance, clock: StoryClock) -> None:
    from mapalus.apps.federation import actions
    from mapalus.apps.federation.models import Share

    offer = actions.propose_agreement(
        instance, terms=terms_of(place.code, clock), by=_actor(WALIDATA, clock, -60), now=clock.moment(-60, "11:00")
    )
    agreed = actions.accept_agreement(offer, by=_actor(place.contact, clock, -58), now=clock.moment(-58, "10:00"))
    if place.code == "manado":
        actions.withhold(
            Share.objects.get(agreement=agreed, code=EMBARGO), is_shared=True, embargo_until=embargo_end(clock),
            reason="Angka sedang diperiksa kota", by=_actor(place.contact, clock, -4), now=clock.moment(-4, "10:00"),
        )  # fmt: skip


def _actor(position: str, clock: StoryClock, day: int) -> Actor:
    from mapalus.project.demo import organisation

    return organisation.actor(position, now=clock.moment(day, "10:00"))


def _owe(clock: StoryClock) -> None:
    """Two months late: the month after the one that came is owed since."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.ledger.platform import PLATFORM

    for dataset in Dataset.objects.filter(unit="bitung"):
        due_at: datetime = clock.moment(-43, "16:00")
        period = str(clock.month.back(2))
        actions.expect(dataset, period=period, due_at=due_at, by=PLATFORM, now=clock.moment(-60, "08:00"))


def _nights(instance: Instance, clock: StoryClock) -> None:
    """Every night since the week before; three days ago the portal answered 500 and was asked again a minute later."""
    from mapalus.apps.federation import concluding
    from mapalus.apps.federation.models import Asked, ExchangeOutcome, Instance

    fault_on = clock.day(-3)
    first = clock.day(-4)
    for day in range((present().date() - first).days + 1):
        at = clock.moment(-4, "02:00") + timedelta(days=day)
        if at > present():
            return
        run = concluding.begin(instance, asked=Asked.SCHEDULE, now=at)
        if first + timedelta(days=day) == fault_on:
            fault = Unavailable(
                _("%(address)s has a fault of its own (%(status)s)."), address=instance.address, status=500
            )
            concluding.conclude(run, ExchangeOutcome.FAILED, problem=fault, now=at + timedelta(seconds=3))
            at += timedelta(minutes=1)
            run = concluding.begin(Instance.objects.get(pk=instance.pk), asked=Asked.RETRY, now=at)
        concluding.conclude(run, ExchangeOutcome.UNCHANGED, now=at + timedelta(seconds=9))
        instance = Instance.objects.get(pk=instance.pk)


if __name__ == "__main__":
    raise SystemExit(main())
