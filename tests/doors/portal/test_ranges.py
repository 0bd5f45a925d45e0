"""A reader of Parquet takes the parts it needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from mapalus.doors.portal.ranges import file_or_part

# a streamed answer that ends looks after the connections of the database
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("", 200, b"0123456789"),
        ("bytes=0-3", 206, b"0123"),
        ("bytes=4-", 206, b"456789"),
        ("bytes=-3", 206, b"789"),
        ("bytes=8-99", 206, b"89"),
        ("bytes=-99", 206, b"0123456789"),
        ("bytes=10-", 416, b""),
        ("bytes=-0", 416, b""),
        ("bytes=5-4", 200, b"0123456789"),  # no range at all (RFC 9110, 14.1.1)
        ("Bytes=0-0", 206, b"0"),
        ("bytes=" + "9" * 5000 + "-", 200, b"0123456789"),
        ("bytes=٣-٤", 200, b"0123456789"),
        ("bytes=0-1,3-4", 200, b"0123456789"),
        ("items=0-1", 200, b"0123456789"),
        ("bytes=-", 200, b"0123456789"),
    ],
)
def test_one_range_is_answered(tmp_path: Path, asked: str, status: int, part: bytes) -> None:
    path = tmp_path / "data.parquet"
    path.write_bytes(b"0123456789")
    request = RequestFactory().get("/", headers={"Range": asked} if asked else {})
    answer: Any = file_or_part(request, path, content_type="x/y", mark='"1"')
    assert answer.status_code == status
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert content == part
    answer.close()


def test_only_who_reads_is_given_a_part(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    path.write_bytes(b"0123456789")
    request = RequestFactory().head("/", headers={"Range": "bytes=0-3"})
    answer = file_or_part(request, path, content_type="x/y", mark='"1"')
    assert (answer.status_code, answer.headers["Content-Length"]) == (200, "10")
    answer.close()


def test_a_part_of_another_file_is_not_given(tmp_path: Path) -> None:
    path = tmp_path / "data.parquet"
    path.write_bytes(b"0123456789")
    request = RequestFactory().get("/", headers={"Range": "bytes=0-3", "If-Range": '"old"'})
    answer = file_or_part(request, path, content_type="x/y", mark='"new"')
    assert answer.status_code == 200
    answer.close()
