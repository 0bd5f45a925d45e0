"""The overview says what the database would, at once after every write, in whatever way and with whatever clock."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from mapalus.apps.catalogue import overview
from mapalus.apps.catalogue.models import (
    Cadence,
    Classification,
    ContractVersion,
    Dataset,
    DatasetState,
    Run,
    Version,
)
from mapalus.apps.catalogue.overview import Overview, present
from mapalus.apps.directory.models import Position, Unit
from mapalus.engine import bitsets

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)


def unit(code: str) -> Unit:
    made = Unit.objects.create(code=code, name=f"Dinas {code.title()}", short=code.title(), kind="dinas")
    Position.objects.create(code=f"{code}.kadis", unit=made, title=f"Kepala {code}", is_head=True)
    return made


def declare(name: str, of: str = "dinkes", **more: Any) -> Dataset:
    given = {"title": name.replace("-", " ").title(), "declared_at": NOW, "changed_at": NOW, **more}
    if given.get("classification", Classification.OPEN) != Classification.OPEN:
        given.setdefault("classification_ground", "UU 14/2008 Pasal 17")
    return Dataset.objects.create(name=name, unit_id=of, producer_id=f"{of}.kadis", **given)


def publish(dataset: Dataset, *, at: datetime | None = NOW) -> Version:
    number = dataset.versions.count() + 1
    contract = ContractVersion.objects.create(
        dataset=dataset,
        number=number,
        text="",
        descriptor={},
        sha256="0" * 64,
        folder="x",
        position="x",
        created_at=NOW,
    )
    run = Run.objects.create(
        dataset=dataset, contract=contract, snapshot="0" * 64, number=number, release="1", started_at=NOW
    )
    version = Version.objects.create(
        dataset=dataset, number=number, folder="x", contract=contract, run=run, snapshot="0" * 64, rows_good=1,
        rows_bad=0, created_at=NOW, published_at=at,
    )  # fmt: skip
    dataset.contract, dataset.current = contract, version
    dataset.save(update_fields=["contract", "current"])
    return version


def named(catalogue: Overview, found: int) -> list[str]:
    return sorted(entry.name for entry in catalogue.some(found))


def assert_true() -> Overview:
    """What it says, asked of the database in full."""
    catalogue = present()
    known, readable = Dataset.objects.known_to(None), Dataset.objects.visible_to(None)
    assert named(catalogue, catalogue.known) == sorted(known.values_list("name", flat=True))
    assert named(catalogue, catalogue.readable) == sorted(readable.values_list("name", flat=True))
    assert set(catalogue.by_name) == {entry.name for entry in catalogue.entries.values()}
    rows = {one.pk: one for one in (known | readable).select_related("unit", "current")}
    assert set(rows) == set(catalogue.entries)
    for pk, entry in catalogue.entries.items():
        row = rows[pk]
        assert catalogue.at(entry.number) is entry
        assert (entry.name, entry.title, entry.title_en) == (row.name, row.title, row.title_en)
        assert (entry.unit, entry.unit_name, entry.producer) == (row.unit_code, str(row.unit), row.producer_code)
        assert (entry.themes, entry.is_priority, entry.cadence) == (tuple(row.themes), row.is_priority, row.cadence)
        assert (entry.classification, entry.due_at) == (row.classification, row.due_at)
        assert entry.published_at == (row.current.published_at if row.current else None)
    expected = {
        "unit": Counter(row.unit_code for row in known),
        "cadence": Counter(row.cadence for row in known),
        "classification": Counter(row.classification for row in known),
        "theme": Counter(theme for row in known for theme in row.themes),
        "priority": Counter("ya" for row in known if row.is_priority),
    }
    assert {name: catalogue.counts(name, catalogue.known) for name in expected if catalogue.filters} == (
        expected if catalogue.filters else {}
    )
    by_title = [row.name for row in sorted(known, key=lambda row: (row.title, row.name))]
    order = catalogue.order("title", lambda entry: entry.title)
    assert [catalogue.at(number).name for number in order.part(catalogue.known, 0, 1000)] == by_title
    return catalogue


def test_it_names_and_opens_exactly_what_the_database_would() -> None:
    unit("dinkes")
    for number, (state, classification, is_counted, is_published) in enumerate(
        itertools.product(DatasetState, Classification, (False, True), (None, False, True))
    ):
        made = declare(f"uji-{number}", state=state, classification=classification, is_counted_openly=is_counted)
        if is_published is not None:
            version = publish(made, at=NOW if is_published else None)
            if number % 2:
                version.withdrawn_at, version.withdrawn_reason = NOW, "keliru"
                version.save()
    catalogue = assert_true()
    assert catalogue.known
    assert catalogue.readable & ~catalogue.known  # counted openly, and not named: no list shows it


def test_it_follows_every_way_of_writing_whatever_the_clock_says() -> None:
    unit("dinkes")
    unit("pupr")
    chance = random.Random(4)
    for number in range(40):
        declare(f"awal-{number}", themes=chance.sample(["sosial", "jalan", "laut"], number % 3))
    assert_true()
    for step in range(60):
        names = list(Dataset.objects.values_list("name", flat=True))
        some = Dataset.objects.filter(name__in=chance.sample(sorted(names), 2))
        match step % 8:
            case 0:
                some.update(title=f"Judul {step}")  # changed_at stays as it was
            case 1:
                one = some[0]
                one.cadence = Cadence.DAILY
                one.changed_at = NOW - timedelta(days=step)  # a clock that runs behind
                one.save()
            case 2:
                one = some[0]
                one.due_at = NOW
                one.save(update_fields=["due_at"])
            case 3:
                publish(some[0])
            case 4:
                some.update(classification=Classification.CLOSED, classification_ground="UU", is_priority=step % 3 == 0)
            case 5:
                many = list(some)
                for one in many:
                    one.unit_id, one.themes = "pupr", ["jalan", f"t{step}"]
                Dataset.objects.bulk_update(many, ["unit", "themes"])
            case 6:
                declare(f"baru-{step}", of="pupr")
                Dataset.objects.filter(current=None, contract=None).order_by("name")[0].delete()
            case 7:
                first, second = some
                names = [first.name, second.name]
                Dataset.objects.filter(pk=first.pk).update(name="sementara")
                Dataset.objects.filter(pk=second.pk).update(name=names[0])
                Dataset.objects.filter(pk=first.pk).update(name=names[1])
        if chance.random() < 0.7:
            assert_true()
    Unit.objects.filter(code="pupr").update(name="Dinas Baru")
    catalogue = assert_true()
    everything = overview._next(Overview())
    assert {pk: entry.name for pk, entry in everything.entries.items()} == {
        pk: entry.name for pk, entry in catalogue.entries.items()
    }


def test_nothing_is_read_while_nothing_was_written() -> None:
    unit("dinkes")
    for number in range(3):
        declare(f"uji-{number}")
    first = present()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert present() is first
    assert len(asked) == 2
    Dataset.objects.filter(name="uji-1").update(title="Lain")
    second = present()
    assert [entry.name for entry in second.since(first)[0]] == ["uji-1"]
    assert second.by_name["uji-0"] is first.by_name["uji-0"]
    assert first.by_name["uji-1"].title == "Uji 1"  # who still reads the state before is not disturbed


def test_a_state_may_be_read_while_the_next_is_made() -> None:
    unit("dinkes")
    for number in range(200):
        declare(f"uji-{number:03}", themes=["sosial"])
    catalogue = present()
    wrong: list[object] = []

    def read() -> None:
        for _time in range(200):
            found = catalogue.having("theme", "sosial") & catalogue.known
            names = [catalogue.at(number).name for number in catalogue.order("name", lambda _e: 0).part(found, 0, 300)]
            if names != [f"uji-{number:03}" for number in range(200)]:
                wrong.append(names)

    threads = [Thread(target=read) for _number in range(3)]
    for thread in threads:
        thread.start()
    for step in range(20):
        Dataset.objects.filter(name=f"uji-{step:03}").update(themes=[])
        present()
    for thread in threads:
        thread.join()
    assert not wrong
    assert bitsets.bits(present().filters["theme"]["sosial"]).bit_count() == 180
