"""A district that lies, replays, drips or breaks: bounded, one sentence, listed, nothing overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory.models import Region
from mapalus.apps.federation import actions
from mapalus.apps.federation.actions import Terms
from mapalus.apps.federation.exchanging import exchange
from mapalus.apps.federation.models import AgreementState, Arrival, Exchange, ExchangeOutcome, Instance, SharedValue
from mapalus.apps.federation.standing import Connection, LineState, standing_of
from mapalus.apps.federation.values import read_said
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict as Clash
from tests.apps.catalogue.cast import NOW, Province
from tests.apps.federation.cast import DENGUE, LATER, WASTE, District, agreed, day, taking_part
from tests.connectors.served import Request, Response, Served


def bring(at: Any = NOW) -> Exchange:
    done = exchange(Instance.objects.get(code="manado"), now=at)
    assert done is not None
    return done


def said(done: Exchange) -> str:
    return " ".join(text % data for text, data in done.notes)


@pytest.mark.slow
def test_numbers_that_are_not_its_own_to_tell_are_listed_and_none_is_taken(
    here: Province, manado: District, served: Served
) -> None:
    Region.objects.create(code="71.71.01", level=3, kind="kecamatan", name="Malalayang", list_version="uji",
                          parent_id="71.71")  # fmt: skip
    agreed(taking_part(served.url), [DENGUE])
    manado.number(41)
    manado.number(9, region="71.71.01")  # a kecamatan of its own
    manado.number(1, region="71.72")
    manado.number(2, region="71")
    manado.number(3, region="71.71.99")  # nobody knows it
    manado.number(4, code="SOC-01")  # nobody agreed on it
    manado.number(5, period="2099")  # would hide the present one
    for one in manado.numbers:
        one["published_at"] = "2027-11-01T00:00:00+00:00"  # its clock is ahead by a year
        one["address"] = "https://lain.test/masuk"  # not its own host
    done = bring()
    assert (done.outcome, done.values, done.refused) == (ExchangeOutcome.BROUGHT, 2, 5)
    for code in ("71.72", "71 2026", "71.71.99", "SOC-01", "2099"):
        assert code in said(done)
    kept = SharedValue.objects.order_by("region")
    assert [(one.region, one.value, one.published_at, one.source) for one in kept] == [
        ("71.71", 41, None, served.url), ("71.71.01", 9, None, served.url),
    ]  # fmt: skip


@pytest.mark.slow
def test_a_ledger_that_went_back_takes_nothing_until_somebody_lets_it_begin_anew(
    here: Province, manado: District, served: Served
) -> None:
    """Restored from a backup, or an old answer sent once more."""
    agreed(taking_part(served.url), [DENGUE])
    manado.number(41)
    bring()
    mark = Instance.objects.get().mark
    manado.sequence = mark - 50
    manado.numbers[0]["value"] = 12
    done = bring(NOW + timedelta(minutes=15))
    assert (done.outcome, SharedValue.objects.get().value) == (ExchangeOutcome.REFUSED, 41)
    assert str(mark) in done.problem["text"] % done.problem["data"]
    actions.change_instance(
        Instance.objects.get(), is_anew=True, reason="Dipulihkan dari cadangan", by=here.walidata, now=NOW
    )
    assert bring(NOW + timedelta(minutes=30)).outcome == ExchangeOutcome.BROUGHT
    assert SharedValue.objects.get().value == 12


@pytest.mark.slow
def test_rewritten_renamed_and_deleted_datasets_are_listed_and_what_came_stays(
    here: Province, manado: District, served: Served
) -> None:
    agreed(taking_part(served.url), [WASTE])
    manado.publish("sampah-harian", day(1))
    manado.publish("sampah-harian", day(2))
    bring()
    manado.versions["sampah-harian"][1] = day(9)  # other rows under the same number
    manado.at["sampah-harian", 2] = "2026-11-17T02:00:00+00:00"
    manado.sequence += 1
    done = bring(NOW + timedelta(minutes=15))
    assert "2" in said(done)
    manado.versions["sampah-harian"].pop()  # a lower number than came
    done = bring(NOW + timedelta(minutes=30))
    assert "sampah-harian" in said(done)
    assert [one.number for one in Arrival.objects.order_by("pk")] == [2, 2, 1]
    dataset = Dataset.objects.get(name="manado-sampah-harian")
    assert dataset.versions.filter(published_at__isnull=False, withdrawn_at=None).count() == 3
    manado.versions["sampah-kota"] = manado.versions.pop("sampah-harian")
    done = bring(NOW + timedelta(minutes=45))
    assert "sampah-harian" in said(done)
    assert [one.state for one in standing_of(Instance.objects.get(), now=NOW).lines] == [LineState.GONE]
    assert not Dataset.objects.filter(name__contains="sampah-kota").exists()


HUGE = b'{"region": "71.71", "x": "' + b"a" * (33 * 1024**2) + b'"}'


@pytest.mark.slow
@pytest.mark.parametrize(
    "answer",
    [
        lambda: Response(200, HUGE),
        lambda: Response(200, b"[" * 200_000),
        lambda: Response(200, b"<html>Masuk</html>"),
        lambda: Response.json([1, 2]),
        lambda: Response.json({"region": "71.71", "sequence": "banyak"}),
        lambda: Response.json({"region": "71.71", "sequence": 5, "agreement": 7, "datasets": [{"name": 3}, 4]}),
        lambda: Response(302, b"", {"Location": "http://169.254.169.254/latest/meta-data/"}),
    ],
    ids=["huge", "deep", "page", "list", "word", "shape", "redirect"],
)
def test_an_answer_that_is_none_is_one_sentence_and_changes_nothing(
    here: Province, manado: District, served: Served, answer: Callable[[], Response]
) -> None:
    agreed(taking_part(served.url), [WASTE, DENGUE])
    whole = manado.reply

    def lying(request: Request) -> Response:
        return answer() if request.path == "/api/v1/federation" else whole(request)

    served.answer = lying
    done = bring()
    assert done.outcome in (ExchangeOutcome.REFUSED, ExchangeOutcome.UNCHANGED), done.problem
    assert not SharedValue.objects.exists()
    assert not Arrival.objects.exists()


@pytest.mark.slow
def test_what_came_stays_with_its_mark_once_the_agreement_ended(
    here: Province, manado: District, served: Served
) -> None:
    made = agreed(taking_part(served.url), [WASTE])
    manado.publish("sampah-harian", day(1))
    bring()
    manado.publish("sampah-harian", day(2))
    actions.end_agreement(made, reason="Pindah sistem", by=here.walidata, now=NOW)
    assert not Instance.objects.due(NOW + timedelta(days=1)).exists()
    assert bring(NOW + timedelta(hours=1)).outcome == ExchangeOutcome.REFUSED  # asked by hand: nothing is taken
    found = standing_of(Instance.objects.get(), now=NOW).lines
    assert [(one.state, one.dataset.name if one.dataset else "") for one in found] == [
        (LineState.ENDED, "manado-sampah-harian")
    ]
    assert Arrival.objects.count() == 1


@pytest.mark.slow
def test_a_number_in_another_unit_waits_for_another_agreement_and_the_one_before_stays(
    here: Province, manado: District, served: Served
) -> None:
    instance = taking_part(served.url)
    agreed(instance, [DENGUE])
    manado.number(41)
    bring()
    manado.number(0.9)
    manado.numbers[0]["unit"] = "per 10.000"
    done = bring(NOW + timedelta(minutes=15))
    assert (done.refused, SharedValue.objects.get().value) == (1, 41)
    assert "LIV-08 71.71" in said(done)
    later = actions.propose_agreement(instance, terms=Terms([DENGUE]), by=here.walidata, now=NOW + timedelta(hours=1))
    word = {"label": "Kadis", "at": NOW.isoformat()}
    actions.receive_word(later, state=AgreementState.IN_FORCE, said=word, by=PLATFORM, now=NOW + timedelta(hours=1))
    bring(NOW + timedelta(hours=2))
    kept = SharedValue.objects.get()
    assert (kept.value, kept.unit) == (0.9, "per 10.000")


def test_a_district_cannot_be_the_province_nor_take_the_place_of_another(
    here: Province, manado: District, served: Served
) -> None:
    instance = taking_part(served.url)
    agreed(instance)
    manado.region = "71"  # says it is the province
    manado.publish("sampah-harian", day(1))
    assert bring().outcome == ExchangeOutcome.REFUSED
    with pytest.raises(Clash):
        taking_part("https://lain.test")  # the code of a region is taken once
    assert not SharedValue.objects.exists()


def test_an_embargo_that_ends_while_the_district_is_away_is_told_and_comes_when_it_is_back(
    here: Province, manado: District, served: Served
) -> None:
    instance = taking_part(served.url)
    until = NOW + timedelta(hours=5)
    agreed(instance, [replace(WASTE, embargo_until=until)])
    manado.publish("sampah-harian", day(1))
    bring()
    assert [one.state for one in standing_of(Instance.objects.get(), now=NOW).lines] == [LineState.EMBARGO]
    served.is_down = True
    bring(NOW + timedelta(hours=4))
    found = standing_of(Instance.objects.get(), now=LATER)
    assert (found.connection, [one.state for one in found.lines]) == (Connection.AWAY, [LineState.WAITING])
    served.is_down = False
    assert bring(LATER).versions == 1
    assert [one.state for one in standing_of(Instance.objects.get(), now=LATER).lines] == [LineState.SHARED]


@pytest.mark.parametrize(("written", "kept"), [
    ("TW I 2026", "2026-Q1"), ("2026-T1", "2026-Q1"), ("Januari 2026", "2026-01"), ("2026W45", "2026-W45"),
    ("45", "45"),
])  # fmt: skip
def test_one_period_is_one_however_a_district_writes_it(written: str, kept: str) -> None:
    found = read_said({"indicator": "LIV-08", "region": "71.71", "period": written, "value": 1})
    assert found is not None
    assert found.period == kept


@pytest.mark.slow
def test_what_the_province_takes_back_is_said_at_the_district_and_stays_until_somebody_decides(
    here: Province, manado: District, served: Served, settings: Any
) -> None:
    settings.INSTANCE_REGION, manado.region = "71.71", "71"
    upstream = taking_part(served.url, is_upstream=True)
    manado.publish("dbd-provinsi", [{"kode_wilayah": "71.71", "kasus": 41}])
    exchange(upstream, now=NOW)
    manado.versions.clear()
    manado.sequence += 1
    done = exchange(upstream, now=LATER)
    assert done is not None
    assert "dbd-provinsi" in said(done)
    assert Dataset.objects.get(name="provinsi-dbd-provinsi").current is not None


def test_two_thousand_datasets_that_nobody_agreed_on_are_one_question(
    here: Province, manado: District, served: Served
) -> None:
    agreed(taking_part(served.url), [WASTE])
    manado.publish("sampah-harian", day(1))
    for n in range(2000):
        manado.versions[f"lain-{n}"] = manado.versions["sampah-harian"]
    assert bring().versions == 1
    assert Dataset.objects.filter(unit="manado").count() == 1
    assert len(served.requests) < 8
