"""Somebody is told once, by the ways he left open, at the time he chose; what fails is tried again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.test import override_settings

from mapalus.apps.directory.actor import official
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, Unit
from mapalus.apps.jobs.worker import run_waiting
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices import actions, addresses, push, sending
from mapalus.apps.notices.models import Channel, Digest, Mode, Notice, PushSubscription
from mapalus.engine.errors import Invalid, NotAllowed, Unavailable
from tests.apps.notices.examples import BROWSER

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
HEAD = "contoh.kadis"
TO = f"position:{HEAD}"


@pytest.fixture(autouse=True)
def head() -> Person:
    unit = Unit.objects.create(code="contoh", name="Dinas Contoh", short="Contoh", kind="dinas")
    Position.objects.create(code=HEAD, unit=unit, title="Kepala", is_head=True)
    return holder("P1", "p1@contoh.test", from_on=date(2026, 1, 1))


def holder(code: str, mail: str, *, from_on: date, to_on: date | None = None) -> Person:
    user = get_user_model().objects.create(username=code, email=mail)
    person = Person.objects.create(code=code, name=f"Orang {code}", user=user, is_sample=True)
    Appointment.objects.create(
        position_id=HEAD, person=person, kind=Kind.DEFINITIVE, from_on=from_on, to_on=to_on, decree="SK"
    )
    return person


def tell(event: str = "e1", to: str = TO, **more: Any) -> list[Notice]:
    return actions.tell(to, event=event, subject="Giliran Anda", body="Isi", url="/desk/", now=NOW, **more)


def prefer(mode: Mode, channel: Channel = Channel.MAIL) -> None:
    person = Person.objects.get(code="P1")
    actor = official("P1", HEAD, now=NOW)
    assert actor is not None
    actions.prefer(person, channel=channel, mode=mode, by=actor, now=NOW)


@dataclass
class Gateway:
    """Takes what is posted; answers as it is told."""

    status: int = 200
    posted: list[tuple[str, bytes, dict[str, str]]] | None = None

    def __call__(self, address: str, *, body: bytes, headers: dict[str, str], allowed: object) -> Gateway:
        self.posted = [*(self.posted or []), (address, body, headers)]
        return self


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    monkeypatch.setattr(sending, "_post", lambda: made)
    return made


# --- once


def test_the_same_event_tells_nobody_twice() -> None:
    assert len(tell()) == 2  # in the inbox, and by mail with the others of the day
    assert tell() == []


def test_a_notice_that_was_sent_is_not_sent_again(mailoutbox: list[EmailMessage]) -> None:
    (_in_app, mail) = tell(is_urgent=True)
    sending.send(mail.pk, now=NOW)
    sending.send(mail.pk, now=NOW)
    assert [message.to for message in mailoutbox] == [["p1@contoh.test"]]
    assert mailoutbox[0].extra_headers["Message-ID"].startswith(f"<{mail.key}@")


def test_what_is_told_inside_an_act_that_fails_is_not_told() -> None:
    from django.db import transaction

    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


# --- to whom


def test_a_notice_belongs_to_the_position_and_its_successor_reads_it() -> None:
    tell()
    Appointment.objects.update(to_on=date(2026, 11, 20))
    holder("P2", "p2@contoh.test", from_on=date(2026, 11, 21))
    later = NOW + timedelta(days=2)
    new, old = official("P2", HEAD, now=later), official("P1", HEAD, now=later)
    assert old is None
    assert Notice.objects.visible_to(new).in_app().count() == 1
    assert addresses.address_of(TO, later).mail == "p2@contoh.test"


def test_nobody_reads_the_notices_of_another() -> None:
    tell(to="position:lain.kadis")
    actor = official("P1", HEAD, now=NOW)
    assert actor is not None
    assert not Notice.objects.visible_to(actor).exists()
    assert not Notice.objects.visible_to(None).exists()
    assert actions.mark_read(list(Notice.objects.values_list("pk", flat=True)), by=actor, now=NOW) == 0


def test_one_chooses_for_oneself_only() -> None:
    other = Person.objects.create(code="P9", name="Orang lain")
    actor = official("P1", HEAD, now=NOW)
    assert actor is not None
    with pytest.raises(NotAllowed):
        actions.prefer(other, channel=Channel.MAIL, mode=Mode.NEVER, by=actor, now=NOW)
    with pytest.raises(Invalid):
        actions.prefer(Person.objects.get(code="P1"), channel=Channel.IN_APP, mode=Mode.NEVER, by=actor, now=NOW)


def test_a_vacant_position_reads_later_what_came_meanwhile() -> None:
    Appointment.objects.all().delete()
    assert [notice.channel for notice in tell()] == [Channel.IN_APP]


# --- when


def test_who_wants_no_mail_gets_none_unless_by_his_own_word() -> None:
    prefer(Mode.NEVER)
    assert [notice.channel for notice in tell()] == [Channel.IN_APP]
    prefer(Mode.AT_ONCE)
    (_in_app, mail) = tell("e2")
    assert not mail.is_daily


def test_the_mail_of_the_day_is_one(mailoutbox: list[EmailMessage]) -> None:
    for number in range(3):
        tell(f"e{number}")
    assert sending.gather(now=NOW) == 1
    assert sending.gather(now=NOW) == 0
    run_waiting(now=NOW)
    (message,) = mailoutbox
    assert message.subject == "3 pemberitahuan hari ini"
    assert message.body.count("Giliran Anda") == 3
    tell("e9")
    assert sending.gather(now=NOW + timedelta(hours=1)) == 0  # waits for tomorrow's
    assert sending.gather(now=NOW + timedelta(days=1)) == 1
    assert Digest.objects.count() == 2


# --- when it does not work


def test_a_mail_server_that_is_away_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    (_in_app, mail) = tell(is_urgent=True)

    def away(*_args: object, **_more: object) -> int:
        raise OSError

    monkeypatch.setattr(EmailMessage, "send", away)
    with pytest.raises(Unavailable):
        sending.send(mail.pk, now=NOW)
    mail.refresh_from_db()
    assert (mail.sent_at, mail.failed_at) == (None, None)
    assert "tidak menjawab" in mail.problem


def test_what_cannot_be_reached_is_given_up_with_its_reason() -> None:
    (_in_app, mail) = tell(is_urgent=True)
    Person.objects.update(user=None)
    sending.send(mail.pk, now=NOW)
    mail.refresh_from_db()
    assert mail.failed_at == NOW
    assert mail.problem


# --- the gateway


def test_the_gateway_gets_signed_json_with_a_number_of_its_own(gateway: Gateway) -> None:
    addresses.register("uji", lambda key, now: addresses.Address(phone="+628123", fill={"nama": "Siti"}))
    with override_settings(NOTICE_HOOK="https://gateway.contoh.test/in", NOTICE_HOOK_SECRET="rahasia"):
        actions.tell("uji:1", event="e1", subject="Halo {nama}", body="Yth. {nama}", now=NOW)
        hook = Notice.objects.get(channel=Channel.HOOK)
        sending.send(hook.pk, now=NOW)
    assert gateway.posted is not None
    ((address, body, headers),) = gateway.posted
    told = json.loads(body)
    assert address == "https://gateway.contoh.test/in"
    assert (told["to"]["phone"], told["text"], told["id"]) == ("+628123", "Yth. Siti", str(hook.key))
    assert headers["X-Mapalus-Signature"] == push.signature(body, "rahasia")
    assert headers["Idempotency-Key"] == str(hook.key)
    assert "Siti" not in Notice.objects.get(pk=hook.pk).body


@pytest.mark.parametrize(("status", "is_retried"), [(503, True), (429, True), (400, False)])
def test_a_gateway_that_is_busy_is_asked_again_one_that_refuses_is_not(
    gateway: Gateway, status: int, is_retried: bool
) -> None:
    gateway.status = status
    addresses.register("uji", lambda key, now: addresses.Address(phone="+628123"))
    with override_settings(NOTICE_HOOK="https://gateway.contoh.test/in"):
        actions.tell("uji:1", event="e1", subject="Halo", now=NOW)
        hook = Notice.objects.get(channel=Channel.HOOK)
        if is_retried:
            with pytest.raises(Unavailable):
                sending.send(hook.pk, now=NOW)
        else:
            sending.send(hook.pk, now=NOW)
    hook.refresh_from_db()
    assert (hook.failed_at is None) == is_retried


# --- browsers


def test_a_browser_that_is_gone_is_forgotten_and_the_others_are_reached(gateway: Gateway) -> None:
    with override_settings(VAPID_PRIVATE_KEY=push.new_key()):
        person = Person.objects.get(code="P1")
        actions.subscribe(person, **BROWSER, by=PLATFORM, now=NOW)
        tell()
        (notice,) = Notice.objects.filter(channel=Channel.PUSH)
        sending.send(notice.pk, now=NOW)
        assert gateway.posted is not None
        assert gateway.posted[0][2]["Content-Encoding"] == "aes128gcm"
        gateway.status = 410
        tell("e2")
        sending.send(Notice.objects.filter(channel=Channel.PUSH).latest("pk").pk, now=NOW)
    assert not PushSubscription.objects.exists()


def test_a_browser_inside_the_own_network_is_not_asked() -> None:
    with override_settings(VAPID_PRIVATE_KEY=push.new_key()):
        person = Person.objects.get(code="P1")
        actions.subscribe(person, **{**BROWSER, "endpoint": "https://127.0.0.1/x"}, by=PLATFORM, now=NOW)
        tell()
        (notice,) = Notice.objects.filter(channel=Channel.PUSH)
        sending.send(notice.pk, now=NOW)
    notice.refresh_from_db()
    assert notice.failed_at == NOW
    assert not PushSubscription.objects.exists()


def test_without_a_key_no_browser_is_taken() -> None:
    with pytest.raises(Invalid):
        actions.subscribe(Person.objects.get(code="P1"), **BROWSER, by=PLATFORM, now=NOW)
