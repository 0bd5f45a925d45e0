"""What people are told about a case: the pack's messages, reminders, escalations, and that it is their turn.

Handlers of the outbox. A notice is known by `case:<key>:<version>:<place>`, so a second run tells nobody twice.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext, override

from mapalus.apps.cases import lists, outbox, personal
from mapalus.apps.cases.models import Case, CaseEffect, CaseFollower, CaseReader, LinkKind, ReaderKind
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.who import APPLICANT, positions_in
from mapalus.apps.directory import phones
from mapalus.apps.directory.roster import local_day
from mapalus.apps.notices import addresses
from mapalus.apps.notices.actions import tell
from mapalus.engine.clock import Zone
from mapalus.engine.flow import Situation, from_json
from mapalus.engine.forms import FieldType
from mapalus.engine.packs.pack import Pack

__all__ = ["address_of_applicant", "declare", "filling", "link_of"]

_LANGUAGE = "id"


def declare() -> None:
    """Say who works these off, and where applicants are reached."""
    outbox.register("notify", _notify)
    outbox.register("remind", _remind)
    outbox.register("escalate", _escalate)
    outbox.register("lapse", _lapse)
    outbox.register("turn", _turn)
    addresses.register("case", address_of_applicant)


# --- the pack's messages --------------------------------------------------------------------------------------------


def _notify(effect: CaseEffect, now: datetime) -> None:
    case, pack = effect.case, pack_of(effect.case.pack)
    message = pack.messages.get(effect.data["message"])
    if message is None:
        return
    to = effect.data["to"]
    if to == APPLICANT:
        duplicates = Case.objects.filter(links__target=case, links__kind=LinkKind.DUPLICATE)
        for one in (case, *duplicates.select_related("pack").defer("pack__files")):
            _tell_applicant(effect, one, pack, message, now)
        return
    texts = filling(case, pack, language=_LANGUAGE, now=now)
    receivers = _followers(case) if to == "followers" else _positions(case, pack, to, now)
    for position in receivers:
        _tell(effect, f"position:{position}", message.subject, message.body, texts, now)


def _tell_applicant(effect: CaseEffect, case: Case, pack: Pack, message: Any, now: datetime) -> None:
    if pack.auth.by_code_only:
        return  # whoever has the code looks; no address is known, and none is looked for
    texts = filling(case, pack, language=_LANGUAGE, now=now)
    if case.opened_by != APPLICANT and case.opened_by != "system":
        _tell(effect, f"position:{case.opened_by}", message.subject, message.body, texts, now)
    # Personal placeholders stay as they are; they are filled from the sealed values while it is sent.
    tell(
        f"case:{case.pk}", event=_event(effect), subject=_fill(message.subject, texts),
        body=_fill(message.body, texts), url=link_of(case, for_applicant=True), now=now,
    )  # fmt: skip


def _followers(case: Case) -> list[str]:
    return list(CaseFollower.objects.filter(case=case).order_by("position").values_list("position", flat=True))


def _positions(case: Case, pack: Pack, role: str, now: datetime) -> list[str]:
    process = process_of(pack)
    if role not in process.roles and role != "owner":
        return []
    if role == case.turn_role and case.turn:
        return [case.turn]
    return sorted(positions_in(process, role, _situation(case), now=now))


def _situation(case: Case) -> Situation:
    return from_json({**case.situation, "values": case.values})


def _tell(
    effect: CaseEffect, receiver: str, subject: str, body: str, texts: dict[str, str], now: datetime,
    *, is_urgent: bool = False,
) -> None:  # fmt: skip
    texts = {**texts, "link": urljoin(settings.SITE_URL, link_of(effect.case))}
    tell(
        receiver, event=_event(effect), subject=_fill(subject, texts), body=_fill(body, texts),
        url=link_of(effect.case), is_urgent=is_urgent, now=now,
    )  # fmt: skip


def _event(effect: CaseEffect) -> str:
    return f"case:{effect.case_id}:{effect.version}:{effect.place}"


def link_of(case: Case, *, for_applicant: bool = False) -> str:
    """Path of the case's page."""
    return f"/layanan/kasus/{case.number}/" if for_applicant else f"/meja/kasus/{case.number}/"


# --- time, and turns ------------------------------------------------------------------------------------------------


def _remind(effect: CaseEffect, now: datetime) -> None:
    case, data = effect.case, effect.data
    with override(_LANGUAGE):
        subject = gettext("%(percent)s%% of the time for {number} is used") % {"percent": data["percent"]}
        body = gettext("{title}. Due {due}.")
    if not case.is_final and case.turn:
        texts = filling(case, pack_of(case.pack), language=_LANGUAGE, now=now)
        _tell(effect, f"position:{case.turn}", subject, body, texts, now)


def _escalate(effect: CaseEffect, now: datetime) -> None:
    """The next position up hears of it, and may look. Into a restricted case it is not let by this alone."""
    case = effect.case
    pack = pack_of(case.pack)
    with override(_LANGUAGE):
        subject = gettext("{number} is past its time")
        body = gettext("{title}. It was due {due} and waits with {turn}.")
    texts = filling(case, pack, language=_LANGUAGE, now=now)
    if effect.data.get("due_at"):
        texts["due"] = _day(datetime.fromisoformat(effect.data["due_at"]))
    for position in _positions(case, pack, effect.data["to"], now):
        if not case.is_restricted:
            rows = [CaseReader(case=case, code=position, kind=ReaderKind.FOLLOWS)]
            CaseReader.objects.bulk_create(rows, ignore_conflicts=True)
        _tell(effect, f"position:{position}", subject, body, texts, now, is_urgent=True)


def _lapse(effect: CaseEffect, now: datetime) -> None:
    case = effect.case
    if case.is_final or not case.turn:
        return
    with override(_LANGUAGE):
        subject, body = gettext("{number} is past its time"), gettext("{title}. Due {due}.")
    texts = filling(case, pack_of(case.pack), language=_LANGUAGE, now=now)
    texts["due"] = _day(datetime.fromisoformat(effect.data["due_at"]))
    _tell(effect, f"position:{case.turn}", subject, body, texts, now)


def _turn(effect: CaseEffect, now: datetime) -> None:
    case = effect.case
    with override(_LANGUAGE):
        subject, body = gettext("Your turn: {number}"), gettext("{title}. Due {due}.")
    if case.turn == effect.data["position"]:
        texts = filling(case, pack_of(case.pack), language=_LANGUAGE, now=now)
        _tell(effect, f"position:{case.turn}", subject, body, texts, now)


# --- words ----------------------------------------------------------------------------------------------------------


def filling(case: Case, pack: Pack, *, language: str, now: datetime) -> dict[str, str]:
    """What fills the placeholders of a message: the case's own, and its values (none personal), as people read them."""
    with override(language):
        state = process_of(pack).states[case.state]
        texts = {
            "number": case.number,
            "title": case.title,
            "service": here(pack, "title"),
            "state": here(state, "public") or here(state, "label"),
            "due": _day(case.due_at) if case.due_at else "–",
            "turn": case.turn,
            "unit": case.unit,
            "today": local_day(now).strftime("%d-%m-%Y"),
            "reason": case.acts.order_by("-number").values_list("reason", flat=True).first() or "",
        }
    for name, value in case.values.items():
        texts.setdefault(name, said(pack, name, value))
    # What nobody filled in is nothing; only personal places stay, for whoever may read them.
    return {**{field.name: "" for field in pack.form.fields if not field.is_personal}, **texts}


def said(pack: Pack, name: str, value: object) -> str:
    """A value as people read it: the label of an option, yes or no, a day."""
    field = pack.form.by_name.get(name)
    if field is not None and field.type in (FieldType.CHOICE, FieldType.MULTICHOICE):
        values = [str(one) for one in (value if isinstance(value, list) else [value])]
        names = lists.named(field.options_from, values)
        return ", ".join(
            here(option, "label") if (option := field.choices.get(one)) else names.get(one, one) for one in values
        )
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return str(value) if isinstance(value, str | int | float) else ""


def _day(moment: datetime) -> str:
    local = moment.astimezone(Zone(settings.PROVINCE_ZONE).tzinfo)
    return local.strftime("%d-%m-%Y %H.%M ") + Zone(settings.PROVINCE_ZONE).value


def _fill(text: str, texts: dict[str, str]) -> str:
    for name, value in texts.items():
        text = text.replace(f"{{{name}}}", value)
    return text


# --- applicants -----------------------------------------------------------------------------------------------------


def address_of_applicant(key: str, now: datetime) -> addresses.Address:
    """Where the applicant of a case is reached: the first e-mail and phone of the form, else of the account."""
    case = Case.objects.select_related("pack", "secret__user").defer("pack__files").filter(pk=int(key)).first()
    if case is None:
        return addresses.Address()
    pack, own = pack_of(case.pack), personal.read(case)
    found = {
        kind: next(
            (str(own.values[one.name]) for one in pack.form.fields if one.type == kind and own.values.get(one.name)), ""
        )
        for kind in (FieldType.EMAIL, FieldType.PHONE)
    }
    user = getattr(getattr(case, "secret", None), "user", None)
    fill = {name: said(pack, name, value) for name, value in own.values.items()}
    return addresses.Address(
        mail=found[FieldType.EMAIL] or (user.email if user else ""),
        phone=found[FieldType.PHONE] or (phones.number_of(user) if user else ""),
        language=_LANGUAGE,
        fill={**fill, "link": urljoin(settings.SITE_URL, f"/layanan/ikuti/{own.code}/")},
    )
