"""Language and theme are remembered, and lead nowhere else."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_is_indonesian_whatever_the_browser_prefers() -> None:
    answer = Client().get("/-/gallery", headers={"Accept-Language": "en"})
    assert answer.headers["Content-Language"] == "id"
    assert '<html lang="id"' in answer.content.decode()
    assert "Langsung ke isi" in answer.content.decode()


def test_the_chosen_language_stays() -> None:
    client = Client()
    answer = client.post("/-/language", {"language": "en", "next": "/-/gallery"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/-/gallery")
    page = client.get("/-/gallery").content.decode()
    assert '<html lang="en"' in page
    assert "Skip to the content" in page


def test_the_chosen_theme_stays() -> None:
    client = Client()
    client.post("/-/theme", {"theme": "dark", "next": "/-/gallery"})
    assert 'data-theme="dark"' in client.get("/-/gallery").content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_a_switch_never_leads_to_another_site(target: str) -> None:
    answer = Client().post("/-/theme", {"theme": "dark", "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(("path", "field"), [("/-/language", "language"), ("/-/theme", "theme")])
def test_a_value_that_is_no_choice_is_not_kept(path: str, field: str) -> None:
    assert not Client().post(path, {field: "xx\r\nSet-Cookie: a=b", "next": "/"}).cookies


def test_every_page_carries_the_strict_policy() -> None:
    policy = Client().get("/-/gallery").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_an_unknown_address_is_a_page_in_the_readers_language() -> None:
    answer = Client().get("/tidak-ada")
    assert answer.status_code == 404
    assert "Langsung ke isi" in answer.content.decode()
    fragment = Client().get("/tidak-ada", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert 'role="alert"' in fragment
