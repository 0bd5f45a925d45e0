"""Every change to notices. What derives from another act (telling, sending, reading) has no ledger row of its own."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction

from mapalus.apps.directory.models import Person
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices import preferences, push
from mapalus.apps.notices.models import Channel, Mode, Notice, Preference, PushSubscription
from mapalus.engine.errors import Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["hear_no_more", "let_hear", "mark_read", "prefer", "subscribe", "tell", "unsubscribe"]

_MOST_BROWSERS = 10


def tell(
    receiver: str,
    *,
    event: str,
    subject: str,
    body: str = "",
    url: str = "",
    is_urgent: bool = False,
    is_asked_for: bool = False,
    now: datetime,
) -> list[Notice]:
    """Tell somebody, by every channel that is open to him, in the transaction of what happened.

    The rows and the jobs that send them commit together with it: nothing is told that did not happen, nothing that
    happened is forgotten. The same `event` again tells nothing again. `is_asked_for`: the receiver wants just this,
    so its mail does not wait for the others of the day.
    """
    made = []
    for channel, mode in preferences.channels(receiver, is_at_once=is_urgent or is_asked_for, now=now):
        notice = _once(
            Notice(
                event=event[:160], receiver=receiver, channel=channel, subject=subject[:240], body=body, url=url,
                is_urgent=is_urgent, is_daily=mode == Mode.DAILY, created_at=now,
                sent_at=now if channel == Channel.IN_APP else None,
            )
        )  # fmt: skip
        if notice is None:
            continue
        made.append(notice)
        if channel != Channel.IN_APP and mode == Mode.AT_ONCE:
            from mapalus.apps.notices.jobs import send

            enqueue(send, notice.pk, key=f"notice:{notice.key}")
    return made


def _once(notice: Notice) -> Notice | None:
    known = Notice.objects.filter(event=notice.event, receiver=notice.receiver, channel=notice.channel)
    if known.exists():
        return None
    try:
        with transaction.atomic():
            notice.save(force_insert=True)
    except IntegrityError:
        return None  # the same event, told at the same moment
    return notice


def mark_read(notices: list[int], *, by: Actor, now: datetime) -> int:
    """Mark as read what is one's own; how many. What one may not see is passed over."""
    return Notice.objects.visible_to(by).unread().filter(pk__in=notices).update(read_at=now)


@action("notices.prefer")
def prefer(person: Person, *, position: str = "", channel: str, mode: str, by: Actor, now: datetime) -> Preference:
    """Say how one wants to be told: at once, once a day, or not; in one position or in all."""
    if person.code != by.person and by.position != "system":
        raise NotAllowed(_("Everybody chooses for himself how he is told."))
    if channel not in Channel.values or mode not in Mode.values or channel == Channel.IN_APP:
        raise Invalid(fields={"mode": _("Choose how you want to be told.")})
    made, _new = Preference.objects.update_or_create(
        person=person.code, position=position, channel=channel, defaults={"mode": mode}
    )
    note(channel=channel, mode=mode, position=position)
    return made


@action("notices.subscribe")
def subscribe(
    person: Person, *, endpoint: str, p256dh: str, auth: str, agent: str = "", by: Actor, now: datetime
) -> PushSubscription:
    """Let a browser receive one's notices. The oldest of many is forgotten."""
    if person.code != by.person and by.position != "system":
        raise NotAllowed(_("Everybody chooses for himself how he is told."))
    # One browser, one official: whoever signed in there before hears nothing there any more.
    PushSubscription.objects.filter(endpoint=endpoint, receiver__startswith="person:").delete()
    return _let_hear(f"person:{person.code}", endpoint=endpoint, p256dh=p256dh, auth=auth, agent=agent, now=now)


@action("notices.unsubscribe")
def unsubscribe(person: Person, *, endpoint: str, by: Actor, now: datetime) -> int:
    """Forget a browser."""
    if person.code != by.person and by.position != "system":
        raise NotAllowed(_("Everybody chooses for himself how he is told."))
    return PushSubscription.objects.filter(receiver=f"person:{person.code}", endpoint=endpoint).delete()[0]


def let_hear(receiver: str, *, endpoint: str, p256dh: str, auth: str, agent: str = "", now: datetime) -> int:
    """Let an applicant's browser receive what is told to `receiver`; its key. No act: the ledger has no browsers."""
    return int(_let_hear(receiver, endpoint=endpoint, p256dh=p256dh, auth=auth, agent=agent, now=now).pk)


def hear_no_more(receiver: str, *, key: int) -> int:
    """Forget one browser of a receiver. How many there were."""
    return PushSubscription.objects.filter(receiver=receiver, pk=key).delete()[0]


def _let_hear(receiver: str, *, endpoint: str, p256dh: str, auth: str, agent: str, now: datetime) -> PushSubscription:
    if not settings.VAPID_PRIVATE_KEY:
        raise Invalid(_("This installation does not send to browsers."))
    if not endpoint.startswith("https://") or len(endpoint) > 600 or len(p256dh) > 120 or len(auth) > 40:
        raise Invalid(fields={"endpoint": _("The browser gave no usable address.")})
    push.sealed(b"{}", endpoint=endpoint, p256dh=p256dh, auth=auth, now=now)  # keys that are none are refused here
    made, _new = PushSubscription.objects.update_or_create(
        endpoint=endpoint, receiver=receiver,
        defaults={"p256dh": p256dh, "auth": auth, "agent": agent[:60], "since": now},
    )  # fmt: skip
    kept = PushSubscription.objects.filter(receiver=receiver).order_by("-since", "-pk").values_list("pk", flat=True)
    PushSubscription.objects.filter(pk__in=list(kept[_MOST_BROWSERS:])).delete()
    return made
