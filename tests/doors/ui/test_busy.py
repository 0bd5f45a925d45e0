"""When nothing can be written, the page says so, says when to come back, and holds what was filled in."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from mapalus.apps.cases import drafts
from mapalus.project.sqlite.base import Busy

pytestmark = pytest.mark.django_db
GIVEN = {"kode": "ABCD <1>", "password": "rahasia-sekali", "pilih": ["satu", "dua"]}


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Any:
    def fail(error: Exception) -> None:
        def find(*_given: object, **_known: object) -> None:
            raise error

        monkeypatch.setattr(drafts, "find_by_code", find)

    return fail


def test_a_form_that_cannot_be_saved_now_is_held_by_the_page(busy: Any) -> None:
    busy(Busy())
    answer = Client().post("/layanan/saya/lanjut/", GIVEN)
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert "no-store" in answer["Cache-Control"]
    assert "Yang Anda isi tidak hilang" in page
    assert '<input type="hidden" name="kode" value="ABCD &lt;1&gt;">' in page
    assert page.count('name="pilih"') == 2
    assert page.count('name="csrfmiddlewaretoken"') == 1
    assert "rahasia-sekali" not in page


def test_a_single_statement_that_waited_in_vain_is_no_bug(busy: Any) -> None:
    busy(OperationalError("database is locked"))
    assert Client().post("/layanan/saya/lanjut/", GIVEN).status_code == 503


def test_a_session_that_cannot_be_saved_is_no_bug(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    def save(*_given: object, **_known: object) -> None:
        raise Busy

    monkeypatch.setattr(SessionStore, "save", save)
    monkeypatch.setattr(drafts, "find_by_code", lambda *_given, **_known: drafts.Filling("apa-saja", pk=7))
    answer = Client(raise_request_exception=False).post("/layanan/saya/lanjut/", {"kode": "abc"})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
