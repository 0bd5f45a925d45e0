"""How a case comes to be: by a form, or out of another case. Only `actions.py` begins one, inside its transactions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from mapalus.apps.cases import description, held, lists, outbox, personal, steps
from mapalus.apps.cases.models import Case, CaseSecret, PackVersion, ReaderKind
from mapalus.apps.cases.packs import calendar_of, process_of
from mapalus.apps.cases.who import APPLICANT, Applicant, Hands
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.flow import begin, to_json
from mapalus.engine.forms import clean
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["Filled", "Opened", "begin_case", "begin_from", "known", "refuse_level"]


@dataclass(frozen=True)
class Filled:
    """A form as it was sent, and how."""

    values: Mapping[str, Any]
    key: str | None = None
    channel: str = "web"
    is_anonymous: bool = False
    is_secret: bool = False
    is_sample: bool = False


@dataclass(frozen=True)
class Opened:
    """A case that was begun, and the code with which its applicant follows it."""

    case: Case
    code: str


@dataclass(frozen=True)
class _Origin:
    """Whose case it is, when somebody else begins it: taken over from the case it comes from."""

    user: int | None
    identity: str
    opened_by: str


def known(key: str, by: Actor) -> Opened | None:
    """The case that was begun with this key. Raises `Conflict` where somebody else began it."""
    found = Case.objects.select_related("secret").filter(key=key).first()
    if found is None:
        return None
    if isinstance(by, Applicant):
        is_same = found.opened_by == APPLICANT and found.secret.user_id == by.user
    else:
        is_same = found.opened_by == by.position
    if not is_same:
        raise Conflict(_("This form was sent already."), advice="")
    return Opened(found, personal.read(found).code)


def refuse_level(pack: Pack, by: Actor, form: Filled) -> None:
    """Whether the pack lets this one begin, with an account or without, anonymous or in secret."""
    level = pack.auth.level
    if pack.auth.by_code_only and not (isinstance(by, Applicant) and by == Applicant()) and by.position != "system":
        raise NotAllowed(_("This is taken by code only: no account may come with it."))
    if isinstance(by, Applicant) and (level == "official" or (level == "account" and by.user is None)):
        raise NotAllowed(_("Sign in before you begin this."))
    if (form.is_anonymous and not pack.auth.may_be_anonymous) or (form.is_secret and not pack.auth.may_be_secret):
        raise Invalid(fields={"identity": _("This service does not offer that.")})


def begin_from(
    on: held.Held,
    version: PackVersion,
    pack: Pack,
    form: Filled,
    *,
    by: Actor,
    now: datetime,
    is_lenient: bool = False,
) -> Opened:
    """A case for the applicant of another one. Same form: its values count where none are given.

    `is_lenient`: answers that do not fit are left out rather than refused, because nobody is there to correct them.
    """
    given = {**on.situation.values, **form.values} if pack.name == on.pack.name else dict(form.values)
    given = {name: value for name, value in given.items() if name in pack.form.by_name}
    zone = Zone(settings.PROVINCE_ZONE)
    cleaned = clean(pack.form, given, stage="applicant", lists=lists.known(now), now=now, zone=zone)
    if not cleaned.is_valid and not is_lenient:
        raise Invalid(fields=cleaned.errors)
    row = CaseSecret.objects.filter(case=on.case).first()
    origin = _Origin(row.user_id if row else None, on.personal.identity, on.case.opened_by)
    return begin_case(version, pack, form, values=cleaned.values, by=by, now=now, origin=origin)


def begin_case(
    version: PackVersion,
    pack: Pack,
    form: Filled,
    *,
    values: Mapping[str, Any],
    by: Actor,
    now: datetime,
    origin: _Origin | None = None,
) -> Opened:
    """Write a new case down: itself, what is personal, its first act, its clocks, its words, what it sets off."""
    if pack.auth.by_code_only and origin is not None:
        origin = _Origin(None, "", APPLICANT)  # whoever it comes from is not taken over
    process, calendar = process_of(pack), calendar_of(pack)
    code = personal.new_code()
    digest = personal.code_digest(code)
    who = _who(process, digest[:32], by=by, now=now, origin=origin)
    outcome = begin(process, values=values, who=who, now=now, calendar=calendar)
    after = outcome.situation
    shown, own = description.split_values(pack, after.values)
    case = Case(
        pack=version, pack_name=version.name, state=after.state, received_at=now, channel=form.channel[:40],
        is_anonymous=form.is_anonymous, is_secret=form.is_secret, is_sample=form.is_sample, key=form.key,
        code_digest=digest, opened_by=_opened_by(by, origin), values=shown,
    )  # fmt: skip
    kept = personal.Personal(own, code, origin.identity if origin else _identity(by))
    on = held.Held(case, pack, situation=replace(after, acts=(), values={}), own=kept)
    description.describe(on, after)
    steps.place(on, after, now=now)
    outbox.at_once(case, outcome.effects, now=now)
    # The number comes last: whoever begins another case of this pack waits from here until we commit.
    case.number = description.next_number(pack, case, now=now)
    after = replace(after, number=case.number)
    case.situation = to_json(replace(after, values={}))
    case.save(force_insert=True)
    personal.write(case, kept, user=_user(by, origin), is_new=True)
    steps.add_acts(on, on.situation, after, kind="open", by=by)
    steps.keep_files(on, {}, after.values, by=by, now=now)
    on.situation = after
    steps.keep_clocks(on, after, now=now)
    outbox.queue(on, steps.with_turn(outcome.effects, case, before=""), now=now)
    if not isinstance(by, Applicant) and by.position != "system":
        steps.add_reader(case, by.position, ReaderKind.ACTED)
    description.index_words(case, pack, is_new=True)
    return Opened(case, code)


def _who(process: Any, seed: str, *, by: Actor, now: datetime, origin: _Origin | None) -> Hands:
    if origin is None:
        return held.hands(process, by=by, now=now, seed=seed)
    position = "" if origin.opened_by == APPLICANT else origin.opened_by
    person = personal.pseudonym(seed, origin.identity)
    return Hands(process, person, position, by.label, now, covers=frozenset({position} - {""}), is_applicant=True)


def _identity(by: Actor) -> str:
    return by.identity if isinstance(by, Applicant) else by.person


def _opened_by(by: Actor, origin: _Origin | None) -> str:
    if origin is not None:
        return origin.opened_by
    return APPLICANT if isinstance(by, Applicant) else by.position


def _user(by: Actor, origin: _Origin | None) -> int | None:
    if origin is not None:
        return origin.user
    return by.user if isinstance(by, Applicant) else None
