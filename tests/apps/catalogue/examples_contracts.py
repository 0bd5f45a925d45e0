"""An example of each act on changes, contracts, uses and grounds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import Answer, AnswerWord, Change, Consumer, Dataset, Proposal
from mapalus.engine.data.drift_finding import Finding, Kind, Level
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import CONTRACT, NOW, actor, contract, declared, people

__all__ = ["EXAMPLES", "GROUND"]

Call = Callable[[], object]
BROKEN = CONTRACT.replace("{name: kasus, title: Kasus, type: integer, constraints: {required: true, minimum: 0}}",
                          "{name: kasus, title: Kasus, type: string, constraints: {required: true}}")  # fmt: skip
GROUND = {
    "article": "UU 14/2008 Pasal 17 huruf h", "test": "UK-01/PPID/CONTOH tanggal 12-01-2026", "until": "2027-01-12",
    "dik": "DIK 2026 nomor 1",
}  # fmt: skip


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="example-", dir=settings.DATA_DIR))  # goes with the data folder of the tests


def _dataset() -> Dataset:
    people()
    return declared(_folder())


def _proposal() -> Proposal:
    dataset = _dataset()
    actions.add_consumer(dataset, name="SIM Jalan", purpose="Peta risiko", by=actor("pupr.data"), now=NOW)
    made = actions.propose_contract(
        dataset, kept=contract(_folder(), BROKEN), reason="Baru", by=actor("diskominfo.kabid-statistik"), now=NOW
    )
    assert isinstance(made, Proposal)
    return made


def decide_change(by: Actor) -> Call:
    finding = Finding(Kind.VOLUME, Level.HOLD, "", {"before": 30, "after": 9, "percent": -70, "direction": "less"})
    one = Change.objects.create(
        dataset=_dataset(), kind="volume", identity=finding.identity, facts=finding.as_dict(), is_holding=True,
        against=1, found_at=NOW,
    )  # fmt: skip
    return lambda: actions.decide_change(one, choice="benar", reason="Minggu libur", by=by, now=NOW)


def propose(by: Actor) -> Call:
    dataset, kept = _dataset(), contract(_folder(), CONTRACT.replace("maximum: 53", "maximum: 54"))
    return lambda: actions.propose_contract(dataset, kept=kept, reason="Tahun 53 minggu", by=by, now=NOW)


def answer(by: Actor) -> Call:
    _proposal()
    one = Answer.objects.get()
    return lambda: actions.answer_proposal(one, word=AnswerWord.FINE, reason="", by=by, now=NOW)


def decide_proposal(by: Actor) -> Call:
    made = _proposal()
    return lambda: actions.decide_proposal(made, is_taken=False, reason="Menunggu", by=by, now=NOW)


class _Seated:
    """In a post, with the rights of whom the test sends."""

    def __init__(self, by: Actor) -> None:
        self.may, self.position, self.person, self.label = by.may, "pupr.data", "P40", "PUPR"


def add_consumer(by: Actor) -> Call:
    dataset = _dataset()
    return lambda: actions.add_consumer(dataset, name="SIM", purpose="Peta", by=_Seated(by), now=NOW)


def end_consumer(by: Actor) -> Call:
    actions.add_consumer(_dataset(), name="SIM", purpose="Peta", by=actor("pupr.data"), now=NOW)
    one = Consumer.objects.get()
    return lambda: actions.end_consumer(one, by=by, now=NOW)


def restrict(by: Actor) -> Call:
    dataset = _dataset()
    return lambda: actions.restrict(
        dataset, classification="terbatas", ground=GROUND, reason="Memuat NIK", by=by, now=NOW
    )


def open_up(by: Actor) -> Call:
    dataset = _dataset()
    walidata = actor("diskominfo.kabid-statistik")
    closed = actions.restrict(dataset, classification="terbatas", ground=GROUND, reason="NIK", by=walidata, now=NOW)
    return lambda: actions.open_up(closed, reason="Uji ulang", by=by, now=NOW)


EXAMPLES = {
    "catalogue.add-consumer": add_consumer,
    "catalogue.answer-proposal": answer,
    "catalogue.decide-change": decide_change,
    "catalogue.decide-proposal": decide_proposal,
    "catalogue.end-consumer": end_consumer,
    "catalogue.open-up": open_up,
    "catalogue.propose-contract": propose,
    "catalogue.restrict": restrict,
}
