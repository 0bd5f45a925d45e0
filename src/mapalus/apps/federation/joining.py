"""Joining as a conversation: what the district asks with its code, and what the province answers. One question."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import validate_host
from django.utils import timezone

from mapalus import __version__
from mapalus.apps.catalogue import connecting
from mapalus.apps.directory.models import Position, Region
from mapalus.apps.federation import handshake, inviting, keyring
from mapalus.apps.federation.handshake import Unsealed
from mapalus.apps.federation.inviting import Other
from mapalus.apps.federation.models import Instance, InstanceState, Invitation, InvitationState
from mapalus.apps.federation.values import moment
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, Problem, Refused, Unavailable
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.web.addresses import checked, is_listed, resolve
from mapalus.engine.web.client import Web

__all__ = ["Answer", "answer_to", "invitation_link", "join_province"]

_LARGEST = 256 * 1024  # bytes of the answer
_HOME = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Answer:
    """What the province says to a question. `sealed` is for who knows the code; the rest anybody may hear."""

    state: str  # joined, unknown, used, expired, withdrawn, other-region, other-host
    at: datetime | None = None  # when it was used, ended or withdrawn, by the province's clock
    region: str = ""  # for whom the invitation is, where the question knew the code
    sealed: str = ""


def invitation_link(code: str) -> str:
    """The address of this installation and the code in one line. What stands behind # is sent to no server."""
    return f"{settings.SITE_URL.rstrip('/')}/#undangan={handshake.shown_code(code)}"


# --- the province ----------------------------------------------------------------------------------------------------


def answer_to(name: str, sealed: str, *, now: datetime) -> Answer:
    """Whoever asks without the code learns at most that there was none, or that it is over."""
    found = Invitation.objects.select_related("region", "unit__region", "contact", "instance").filter(name=name).first()
    if found is None:
        return Answer("unknown")
    state = found.state_at(now)
    is_again = state is InvitationState.USED and _may_be_told_again(found, now)
    if state is not InvitationState.OPEN and not is_again:
        return Answer(str(state), at=found.withdrawn_at or found.used_at or found.expires_at)
    code = keyring.unlocked(found.sealed)
    try:
        said = handshake.opened(code, "question", sealed)
    except Unsealed:
        return Answer("unknown")
    if said.get("region") != found.region.code:
        return Answer("other-region", region=str(found.region))
    asked = urlsplit(str(said.get("asked")))
    if not validate_host(asked.hostname or "", settings.ALLOWED_HOSTS):
        return Answer("other-host")
    other, ours = _district(code, said, now)
    if is_again and found.instance is not None and found.instance.joined.get("fingerprint") != other.fingerprint:
        return Answer("used", at=found.used_at)
    if not is_again:
        inviting.admit_district(found, other=other, by=PLATFORM, now=now)
    return Answer("joined", sealed=handshake.sealed(code, "answer", ours))


def _may_be_told_again(found: Invitation, now: datetime) -> bool:
    """Its first answer may have been lost on the way: until somebody has compared, the same question gets the same."""
    is_joining = found.instance is not None and found.instance.state == InstanceState.JOINING
    return bool(found.sealed) and is_joining and found.expires_at > now


def _district(code: str, said: Mapping[str, Any], now: datetime) -> tuple[Other, dict[str, Any]]:
    """Who asks, and what is answered. The key we give out is the same for the same question."""
    key, address = str(said.get("key") or ""), str(said.get("address") or "").rstrip("/")
    if not 32 <= len(key) <= 200 or not checked(address) or len(address) > 400:
        raise Invalid(fields={"address": _("This is no address that begins with https:// or http://.")})
    given = handshake.derived_key(settings.SECRET_KEY, handshake.name_of(code), key, address)
    digits = handshake.fingerprint(
        code, str(settings.PROVINCE_CODE), str(said.get("asked")), str(said.get("region")), address, key, given
    )
    other = Other(
        str(said.get("name") or "")[:200], address, ours=key, theirs=given, fingerprint=digits,
        apart=_apart(said, now), software=str(said.get("software") or "")[:60],
    )  # fmt: skip
    return other, {**_who(now), "key": given}


def _who(now: datetime) -> dict[str, Any]:
    region = Region.objects.filter(pk=settings.INSTANCE_REGION).first()
    return {
        "region": str(settings.INSTANCE_REGION), "name": region.name if region is not None else "",
        "software": f"mapalus {__version__}", "at": now.isoformat(),
    }  # fmt: skip


def _apart(said: Mapping[str, Any], now: datetime) -> int:
    at = moment(said.get("at"))
    return int((at - now).total_seconds()) if at is not None else 0


# --- the district ----------------------------------------------------------------------------------------------------


def join_province(invitation: str, *, address: str = "", contact: Position, by: Actor, now: datetime) -> Instance:
    """Ask the province with the code of its invitation and enter it. Nothing is written where it does not say yes."""
    if not by.may("federation.enter-province", Instance, now):
        raise NotAllowed(act="federation.enter-province")
    code, linked = handshake.read_code(invitation)
    address = linked or address.strip().rstrip("/")
    _check_addresses(address)
    region = Region.objects.filter(pk=settings.PROVINCE_CODE).first()
    if region is None or settings.INSTANCE_REGION == settings.PROVINCE_CODE:
        raise Conflict(_("This installation is the province's own: it invites, and joins nobody."), advice="")
    ours = settings.SITE_URL.rstrip("/")
    given = handshake.derived_key(settings.SECRET_KEY, handshake.name_of(code), address, ours)
    question = {**_who(now), "asked": address, "address": ours, "key": given}
    said = _asked(address, code, question, unit=str(contact.unit_id))
    key = str(said.get("key") or "")
    if said.get("region") != str(region.code) or not 32 <= len(key) <= 200:
        raise Refused("wrong-region", _("%(address)s says it is of region %(said)s, not %(region)s."), address=address,
                      said=str(said.get("region"))[:20], region=region.code)  # fmt: skip
    digits = handshake.fingerprint(code, str(region.code), address, str(settings.INSTANCE_REGION), ours, given, key)
    other = Other(
        str(said.get("name") or "")[:200], address, ours=key, theirs=given, fingerprint=digits,
        apart=_apart(said, now), software=str(said.get("software") or "")[:60],
    )  # fmt: skip
    return inviting.enter_province(region, contact=contact, other=other, by=by, now=now)


def _check_addresses(address: str) -> None:
    if not address or not checked(address):
        raise Invalid(fields={"address": _("This is no address that begins with https:// or http://.")})
    there, here = urlsplit(address), urlsplit(settings.SITE_URL)
    if there.scheme != "https" and not is_listed(resolve(address, settings.FETCH_ALLOWED), settings.FETCH_ALLOWED):
        raise Invalid(fields={"address": _("Keys go over https:// alone. Ask the province for that address.")})
    if here.hostname in _HOME and there.hostname not in _HOME:
        raise Invalid(
            fields={
                "address": _(
                    "The address of this installation leads nowhere outside: its keeper sets MAPALUS_SITE_URL."
                )
            }
        )


def _asked(address: str, code: str, question: Mapping[str, Any], *, unit: str) -> dict[str, Any]:
    around = replace(connecting.surroundings(unit=unit), longest=30.0)
    body = {"invitation": handshake.name_of(code), "sealed": handshake.sealed(code, "question", question)}
    try:
        with Web(around) as web:
            said = web.post(f"{address}/api/v1/federation/join", json=body, largest=_LARGEST).json()
    except (Unavailable, Invalid):
        raise
    except Problem as problem:
        raise _unlike(address) from problem
    state = said.get("state") if isinstance(said, dict) else None
    if not isinstance(said, dict) or not isinstance(state, str):
        raise _unlike(address)
    if state != "joined":
        raise _refused(address, state, said)
    try:
        return handshake.opened(code, "answer", str(said.get("sealed")))
    except Unsealed as error:
        raise Refused(
            "not-the-province",
            _("%(address)s does not know the invitation: somebody else answers there. Nothing was entered."),
            address=address,
        ) from error  # fmt: skip


def _unlike(address: str) -> Refused:
    return Refused("not-mapalus", _("%(address)s does not answer as Mapalus does."), address=address)


_WHY = {
    "unknown": _("Nobody at %(address)s knows this code. Compare the address and the code with the province."),
    "used": _("This invitation was used already at %(at)s. Ask the province for a new one."),
    "expired": _("This invitation expired at %(at)s. Ask the province for a new one."),
    "withdrawn": _("The province withdrew this invitation at %(at)s. Ask it for a new one."),
    "other-region": _("This invitation is for %(region)s; this installation is of %(ours)s."),
    "other-host": _("%(address)s passes the question on to somebody else. Ask the province for its own address."),
}  # fmt: skip


def _refused(address: str, state: str, said: Mapping[str, Any]) -> Problem:
    text = _WHY.get(state)
    if text is None:
        return _unlike(address)
    at = moment(said.get("at"))
    shown = f"{timezone.localtime(at):%d-%m-%Y %H.%M}" if at is not None else "?"
    return Refused(f"invitation-{state}", text, address=address, at=shown, region=str(said.get("region") or "")[:80],
                   ours=str(settings.INSTANCE_REGION))  # fmt: skip
