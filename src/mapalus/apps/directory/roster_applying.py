"""Lists of officials: read into a draft, confirmed line by line, applied whole or not at all. Offered by actions.py."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from mapalus.apps.directory import actions
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, RosterDraft, RosterDraftState
from mapalus.apps.directory.roster import local_day
from mapalus.apps.directory.roster_difference import Change, Difference, difference
from mapalus.apps.directory.roster_list import Read, Row
from mapalus.apps.ledger.action import action, note
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["apply_roster", "difference_of", "drop_roster", "read_roster"]

_DAY = timedelta(days=1)


def difference_of(draft: RosterDraft, *, now: datetime) -> Difference:
    """What the draft would change today."""
    rows = [Row(**row) for row in draft.rows]
    return difference(rows, today=local_day(now), decree=draft.decree)


@action("directory.read-roster")
def read_roster(
    subject: type[RosterDraft], *, file_name: str, sha256: str, read: Read, decree: str, by: Actor, now: datetime
) -> RosterDraft:
    """Keep a list of officials as a draft; it changes nothing until somebody confirms what it would change."""
    draft = RosterDraft.objects.create(
        file_name=file_name[:200], sha256=sha256, rows=[row.plain() for row in read.rows], columns=read.columns,
        decree=decree.strip()[:120], read_at=now, read_by=by.label,
    )  # fmt: skip
    note(subject=draft, rows=len(read.rows), sha256=sha256, columns=sorted(read.columns))
    return draft


@action("directory.apply-roster")
def apply_roster(
    draft: RosterDraft, *, chosen: Collection[str], fingerprint: str, by: Actor, now: datetime
) -> RosterDraft:
    """Do what was chosen on the page of differences, all of it or nothing; the list itself is forgotten afterwards."""
    draft = RosterDraft.objects.select_for_update().get(pk=draft.pk)
    _refuse_closed(draft)
    found = difference_of(draft, now=now)
    if found.fingerprint != fingerprint:
        raise Conflict(_("Posts have changed since the page was made."), advice=_("Look at the differences once more."))
    changes = found.chosen(chosen)
    if not changes:
        raise Invalid(fields={"chosen": _("Choose at least one line.")})
    _refuse_both(changes)
    done = _end(changes, by=by, now=now) + [_do(change, by=by, now=now) for change in changes if change.kind != "ended"]
    _close(draft, RosterDraftState.APPLIED, by=by, now=now, done=done)
    note(lines=len(changes), done=len(done))
    return draft


@action("directory.drop-roster")
def drop_roster(draft: RosterDraft, *, by: Actor, now: datetime) -> RosterDraft:
    """Throw a draft away without doing anything of it."""
    _refuse_closed(draft)
    _close(draft, RosterDraftState.DROPPED, by=by, now=now, done=[])
    return draft


def _refuse_closed(draft: RosterDraft) -> None:
    if draft.state != RosterDraftState.OPEN:
        raise Conflict(_("This list is already applied or thrown away."), advice="")


def _refuse_both(changes: Collection[Change]) -> None:
    rows = [change.row for change in changes if change.kind in ("doubtful", "other")]
    if len(rows) != len(set(rows)):
        raise Invalid(
            fields={"chosen": _("A person is either the known one or another one; choose one of the two lines.")}
        )


def _close(
    draft: RosterDraft, state: RosterDraftState, *, by: Actor, now: datetime, done: list[dict[str, object]]
) -> None:
    draft.state, draft.closed_at, draft.closed_by, draft.rows, draft.done = state, now, by.label, [], done
    draft.save(update_fields=["state", "closed_at", "closed_by", "rows", "done"])


def _end(changes: Collection[Change], *, by: Actor, now: datetime) -> list[dict[str, object]]:
    """First everybody leaves, so that two may change places."""
    done: list[dict[str, object]] = []
    ended: set[int] = set()
    for change in changes:
        for key in change.ends:
            if key in ended:
                continue
            ended.add(key)
            term = Appointment.objects.select_related("position").get(pk=key)
            assert change.from_on is not None
            with _row(change):
                actions.end_appointment(
                    term, last_on=change.from_on - _DAY, reason=change.decree or "daftar pejabat", by=by, now=now
                )
            done.append({"did": "ended", "position": term.position_id, "person": term.person_id, "appointment": key})
    return done


def _do(change: Change, *, by: Actor, now: datetime) -> dict[str, object]:
    with _row(change):
        if change.kind == "changed":
            actions.correct_person(Person.objects.get(pk=change.person), name=change.name, by=by, now=now)
            return {"did": "corrected", "person": change.person}
        person = _entered(change, by=by, now=now)
        assert change.from_on is not None
        made = actions.appoint(
            Position.objects.get(pk=change.position), person=person, kind=Kind(change.manner), from_on=change.from_on,
            to_on=change.to_on, decree=change.decree, by=by, now=now,
        )  # fmt: skip
        return {"did": "appointed", "position": change.position, "person": person.code, "appointment": made.pk}


def _entered(change: Change, *, by: Actor, now: datetime) -> Person:
    """The known person; a new one with the account of his address."""
    if change.person:
        person = Person.objects.get(pk=change.person)
        if change.nip and not person.nip:
            actions.correct_person(person, nip=change.nip, by=by, now=now)
        return person
    person = actions.create_person(
        Person, code=f"R{uuid4().hex[:10]}", name=change.name, nip=change.nip, by=by, now=now
    )
    if change.email:
        actions.link_account(person, email=change.email, by=by, now=now)
    return person


class _row:  # noqa: N801 - reads as a word: with _row(change)
    """Names the row of the list in whatever is refused."""

    def __init__(self, change: Change) -> None:
        self.change = replace(change)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if isinstance(error, Invalid | Conflict):
            said = " ".join(error.fields.values()) if isinstance(error, Invalid) and error.fields else error.text
            raise Invalid(
                _("Row %(row)s (%(title)s): nothing of the list was applied."),
                fields={"chosen": said}, row=self.change.row, title=self.change.title,
            ) from error  # fmt: skip
