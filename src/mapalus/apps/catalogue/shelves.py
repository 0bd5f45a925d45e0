"""Looking through a shelf: its whole list or nothing of it; then what a rule names is taken over by itself."""

from __future__ import annotations

from datetime import datetime

import structlog

from mapalus.apps.catalogue import connecting, shelf_acts
from mapalus.apps.catalogue.harvesting import Broken, Stopwatch, tell_job
from mapalus.apps.catalogue.models import Offering, Shelf
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.directory.roster import roster
from mapalus.apps.jobs.each import each
from mapalus.apps.jobs.job import progress
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Offering as Offered
from mapalus.engine.harvest.connector import Shelf as Opened
from mapalus.engine.text import _

__all__ = ["MOST", "look_through", "producer_of", "unit_for"]

MOST = 50_000  # offerings of one shelf
log = structlog.get_logger()


def look_through(shelf: Shelf, *, now: datetime) -> Shelf:
    """Read its list. An interrupted one changes nothing: what was known stays, and nothing counts as gone."""
    clock = Stopwatch(now)
    try:
        offered = _offered(shelf)
    except Problem as problem:
        return shelf_acts.record_failure(shelf, problem, now=clock.now())
    except OSError as error:
        away = Unavailable(_("The source does not answer: %(error)s."), error=error.strerror or str(error))
        return shelf_acts.record_failure(shelf, away, now=clock.now())
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        log.exception("shelf_broken", shelf=shelf.name, connector=shelf.connector)
        return shelf_acts.record_failure(shelf, Broken(error=type(error).__name__), now=clock.now())
    shelf = shelf_acts.end_look(shelf, offered=offered, by=PLATFORM, now=clock.now())
    if shelf.adopts:
        _adopt_by_rule(shelf, now=clock.now())
    return shelf


def _offered(shelf: Shelf) -> list[Offered]:
    found: list[Offered] = []
    for one in _list(shelf).offered():
        found.append(one)
        if len(found) > MOST:
            raise Refused("too-large", _("The list is longer than %(most)s."), most=MOST)
        if len(found) % 50 == 0:
            progress(message=_("Reading the list"), done=len(found))
    return found


def _list(shelf: Shelf) -> Opened:
    return connecting.open_shelf(shelf.connector, shelf.options, unit=shelf.unit_code, tell=tell_job)


def _adopt_by_rule(shelf: Shelf, *, now: datetime) -> int:
    """Each by itself: one that cannot be taken over holds up no other."""
    waiting = shelf.offerings.filter(dataset=None, gone_at=None, publisher__in=list(shelf.rules))

    def adopt(one: Offering) -> None:
        unit = Unit.objects.get(pk=shelf.rules[one.publisher])
        producer = producer_of(unit, now=now)
        if producer is not None:
            shelf_acts.adopt_offering(one, unit=unit, producer=producer, by=PLATFORM, now=now)

    return sum(1 for _one in each(list(waiting), adopt))


def unit_for(offering: Offering) -> str:
    """Whose it would be: what a rule says of its publisher, else the shelf's own unit."""
    return str(offering.shelf.rules.get(offering.publisher) or offering.shelf.unit_code)


def producer_of(unit: Unit, *, now: datetime) -> Position | None:
    """Who would produce it: the head of the unit, until somebody says otherwise."""
    code = roster(now).head(unit.pk)
    return Position.objects.filter(pk=code).first() if code else None
