"""Sending a notice, and writing down that it was. Called by jobs, which are tried again.

A message carries the notice's own number (Message-ID, Idempotency-Key): should a process die between sending and the
mark, what is sent again is known as the same. In every other case a notice that was sent is not touched again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import datetime
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urljoin

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext, override

from mapalus.apps.directory.roster import local_day
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.notices import push
from mapalus.apps.notices.addresses import Address, address_of
from mapalus.apps.notices.letter import letter
from mapalus.apps.notices.models import Channel, Digest, Notice, PushSubscription
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.text import _

__all__ = ["Posted", "gather", "send", "send_code", "send_digest"]

log = structlog.get_logger()
_GONE = (404, 410)


class _Unreachable(Problem):
    code = "unreachable"
    text = _("There is no address to send this to.")


def send(key: int, *, now: datetime) -> None:
    """Send one notice, once. Raises `Unavailable` where a later attempt may succeed."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update().filter(pk=key, sent_at__isnull=True, failed_at__isnull=True).first()
        if notice is None:
            return
        notice.begun_at = now
        notice.save(update_fields=["begun_at"])
    try:
        address = address_of(notice.receiver, now)
        _WAYS[Channel(notice.channel)](notice, address)
    except Unavailable as problem:
        Notice.objects.filter(pk=key).update(problem=problem.say()[:240])
        raise
    except Problem as problem:
        Notice.objects.filter(pk=key).update(failed_at=now, problem=problem.say()[:240])
        log.debug("notice_given_up", notice=key, channel=notice.channel, problem=problem.code)
        return
    Notice.objects.filter(pk=key).update(sent_at=now, problem="")


# --- the ways out -------------------------------------------------------------------------------------------------


def _by_mail(notice: Notice, address: Address) -> None:
    if not address.mail:
        raise _Unreachable
    with override(address.language):
        _mail(
            address.mail, _filled(notice.subject, address), _filled(notice.body, address), link=_link(notice),
            key=str(notice.key),
        )  # fmt: skip


def _mail(to: str, subject: str, body: str, *, key: str, link: str = "") -> None:
    """As plain text, and the same words laid out: a mail program shows the one it can."""
    host = settings.SITE_URL.partition("//")[2].partition("/")[0].partition(":")[0] or "localhost"
    subject = " ".join(subject.split())
    message = EmailMultiAlternatives(
        subject, "\n\n".join(filter(None, [body, link])), to=[to],
        headers={"Message-ID": f"<{key}@{host}>", "Auto-Submitted": "auto-generated"},
    )  # fmt: skip
    message.attach_alternative(letter(subject, body, link), "text/html")
    try:
        message.send()
    except SMTPRecipientsRefused:
        raise _Unreachable from None
    except (OSError, SMTPException) as error:
        raise Unavailable(_("The mail server does not answer.")) from error


def _by_hook(notice: Notice, address: Address) -> None:
    if not settings.NOTICE_HOOK:
        raise _Unreachable
    if not address.phone and not address.person:
        raise _Unreachable
    told = {
        "id": str(notice.key),
        "to": {"phone": address.phone, "person": address.person, "receiver": notice.receiver},
        "subject": _filled(notice.subject, address),
        "text": _filled(notice.body, address),
        "url": _link(notice),
        "language": address.language,
    }
    _hook(told)


def send_code(phone: str, code: str, *, minutes: int) -> None:
    """Send a sign-in code at once, past the outbox: later it is of no use, and no row may hold it.

    Raises `Unavailable` where the gateway does not answer, `Refused` where it does not want it.
    """
    if not settings.NOTICE_HOOK:
        raise _Unreachable
    text = gettext(
        "%(code)s is your code for Mapalus. It holds for %(minutes)s minutes. Give it to nobody, whoever asks."
    ) % {"code": code, "minutes": minutes}
    told = {
        "id": str(uuid.uuid4()), "kind": "code", "to": {"phone": phone, "person": "", "receiver": ""},
        "subject": gettext("Sign-in code"), "text": text, "url": "", "language": get_language() or "id",
    }  # fmt: skip
    _hook(told)


def _hook(told: dict[str, Any]) -> None:
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": str(told["id"]),
        "X-Mapalus-Signature": push.signature(body, settings.NOTICE_HOOK_SECRET),
    }
    _answered(_post()(settings.NOTICE_HOOK, body=body, headers=headers, allowed=settings.FETCH_ALLOWED))


def _by_push(notice: Notice, address: Address) -> None:
    receiver = f"person:{address.person}" if address.person else notice.receiver
    browsers = list(PushSubscription.objects.filter(receiver=receiver))
    if not browsers:
        raise _Unreachable
    # No personal value, not even a subject made of one, goes through another company's server.
    title = notice.subject if "{" not in notice.subject else gettext("There is news")
    told = json.dumps({"id": str(notice.key), "title": title, "url": notice.url}).encode()
    reached, waits = 0, None
    for browser in browsers:
        try:
            message = push.sealed(told, endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth)
            answer = _post()(browser.endpoint, body=message.body, headers=message.headers, allowed=())
            if answer.status in _GONE:
                browser.delete()
                continue
            _answered(answer)
            reached += 1
        except Unavailable as problem:
            waits = problem
        except Problem:
            browser.delete()
    if not reached:
        raise waits or _Unreachable()


_WAYS: dict[Channel, Callable[[Notice, Address], None]] = {
    Channel.MAIL: _by_mail,
    Channel.HOOK: _by_hook,
    Channel.PUSH: _by_push,
    Channel.IN_APP: lambda _notice, _address: None,
}


def _post() -> Callable[..., Any]:
    """The connector that posts; named in the settings, because apps and connectors are strangers to each other."""
    return import_string(settings.NOTICE_POST)  # type: ignore[no-any-return]


def _answered(answer: Any) -> None:
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise Unavailable(_("The message gateway answers %(status)s."), status=answer.status)
    if not 200 <= answer.status < 300:
        raise Refused("hook", _("The message gateway refuses: %(status)s."), status=answer.status)


def _filled(text: str, address: Address) -> str:
    for name, value in address.fill.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _link(notice: Notice) -> str:
    return urljoin(settings.SITE_URL, notice.url) if notice.url else ""


# --- the mail of the day ------------------------------------------------------------------------------------------


def gather(*, now: datetime) -> int:
    """Make one mail for each receiver for whom something waits, and queue it. How many; a second time today: none."""
    day, made = local_day(now), 0
    waiting = Notice.objects.for_digest(now).order_by().values_list("receiver", flat=True).distinct()
    for receiver in sorted(waiting):
        with transaction.atomic():
            # The day's mail is one: what came after it waits for the next.
            mail, is_new = Digest.objects.get_or_create(receiver=receiver, day=day)
            if not is_new:
                continue
            Notice.objects.for_digest(now).filter(receiver=receiver).update(digest=mail)
            from mapalus.apps.notices.jobs import send_digest as queued

            enqueue(queued, mail.pk, key=f"digest:{mail.key}")
            made += 1
    return made


def send_digest(key: int, *, now: datetime) -> None:
    """Send one mail of the day, once."""
    with transaction.atomic():
        mail = Digest.objects.select_for_update().filter(pk=key, sent_at__isnull=True).first()
    if mail is None:
        return
    notices = list(mail.notices.filter(sent_at__isnull=True).order_by("created_at", "pk"))
    address = address_of(mail.receiver, now)
    if not address.mail:
        Digest.objects.filter(pk=key).update(problem=_Unreachable().say()[:240])
        Notice.objects.filter(pk__in=[one.pk for one in notices]).update(failed_at=now)
        return
    with override(address.language):
        subject = gettext("%(count)s notices of today") % {"count": len(notices)}
        lines = [f"• {one.subject}\n  {_link(one)}".rstrip() for one in notices]
        body = "\n\n".join([gettext("What came for your position since yesterday:"), *lines])
        if notices:
            _mail(address.mail, subject, body, key=str(mail.key))
    with transaction.atomic():
        Digest.objects.filter(pk=key).update(sent_at=now)
        Notice.objects.filter(pk__in=[one.pk for one in notices]).update(sent_at=now)


class Posted:
    """What `NOTICE_POST` answers with: only its status counts."""

    status: int
