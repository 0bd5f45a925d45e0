"""The story of Satu Data: the plans of two years, compliance scores of past months, and how the data were used.

Uses are generated: the sample province has no readers of its own.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from mapalus.engine.clock import Zone
from mapalus.engine.workdays import Calendar

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import DataPlan, Dataset, PlanEntry
    from mapalus.engine.ports import Actor
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["publish", "tell"]

_MONTHS = 4  # scores of so many past months
_DAYS = 75  # days of generated use
_KINDS = {"csv": 9, "xlsx": 14, "json": 2, "parquet": 1, "api": 22, "page": 41, "robot": 17}  # uses in a usual week
_WALIDATA, _DAILY, _READER = "diskominfo.kadis", "diskominfo.kabid-statistik", "diskominfo.op-walidata"
_FORUM = "bappeda.kepala"
_SURVEYS = {"stunting-survei": "V-26.7100.001 (contoh)", "kondisi-jalan": ""}  # name -> number of the recommendation
_NEW: tuple[tuple[str, dict[str, Any]], ...] = (  # proposed for next year: producer, line
    ("dinkes.kabid-kesmas", {
        "title": "Cakupan Imunisasi Dasar Lengkap", "matter": "Kesehatan", "cadence": "bulanan",
        "schedule": "tanggal 10 bulan berikut", "level": "kab/kota", "concept": "Imunisasi dasar",
        "definition": "Bayi yang menerima seluruh imunisasi dasar dibagi bayi sasaran", "counted_in": "persen",
        "measure": "persentase", "grouping": "kab/kota; bulan", "is_priority": True,
    }),
    ("dkp.kabid-tangkap", {
        "title": "Harga Ikan di Tempat Pelelangan", "matter": "Kelautan dan Perikanan", "cadence": "harian",
        "schedule": "pukul 12.00 WITA", "level": "pelabuhan", "concept": "Harga produsen",
        "definition": "Harga lelang menurut jenis ikan", "counted_in": "rupiah per kilogram",
    }),
    ("dispar.kabid-destinasi", {
        "title": "Survei Belanja Wisatawan", "matter": "Pariwisata", "cadence": "tahunan", "schedule": "31 Maret",
        "level": "provinsi", "is_survey": True, "concept": "Pengeluaran wisatawan", "counted_in": "rupiah",
    }),
)  # fmt: skip


def tell(clock: StoryClock) -> None:
    """After the data list and the hand-ins stand."""
    from mapalus.apps.catalogue.models import Dataset, UnitScore

    if UnitScore.objects.exists():
        return
    datasets = list(Dataset.objects.select_related("unit", "producer", "contract").order_by("unit", "name"))
    _plan(clock, clock.year, datasets, opened=-198, decided=-195)
    _next_plan(clock, datasets)
    _scores(clock)
    _use(clock, datasets)


def publish(clock: StoryClock) -> None:
    """What is decided and public, as datasets."""
    from mapalus.apps.catalogue.daftar_data import publish_plan, publish_scores

    publish_plan(now=clock.moment(0, "09:51"))
    publish_scores(now=clock.moment(0, "09:51"))


def _actor(position: str, at: datetime) -> Actor:
    from mapalus.project.demo import organisation

    return organisation.actor(position, now=at)


# --- plans -----------------------------------------------------------------------------------------------------------


def _plan(clock: StoryClock, year: int, datasets: list[Dataset], *, opened: int, decided: int) -> DataPlan:
    from mapalus.apps.catalogue import daftar_acts

    plan = _opened(clock, year, datasets, day=opened)
    at = clock.moment(opened + 1, "10:00")
    for entry in plan.entries.select_related("unit", "plan"):
        daftar_acts.confirm_entry(entry, by=_actor(_DAILY, at), now=at)
    at = clock.moment(decided, "09:00")
    return daftar_acts.decide_plan(plan, decree=f"CONTOH/050/{year}", by=_actor(_FORUM, at), now=at)


def _opened(clock: StoryClock, year: int, datasets: list[Dataset], *, day: int) -> DataPlan:
    from mapalus.apps.catalogue import daftar_acts
    from mapalus.apps.directory.models import Unit

    at = clock.moment(day, "08:30")
    plan = daftar_acts.open_plan(Unit.objects.get(pk="diskominfo"), year=year, by=_actor(_WALIDATA, at), now=at)
    rows = [{"unit": one.unit, "producer": one.producer, "values": _values(one)} for one in datasets]
    by = _actor(_READER, at)
    daftar_acts.import_entries(plan, plan=plan, rows=rows, file=f"daftar data {year}.xlsx", by=by, now=at)
    return plan


def _values(dataset: Dataset) -> dict[str, Any]:
    descriptor = dataset.contract.descriptor if dataset.contract else {}
    marks = (descriptor.get("resources") or [{}])[0].get("mapalus") or {}
    said = {
        "concept": "konsep", "definition": "definisi", "grouping": "klasifikasi", "measure": "ukuran",
        "counted_in": "satuan", "level": "level",
    }  # fmt: skip
    return {
        "name": dataset.name, "title": dataset.title, "cadence": dataset.cadence,
        "schedule": dataset.due_rule or "terus menerus",
        "classification": dataset.classification, "classification_ground": dataset.classification_ground,
        "is_priority": dataset.is_priority, "matter": (dataset.themes or [""])[0], "format": "CSV, XLSX",
        "references": "kode wilayah Kemendagri", "is_survey": dataset.name in _SURVEYS,
        "recommendation": _SURVEYS.get(dataset.name, ""), "legal_basis": "Perpres 39/2019",
        **{name: str(marks.get(key) or "–") for name, key in said.items()},
    }  # fmt: skip


def _next_plan(clock: StoryClock, datasets: list[Dataset]) -> None:
    """Next year's: decided forty days ago; since then three new proposals."""
    from mapalus.apps.catalogue import daftar_acts
    from mapalus.apps.directory.models import Position

    plan = _plan(clock, clock.year + 1, datasets, opened=-60, decided=-40)
    made: list[PlanEntry] = []
    for place, (producer, line) in enumerate(_NEW):
        at = clock.moment(-9 + place, "11:10")
        post = Position.objects.select_related("unit").get(pk=producer)
        made.append(
            daftar_acts.propose_entry(post.unit, plan=plan, producer=post, values=line, by=_actor(producer, at), now=at)
        )
    at = clock.moment(-4, "14:20")
    daftar_acts.confirm_entry(made[0], by=_actor(_DAILY, at), now=at)
    reason = "Definisi belum ada, dan survei butuh nomor rekomendasi BPS (Romantik)."
    daftar_acts.return_entry(made[2], reason=reason, by=_actor(_DAILY, at), now=at)


# --- scores ----------------------------------------------------------------------------------------------------------


def _scores(clock: StoryClock) -> None:
    from mapalus.apps.catalogue.scores_acts import score_month

    today = clock.moment(0, "09:51")
    for period, first in _past_months(clock):
        at = _at(clock, first, "06:30")
        if at < today:
            score_month(period, now=at)
            _object(clock, period, first, until=today)


def _at(clock: StoryClock, day: date, hour: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(hour), tzinfo=clock.zone).astimezone(UTC)


def _past_months(clock: StoryClock) -> list[tuple[str, date]]:
    """The last months, oldest first: the month, and the first working day after it."""
    is_working = Calendar.of(Zone.WITA).is_working
    day, found = clock.day_zero.replace(day=1), []
    for _month in range(_MONTHS):
        first = day
        while not is_working(first):
            first += timedelta(days=1)
        day = (day - timedelta(days=1)).replace(day=1)
        found.append((f"{day:%Y-%m}", first))
    return found[::-1]


def _object(clock: StoryClock, period: str, first: date, *, until: datetime) -> None:
    """The head of the road agency objects to the last month but one; walidata answers two days later."""
    from mapalus.apps.catalogue import scores_acts
    from mapalus.apps.catalogue.models import Outcome, UnitScore

    score = UnitScore.objects.filter(unit="pupr", period=period).first()
    at, answered = _at(clock, first, "13:05"), _at(clock, first + timedelta(days=1), "10:40")
    if score is None or answered >= until or period != _past_months(clock)[-2][0]:
        return
    text = "Setoran kondisi jalan tertahan karena jabatan Kabid Bina Marga kosong; datanya ada sebelum tenggat."
    scores_acts.object_to_score(score, text=text, by=_actor("pupr.kadis", at), now=at)
    answer = "Tenggat dihitung dari setoran yang diterima. Jabatan kosong jatuh ke atasannya, jadi setoran tetap bisa."
    scores_acts.answer_objection(
        score, outcome=Outcome.REFUSED, answer=answer, by=_actor(_DAILY, answered), now=answered
    )


# --- use -------------------------------------------------------------------------------------------------------------


def _use(clock: StoryClock, datasets: list[Dataset]) -> None:
    """Uses of the last weeks, by the same numbers in every build."""
    from mapalus.apps.catalogue.models import Download

    rng = random.Random("mapalus-contoh-pemakaian")  # noqa: S311 - generated numbers, no secret
    rows = []
    for one in datasets:
        if not one.is_open and not one.is_counted_openly:
            continue
        liked = rng.lognormvariate(0, 0.8)
        for back in range(0, _DAYS, 3):
            day = clock.day_zero - timedelta(days=back)
            for kind, usual in _KINDS.items():
                number = int(rng.gauss(usual, usual / 3) * liked * 3 / 7)
                if number > 0:
                    rows.append(Download(dataset=one, day=day, format=kind, count=number))
    Download.objects.bulk_create(rows, batch_size=500)
