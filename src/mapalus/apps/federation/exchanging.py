"""One exchange with the other end: ask who it is and how far it came, bring what is shared, then move the mark.

Killed at any moment, the next exchange asks the same again: versions that stand here are not brought twice (each link
keeps its own mark), and the instance's mark moves only when all of it is stored.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.db import Error as DatabaseError

from mapalus.apps.catalogue import connecting, places
from mapalus.apps.catalogue.harvesting import Broken, Stopwatch
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.federation import bringing, concluding, conflicts, values
from mapalus.apps.federation.hearing import hear
from mapalus.apps.federation.models import (
    Agreement,
    Arrival,
    Asked,
    Exchange,
    ExchangeOutcome,
    Instance,
    InstanceKind,
    Share,
    ShareKind,
)
from mapalus.apps.federation.sides import in_force, open_shares, withheld_there
from mapalus.apps.federation.values import Turned, WhyNot, moment, read_said
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web
from mapalus.engine.web.patience import Patience

__all__ = ["dataset_read", "exchange", "is_held_back", "look", "look_at_all"]

_LARGEST = 32 * 1024**2  # bytes of one answer that is no table
_IMPATIENT = Patience(tries=2, first=0.3, longest=0.5, silence=4.0)
log = structlog.get_logger()


def exchange(instance: Instance, *, asked: Asked = Asked.SCHEDULE, now: datetime) -> Exchange | None:
    """Ask the other end and store what came. None: it is being asked at this very moment, or rests."""
    clock = Stopwatch(now)
    with alone(instance) as is_alone:
        row = Instance.objects.for_reading().filter(pk=instance.pk, state="active").first()
        if not is_alone or row is None:
            return None
        run = concluding.begin(row, asked=asked, now=now)
        try:
            _talk(run, clock)
        except (DatabaseError, OSError):
            raise  # the installation itself; the job is tried again
        except Unavailable as problem:
            return concluding.conclude(run, ExchangeOutcome.FAILED, problem=problem, now=clock.now())
        except Problem as problem:
            return concluding.conclude(run, ExchangeOutcome.REFUSED, problem=problem, now=clock.now())
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            log.exception("exchange_broken", instance=row.code)
            broken = Broken(error=type(error).__name__)
            return concluding.conclude(run, ExchangeOutcome.REFUSED, problem=broken, now=clock.now())
        outcome = ExchangeOutcome.BROUGHT if run.versions or run.values else ExchangeOutcome.UNCHANGED
        return concluding.conclude(run, outcome, now=clock.now())


@contextmanager
def alone(instance: Instance) -> Iterator[bool]:
    """Hold this conversation for this process; the kernel lets go of it when the process dies."""
    folder = places.harvests() / f"federation-{instance.pk}"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def look(instance: Instance, *, now: datetime) -> bool:
    """Ask only whether it is there, so that a board says within a minute that it is not."""
    is_there = _is_there(instance)
    concluding.looked(instance, is_there=is_there, now=now)
    return is_there


def look_at_all(instances: Sequence[Instance], *, now: datetime) -> int:
    """The same of many at once: one that does not answer keeps no other waiting. How many are there."""
    if not instances:
        return 0
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(_is_there, instances))
    for instance, is_there in zip(instances, found, strict=True):
        concluding.looked(instance, is_there=is_there, now=now)
    return sum(found)


def _is_there(instance: Instance) -> bool:
    """Whether anybody answers; whether rightly, the next exchange says. Asks no database."""
    around = replace(connecting.surroundings(unit=instance.unit_code), longest=8.0)
    try:
        with Web(around, patience=_IMPATIENT) as web:
            web.get(f"{instance.address}/-/ready", largest=_LARGEST)
    except Unavailable:
        return False
    except (Problem, OSError):
        return True
    return True


def _web(instance: Instance, *, longest: float = 120.0) -> Web:
    around = replace(connecting.surroundings(unit=instance.unit_code), longest=longest)
    auth = Auth(AuthKind.BEARER, instance.secret) if instance.secret else None
    return Web(around, auth=auth)


def _talk(run: Exchange, clock: Stopwatch) -> None:
    instance = run.instance
    if instance.kind == InstanceKind.FILES:  # nothing is fetched: what was handed in is read
        _values_in_rows(run, _agreed(instance, clock), clock)
        _after_values(run, clock)
        return
    if instance.kind == InstanceKind.CKAN:
        agreement = _agreed(instance, clock)
        bringing.from_portal(run, agreement, now=clock.now())
        _values_in_rows(run, agreement, clock)
        _after_values(run, clock)
        return
    if not instance.secret:
        raise Misconfigured(
            _("No key is named for %(name)s."), name=str(instance),
            advice=_("Ask its keeper for a key, and enter the name under which it stands in the environment."),
        )  # fmt: skip
    with _web(instance) as web:
        _talk_mapalus(run, web, clock)


def _agreed(instance: Instance, clock: Stopwatch) -> Agreement:
    agreement = in_force(instance, now=clock.now())
    if agreement is None:
        raise Conflict(
            _("There is no agreement in force with %(name)s, so nothing is asked."), name=str(instance), advice=""
        )
    return agreement


def _talk_mapalus(run: Exchange, web: Web, clock: Stopwatch) -> None:
    instance = run.instance
    said = _hello(web, instance, since=run.since)
    if said.get("region") != _expected_region(instance):
        raise Refused(
            "wrong-region", _("%(address)s says it is of region %(said)s, not %(region)s."), address=instance.address,
            said=str(said.get("region"))[:20], region=_expected_region(instance),
        )  # fmt: skip
    run.reached = int(said.get("sequence") or 0)
    if run.reached < run.since:
        # Restored from a backup, set up anew, or an old answer sent once more: nobody here can tell which.
        raise Refused(
            "ledger-went-back", _("Its ledger went back from entry %(since)s to %(reached)s, so nothing was taken."),
            since=run.since, reached=run.reached,
            advice=_("Ask its keeper whether it was restored; then let it begin anew on its page."),
        )  # fmt: skip
    offered = [one for one in said.get("datasets") or () if isinstance(one, dict) and one.get("name")]
    instance.held = {
        "agreement": said.get("agreement") if isinstance(said.get("agreement"), dict) else {},
        "software": str(said.get("software") or "")[:60],
        "datasets": {str(one["name"])[:100]: str(one.get("due_at") or "") for one in offered[:2000]},
        "compliance": _ask(web, instance, "federation/compliance"),
        "at": clock.now().isoformat(),
    }
    for one in (said.get("agreement"), said.get("latest")):
        if isinstance(one, dict):
            hear(instance, one, now=clock.now())
    if instance.is_upstream:
        _from_above(run, web, said, offered, clock)
    elif in_force(instance, now=clock.now()) is None and instance.agreements.filter(state="proposed").exists():
        return  # one of the two still has to say its word
    else:
        agreement = _agreed(instance, clock)
        bringing.from_mapalus(run, agreement, offered, now=clock.now())
        codes = {one.code for one in open_shares(agreement, now=clock.now(), kind=ShareKind.INDICATOR)
                 if not is_held_back(instance, one.kind, one.code, clock.now()) and not one.reading}  # fmt: skip
        if codes:
            _take(run, _ask(web, instance, "federation/indicators"), codes, clock)
        _values_in_rows(run, agreement, clock)
    _after_values(run, clock)


def _hello(web: Web, instance: Instance, *, since: int) -> dict[str, Any]:
    """The first question. Its keeper may not have compared the digits of the joining yet."""
    address = f"{instance.address}/api/v1/federation"
    answer = web.get(address, params={"since": since}, largest=_LARGEST, statuses=(409,))
    if answer.status == 409:
        raise Conflict(
            _("%(name)s has not confirmed the digits of the joining yet."), name=str(instance),
            advice=_("Read them to each other once more; it goes on by itself once both have confirmed."),
        )  # fmt: skip
    return _object(answer.json(), instance)


def _expected_region(instance: Instance) -> str:
    return instance.region_code


def is_held_back(instance: Instance, kind: str, code: str, now: datetime) -> bool:
    """Whether the other end holds it back, by what it said last."""
    agreement = in_force(instance, now=now)
    share = (
        next((one for one in agreement.shares.all() if (one.kind, one.code) == (kind, code)), None)
        if agreement
        else None
    )
    if share is None:
        return True
    there = withheld_there(instance, share)
    until = moment(there.get("embargo_until")) if there.get("embargo_until") else None
    return there.get("is_shared") is False or (until is not None and until > now)


def _from_above(
    run: Exchange, web: Web, said: Mapping[str, Any], offered: list[dict[str, Any]], clock: Stopwatch
) -> None:
    """A district asks its province: what it offers, and what it holds about us."""
    instance = run.instance
    known = _ask(web, instance, "federation/about")
    instance.known = {**known, "at": clock.now().isoformat()}
    bringing.from_mapalus(run, None, offered, now=clock.now())
    numbers = _ask(web, instance, "federation/indicators")
    _take(run, numbers, None, clock)


def _take(run: Exchange, answer: Mapping[str, Any], codes: set[str] | None, clock: Stopwatch) -> None:
    items = answer.get("items")
    if not isinstance(items, list) or len(items) > values.MOST:
        raise Refused("not-mapalus", _("%(address)s does not answer as Mapalus does."), address=run.instance.address)
    said = [one for raw in items if isinstance(raw, dict) and (one := read_said(raw)) is not None]
    _keep(run, said, codes, clock)


def _values_in_rows(run: Exchange, agreement: Agreement, clock: Stopwatch) -> None:
    """Numbers that stand in the rows of shared datasets, where the agreement says how they are read."""
    instance, said, codes = run.instance, [], set()
    for share in open_shares(agreement, now=clock.now(), kind=ShareKind.INDICATOR):
        dataset = dataset_read(instance, share)
        if not share.reading or dataset is None or dataset.current is None:
            continue
        codes.add(share.code)
        name = str(share.reading.get("dataset"))
        found = values.said_in_rows(
            share, dataset.current, address=bringing.address_there(instance, name), region=instance.region_code
        )
        came = Arrival.objects.filter(version=dataset.current).order_by("pk").last()
        at = came.published_at if came is not None else dataset.current.published_at
        said += [replace(one, published_at=at) for one in found]
    if codes:
        _keep(run, said, codes, clock)


def dataset_read(instance: Instance, share: Share) -> Dataset | None:
    """The dataset here in whose rows an agreed indicator stands: one that came, or was handed in under its name."""
    name = str(share.reading.get("dataset") or "")
    link = instance.links.filter(remote=name).select_related("dataset__current__dataset").first() if name else None
    if link is not None:
        return link.dataset
    own = Dataset.objects.filter(unit=instance.unit_code, name=name).select_related("current__dataset")
    return own.first() if name else None


def _keep(run: Exchange, said: list[values.Said], codes: set[str] | None, clock: Stopwatch) -> None:
    instance = run.instance
    said = [_sourced(one, instance) for one in said]
    whose = _own_region(instance)
    known = {(one.indicator, one.region, one.period): one for one in instance.values.all()}
    if _is_known(known, said, codes):
        return  # nothing new: no act
    changed, refused = values.take_values(
        instance, said=said, region=whose, indicators=codes, by=PLATFORM, now=clock.now()
    )
    run.values += changed
    if refused:
        run.refused += len(refused)
        run.notes = [*run.notes, *_turned_said(refused)]


def _sourced(one: values.Said, instance: Instance) -> values.Said:
    """A number is shown with the way to its source: that leads to the one who said it, and nowhere else."""
    is_own = urlsplit(one.source).hostname == urlsplit(instance.address).hostname
    return one if is_own or not one.source else replace(one, source=instance.address)


_TURNED = {
    WhyNot.REGION: _("%(n)s numbers of regions that are not its own were not taken: %(first)s"),
    WhyNot.UNKNOWN: _("%(n)s numbers of regions that nobody knows were not taken: %(first)s"),
    WhyNot.UNAGREED: _("%(n)s numbers of indicators that nobody agreed on were not taken: %(first)s"),
    WhyNot.UNIT: _("%(n)s numbers came in another unit than was agreed on; what came before stays: %(first)s"),
    WhyNot.TO_COME: _("%(n)s numbers of periods still to come were not taken: %(first)s"),
}


def _turned_said(turned: Sequence[Turned]) -> list[list[Any]]:
    said = []
    for why, text in _TURNED.items():
        found = [one.what for one in turned if one.why is why]
        if found:
            said.append([text, {"n": len(found), "first": ", ".join(found[:5])}])
    return said


def _own_region(instance: Instance) -> str:
    """Whose numbers may come: a district's of its own region; the province's of ours."""
    from django.conf import settings

    return str(settings.INSTANCE_REGION) if instance.is_upstream else instance.region_code


def _is_known(known: Mapping[tuple[str, str, str], Any], said: list[values.Said], codes: set[str] | None) -> bool:
    newest = {one.key: one for one in said if codes is None or one.indicator in codes}
    if len(newest) != len({one.key for one in said}):
        return False
    mine = {key for key, row in known.items() if codes is None or row.indicator in codes}
    return mine == newest.keys() and not any(values.is_changed(known[key], one) for key, one in newest.items())


def _after_values(run: Exchange, clock: Stopwatch) -> None:
    values.publish_values(is_upstream=run.instance.is_upstream, now=clock.now())
    if not run.instance.is_upstream:
        conflicts.compare(run.instance, now=clock.now())


def _ask(web: Web, instance: Instance, path: str, **params: object) -> dict[str, Any]:
    return _object(
        web.get(f"{instance.address}/api/v1/{path}", params=params or None, largest=_LARGEST).json(), instance
    )


def _object(found: object, instance: Instance) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise Refused("not-mapalus", _("%(address)s does not answer as Mapalus does."), address=instance.address)
    return found
