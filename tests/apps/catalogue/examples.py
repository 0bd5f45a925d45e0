"""An example of each act of the catalogue, for the test that walks all acts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from mapalus.apps.catalogue import actions, checking
from mapalus.apps.catalogue.measuring import declare_indicator, measure
from mapalus.apps.catalogue.models import DataCall, Dataset, FigureStatus, HandIn, Owed, Run, Version
from mapalus.apps.directory.models import Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.indicator import Declaration, declaration_of
from mapalus.engine.data.indicator.frame import framed_of
from mapalus.engine.packs.loader import load_pack
from mapalus.engine.ports import Actor
from tests.apps.catalogue import (
    examples_contracts,
    examples_daftar,
    examples_readers,
    examples_sources,
    examples_streams,
)
from tests.apps.catalogue.cast import CONTRACT, GOOD, NOW, PACKS, actor, bps, contract, declared, kept_bytes, people

__all__ = ["EXAMPLES"]

Call = Callable[[], object]


@dataclass(frozen=True)
class Seated:
    """In a post, with the rights of whom the test sends: the process asks who one is, whatever one may."""

    by: Actor
    position: str
    person: str
    label: str

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return self.by.may(act, subject, now)


def seated(by: Actor, post: str, person: str = "") -> Seated:
    return Seated(by, post, person or actor(post).person, post)


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="example-", dir=settings.DATA_DIR))  # goes with the data folder of the tests


def _dataset() -> Dataset:
    people()
    return declared(_folder())


def _handed_in(dataset: Dataset, text: str = GOOD, period: str = "2026-W45", by: Actor = PLATFORM) -> HandIn:
    return actions.hand_in(
        dataset, snapshot=kept_bytes(text), file_name="dbd.csv", period=period, key=uuid4().hex, by=by, now=NOW
    )


def _checked() -> HandIn:
    return checking.check(_handed_in(_dataset()), now=NOW)


def _published(dataset: Dataset, text: str, period: str) -> Version:
    handin = checking.check(_handed_in(dataset, text, period), now=NOW)
    return actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=NOW)


def _run() -> Run:
    return actions.begin_check(_handed_in(_dataset()), by=PLATFORM, now=NOW)


def declare(by: Actor) -> Call:
    people()
    unit, kept = Unit.objects.get(pk="dinkes"), contract(_folder())
    return lambda: actions.declare_dataset(unit, kept=kept, by=by, now=NOW)


def change_contract(by: Actor) -> Call:
    dataset, kept = _dataset(), contract(_folder(), CONTRACT.replace("maximum: 53", "maximum: 54"))
    return lambda: actions.change_contract(dataset, kept=kept, reason="Tahun 53 minggu", by=by, now=NOW)


def expect(by: Actor) -> Call:
    dataset = _dataset()
    return lambda: actions.expect(dataset, period="2026-W46", due_at=NOW, by=by, now=NOW)


def dispute(by: Actor) -> Call:
    dataset = _dataset()
    return lambda: actions.dispute(dataset, reason="Berbeda dengan laporan puskesmas", by=by, now=NOW)


def hand_in(by: Actor) -> Call:
    dataset, snapshot = _dataset(), kept_bytes(GOOD)
    return lambda: actions.hand_in(
        dataset, snapshot=snapshot, file_name="dbd.csv", period="2026-W45", key="once", by=by, now=NOW
    )


def take_back(by: Actor) -> Call:
    handin = _handed_in(_dataset(), by=actor("dinkes.data"))
    by = seated(by, "dinkes.data")
    return lambda: actions.take_back(handin, reason="Berkas keliru", by=by, now=NOW)


def begin_check(by: Actor) -> Call:
    handin = _handed_in(_dataset())
    return lambda: actions.begin_check(handin, by=by, now=NOW)


def record_check(by: Actor) -> Call:
    run = _run()
    report = {"good_rows": 2, "bad_rows": 0}
    return lambda: actions.record_check(
        run, folder="lake/x/v1", report=report, quality={}, is_accepted=True, verdict="", by=by, now=NOW
    )


def record_refusal(by: Actor) -> Call:
    run = _run()
    return lambda: actions.record_refusal(run, reason="empty-file", verdict="Berkas kosong.", report={}, by=by, now=NOW)


def confirm(by: Actor) -> Call:
    handin = _checked()
    by = seated(by, "dinkes.kadis")
    return lambda: actions.confirm(handin, by=by, now=NOW)


def return_handin(by: Actor) -> Call:
    handin = _checked()
    by = seated(by, "dinkes.kadis")
    return lambda: actions.return_handin(handin, reason="Sitaro belum ada", by=by, now=NOW)


def publish(by: Actor) -> Call:
    handin = actions.confirm(_checked(), by=actor("dinkes.kadis"), now=NOW)
    by = seated(by, "diskominfo.kabid-statistik")
    return lambda: actions.publish(handin, status=FigureStatus.FINAL, by=by, now=NOW)


def load_process(by: Actor) -> Call:
    pack = load_pack(PACKS / "satu-data")
    return lambda: actions.load_process(pack, by=by, now=NOW)


def _priority(text: str = CONTRACT) -> HandIn:
    """Priority data of a month, confirmed; BPS is the pembina."""
    people()
    bps()
    dataset = declared(_folder(), text=text.replace("cadence: mingguan", "cadence: bulanan\n  priority: ya"))
    handin = checking.check(_handed_in(dataset, GOOD, "2026-10"), now=NOW)
    return actions.confirm(handin, by=actor("dinkes.kadis"), now=NOW)


def step(by: Actor) -> Call:
    handin = _priority()
    by = seated(by, "diskominfo.kabid-statistik")
    return lambda: actions.step(handin, act="teruskan", by=by, now=NOW)


def endorse(by: Actor) -> Call:
    handin = actions.step(_priority(), act="teruskan", by=actor("diskominfo.kabid-statistik"), now=NOW)
    by = seated(by, "bps.kepala", "P71")
    return lambda: actions.endorse(handin, by=by, now=NOW)


def tick(by: Actor) -> Call:
    handin = _checked()
    return lambda: actions.tick(handin, by=by, now=NOW + timedelta(days=9))


def _owed() -> Owed:
    actions.expect(_dataset(), period="2026-W46", due_at=NOW - timedelta(days=2), by=PLATFORM, now=NOW - timedelta(9))
    return Owed.objects.get()


def call(by: Actor) -> Call:
    dataset, due = _dataset(), NOW + timedelta(days=12)
    return lambda: actions.call(
        DataCall, title="Data SPM", reason="", datasets=[dataset], period="2026-10", due_at=due, by=by, now=NOW
    )


def call_off(by: Actor) -> Call:
    made = call(PLATFORM)()
    assert isinstance(made, DataCall)
    return lambda: actions.call_off(made, reason="Sudah ada di SIPD", by=by, now=NOW)


def remind(by: Actor) -> Call:
    owed = _owed()
    return lambda: actions.remind(owed, by=by, now=NOW)


def remind_by_calendar(by: Actor) -> Call:
    owed = _owed()
    return lambda: actions.remind_by_calendar(owed, by=by, now=NOW)


def withdraw(by: Actor) -> Call:
    version = _published(_dataset(), GOOD, "2026-W45")
    return lambda: actions.withdraw(version, reason="Angka keliru", by=by, now=NOW)


def roll_back(by: Actor) -> Call:
    dataset = _dataset()
    first = _published(dataset, GOOD, "2026-W45")
    _published(dataset, GOOD.replace("41", "40"), "2026-W46")
    return lambda: actions.roll_back(dataset, to=first, reason="Revisi", by=by, now=NOW)


def unmask(by: Actor) -> Call:
    handin = _checked()
    return lambda: actions.unmask(handin, reason="Mencocokkan dengan berkas asal", by=by, now=NOW)


def _declaration() -> Declaration:
    descriptor = {"code": "LIV-08", "title": "Kasus DBD", "dataset": "dbd-mingguan", "value": {"sum": "kasus"}}
    return declaration_of(descriptor, file="contoh")


def declare_an_indicator(by: Actor) -> Call:
    dataset = _dataset()
    return lambda: declare_indicator(dataset, declaration=_declaration(), by=by, now=NOW)


def measure_one(by: Actor) -> Call:
    dataset = _dataset()
    declare_indicator(dataset, declaration=_declaration(), by=PLATFORM, now=NOW)
    version = _published(dataset, GOOD, "2026-W45")
    frame = framed_of([("2026-W45", "", "")], [[53.0], [53.0], [None], [2], [2], [3], [0], [0]], (0,))
    return lambda: measure(version, declared=[_declaration()], measures={("LIV-08", ""): frame}, by=by, now=NOW)


EXAMPLES = {
    "catalogue.call": call,
    "catalogue.call-off": call_off,
    "catalogue.remind": remind,
    "catalogue.remind-by-calendar": remind_by_calendar,
    "catalogue.endorse": endorse,
    "catalogue.load-process": load_process,
    "catalogue.step": step,
    "catalogue.tick": tick,
    **examples_contracts.EXAMPLES,
    **examples_daftar.EXAMPLES,
    **examples_sources.EXAMPLES,
    **examples_readers.EXAMPLES,
    **examples_streams.EXAMPLES,
    "catalogue.begin-check": begin_check,
    "catalogue.change-contract": change_contract,
    "catalogue.confirm": confirm,
    "catalogue.declare": declare,
    "catalogue.declare-indicator": declare_an_indicator,
    "catalogue.dispute": dispute,
    "catalogue.expect": expect,
    "catalogue.hand-in": hand_in,
    "catalogue.measure": measure_one,
    "catalogue.publish": publish,
    "catalogue.record-check": record_check,
    "catalogue.record-refusal": record_refusal,
    "catalogue.return": return_handin,
    "catalogue.roll-back": roll_back,
    "catalogue.take-back": take_back,
    "catalogue.unmask": unmask,
    "catalogue.withdraw": withdraw,
}
