"""A new process has opened its first pages before a visitor does, and starts even where it cannot."""

from __future__ import annotations

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import OperationalError, connections
from django.http import HttpRequest, HttpResponse

from mapalus.project import warming


class Asked(WSGIHandler):
    def __init__(self, status: int = 200) -> None:
        self.paths: list[str] = []
        self.status = status

    def get_response(self, request: HttpRequest) -> HttpResponse:
        self.paths.append(request.path)
        if self.status == 500:
            raise OperationalError
        return HttpResponse()


@pytest.fixture(autouse=True)
def nothing_of_a_test_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "close_all", lambda: None)


@pytest.mark.django_db
def test_it_opens_a_page_of_each_door_for_strangers_and_the_public_boards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_LONGEST", 600.0)
    asked = Asked()
    warming.look_round(asked)
    assert {"/", "/akun/masuk/", "/papan/gubernur/"} <= set(asked.paths)
    assert any(path.startswith("/papan/mengapa/") for path in asked.paths)
    assert "/papan/pimpinan/" not in asked.paths


@pytest.mark.django_db
def test_a_page_that_fails_does_not_keep_a_process_from_starting() -> None:
    asked = Asked(500)
    warming.look_round(asked)
    assert len(asked.paths) == 1


@pytest.mark.django_db
def test_where_waiting_would_be_too_long_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warming, "_LONGEST", -1.0)
    asked = Asked()
    warming.look_round(asked)
    assert asked.paths == []


def test_what_draws_pages_on_paper_is_loaded_beside_and_its_absence_keeps_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn: list[str] = []

    def pdf(page: str) -> bytes:
        drawn.append(page)
        raise ImportError

    monkeypatch.setattr("mapalus.engine.letters.paper.pdf", pdf)
    warming.load_late().join(60)
    assert len(drawn) == 1
