"""Every change of boards: an edition, an earlier one again, none any more; and addresses for screens on walls."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.text import slugify

from mapalus.apps.boards.models import Edition, Screen
from mapalus.apps.boards.models.screen import digest_of
from mapalus.apps.boards.standing import board_named, boards, may_see
from mapalus.apps.ledger.action import action, note
from mapalus.engine.boards import Board, examine
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "LONGEST", "EditedMeanwhile", "edit", "issue_leaders_wall", "issue_wall", "remove", "restore", "revoke_wall",
]  # fmt: skip

LONGEST = timedelta(days=92)  # a wall with somebody's sight; then it is asked for again

_RESERVED = frozenset(
    {"baru", "mengapa", "kepatuhan", "kabupaten-kota", "layar", "rencana"}
)  # addresses beside the boards


class EditedMeanwhile(Conflict):
    """Somebody else saved an edition of the board since this one was begun."""

    code = "board-edited-meanwhile"
    text = _("%(who)s saved edition %(number)s of this board while you were working on it.")
    advice = _("Your work is kept below. Look at the edition that stands now, then save again to put yours above it.")


@action("boards.edit")
def edit(board: Board, *, document: Mapping[str, Any], based_on: int, reason: str, by: Actor, now: datetime) -> Edition:
    """Save an edition of a board; the first makes the board. `based_on`: the edition the work was begun from."""
    name = _named(board.name)
    made, problems = examine(document, name=name)
    if problems:
        raise Invalid(fields={"tiles": "; ".join(str(one) for one in problems)})
    stands = boards().get(name)
    if made.public and not (stands and stands.public) and not by.may("boards.make-public", board, now):
        raise NotAllowed(act="boards.make-public", position=by.label)
    newest = Edition.objects.of(name).first()
    if newest is not None and newest.number != based_on:
        raise EditedMeanwhile(who=newest.label, number=newest.number)
    return _saved(name, dict(document), reason=reason, by=by, now=now)


@action("boards.restore")
def restore(edition: Edition, *, reason: str, by: Actor, now: datetime) -> Edition:
    """Make an earlier edition the newest one again."""
    made, _problems = examine(edition.document, name=edition.name)
    stands = boards().get(edition.name)
    if made.public and not (stands and stands.public) and not by.may("boards.make-public", edition, now):
        raise NotAllowed(act="boards.make-public", position=by.label)
    note(restored=edition.number)
    return _saved(edition.name, edition.document, reason=reason, by=by, now=now)


@action("boards.remove")
def remove(board: Board, *, reason: str, by: Actor, now: datetime) -> Edition:
    """Take a board away. Its editions are kept, and any of them can be restored."""
    stands = board_named(board.name)
    return _saved(board.name, dict(stands.descriptor), reason=reason, by=by, now=now, is_removed=True)


@action("boards.issue-wall")
def issue_wall(board: Board, *, place: str, by: Actor, now: datetime) -> tuple[Screen, str]:
    """Give out the address of a screen on a wall: it shows this board without a session, until it is taken back."""
    return _hung(board_named(board.name), place, by=by, now=now)


@action("boards.issue-leaders-wall")
def issue_leaders_wall(board: Board, *, place: str, until: datetime, by: Actor, now: datetime) -> tuple[Screen, str]:
    """Give out the address of a screen that shows a board of officials as the position that gives it out sees it.

    Only a board that position may see, and only for a while: its restricted numbers hang there, no case, no person.
    """
    stands = board_named(board.name)
    if not may_see(stands, by):
        raise NotAllowed(act="boards.issue-leaders-wall", position=by.label)
    if stands.public:
        raise Invalid(fields={"until": _("This board is for everybody; its screens need nobody's sight.")})
    if not now < until <= now + LONGEST:
        raise Invalid(fields={"until": _("Choose a day within the next three months.")})
    screen, key = _hung(stands, place, by=by, now=now, sight=by.position, until=until)
    note(until=until.isoformat(), sight=by.position)
    return screen, key


def _hung(
    board: Board, place: str, *, by: Actor, now: datetime, sight: str = "", until: datetime | None = None
) -> tuple[Screen, str]:
    if not place.strip():
        raise Invalid(fields={"place": _("Say where the screen hangs.")})
    key = secrets.token_urlsafe(24)
    screen = Screen.objects.create(
        board=board.name, place=place.strip()[:120], digest=digest_of(key), position=by.position, label=by.label,
        at=now, sight=sight, until=until,
    )  # fmt: skip
    note(subject=screen, board=board.name, place=screen.place)
    return screen, key


@action("boards.revoke-wall")
def revoke_wall(screen: Screen, *, by: Actor, now: datetime) -> Screen:
    """Take the address of a screen back: what hangs there shows nothing new, and nothing at all when opened again."""
    screen.ended_at = screen.ended_at or now
    screen.save(update_fields=["ended_at"])
    note(board=screen.board, place=screen.place)
    return screen


def _named(name: str) -> str:
    if not name or len(name) > 60 or slugify(name) != name or name in _RESERVED:
        raise Invalid(fields={"name": _("A short name of small letters, digits and hyphens, such as papan-kesehatan.")})
    return name


def _saved(
    name: str, document: dict[str, Any], *, reason: str, by: Actor, now: datetime, is_removed: bool = False
) -> Edition:
    if not reason.strip():
        raise Invalid(fields={"reason": _("Write in a few words why the board changes.")})
    last = Edition.objects.filter(name=name).aggregate(last=Max("number"))["last"] or 0
    edition = Edition.objects.create(
        name=name, number=last + 1, document=document, is_removed=is_removed, position=by.position, label=by.label,
        at=now, reason=reason.strip()[:400],
    )  # fmt: skip
    note(subject=edition, board=name, edition=edition.number, reason=edition.reason)
    return edition
