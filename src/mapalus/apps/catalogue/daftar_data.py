"""The decided daftar data and the public compliance scores as datasets: rows, versions and an API like every other."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django.utils import timezone

from mapalus.apps.catalogue.counted import ensured, publish
from mapalus.apps.catalogue.daftar import standings
from mapalus.apps.catalogue.models import EntryState, PlanEntry, UnitScore, Version
from mapalus.apps.catalogue.scores import formula
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.engine import clock

__all__ = ["follow_decisions", "publish_plan", "publish_scores"]

_PLAN = (
    "tahun", "kode", "nama_data", "kode_instansi", "instansi", "jenis", "urusan", "konsep", "definisi", "klasifikasi",
    "ukuran", "satuan", "tingkat_penyajian", "frekuensi", "jadwal", "rencana_pertama", "sifat", "prioritas",
    "rekomendasi_bps", "kode_elemen", "keputusan", "kumpulan_data", "keadaan", "dihitung",
)  # fmt: skip
_SCORES = ("bulan", "kode_instansi", "instansi", "nilai", "kelengkapan", "kesahihan", "ketepatan", "metadata",
           "keterbukaan", "tenggat_ditepati", "tenggat", "rumus", "keberatan", "dihitung")  # fmt: skip


def publish_plan(*, now: datetime) -> Version | None:
    """What is decided, with its state, as the dataset `daftar-data`."""
    decided = PlanEntry.objects.visible_to(None).filter(state=EntryState.DECIDED).for_reading().order_by("code")
    entries = list(decided)
    dataset = ensured("daftar-data", mark="data-list", now=now) if entries else None
    if dataset is None:
        return None
    states = standings(entries, now=now)
    rows = [_line(one, states[one.pk].value) for one in entries]
    return publish(dataset, columns=_PLAN, rows=rows, period=f"{timezone.localtime(now):%Y}", now=now)


def _line(one: PlanEntry, standing: str) -> list[str]:
    first = one.first_on.isoformat() if one.first_on else ""
    said: list[Any] = [
        one.plan.year, one.code, one.title, one.unit_code, one.unit.name, one.kind, one.matter, one.concept,
        one.definition, one.grouping, one.measure, one.counted_in, one.level, one.cadence, one.schedule, first,
        one.classification, "ya" if one.is_priority else "tidak", one.recommendation, one.element_code, one.decree,
        one.dataset.name if one.dataset else "", standing,
    ]  # fmt: skip
    return [" ".join(str(value).split()) for value in said]


def publish_scores(*, now: datetime) -> Version | None:
    """Scores whose public day has come, as the dataset `nilai-kepatuhan`."""
    seen = list(UnitScore.objects.visible_to(None, now=now).for_reading().order_by("period", "unit"))
    dataset = ensured("nilai-kepatuhan", mark="compliance", now=now) if seen else None
    if dataset is None:
        return None
    rows = [_score(one) for one in seen]
    return publish(dataset, columns=_SCORES, rows=rows, period=seen[-1].period, now=now)


def _score(one: UnitScore) -> list[str]:
    parts = {part["name"]: part["value"] for part in one.parts["parts"]}
    values = [one.score, *(parts.get(name) for name in formula().weights)]
    objection = getattr(one, "objection", None)
    return [
        one.period, one.unit_code, one.unit.name, *("" if value is None else str(value) for value in values),
        str(one.in_time), str(one.of), str(one.formula), (objection.outcome or "menunggu") if objection else "",
    ]  # fmt: skip


@job()
def publish_counted() -> int:
    """Both, where something changed. How many were published."""
    now = clock.now()
    return sum(one is not None for one in (publish_plan(now=now), publish_scores(now=now)))


def _on_decide(entry: Entry) -> None:
    enqueue(publish_counted, key=f"daftar-data:{entry.sequence}", priority=30)


def follow_decisions() -> None:
    register("daftar-data", {"catalogue.decide-plan"}, _on_decide)
    schedule("catalogue.counted", publish_counted, daily=time(6, 45))
