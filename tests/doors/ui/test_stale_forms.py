"""A form whose token no longer counts: one sentence, nothing lost, and nothing of another site given a button."""

from __future__ import annotations

from django.conf import settings
from django.test import Client

FORM = "/akun/masuk/"
SENT = {"login": "warga@contoh.id", "password": "rahasia", "isi": "Jalan <rusak>"}


def test_what_was_filled_in_is_given_back_without_secrets() -> None:
    page = Client(enforce_csrf_checks=True).post(FORM, SENT, headers={"Sec-Fetch-Site": "same-origin"})
    said = page.content.decode()
    assert page.status_code == 403
    assert "Formulir ini terbuka terlalu lama" in said
    assert 'name="isi" value="Jalan &lt;rusak&gt;"' in said
    assert "csrfmiddlewaretoken" in said
    assert "rahasia" not in said
    assert "csrftoken" in page.cookies


def test_what_another_site_sent_gets_no_button() -> None:
    for site in ("cross-site", "same-site", "none", ""):
        said = Client(enforce_csrf_checks=True).post(FORM, SENT, headers={"Sec-Fetch-Site": site}).content.decode()
        assert "Formulir ini terbuka terlalu lama" in said
        assert "rusak" not in said


def test_it_is_said_in_english_too() -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert "open for too long" in client.post(FORM, SENT).content.decode()
