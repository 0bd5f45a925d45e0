"""By which channels a receiver is told, and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from mapalus.apps.notices.addresses import person_of
from mapalus.apps.notices.models import Channel, Mode, Preference, PushSubscription

__all__ = ["channels", "mode_of"]

# Who said nothing is told in the inbox at once, and by mail once a day: a mail for each thing is not read.
_USUAL = {Channel.MAIL: Mode.DAILY, Channel.PUSH: Mode.AT_ONCE, Channel.HOOK: Mode.NEVER}


def channels(receiver: str, *, is_at_once: bool, now: datetime) -> Iterator[tuple[Channel, Mode]]:
    """Channel and mode of each way that is open. `is_at_once`: by all that were not refused, now."""
    if not receiver.startswith(("position:", "person:")):
        # An applicant has no page of notices and asked for an answer: every way he left open, at once.
        yield Channel.MAIL, Mode.AT_ONCE
        if settings.NOTICE_HOOK:
            yield Channel.HOOK, Mode.AT_ONCE
        if _has_browser(receiver):
            yield Channel.PUSH, Mode.AT_ONCE
        return
    yield Channel.IN_APP, Mode.AT_ONCE
    person = person_of(receiver, now)
    if not person:
        return
    position = receiver.removeprefix("position:") if receiver.startswith("position:") else ""
    for channel in (Channel.MAIL, Channel.PUSH, Channel.HOOK):
        if not _is_open(channel, person):
            continue
        mode = mode_of(person, position, channel)
        if mode != Mode.NEVER:
            # Only mail can wait for the others of the day.
            yield channel, Mode.AT_ONCE if is_at_once or channel != Channel.MAIL else mode


def mode_of(person: str, position: str, channel: Channel) -> Mode:
    """What the person chose for this position, else for all, else what is usual."""
    chosen = dict(
        Preference.objects.filter(person=person, channel=channel, position__in=("", position)).values_list(
            "position", "mode"
        )
    )
    return Mode(chosen.get(position) or chosen.get("") or _USUAL[channel])


def _is_open(channel: Channel, person: str) -> bool:
    match channel:
        case Channel.PUSH:
            return _has_browser(f"person:{person}")
        case Channel.HOOK:
            return bool(settings.NOTICE_HOOK)
        case _:
            return True


def _has_browser(receiver: str) -> bool:
    return bool(settings.VAPID_PRIVATE_KEY) and PushSubscription.objects.filter(receiver=receiver).exists()
