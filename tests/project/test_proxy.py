"""Behind a proxy the one who asks is whom the proxy names last; what stands before it anyone may have written."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from mapalus.project.proxy import BehindProxy


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("10.0.0.1, 203.0.113.7", "203.0.113.7"),
        ("2001:db8::1", "2001:db8::1"),
        ("", "127.0.0.1"),
        ("203.0.113.7, nobody", "127.0.0.1"),
        ("<script>", "127.0.0.1"),
    ],
)
def test_who_asks_is_whom_the_proxy_names_last(said: str, known: str) -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(request.META["REMOTE_ADDR"])

    answer = BehindProxy(view)(RequestFactory(headers={"x-forwarded-for": said}).get("/"))
    assert answer.content.decode() == known


def test_whoever_watches_a_process_asks_it_by_its_address(db: None, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["data.contoh.go.id"]
    asked = {
        path: Client().get(path, headers={"host": "10.1.2.3:8000"}).status_code
        for path in ("/-/ready", "/-/metrics", "/", "/-/ready/x")
    }
    assert asked == {"/-/ready": 200, "/-/metrics": 200, "/": 400, "/-/ready/x": 400}
