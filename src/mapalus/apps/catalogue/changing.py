"""Deciding over a change (keputusan perubahan): once, by a position that may; remembered in the contract or here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from mapalus.apps.catalogue import contracts, drifting, steps, ways
from mapalus.apps.catalogue.jobs import check_handin
from mapalus.apps.catalogue.models import Change, ChangeState, ContractVersion, HandIn
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note, reference
from mapalus.engine.data.contract import Contract, Field
from mapalus.engine.data.drift_finding import Kind
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor, same_person
from mapalus.engine.text import _, slug

__all__ = ["ADD", "ALIAS", "ALWAYS", "CHOICES", "IGNORE", "OTHER", "RIGHT", "WRONG", "choices_for", "decide_change"]

ALIAS, OTHER, ADD, IGNORE, RIGHT, ALWAYS, WRONG = (
    "alias", "lain", "tambah", "abaikan", "benar", "selalu", drifting.WRONG,
)  # fmt: skip
CHOICES = {
    ALIAS: _("It is the same column: keep the new name with the contract"),
    OTHER: _("It is another column"),
    ADD: _("Take it into the contract"),
    IGNORE: _("It is not wanted, now or later"),
    RIGHT: _("It is right this time"),
    ALWAYS: _("It is right, and need not be asked again"),
    WRONG: _("It is wrong: the file must come again"),
}
_AMENDS = frozenset({ALIAS, ADD})
_FOR_EVER = frozenset({ALIAS, ADD, IGNORE, ALWAYS})


def choices_for(change: Change) -> tuple[str, ...]:
    """What can be decided over it, the most usual first."""
    match Kind(change.kind):
        case Kind.RENAMED_COLUMN:
            return ALIAS, OTHER, WRONG
        case Kind.NEW_COLUMN:
            return ADD, IGNORE
        case Kind.NEW_VALUES if drifting.said(change).facts.get("is_listed"):
            return (ADD, WRONG, IGNORE) if _enumerated(change) else (IGNORE, WRONG)
        case Kind.KEY_LOSS | Kind.TYPE_CHANGE:
            return WRONG, RIGHT
        case _:
            return RIGHT, ALWAYS, WRONG


def _enumerated(change: Change) -> bool:
    contract = change.dataset.contract
    fields = contract.descriptor["resources"][0]["schema"]["fields"] if contract else ()
    return any(one["name"] == change.field and (one.get("constraints") or {}).get("enum") for one in fields)


@action("catalogue.decide-change", public=True)
def decide_change(change: Change, *, choice: str, reason: str, by: Actor, now: datetime) -> Change:
    """Say what a change against the last version means: right, wrong, or the next contract."""
    dataset = steps.locked(change.dataset)
    change = Change.objects.select_for_update(of=("self",)).select_related("dataset", "handin").get(pk=change.pk)
    change.dataset = dataset
    _refuse(change, choice, reason, by=by, now=now)
    made = _amend(change, reason, by=by, now=now) if choice in _AMENDS else None
    change.state, change.choice, change.is_for_ever = ChangeState.DECIDED, choice, choice in _FOR_EVER
    change.reason, change.decided_at, change.decided_by = reason.strip()[:400], now, by.label
    change.position = by.position
    change.save()
    again = _again(change, made, now=now) if made is not None else None
    note(
        subject=change.handin or dataset, dataset=dataset.name, unit=dataset.unit_code, kind=change.kind,
        field=change.field, choice=choice,
        reason=change.reason, handin=change.handin.receipt if change.handin else "",
        contract=made.number if made else None, again=again.receipt if again else "",
    )  # fmt: skip
    return change


def _refuse(change: Change, choice: str, reason: str, *, by: Actor, now: datetime) -> None:
    if not change.is_waiting and change.choice != WRONG:
        raise Conflict(_("This was already decided: %(who)s."), advice="", who=change.decided_by)
    if choice not in choices_for(change):
        raise Invalid(fields={"choice": _("Choose what it means.")})
    if choice in (RIGHT, ALWAYS, WRONG, OTHER) and not reason.strip():
        raise Invalid(fields={"reason": _("Say why, for whoever reads this later.")})
    if choice in _AMENDS and not by.may("catalogue.change-contract", change.dataset, now):
        raise NotAllowed(_("Only walidata changes a contract; the producer says whether the figures are right."))
    if change.handin is not None and same_person(by, change.handin.person):
        raise NotAllowed(_("You handed this in yourself, in this or another position; somebody else must decide."))


# --- what the contract learns ----------------------------------------------------------------------------------------


def _amend(change: Change, reason: str, *, by: Actor, now: datetime) -> ContractVersion:
    dataset = change.dataset
    if dataset.contract is None:
        raise Conflict(_("This dataset has no contract."), advice="")
    read = contracts.load(dataset.contract.path.parent)
    amended = _amended(read, change)
    kept = contracts.keep_loaded(amended, dataset=dataset.name, text=contracts.written(amended))
    why = reason.strip() or drifting.said(change).say(language="id")
    return steps.add_contract(dataset, kept, by=by, reason=why, now=now)


def _amended(read: Contract, change: Change) -> Contract:
    facts = drifting.said(change).facts
    match Kind(change.kind):
        case Kind.RENAMED_COLUMN:
            return _with(read, change.field, lambda item: _aliased(item, str(facts["title"])))
        case Kind.NEW_VALUES:
            return _with(read, change.field, lambda item: _listed(item, [str(one) for one in facts["values"]]))
        case _:
            return replace(read, fields=(*read.fields, _added(read, str(facts["title"]))))


def _with(read: Contract, name: str, change: Any) -> Contract:
    return replace(read, fields=tuple(change(item) if item.name == name else item for item in read.fields))


def _aliased(item: Field, title: str) -> Field:
    return replace(item, mapalus={**item.mapalus, "aliases": list(dict.fromkeys([*item.aliases, title]))})


def _listed(item: Field, values: list[str]) -> Field:
    enum = [*item.constraints.get("enum", ()), *values]
    return replace(item, constraints={**item.constraints, "enum": list(dict.fromkeys(enum))})


def _added(read: Contract, title: str) -> Field:
    """The new column as text, not required: what it holds is declared in the contract when somebody knows."""
    name = slug(title).replace("-", "_") or "kolom"
    taken = {item.name for item in read.fields}
    while name in taken:
        name += "_"
    from mapalus.engine.data.headers import personal_kind

    personal = {"personal": "pribadi"} if personal_kind(title) else {}
    return Field(name=name, title=title, mapalus={**personal, "aliases": [title]})


# --- once more, with the new contract --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sender:
    """Who handed in, as written down then; a file checked anew is still his. He acts here in nothing else."""

    position: str
    person: str
    label: str

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return False


def _again(change: Change, contract: ContractVersion, *, now: datetime) -> HandIn | None:
    """The same file once more against the new contract, for the one who handed it in; None where it is published."""
    earlier = change.handin
    if earlier is None or not earlier.stage.is_open:
        return None
    made = HandIn(
        receipt=steps.next_receipt(now), dataset=change.dataset, contract=contract, period=earlier.period,
        file_name=earlier.file_name, size=earlier.size, snapshot=earlier.snapshot, note=earlier.note,
        key=f"again-{uuid4().hex}", position=earlier.position, person=earlier.person, label=earlier.label,
        on_behalf_of=earlier.on_behalf_of, previous=earlier, due_at=earlier.due_at, received_at=earlier.received_at,
    )  # fmt: skip
    ways.start(made, by=_Sender(earlier.position, earlier.person, earlier.label), now=now)
    steps.replace_earlier(made, now=now)
    enqueue(check_handin, made.pk, key=f"check:{made.pk}", subject=reference(made), requested_by=earlier.position)
    return made
