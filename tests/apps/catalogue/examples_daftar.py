"""An example of each act on the yearly plan, scores and evidence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapalus.apps.catalogue import daftar_acts, evidence_acts, scores_acts
from mapalus.apps.catalogue.models import DataPlan, Outcome, PlanEntry, UnitScore
from mapalus.apps.catalogue.scores import month_end
from mapalus.apps.catalogue.scores import work_out as worked
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import NOW, actor, people

__all__ = ["EXAMPLES", "LINE", "entry", "plan"]

Call = Callable[[], object]
LINE: dict[str, Any] = {
    "title": "Kunjungan puskesmas", "cadence": "bulanan", "schedule": "tanggal 10 bulan berikut", "level": "kab/kota",
    "concept": "Pelayanan kesehatan", "definition": "Jumlah kunjungan rawat jalan", "counted_in": "kunjungan",
}  # fmt: skip


def plan(year: int = 2027) -> DataPlan:
    if not Unit.objects.exists():
        people()
    return daftar_acts.open_plan(Unit.objects.get(pk="diskominfo"), year=year, by=PLATFORM, now=NOW)


def entry(of: DataPlan | None = None, **values: Any) -> PlanEntry:
    return daftar_acts.propose_entry(
        Unit.objects.get(pk="dinkes"),
        plan=of or plan(),
        producer=Position.objects.get(pk="dinkes.kabid-p2p"),
        values={**LINE, **values},
        by=actor("dinkes.data"),
        now=NOW,
    )


def _confirmed() -> PlanEntry:
    return daftar_acts.confirm_entry(_entry(), by=actor("diskominfo.kabid-statistik"), now=NOW)


def _entry() -> PlanEntry:
    people()
    return entry(plan())


def open_plan(by: Actor) -> Call:
    people()
    return lambda: daftar_acts.open_plan(Unit.objects.get(pk="diskominfo"), year=2027, by=by, now=NOW)


def propose(by: Actor) -> Call:
    people()
    made, unit, post = plan(), Unit.objects.get(pk="dinkes"), Position.objects.get(pk="dinkes.kabid-p2p")
    return lambda: daftar_acts.propose_entry(unit, plan=made, producer=post, values=LINE, by=by, now=NOW)


def change(by: Actor) -> Call:
    made = _entry()
    return lambda: daftar_acts.change_entry(made, values={**LINE, "level": "kecamatan"}, by=by, now=NOW)


def confirm(by: Actor) -> Call:
    made = _entry()
    return lambda: daftar_acts.confirm_entry(made, by=by, now=NOW)


def return_it(by: Actor) -> Call:
    made = _entry()
    return lambda: daftar_acts.return_entry(made, reason="Definisi kurang jelas", by=by, now=NOW)


def drop(by: Actor) -> Call:
    made = _entry()
    return lambda: daftar_acts.drop_entry(made, reason="Sudah ada di BPS", by=by, now=NOW)


def decide(by: Actor) -> Call:
    made = _confirmed()
    return lambda: daftar_acts.decide_plan(made.plan, decree="050/CONTOH", by=by, now=NOW)


def import_them(by: Actor) -> Call:
    people()
    made, unit, post = plan(), Unit.objects.get(pk="dinkes"), Position.objects.get(pk="dinkes.kabid-p2p")
    rows = [{"unit": unit, "producer": post, "values": LINE}]
    return lambda: daftar_acts.import_entries(unit, plan=made, rows=rows, file="daftar.xlsx", by=by, now=NOW)


def link(by: Actor) -> Call:
    from tests.apps.catalogue.examples import _dataset

    dataset = _dataset()
    made = entry(plan())
    return lambda: daftar_acts.link_entry(made, dataset=dataset, by=by, now=NOW)


def _score() -> UnitScore:
    from tests.apps.catalogue.examples import _dataset

    unit = _dataset().unit
    found = worked([unit], as_of=month_end("2026-10"), calendar=province_calendar())[unit.code]
    return scores_acts.score_unit(
        unit, period="2026-10", worked=found, calendar=province_calendar(), by=PLATFORM, now=NOW
    )


def score(by: Actor) -> Call:
    from tests.apps.catalogue.examples import _dataset

    unit, calendar = _dataset().unit, province_calendar()
    found = worked([unit], as_of=month_end("2026-10"), calendar=calendar)[unit.code]
    return lambda: scores_acts.score_unit(unit, period="2026-10", worked=found, calendar=calendar, by=by, now=NOW)


def object_to(by: Actor) -> Call:
    made = _score()
    return lambda: scores_acts.object_to_score(made, text="Tenggat minggu 44 keliru tercatat.", by=by, now=NOW)


def answer(by: Actor) -> Call:
    made = _score()
    scores_acts.object_to_score(made, text="Tenggat minggu 44 keliru tercatat.", by=actor("dinkes.kadis"), now=NOW)
    return lambda: scores_acts.answer_objection(made, outcome=Outcome.REFUSED, answer="Sesuai catatan", by=by, now=NOW)


def fix(by: Actor) -> Call:
    people()
    return lambda: evidence_acts.fix_evidence("epss", by=by, now=NOW)


EXAMPLES = {
    "catalogue.answer-objection": answer,
    "catalogue.change-entry": change,
    "catalogue.confirm-entry": confirm,
    "catalogue.decide-plan": decide,
    "catalogue.drop-entry": drop,
    "catalogue.fix-evidence": fix,
    "catalogue.import-entries": import_them,
    "catalogue.link-entry": link,
    "catalogue.object-score": object_to,
    "catalogue.open-plan": open_plan,
    "catalogue.propose-entry": propose,
    "catalogue.return-entry": return_it,
    "catalogue.score": score,
}
