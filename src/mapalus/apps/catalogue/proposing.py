"""The next contract of a dataset: taken up at once where it breaks nothing, else whoever builds on the data is asked.

While consumers are asked the old contract goes on. They may object with a reason; walidata reads that and decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override

from mapalus.apps.catalogue import contracts, declared, dependents, releases, steps
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import (
    Answer,
    AnswerWord,
    Consumer,
    ContractVersion,
    Dataset,
    Proposal,
    ProposalState,
)
from mapalus.apps.catalogue.restricting import restrict_by
from mapalus.apps.catalogue.telling import moment_said
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.roster import roster
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices.actions import tell
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.evolution import Difference, Size, next_release, size_of
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.workdays import CLOSES

__all__ = [
    "TERM", "add_consumer", "answer_proposal", "breaking", "change_contract", "decide_proposal", "end_consumer",
    "propose_contract", "take_up",
]  # fmt: skip

TERM = 10  # working days to answer, unless the contract says otherwise (`mapalus.notice`)
_LONGEST = 120


def breaking(dataset: Dataset, found: Sequence[Difference]) -> bool:
    """Whether somebody must be asked before these differences apply."""
    return size_of(found) is Size.MAJOR and bool(dependents.of(dataset))


@action("catalogue.change-contract", public=True)
def change_contract(dataset: Dataset, *, kept: Kept, reason: str, by: Actor, now: datetime) -> ContractVersion:
    """Give a dataset its next contract; versions keep the one they were checked against."""
    dataset, found = _fit(dataset, kept, reason)
    if by.position != "system" and breaking(dataset, found):
        raise Conflict(
            _("This change breaks what others build on the data; propose it, so that they are asked first."),
            advice=_("Propose the contract; it applies once it is decided."),
        )
    return take_up(dataset, kept, reason=reason, found=found, by=by, now=now)


def _fit(dataset: Dataset, kept: Kept, reason: str) -> tuple[Dataset, tuple[Difference, ...]]:
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the contract changes.")})
    dataset = steps.locked(dataset)
    if dataset.contract is not None and dataset.contract.sha256 == kept.sha256:
        raise Conflict(_("This is the contract the dataset already has."), advice="")
    return dataset, releases.changed(dataset.contract, kept)


def take_up(
    dataset: Dataset, kept: Kept, *, reason: str, found: Sequence[Difference], by: Actor, now: datetime
) -> ContractVersion:
    """The contract in force from now on. For acts, inside their transactions."""
    read = declared.read(kept.contract, unit=dataset.unit)
    for name in declared.CHANGEABLE & read.keys():
        setattr(dataset, name, read[name])
    restrict_by(dataset, kept.contract, by=by, now=now)
    made = steps.add_contract(dataset, kept, by=by, reason=reason, now=now)
    note(
        dataset=dataset.name, unit=dataset.unit_code, contract=kept.sha256, number=made.number, reason=reason,
        release=made.release, breaking=sum(one.is_breaking for one in found),
    )  # fmt: skip
    return made


# --- asking ----------------------------------------------------------------------------------------------------------


@action("catalogue.propose-contract", public=True)
def propose_contract(
    dataset: Dataset, *, kept: Kept, reason: str, by: Actor, now: datetime
) -> ContractVersion | Proposal:
    """Give the next contract: in force at once, or after those who build on the data were asked."""
    dataset, found = _fit(dataset, kept, reason)
    declared.read(kept.contract, unit=dataset.unit)
    known = dependents.of(dataset)
    if dataset.contract is None or size_of(found) is not Size.MAJOR or not known:
        return take_up(dataset, kept, reason=reason, found=found, by=by, now=now)
    if Proposal.objects.filter(dataset=dataset).asking().exists():
        raise Conflict(_("Another contract is being asked about; decide that one first."), advice="")
    made = Proposal.objects.create(
        dataset=dataset, base=dataset.contract, text=kept.text, descriptor=kept.descriptor, sha256=kept.sha256,
        folder=kept.folder, changes=[one.as_dict() for one in found], reason=reason.strip()[:400],
        release=next_release(dataset.contract.release, Size.MAJOR), position=by.position, label=by.label,
        proposed_at=now, answer_by=_until(kept.contract, now),
    )  # fmt: skip
    seats = roster(now).positions
    Answer.objects.bulk_create(
        Answer(proposal=made, kind=one.kind, key=one.key, label=one.label[:240],
               position=one.position if one.position in seats else "")
        for one in known
    )  # fmt: skip
    for position in sorted({one.position for one in known} & set(seats)):
        _tell_asked(made, f"position:{position}", url=reverse("desk:proposal", args=[made.pk]), now=now)
    for one in known:
        if one.kind == "reader" and not one.position:  # a token of an account: told, and heard by the contact
            _tell_asked(made, f"reader:{one.key}", url=f"/data/{dataset.name}/metadata/", now=now)
    note(
        subject=made, dataset=dataset.name, unit=dataset.unit_code, release=made.release, reason=made.reason,
        breaking=sum(one.is_breaking for one in found), asked=len(known), answer_by=made.answer_by,
    )  # fmt: skip
    return made


def _until(contract: Contract, now: datetime) -> datetime:
    """When the office closes on the last working day to answer."""
    days = contract.mapalus.get("notice", TERM)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _LONGEST:
        raise Invalid(_("The contract's notice is a number of working days from 1 to %(most)s."), most=_LONGEST)
    calendar = province_calendar()
    return calendar.at(calendar.add(calendar.local_date(now), days), CLOSES)


def _tell_asked(proposal: Proposal, receiver: str, *, url: str, now: datetime) -> None:
    with override("id"):
        subject = gettext("Does this change break something of yours: %(title)s") % {"title": proposal.dataset.title}
        body = gettext("The contract is to become %(release)s. Answer by %(due)s; until then the old one goes on.") % {
            "release": proposal.release, "due": moment_said(proposal.answer_by),
        }  # fmt: skip
    tell(receiver, event=f"proposal:{proposal.pk}", subject=subject, body=body, url=url, now=now)


@action("catalogue.answer-proposal")
def answer_proposal(answer: Answer, *, word: AnswerWord, reason: str, by: Actor, now: datetime) -> Answer:
    """Say that a proposed contract may come, or object with a reason."""
    answer = Answer.objects.select_for_update(of=("self",)).select_related("proposal__dataset").get(pk=answer.pk)
    if answer.proposal.state != ProposalState.ASKING:
        raise Conflict(_("This contract was already decided."), advice="")
    if word not in (AnswerWord.FINE, AnswerWord.OBJECTS):
        raise Invalid(fields={"word": _("Choose an answer.")})
    if word == AnswerWord.OBJECTS and not reason.strip():
        raise Invalid(fields={"reason": _("Say what would break.")})
    answer.word, answer.reason = word, reason.strip()[:400]
    answer.answered_at, answer.answered_by = now, by.label
    answer.save()
    dataset = answer.proposal.dataset
    note(
        dataset=dataset.name, unit=dataset.unit_code, proposal=answer.proposal.release, of=answer.label,
        answer=str(word), reason=answer.reason,
    )  # fmt: skip
    return answer


@action("catalogue.decide-proposal", public=True)
def decide_proposal(proposal: Proposal, *, is_taken: bool, reason: str, by: Actor, now: datetime) -> Proposal:
    """Take a proposed contract up or drop it, having read the answers."""
    dataset = steps.locked(proposal.dataset)
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("base").get(pk=proposal.pk)
    answers = list(proposal.answers.all())
    _refuse_decision(proposal, dataset, answers, is_taken=is_taken, reason=reason, now=now)
    if is_taken:
        found = [Difference.from_dict(one) for one in proposal.changes]
        kept = _kept(proposal)
        proposal.made = take_up(dataset, kept, reason=reason.strip() or proposal.reason, found=found, by=by, now=now)
    proposal.state = ProposalState.APPLIED if is_taken else ProposalState.DROPPED
    proposal.decided_at, proposal.decided_by, proposal.decision = now, by.label, reason.strip()[:400]
    proposal.save()
    for position in sorted({one.position for one in answers} - {""}):
        _tell_decided(proposal, dataset, position, now=now)
    note(
        dataset=dataset.name, unit=dataset.unit_code, release=proposal.release, taken=is_taken,
        objections=sum(one.word == AnswerWord.OBJECTS for one in answers), reason=proposal.decision,
    )  # fmt: skip
    return proposal


def _refuse_decision(
    proposal: Proposal, dataset: Dataset, answers: Sequence[Answer], *, is_taken: bool, reason: str, now: datetime
) -> None:
    if proposal.state != ProposalState.ASKING:
        raise Conflict(_("This contract was already decided."), advice="")
    objections = [one for one in answers if one.word == AnswerWord.OBJECTS]
    if (objections or not is_taken) and not reason.strip():
        raise Invalid(fields={"reason": _("Say why; those who objected read it.")})
    open_ones = [one for one in answers if one.position and one.word == AnswerWord.NONE]
    if is_taken and open_ones and now < proposal.answer_by:
        raise Conflict(
            _("%(n)s of those asked have not answered, and their time runs until %(day)s."),
            advice=_("Wait for the answers, or for the end of the term."),
            n=len(open_ones), day=moment_said(proposal.answer_by),
        )  # fmt: skip
    if is_taken and dataset.contract_id != proposal.base_id:
        raise Conflict(
            _("The contract has changed since this was proposed."), advice=_("Drop this one and propose it anew.")
        )


def _kept(proposal: Proposal) -> Kept:
    read = contracts.load(Path(settings.DATA_DIR) / proposal.folder)
    return Kept(read, dict(proposal.descriptor), proposal.text, proposal.sha256, proposal.folder)


def _tell_decided(proposal: Proposal, dataset: Dataset, position: str, *, now: datetime) -> None:
    with override("id"):
        text = gettext("The contract %(release)s is in force: %(title)s") if proposal.made else gettext(
            "The contract %(release)s is not taken up: %(title)s"
        )  # fmt: skip
    subject = text % {"release": proposal.release, "title": dataset.title}
    url = reverse("desk:proposal", args=[proposal.pk])
    tell(f"position:{position}", event=f"proposal:{proposal.pk}:decided", subject=subject, body=proposal.decision,
         url=url, now=now)  # fmt: skip


# --- who says that he builds on it -----------------------------------------------------------------------------------


@action("catalogue.add-consumer", public=True)
def add_consumer(dataset: Dataset, *, name: str, purpose: str, by: Actor, now: datetime) -> Consumer:
    """Say that something of one's own builds on the data, so that one is asked before they break."""
    wrong = {key: _("This must be filled.") for key, text in (("name", name), ("purpose", purpose)) if not text.strip()}
    if wrong:
        raise Invalid(fields=wrong)
    if by.position not in roster(now).positions:
        raise NotAllowed
    made = Consumer.objects.create(
        dataset=dataset, name=name.strip()[:200], purpose=purpose.strip()[:400], holder_id=by.position, since=now
    )
    note(subject=made, dataset=dataset.name, unit=dataset.unit_code, consumer=made.name, purpose=made.purpose)
    return made


@action("catalogue.end-consumer", public=True)
def end_consumer(consumer: Consumer, *, by: Actor, now: datetime) -> Consumer:
    """Say that it builds on the data no more."""
    consumer = Consumer.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=consumer.pk)
    if consumer.ended_at is None:
        consumer.ended_at = now
        consumer.save(update_fields=["ended_at"])
    note(dataset=consumer.dataset.name, unit=consumer.dataset.unit_code, consumer=consumer.name)
    return consumer
