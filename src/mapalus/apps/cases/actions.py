"""Every change to a case. Whether a position may touch cases at all, rights.yml says; what it may do, the pack."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from mapalus.apps.cases import beginning, description, files, held, lists, outbox, personal, steps, ties, turns
from mapalus.apps.cases.beginning import Opened
from mapalus.apps.cases.files import Received
from mapalus.apps.cases.models import (
    Audience,
    Case,
    CaseFile,
    CaseFollower,
    CaseLink,
    LinkKind,
    PackRefusal,
    PackVersion,
    ReaderKind,
    Remark,
)
from mapalus.apps.cases.packs import pack_of
from mapalus.apps.cases.who import Applicant, covers_of
from mapalus.apps.ledger.action import action, note
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.flow import tick as time_passes
from mapalus.engine.forms import clean
from mapalus.engine.packs.pack import Pack
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "Opened",
    "assign",
    "attach",
    "derive",
    "erase",
    "find_person",
    "follow",
    "link",
    "load_pack",
    "merge",
    "open_case",
    "recompute",
    "recompute_if_moved",
    "refuse_pack",
    "remark",
    "return_",
    "split",
    "take",
    "tick",
    "unmask",
]


# --- packs -----------------------------------------------------------------------------------------------------------


@action("cases.load-pack", public=True)
def load_pack(pack: Pack, *, by: Actor, now: datetime) -> PackVersion:
    """Make a checked pack the one with which new cases begin; running cases keep theirs."""
    known = PackVersion.objects.filter(name=pack.name, digest=pack.digest).first()
    PackVersion.objects.filter(name=pack.name, is_current=True).update(is_current=False)
    PackRefusal.objects.filter(name=pack.name).delete()
    version = known or PackVersion(
        name=pack.name, version=pack.version, digest=pack.digest, files=dict(pack.files),
        title=pack.title, title_en=pack.title_en, loaded_at=now,
    )  # fmt: skip
    version.is_current = True
    version.save()
    note(subject=version, name=pack.name, version=pack.version, digest=pack.digest)
    return version


def refuse_pack(name: str, *, folder: str, problems: list[dict[str, Any]], now: datetime) -> PackRefusal:
    """Remember why a pack was not loaded, for the administrator. No act: nothing that runs has changed."""
    return PackRefusal.objects.update_or_create(
        name=name, defaults={"folder": folder[:400], "problems": problems[:200], "refused_at": now}
    )[0]


# --- begin -----------------------------------------------------------------------------------------------------------


def open_case(
    pack: PackVersion,
    *,
    values: Mapping[str, Any],
    by: Actor,
    now: datetime,
    key: str = "",
    channel: str = "web",
    is_anonymous: bool = False,
    is_secret: bool = False,
    is_sample: bool = False,
) -> Opened:
    """Begin a case. The same `key` (one form, sent again by a phone that was offline) gives the same case."""
    scoped = f"{pack.name}:{key}"[:120] if key else None
    form = beginning.Filled(values, scoped, channel, is_anonymous, is_secret, is_sample)
    if scoped and (known := beginning.known(scoped, by)):
        return known
    try:
        return _open(pack, form=form, by=by, now=now)
    except IntegrityError:
        made = beginning.known(scoped, by) if scoped else None
        if made is None:
            raise
        return made  # the same form, sent twice at the same moment


@action("cases.open")
def _open(version: PackVersion, *, form: beginning.Filled, by: Actor, now: datetime) -> Opened:
    """Begin a case: an application, a complaint, a request."""
    pack = pack_of(version)
    beginning.refuse_level(pack, by, form)
    cleaned = clean(
        pack.form, form.values, stage="applicant", lists=lists.known(now), now=now, zone=Zone(settings.PROVINCE_ZONE)
    )
    if not cleaned.is_valid:
        raise Invalid(fields=cleaned.errors)
    opened = beginning.begin_case(version, pack, form, values=cleaned.values, by=by, now=now)
    _note_opened(opened.case)
    return opened


def _note_opened(case: Case) -> None:
    note(subject=case, number=case.number, pack=case.pack_name, state=case.state, channel=case.channel)


# --- go on -----------------------------------------------------------------------------------------------------------


@action("cases.take")
def take(
    case: Case,
    *,
    act: str,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
    expected: int | None = None,
    by: Actor,
    now: datetime,
) -> Case:
    """Take an act of the process. `expected`: the version one looked at; another one is a Conflict that says who."""
    on = held.hold(case, by=by, expected=expected)
    before = on.case.state
    steps.carry_out(on, act, values=values or {}, reason=reason, by=by, now=now)
    note(step=act, origin=before, to=on.case.state, number=on.case.number, version=on.case.version)
    return on.case


@action("cases.tick")
def tick(case: Case, *, by: Actor, now: datetime) -> Case:
    """Let time pass for a case: reminders, escalation, what the system does at a deadline. Each is said once."""
    on = held.hold(case, by=by)
    outcome = time_passes(on.process, on.situation, now=now, calendar=on.calendar)
    before = on.case.state
    steps.settle(on, outcome, kind="tick", by=by, now=now)
    note(number=on.case.number, origin=before, to=on.case.state, said=[effect.name for effect in outcome.effects])
    return on.case


@action("cases.remark")
def remark(case: Case, *, text: str, audience: str = Audience.INTERNAL, by: Actor, now: datetime) -> Remark:
    """Say something about a case, to officials, to the applicant, or to everybody."""
    on = held.hold(case, by=by)
    if not text.strip() or len(text) > 20_000:
        raise Invalid(fields={"text": _("Write what you want to say.")})
    if audience not in Audience.values or (isinstance(by, Applicant) and audience != Audience.APPLICANT):
        raise Invalid(fields={"audience": _("Choose who may read this.")})
    made = Remark.objects.create(
        case=on.case, audience=audience, text=text.strip(), at=now, position=by.position,
        person="" if isinstance(by, Applicant) else by.person, actor_label=by.label,
    )  # fmt: skip
    steps.touch(on.case)
    description.index_words(on.case, on.pack)
    if not isinstance(by, Applicant) and by.position != "system":
        steps.add_reader(on.case, by.position, ReaderKind.ACTED)
    note(number=on.case.number, audience=audience)
    return made


@action("cases.attach")
def attach(
    case: Case, *, files: Sequence[Received], audience: str = Audience.INTERNAL, by: Actor, now: datetime
) -> list[CaseFile]:
    """Attach files whose bytes are kept already (`files.keep`)."""
    on = held.hold(case, by=by)
    if isinstance(by, Applicant):
        audience = Audience.APPLICANT
    if audience not in Audience.values:
        raise Invalid(fields={"audience": _("Choose who may read this.")})
    made = CaseFile.objects.bulk_create(
        CaseFile(
            case=on.case, field=one.field, name=one.name[:240], media_type=one.media_type[:120], size=one.size,
            sha256=one.sha256, audience=audience, is_personal=one.is_personal, at=now, position=by.position,
            actor_label=by.label,
        )
        for one in files
    )  # fmt: skip
    steps.touch(on.case)
    note(number=on.case.number, files=[one.sha256 for one in files])
    return made


# --- whose it is -----------------------------------------------------------------------------------------------------


@action("cases.assign")
def assign(case: Case, *, to: str, reason: str = "", by: Actor, now: datetime) -> Case:
    """Give the turn to a position below (disposisi). Whoever gave it keeps sight of it and may take it back."""
    on = held.hold(case, by=by)
    turns.expect_turn(on.case, by)
    giver = on.case.turn_of or on.case.turn
    if to != giver:
        turns.expect_below(to, giver, now=now)
    on.case.turn, on.case.turn_of, on.case.turn_since = to, "" if to == giver else giver, now
    steps.touch(on.case, "turn", "turn_of", "turn_since")
    steps.record(on.case, "assign", by=by, now=now, reason=reason)
    steps.add_reader(on.case, by.position, ReaderKind.ACTED)
    outbox.queue(on, [outbox.Turn(to)], now=now)
    note(number=on.case.number, giver=giver, to=to)
    return on.case


@action("cases.return")
def return_(case: Case, *, reason: str, by: Actor, now: datetime) -> Case:
    """Give an assigned turn back to whoever gave it, with the reason. (To return a case as not one's own is an act.)"""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why you return it.")})
    on = held.hold(case, by=by)
    giver = on.case.turn_of
    if not giver or on.case.turn not in covers_of(by):
        raise Conflict(_("Nobody assigned this case to you."))
    on.case.turn, on.case.turn_of, on.case.turn_since = giver, "", now
    steps.touch(on.case, "turn", "turn_of", "turn_since")
    steps.record(on.case, "return", by=by, now=now, reason=reason)
    steps.add_reader(on.case, by.position, ReaderKind.ACTED)
    outbox.queue(on, [outbox.Turn(giver)], now=now)
    note(number=on.case.number, to=giver)
    return on.case


@action("cases.follow")
def follow(case: Case, *, is_on: bool = True, by: Actor, now: datetime) -> Case:
    """Be told what happens to a case one may see, or no longer."""
    on = held.hold(case, by=by)
    if is_on:
        CaseFollower.objects.get_or_create(case=on.case, position=by.position, defaults={"since": now})
    else:
        CaseFollower.objects.filter(case=on.case, position=by.position).delete()
    note(number=on.case.number, is_on=is_on)
    return on.case


# --- more than one ---------------------------------------------------------------------------------------------------


@action("cases.link")
def link(case: Case, *, to: Case, kind: str = LinkKind.RELATED, by: Actor, now: datetime) -> CaseLink:
    """Say what this case is to another one; both must be seen."""
    on = held.hold(case, by=by)
    other = ties.other(on.case, to, by=by)
    made = ties.join(on.case, other, kind, by=by, now=now)
    steps.touch(on.case)
    note(number=on.case.number, to=other.number, kind=kind)
    return made


@action("cases.merge")
def merge(
    case: Case,
    *,
    into: Case,
    act: str,
    values: Mapping[str, Any] | None = None,
    reason: str = "",
    by: Actor,
    now: datetime,
) -> Case:
    """Close a duplicate by an act of the process and tie it to the case that goes on; both applicants hear of that."""
    on = held.hold(case, by=by)
    target = ties.other(on.case, into, by=by)
    if target.pack_name != on.case.pack_name or target.is_final:
        raise Conflict(_("A duplicate is merged into an open case of the same service."), advice="")
    if target.is_restricted != on.case.is_restricted:
        raise Conflict(_("A restricted case is merged with a restricted one only."), advice="")
    steps.carry_out(on, act, values=values or {}, reason=reason, by=by, now=now)
    if not on.case.is_final:
        raise Conflict(_("This step does not close the case."), advice="")
    ties.join(on.case, target, LinkKind.DUPLICATE, by=by, now=now)
    note(number=on.case.number, into=target.number)
    return on.case


@action("cases.split")
def split(case: Case, *, values: Mapping[str, Any], reason: str = "", by: Actor, now: datetime) -> Opened:
    """Begin a second case for a part of this one: same applicant, values as given in place of the first one's."""
    on = held.hold(case, by=by)
    turns.expect_turn(on.case, by)
    form = beginning.Filled(values, None, on.case.channel, on.case.is_anonymous, on.case.is_secret, on.case.is_sample)
    opened = beginning.begin_from(on, on.case.pack, on.pack, form, by=by, now=now)
    if on.case.is_restricted:
        ties.restrict_alike(opened.case, on.case)
    ties.join(opened.case, on.case, LinkKind.PART, by=by, now=now)
    steps.record(on.case, "split", by=by, now=now, reason=reason)
    steps.touch(on.case)
    note(number=on.case.number, part=opened.case.number)
    return opened


@action("cases.derive")
def derive(
    case: Case, *, version: PackVersion, values: Mapping[str, Any], kind: str, key: str, by: Actor, now: datetime
) -> Case:
    """Begin the case that an act has set off (an objection, a converted request) for the same applicant, once."""
    known = Case.objects.filter(key=key).first()
    if known is not None:
        note(subject=known, is_known=True)
        return known
    on = held.hold(case, by=by)
    form = beginning.Filled(values, key, "case", on.case.is_anonymous, on.case.is_secret, on.case.is_sample)
    opened = beginning.begin_from(on, version, pack_of(version), form, by=by, now=now, is_lenient=True)
    if on.case.is_restricted:
        ties.restrict_alike(opened.case, on.case)
    ties.join(opened.case, on.case, kind, by=by, now=now)
    note(subject=opened.case, number=opened.case.number, origin=on.case.number, kind=kind)
    return opened.case


# --- time ------------------------------------------------------------------------------------------------------------


def recompute_if_moved(case: Case, *, now: datetime) -> int:
    """Recompute a case whose dates moved with the calendar; 1 where they did. Reads first: most do not move."""
    from mapalus.apps.ledger.platform import PLATFORM

    on = held.looked_at(case)
    if not steps.moved_by_calendar(on, now=now):
        return 0
    recompute(case, by=PLATFORM, now=now)
    return 1


@action("cases.recompute")
def recompute(case: Case, *, by: Actor, now: datetime) -> Case:
    """Reckon the due dates of a case anew by the calendar of today, and write down each that moved."""
    on = held.hold(case, by=by)
    moved = steps.moved_by_calendar(on, now=now)
    steps.time_of(on, on.situation, now=now)
    steps.keep_clocks(on, on.situation, now=now)
    steps.touch(on.case, "due_at", "due_order", "wake_at")
    for name, old, new in moved:
        said = f"{name}: {steps.day_said(old)} → {steps.day_said(new)}"
        steps.record(on.case, "recompute", by=by, now=now, reason=said)
    note(number=on.case.number, moved=[[name, old, new] for name, old, new in moved])
    return on.case


# --- personal values -------------------------------------------------------------------------------------------------


@action("cases.unmask")
def unmask(case: Case, *, fields: Sequence[str], reason: str, by: Actor, now: datetime) -> dict[str, Any]:
    """Show personal values of a case to a position that handles it. Who, when, which and why is in the ledger."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why you need to see this.")})
    on = held.hold(case, by=by)
    if on.case.is_anonymous:
        raise NotAllowed(_("This report is anonymous: nobody here learns who sent it."))
    turns.expect_handles(on.case, by)
    note(number=on.case.number, fields=sorted(fields), reason=reason.strip()[:400])
    return {name: value for name, value in on.personal.values.items() if name in set(fields)}


@action("cases.find-person")
def find_person(packs: type[Case], *, text: str, reason: str, by: Actor, now: datetime) -> list[Case]:
    """Cases one may unmask in which a name, number or address stands; the question itself is not written down."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why you need to see this.")})
    digests = personal.word_digests(text)
    if not digests:
        raise Invalid(fields={"text": _("Write a name, a number or an address.")})
    found = Case.objects.visible_to(by).filter(is_anonymous=False)
    for digest in sorted(digests)[:6]:
        found = found.filter(secret_words__digest=digest)
    rows = [case for case in found.for_list().order_by("-received_at")[:100] if turns.handles(case, by)]
    note(reason=reason.strip()[:400], found=[case.number for case in rows])
    return rows


@action("cases.erase")
def erase(case: Case, *, ground: str, by: Actor, now: datetime) -> Case:
    """Destroy the personal values and files of a case for a legal ground. The case, its acts and its dates stay."""
    if not ground.strip():
        raise Invalid(fields={"ground": _("Name the legal ground.")})
    on = held.hold(case, by=by)
    personal.erase(on.case, now=now)
    gone = list(CaseFile.objects.filter(case=on.case).exclude(sha256=""))
    digests = [one.sha256 for one in gone]
    CaseFile.objects.filter(case=on.case).update(sha256="", name="–")
    description.forget_words_of_applicant(on.case)
    steps.touch(on.case)
    steps.record(on.case, "erase", by=by, now=now, reason=ground)
    transaction.on_commit(lambda: files.forget(digests))
    note(number=on.case.number, ground=ground.strip()[:400], files=digests)
    return on.case
