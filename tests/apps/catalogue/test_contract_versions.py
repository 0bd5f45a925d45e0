"""A contract changes: at once where nothing breaks, after asking whoever builds on the data where something does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from mapalus.apps.catalogue import actions, dependents
from mapalus.apps.catalogue.models import Answer, AnswerWord, Consumer, ContractVersion, Proposal, ProposalState
from mapalus.apps.ledger.models import Entry
from mapalus.apps.notices.models import Notice
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from tests.apps.catalogue.cast import CONTRACT, NOW, Province, contract

BROKEN = CONTRACT.replace("title: Kasus, type: integer", "title: Kasus, type: string").replace(
    "type: string, constraints: {required: true, minimum: 0}", "type: string, constraints: {required: true}"
)
WIDER = CONTRACT.replace("maximum: 53", "maximum: 54")


def asked(here: Province, tmp_path: Path) -> Proposal:
    actions.add_consumer(here.dataset, name="SIM Jalan", purpose="Peta risiko", by=here.stranger, now=NOW)
    made = actions.propose_contract(
        here.dataset, kept=contract(tmp_path, BROKEN), reason="Laporan baru", by=here.walidata, now=NOW
    )
    assert isinstance(made, Proposal)
    return made


def test_what_breaks_nothing_applies_at_once(here: Province, tmp_path: Path) -> None:
    actions.add_consumer(here.dataset, name="SIM Jalan", purpose="Peta risiko", by=here.stranger, now=NOW)
    made = actions.propose_contract(
        here.dataset, kept=contract(tmp_path, WIDER), reason="Tahun 53 minggu", by=here.walidata, now=NOW
    )
    assert isinstance(made, ContractVersion)
    assert made.release == "1.1.0"


def test_what_breaks_but_concerns_nobody_applies_at_once(here: Province, tmp_path: Path) -> None:
    made = actions.propose_contract(
        here.dataset, kept=contract(tmp_path, BROKEN), reason="Laporan baru", by=here.walidata, now=NOW
    )
    assert isinstance(made, ContractVersion)
    assert made.release == "2.0.0"


def test_whoever_builds_on_it_is_asked_and_the_old_contract_goes_on(here: Province, tmp_path: Path) -> None:
    made = asked(here, tmp_path)
    here.dataset.refresh_from_db()
    assert here.dataset.contract is not None
    assert here.dataset.contract.release == "1.0.0"
    assert made.release == "2.0.0"
    assert (made.answer_by - NOW) > timedelta(days=13)  # ten working days
    notice = Notice.objects.filter(receiver="position:pupr.data")[0]
    assert "Kasus DBD Mingguan" in notice.subject
    with pytest.raises(Conflict):  # one at a time
        actions.propose_contract(
            here.dataset, kept=contract(tmp_path, BROKEN + "  suppress: 5\n"), reason="Lagi", by=here.walidata, now=NOW
        )


def test_it_is_not_decided_before_everybody_answered_or_the_term_is_over(here: Province, tmp_path: Path) -> None:
    made = asked(here, tmp_path)
    with pytest.raises(Conflict):
        actions.decide_proposal(made, is_taken=True, reason="", by=here.walidata, now=NOW)
    done = actions.decide_proposal(made, is_taken=True, reason="", by=here.walidata, now=made.answer_by)
    assert done.state == ProposalState.APPLIED
    here.dataset.refresh_from_db()
    assert here.dataset.contract == done.made


def test_an_objection_has_a_reason_and_is_answered(here: Province, tmp_path: Path) -> None:
    made = asked(here, tmp_path)
    answer = Answer.objects.get(proposal=made)
    with pytest.raises(NotAllowed):  # it is not his use
        actions.answer_proposal(answer, word=AnswerWord.FINE, reason="", by=here.operator, now=NOW)
    with pytest.raises(Invalid):
        actions.answer_proposal(answer, word=AnswerWord.OBJECTS, reason=" ", by=here.stranger, now=NOW)
    actions.answer_proposal(answer, word=AnswerWord.OBJECTS, reason="Peta kami rusak", by=here.stranger, now=NOW)
    with pytest.raises(Invalid):  # those who objected read why
        actions.decide_proposal(made, is_taken=True, reason="", by=here.walidata, now=NOW)
    with pytest.raises(NotAllowed):
        actions.decide_proposal(made, is_taken=False, reason="Kami menunggu", by=here.producer, now=NOW)
    dropped = actions.decide_proposal(made, is_taken=False, reason="Kami menunggu", by=here.walidata, now=NOW)
    assert dropped.state == ProposalState.DROPPED
    assert (
        Notice.objects.filter(receiver="position:pupr.data", event__endswith="decided")
        .values("event")
        .distinct()
        .count()
        == 1
    )
    entry = Entry.objects.get(act="catalogue.decide-proposal")
    assert entry.data["objections"] == 1
    with pytest.raises(Conflict):
        actions.answer_proposal(answer, word=AnswerWord.FINE, reason="", by=here.stranger, now=NOW)


def test_a_breaking_contract_is_not_changed_past_those_who_build_on_it(here: Province, tmp_path: Path) -> None:
    actions.add_consumer(here.dataset, name="SIM Jalan", purpose="Peta risiko", by=here.stranger, now=NOW)
    with pytest.raises(Conflict):
        actions.change_contract(
            here.dataset, kept=contract(tmp_path, BROKEN), reason="Cepat", by=here.walidata, now=NOW
        )


def test_a_use_that_ended_is_not_asked(here: Province, tmp_path: Path) -> None:
    one = actions.add_consumer(here.dataset, name="SIM Jalan", purpose="Peta risiko", by=here.stranger, now=NOW)
    with pytest.raises(NotAllowed):
        actions.end_consumer(one, by=here.operator, now=NOW)
    actions.end_consumer(one, by=here.stranger, now=NOW)
    assert dependents.of(here.dataset) == ()
    assert Consumer.objects.count() == 1


def test_another_dataset_that_refers_to_it_depends_on_it(here: Province, tmp_path: Path) -> None:
    (tmp_path / "dbd-mingguan.csv").write_text("kode_wilayah\n71.71\n", encoding="utf-8")
    text = CONTRACT.replace("name: dbd-mingguan", "name: fogging").replace(
        "  primaryKey:",
        "  foreignKeys:\n    - {fields: kode_wilayah, reference: {resource: dbd-mingguan.csv, fields: kode_wilayah}}\n"
        "  primaryKey:",
    )
    actions.declare_dataset(here.dataset.unit, kept=contract(tmp_path, text), by=here.walidata, now=NOW)
    (found,) = dependents.of(here.dataset)
    assert (found.kind, found.key, found.position) == ("dataset", "fogging", "dinkes.kabid-p2p")


def test_a_proposal_is_seen_by_walidata_the_producer_and_whoever_is_asked(here: Province, tmp_path: Path) -> None:
    asked(here, tmp_path)
    assert Proposal.objects.visible_to(here.walidata).count() == 1
    assert Proposal.objects.visible_to(here.operator).count() == 1
    assert Proposal.objects.visible_to(here.stranger).count() == 1
    assert not Proposal.objects.visible_to(here.superior)
    assert not Proposal.objects.visible_to(None)
