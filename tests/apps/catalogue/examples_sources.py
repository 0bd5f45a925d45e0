"""Examples of the acts on sources and shelves."""

from __future__ import annotations

from collections.abc import Callable

from mapalus.apps.catalogue import harvest_acts, shelf_acts, source_acts
from mapalus.apps.catalogue.models import HarvestOutcome, Offering, Shelf, Source, SourceWay
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.harvest.connector import Offering as Offered
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import NOW

__all__ = ["EXAMPLES"]

Call = Callable[[], object]
TABLES = {"kind": "sqlite", "database": "contoh.sqlite"}


def _source(by: Actor = PLATFORM) -> Source:
    return _adding(by)()


def _adding(by: Actor) -> Callable[[], Source]:
    from tests.apps.catalogue.examples import _dataset

    dataset = _dataset()
    return lambda: source_acts.add_source(
        dataset, connector="folder", schedule="setiap jam", keeper=dataset.producer, title="Contoh", by=by, now=NOW
    )


def _shelving(by: Actor) -> Callable[[], Shelf]:
    from tests.apps.catalogue.examples import _dataset

    _dataset()
    unit, keeper = Unit.objects.get(pk="dinkes"), Position.objects.get(pk="dinkes.data")
    return lambda: shelf_acts.add_shelf(
        unit, title="Basis data", connector="sql", options=TABLES, keeper=keeper, by=by, now=NOW
    )


def _offering() -> Offering:
    shelf = _shelving(PLATFORM)()
    offered = Offered("satu", "Data satu", {**TABLES, "table": "satu"})
    shelf_acts.end_look(shelf, offered=[offered], by=PLATFORM, now=NOW)
    return Offering.objects.get()


def change(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.change_source(made, title="Nama lain", by=by, now=NOW)


def pause(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.pause_source(made, reason="Dipelihara", by=by, now=NOW)


def resume(by: Actor) -> Call:
    made = source_acts.pause_source(_source(), reason="Dipelihara", by=PLATFORM, now=NOW)
    return lambda: source_acts.resume_source(made, by=by, now=NOW)


def harvest_now(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.harvest_now(made, by=by, now=NOW)


def try_out(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.try_source(made, by=by, now=NOW)


def trust(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.trust_source(made, way=SourceWay.DIRECT, reason="Sepakat", by=by, now=NOW)


def over(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.start_over(made, reason="Ulang", by=by, now=NOW)


def forget(by: Actor) -> Call:
    made = _source()
    return lambda: source_acts.forget_source(made, reason="Ditutup", by=by, now=NOW)


def end(by: Actor) -> Call:
    run = harvest_acts.begin(_source(), position="", label="", now=NOW)
    return lambda: harvest_acts.end_harvest(
        run, outcome=HarvestOutcome.VANISHED, problem=None, mark=None, by=by, now=NOW
    )


def change_shelf(by: Actor) -> Call:
    made = _shelving(PLATFORM)()
    return lambda: shelf_acts.change_shelf(made, schedule="setiap jam", by=by, now=NOW)


def look(by: Actor) -> Call:
    made = _shelving(PLATFORM)()
    return lambda: shelf_acts.look_through_now(made, by=by, now=NOW)


def end_look(by: Actor) -> Call:
    made = _shelving(PLATFORM)()
    return lambda: shelf_acts.end_look(made, offered=[], by=by, now=NOW)


def adopt(by: Actor) -> Call:
    one = _offering()
    producer = Position.objects.get(pk="dinkes.kabid-p2p")
    return lambda: shelf_acts.adopt_offering(one, unit=producer.unit, producer=producer, by=by, now=NOW)


def take(by: Actor) -> Call:
    one = _offering()
    Offering.objects.update(proposed={"title": "Lain"})
    return lambda: shelf_acts.take_change(one, takes=False, by=by, now=NOW)


def forget_shelf(by: Actor) -> Call:
    made = _shelving(PLATFORM)()
    return lambda: shelf_acts.forget_shelf(made, reason="Ditutup", by=by, now=NOW)


EXAMPLES = {
    "catalogue.add-shelf": _shelving,
    "catalogue.add-source": _adding,
    "catalogue.adopt-offering": adopt,
    "catalogue.change-shelf": change_shelf,
    "catalogue.change-source": change,
    "catalogue.end-harvest": end,
    "catalogue.end-look": end_look,
    "catalogue.forget-shelf": forget_shelf,
    "catalogue.forget-source": forget,
    "catalogue.harvest-now": harvest_now,
    "catalogue.look-through-shelf": look,
    "catalogue.pause-source": pause,
    "catalogue.resume-source": resume,
    "catalogue.start-source-over": over,
    "catalogue.take-change": take,
    "catalogue.trust-source": trust,
    "catalogue.try-source": try_out,
}
