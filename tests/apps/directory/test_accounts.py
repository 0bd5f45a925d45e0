"""Before somebody leaves: what is still only on him. When his account is closed, everything of it ends at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client

from mapalus.apps.directory import accounts, actions
from mapalus.apps.directory.models import Form, Person
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.errors import Conflict, Invalid
from tests.apps.directory.conftest import NOW
from tests.apps.directory.test_handovers import left
from tests.apps.directory.test_mandates import given

pytestmark = pytest.mark.usefixtures("province", "still")


@pytest.fixture
def still(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """The clock stands at the story's hour; rate limits begin anew."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()


class Tokens:
    """An app that hands out keys."""

    def __init__(self) -> None:
        self.names = ["sinkron SIPD"]

    def held_by(self, user: User) -> Iterator[str]:
        return iter(self.names)

    def end(self, user: User) -> int:
        count, self.names = len(self.names), []
        return count


@pytest.fixture
def tokens(monkeypatch: pytest.MonkeyPatch) -> Tokens:
    source = Tokens()
    monkeypatch.setattr(accounts, "_keys", {"uji": source})
    return source


def entered(person: str) -> Client:
    client = Client()
    user = Person.objects.get(pk=person).user
    assert user is not None
    user.set_password("jagung di ladang sendiri")
    user.save()
    client.post("/akun/masuk/", {"login": user.email, "password": "jagung di ladang sendiri"})
    return client


def test_exit_check_names_what_is_only_on_him(tokens: Tokens) -> None:
    given(Form.LOOK, giver="dinkes.sekretaris", taker="dinkes.data")
    entered("P28")
    found = accounts.burdens(Person.objects.get(pk="P28"), NOW)
    assert [one.kind for one in found] == ["position", "acting", "mandate", "account", "session", "key"]
    assert all(one.todo for one in found)
    assert [one.kind for one in found if one.is_blocking] == ["position", "acting", "key"]


def test_unsigned_sheet_holds_him_until_it_is_signed() -> None:
    sheet = left()
    (found,) = [one for one in accounts.burdens(Person.objects.get(pk="P38"), NOW) if one.kind == "handover"]
    assert (found.number, found.is_blocking) == (sheet.pk, True)


def test_closing_ends_sessions_keys_and_factors_at_once(tokens: Tokens) -> None:
    from allauth.mfa.models import Authenticator

    client, person = entered("P32"), Person.objects.get(pk="P32")
    assert person.user is not None
    Authenticator.objects.create(user=person.user, type="totp", data={"secret": "x"})
    assert client.get("/meja/jabatan/").status_code == 200
    actions.close_account(person, reason="Pensiun", by=PLATFORM, now=NOW)
    assert client.get("/meja/jabatan/").status_code == 302
    assert tokens.names == []
    assert not Authenticator.objects.filter(user=person.user).exists()
    assert Entry.objects.get(act="directory.close-account").data == {
        "reason": "Pensiun", "sessions": 1, "factors": 1, "keys": 1, "identities": 0,
    }  # fmt: skip


def test_opened_again_no_old_session_and_no_old_password_comes_back() -> None:
    client, person = entered("P32"), Person.objects.get(pk="P32")
    session = client.session.session_key
    actions.close_account(person, reason="Pensiun", by=PLATFORM, now=NOW)
    actions.reopen_account(person, reason="Keliru", by=PLATFORM, now=NOW)
    assert client.get("/meja/jabatan/").status_code == 302
    user = User.objects.get(username="P32")
    assert user.is_active
    assert not user.has_usable_password()
    assert session != client.session.session_key


def test_account_is_closed_once_with_a_reason() -> None:
    person = Person.objects.get(pk="P32")
    with pytest.raises(Invalid):
        actions.close_account(person, reason=" ", by=PLATFORM, now=NOW)
    actions.close_account(person, reason="Pensiun", by=PLATFORM, now=NOW)
    with pytest.raises(Conflict):
        actions.close_account(person, reason="Pensiun", by=PLATFORM, now=NOW)
    assert not [one for one in accounts.burdens(person, NOW) if one.kind in ("account", "session")]


def test_ledger_says_that_a_name_was_corrected_not_which() -> None:
    person = Person.objects.get(pk="P32")
    actions.correct_person(person, name="Nama Baru", by=PLATFORM, now=NOW)
    entry = Entry.objects.get(act="directory.correct-person")
    assert entry.data == {"changed": ["name"]}
    assert "Nama Baru" not in f"{entry.subject_label}{entry.data}"
