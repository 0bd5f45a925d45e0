"""What a district shares comes by itself, no more than was agreed, and catches up after a day without a network."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.apps.federation import actions, pinging
from mapalus.apps.federation.actions import Line
from mapalus.apps.federation.exchanging import exchange, look
from mapalus.apps.federation.models import (
    Arrival,
    Exchange,
    ExchangeOutcome,
    Instance,
    Share,
    SharedValue,
    ShareKind,
    Takes,
)
from mapalus.apps.federation.sharing import NoKey, instance_of_key
from mapalus.apps.federation.standing import Connection, LineState, districts, standing_of
from mapalus.apps.federation.values import DATASET
from mapalus.apps.ledger.models import Entry
from mapalus.engine.data.query import Query
from mapalus.engine.data.served import search
from mapalus.engine.errors import NotAllowed
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.federation.cast import CLINICS, DENGUE, KEY, LATER, WASTE, District, agreed, day, taking_part
from tests.connectors.served import Response, Served


def rows(dataset: str) -> list[tuple[Any, ...]]:
    from mapalus.apps.catalogue.serving import served as side

    current = Dataset.objects.get(name=dataset).current
    assert current is not None
    return search(side(current, is_present=False), Query(limit=1000)).records


def bring(instance: Instance, *, at: Any = NOW) -> Exchange:
    done = exchange(Instance.objects.get(pk=instance.pk), now=at)
    assert done is not None
    return done


@pytest.mark.slow
def test_shared_datasets_and_numbers_come_with_the_districts_name_on_them(
    here: Province, manado: District, served: Served
) -> None:
    manado.publish("sampah-harian", day(1))
    manado.publish("rahasia-dapur", day(1))  # offered by mistake: nobody agreed on it
    manado.number(41)
    manado.number(7, region="71.72")  # Bitung's: not Manado's to tell
    instance = taking_part(served.url)
    agreed(instance)
    done = bring(instance)
    assert (done.outcome, done.versions, done.values, done.refused) == (ExchangeOutcome.BROUGHT, 1, 1, 1)
    dataset = Dataset.objects.get(name="manado-sampah-harian")
    assert (dataset.unit_code, dataset.producer_code) == ("manado", "manado.kadis-kominfo")
    assert not Dataset.objects.filter(name__contains="rahasia").exists()
    assert [row[1:3] for row in rows("manado-sampah-harian")] == [("71.71.01", 11), ("71.71.02", 21)]
    assert [row[2] for row in rows(DATASET)] == ["71.71"]
    assert "71.72" in done.notes[0][1]["first"]
    instance.refresh_from_db()
    assert instance.mark == manado.sequence
    # nothing new: no version, no act
    acts, versions = Entry.objects.count(), Version.objects.count()
    manado.numbers.pop()
    assert bring(instance, at=NOW + timedelta(minutes=15)).outcome == ExchangeOutcome.UNCHANGED
    assert (Entry.objects.count(), Version.objects.count()) == (acts, versions)


@pytest.mark.slow
@pytest.mark.parametrize(("takes", "numbers"), [(Takes.ALL, [1, 2, 3, 4]), (Takes.NEWEST, [1, 4])])
def test_who_was_cut_off_for_a_day_catches_up_by_itself(
    here: Province, manado: District, served: Served, takes: Takes, numbers: list[int]
) -> None:
    manado.publish("sampah-harian", day(1))
    instance = taking_part(served.url)
    agreed(instance, [WASTE], takes=takes)
    bring(instance)
    mark = Instance.objects.get().mark
    served.is_down = True
    for n in (2, 3, 4):
        manado.publish("sampah-harian", day(n))
    for hour in (1, 2, 3):
        done = bring(instance, at=NOW + timedelta(hours=hour))
        assert (done.outcome, done.tries) == (ExchangeOutcome.FAILED, hour)
    away = Instance.objects.get()
    assert away.mark == mark
    assert standing_of(away, now=NOW + timedelta(hours=4)).connection is Connection.AWAY
    assert Entry.objects.filter(act="federation.end-exchange").count() == 2  # came, and was away: once
    served.is_down = False
    assert look(away, now=LATER)
    assert Instance.objects.due(LATER).exists()  # asked at once
    done = bring(instance, at=LATER)
    assert [one.number for one in Arrival.objects.order_by("pk")] == numbers
    assert [row[2] for row in rows("manado-sampah-harian")] == [14, 24]
    assert standing_of(Instance.objects.get(), now=LATER).connection is Connection.WELL


@pytest.mark.slow
def test_a_broken_exchange_keeps_the_mark_and_doubles_nothing(here: Province, manado: District, served: Served) -> None:
    manado.publish("sampah-harian", day(1))
    manado.publish("faskes-kota", day(5))
    instance = taking_part(served.url)
    agreed(instance, [WASTE, CLINICS])
    whole = manado.reply

    def half(request: Any) -> Response:
        return Response(500, b"x") if "faskes-kota/versions" in request.path else whole(request)

    served.answer = half
    assert bring(instance).outcome == ExchangeOutcome.FAILED
    assert Instance.objects.get().mark == 0
    served.answer = whole
    done = bring(instance, at=NOW + timedelta(minutes=1))
    assert done.outcome == ExchangeOutcome.BROUGHT
    assert sorted(Arrival.objects.values_list("link__remote", flat=True)) == ["faskes-kota", "sampah-harian"]
    assert Version.objects.filter(dataset__name="manado-sampah-harian").count() == 1


def test_an_instance_cannot_pose_as_another_district(here: Province, manado: District, served: Served) -> None:
    manado.region = "71.72"
    manado.publish("sampah-harian", day(1))
    instance = taking_part(served.url)
    agreed(instance)
    done = bring(instance)
    assert (done.outcome, done.problem["code"]) == (ExchangeOutcome.REFUSED, "refused")
    assert "71.72" in done.problem["data"]["said"]
    assert not SharedValue.objects.exists()


def test_private_addresses_are_refused_unless_listed(
    here: Province, manado: District, served: Served, settings: Any
) -> None:
    settings.FETCH_ALLOWED = []
    instance = taking_part(served.url)
    agreed(instance)
    assert bring(instance).outcome == ExchangeOutcome.REFUSED
    assert served.requests == []


@pytest.mark.slow
def test_embargo_and_not_shared_are_shown_as_such_and_never_as_late(
    here: Province, manado: District, served: Served
) -> None:
    manado.publish("sampah-harian", day(1))
    manado.publish("faskes-kota", day(2))
    manado.due["faskes-kota"] = manado.due["sampah-harian"] = (NOW - timedelta(days=3)).isoformat()
    instance = taking_part(served.url)
    closed = Line(ShareKind.DATASET, "pengaduan-kota", "Pengaduan", is_shared=False)
    agreed(instance, [WASTE, CLINICS, closed])
    bring(instance)
    states = {line.share.code: line.state for line in standing_of(Instance.objects.get(), now=NOW).lines}
    assert states == {
        "sampah-harian": LineState.LATE, "faskes-kota": LineState.LATE, "pengaduan-kota": LineState.NOT_SHARED,
    }  # fmt: skip
    # the district's own Mapalus holds it back: its word counts, and what it shares is all it is asked for
    manado.agreement = {"state": "in-force", "shares": [
        {"kind": "dataset", "code": "faskes-kota", "is_shared": True, "embargo_until": LATER.isoformat()}
    ]}  # fmt: skip
    manado.publish("faskes-kota", day(3))
    bring(instance, at=NOW + timedelta(minutes=15))
    line = next(one for one in standing_of(Instance.objects.get(), now=NOW).lines if one.share.code == "faskes-kota")
    assert (line.state, line.until) == (LineState.EMBARGO, LATER)
    assert Arrival.objects.filter(link__remote="faskes-kota").count() == 1
    # when the embargo ends it comes by itself
    bring(instance, at=LATER + timedelta(minutes=1))
    assert Arrival.objects.filter(link__remote="faskes-kota").count() == 2
    assert [one.connection for one in districts("71", now=NOW)] == [Connection.WELL]


def test_the_two_sides_agree_and_only_the_district_holds_back(here: Province) -> None:
    from mapalus.apps.directory.actor import official

    instance = taking_part()
    theirs = official("D-manado", "manado.kadis-kominfo", now=NOW)
    assert theirs is not None
    offer = actions.propose_agreement(instance, terms=actions.Terms([WASTE, DENGUE]), by=here.walidata, now=NOW)
    with pytest.raises(NotAllowed):
        actions.accept_agreement(offer, by=here.walidata, now=NOW)  # nobody agrees for the other side
    with pytest.raises(NotAllowed):
        actions.accept_agreement(offer, by=here.stranger, now=NOW)
    counter = actions.propose_agreement(instance, terms=actions.Terms([WASTE]), by=theirs, now=NOW)
    offer.refresh_from_db()
    assert (offer.state, counter.waits_for) == ("replaced", "province")
    actions.accept_agreement(counter, by=here.walidata, now=NOW)
    share = Share.objects.get(agreement=counter)
    with pytest.raises(NotAllowed):
        actions.withhold(share, is_shared=False, by=here.walidata, now=NOW)
    held = actions.withhold(share, is_shared=True, embargo_until=LATER, reason="Sedang diperiksa", by=theirs, now=NOW)
    counter.refresh_from_db()
    assert (held.number, held.state, counter.state) == (3, "in-force", "replaced")
    assert held.province_at == counter.province_at
    actions.end_agreement(held, reason="Pindah sistem", by=here.walidata, now=NOW)
    assert standing_of(Instance.objects.get(), now=NOW).connection is Connection.UNAGREED


def test_a_ping_brings_the_exchange_forward_and_a_forged_one_nothing(here: Province) -> None:
    instance = taking_part()
    agreed(instance)
    Instance.objects.update(next_at=LATER, asked_at=NOW - timedelta(minutes=10))
    key = actions.issue_key(instance, key=KEY, by=here.walidata, now=NOW)
    for wrong in ("", "Bearer x", f"Bearer {KEY}x", f"Basic {key}"):
        with pytest.raises(NoKey):
            instance_of_key(wrong)
    assert instance_of_key(f"Bearer {key}") == instance
    assert pinging.pinged(instance, now=NOW)
    assert not pinging.pinged(instance, now=NOW)  # it is coming already
    assert Instance.objects.get().next_at == NOW
    Instance.objects.update(next_at=LATER, asked_at=NOW)
    pinging.pinged(instance_of_key(f"Bearer {key}"), now=NOW)
    assert Instance.objects.get().next_at == NOW + pinging.REST
    actions.issue_key(instance, by=here.walidata, now=NOW)
    with pytest.raises(NoKey):
        instance_of_key(f"Bearer {key}")  # the one before ended at once
