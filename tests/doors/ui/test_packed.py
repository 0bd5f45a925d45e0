"""Pages are packed on their way; whoever cannot unpack gets them as they are, and files are left alone."""

from __future__ import annotations

import gzip
from typing import cast

import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from mapalus.doors.ui.middleware import PackedPages

TEXT = "<p>Prevalensi stunting</p>" * 200


def answered(response: HttpResponseBase, **headers: str) -> HttpResponseBase:
    def view(request: HttpRequest) -> HttpResponse:
        return cast(HttpResponse, response)  # a stream, too, passes here

    return PackedPages(view)(RequestFactory(headers=headers).get("/"))


def test_a_page_is_packed_and_unpacks_to_itself() -> None:
    found = answered(HttpResponse(TEXT, headers={"ETag": '"a"'}), accept_encoding="gzip, br")
    assert isinstance(found, HttpResponse)
    assert gzip.decompress(found.content).decode() == TEXT
    assert len(found.content) < len(TEXT) / 5
    assert (found["Content-Encoding"], found["ETag"], found["Vary"]) == ("gzip", 'W/"a"', "Accept-Encoding")
    assert found["Content-Length"] == str(len(found.content))


def test_two_answers_of_one_page_differ_in_length_so_that_it_tells_nothing() -> None:
    sizes = {len(answered(HttpResponse(TEXT), accept_encoding="gzip").content) for _n in range(30)}  # type: ignore[attr-defined]
    assert len(sizes) > 1


def test_whoever_cannot_unpack_gets_the_page_as_it_is() -> None:
    found = answered(HttpResponse(TEXT))
    assert isinstance(found, HttpResponse)
    assert found.content.decode() == TEXT
    assert found["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse("<p>short</p>"),
        HttpResponse(TEXT, content_type="text/csv"),
        HttpResponse(TEXT, headers={"Content-Encoding": "br"}),
        StreamingHttpResponse([TEXT.encode()]),
    ],
    ids=["short", "file", "packed already", "stream"],
)
def test_everything_else_is_left_alone(response: HttpResponseBase) -> None:
    before = response.headers.get("Content-Encoding")
    assert answered(response, accept_encoding="gzip").headers.get("Content-Encoding") == before
