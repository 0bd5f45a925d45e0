"""What the other end says of the agreement: its word where ours waits for it, and terms of its own.

A district agrees in its own Mapalus, the province in its own; neither has to sign in at the other. What is said with
the other end's key is the other end's word, and never ours: terms that are not the same wait for a position here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mapalus.apps.federation import actions
from mapalus.apps.federation.models import Agreement, AgreementState, Instance, Side
from mapalus.apps.federation.values import moment
from mapalus.apps.ledger.platform import PLATFORM

__all__ = ["hear"]

_PARTS = ("cadence", "takes", "license", "conditions", "since", "until")


def hear(instance: Instance, said: Mapping[str, Any], *, now: datetime) -> None:
    """Take up what the other end says of the agreement between us; nothing is shared by itself."""
    theirs = Side.PROVINCE if instance.is_upstream else Side.DISTRICT
    word, state = dict(said.get(str(theirs)) or {}), said.get("state")
    newest = instance.agreements.order_by("-number").prefetch_related("shares").first()
    if newest is not None and newest.waits_for is theirs and _is_same(newest, said):
        if state == AgreementState.REFUSED or (state == AgreementState.IN_FORCE and moment(word.get("at"))):
            actions.receive_word(newest, state=AgreementState(str(state)), said=word, by=PLATFORM, now=now)
        return
    if _is_news(newest, said, theirs):
        actions.receive_agreement(instance, said=dict(said), by=PLATFORM, now=now)


def _is_news(newest: Agreement | None, said: Mapping[str, Any], theirs: Side) -> bool:
    """Whether these are terms that a position here has not seen yet."""
    at = moment((said.get(str(theirs)) or {}).get("at"))
    if at is None or said.get("state") not in (AgreementState.PROPOSED, AgreementState.IN_FORCE):
        return False
    if theirs is Side.DISTRICT and said.get("state") != AgreementState.PROPOSED:
        return False  # what it holds back of what is in force is read from there, line by line
    if newest is None:
        return True
    known = newest.province_at if theirs is Side.PROVINCE else newest.district_at
    return known != at and not (_is_same(newest, said) and newest.plain["shares"] == said.get("shares"))


def _is_same(ours: Agreement, said: Mapping[str, Any]) -> bool:
    """Whether both speak of the same terms. What a district holds back of them is its own, and no other terms."""
    plain = ours.plain
    shares = [one for one in said.get("shares") or () if isinstance(one, dict)]
    same = all(plain.get(part) == said.get(part) for part in _PARTS)
    return same and _lines(plain["shares"]) == _lines(shares)


def _lines(shares: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    return sorted((str(one.get("kind")), str(one.get("code")), str(one.get("reading") or {})) for one in shares)
