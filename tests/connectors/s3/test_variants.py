"""Object storages that differ: in their lists, their tags, and in how they say no."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, offered

BUCKET = {"endpoint": "{url}", "bucket": "data", "key_id": "ID", "secret": "KEY"}
BODY = b"kode,nama\n1,a\n"


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def listed(names: list[str], *, tail: str = "", tag: str = '"t"', moment: str = "2026-01-02T00:00:00.000Z") -> Response:
    one = "<Contents><Key>{0}</Key><LastModified>{1}</LastModified><ETag>{2}</ETag><Size>14</Size></Contents>"
    inner = "".join(one.format(name, moment, tag.replace('"', "&quot;")) for name in names)
    space = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
    return Response(200, f"<ListBucketResult {space}>{inner}{tail}</ListBucketResult>".encode())


def bucket(page: Any, *, tag: str = '"t"') -> Answer:
    def answer(request: Request) -> Response:
        if request.path.rstrip("/") == "/data":
            found: Response = page(request.query)
            return found
        return Response(200, BODY, {"ETag": tag})

    return answer


NAMES = [f"{n}.csv" for n in range(5)]
MORE = "<IsTruncated>true</IsTruncated>"


@pytest.mark.parametrize("kind", ["marker", "last name", "start-after"])
def test_a_service_of_the_first_version_is_listed_to_the_end(kind: str) -> None:
    """It overlooks `list-type=2`, and gives no token to go on with."""

    def page(query: dict[str, str]) -> Response:
        after = query.get("start-after" if kind == "start-after" else "marker", "")
        left = [name for name in NAMES if name > after]
        marker = f"<NextMarker>{left[1]}</NextMarker>" if kind == "marker" and len(left) > 2 else ""
        return listed(left[:2], tail=marker + MORE if len(left) > 2 else "<IsTruncated>false</IsTruncated>")

    assert [one.key for one in offered("s3", bucket(page), **BUCKET)] == NAMES


def test_a_list_that_does_not_go_on_is_told() -> None:
    with pytest.raises(Unavailable):
        offered("s3", bucket(lambda query: listed(NAMES, tail=MORE)), **BUCKET)


@pytest.mark.parametrize(("there", "here"), [
    ('"abc"', '"abc"'), ('"abc-3"', '"abc-3"'), ("abc", '"abc"'), ('"abc"', "abc"), ("", '"abc"'), ('"abc"', 'W/"abc"'),
])  # fmt: skip
def test_a_tag_is_the_same_with_and_without_quotes(tmp_path: Path, there: str, here: str) -> None:
    answer = bucket(lambda query: listed(["a.csv"], tag=there), tag=here)
    found = brought("s3", answer, tmp_path, **BUCKET)
    assert found is not None
    assert found.path.read_bytes() == BODY
    assert brought("s3", answer, tmp_path, found.mark, **BUCKET) is None


def test_another_tag_is_a_file_that_is_being_written(tmp_path: Path) -> None:
    fails(Unavailable, "s3", bucket(lambda query: listed(["a.csv"]), tag='"other"'), tmp_path, says="still", **BUCKET)


def no(status: int, code: str, more: str = "", **headers: str) -> Response:
    return Response(status, f"<Error><Code>{code}</Code>{more}</Error>".encode(), headers)


@pytest.mark.parametrize(("said", "kind", "words"), [
    (no(301, "PermanentRedirect", "<Endpoint>data.s3.eu-west-1.amazonaws.com</Endpoint>"), Misconfigured, "eu-west-1"),
    (no(301, "PermanentRedirect", **{"x-amz-bucket-region": "ap-southeast-3"}), Misconfigured, "ap-southeast-3"),
    (no(400, "AuthorizationHeaderMalformed", "<Region>ap-southeast-3</Region>"), Misconfigured, "ap-southeast-3"),
    (no(403, "AccessDenied"), Misconfigured, "AccessDenied"), (no(403, "InvalidAccessKeyId"), Misconfigured, "bucket"),
    (no(403, "SignatureDoesNotMatch"), Misconfigured, "Signature"), (no(404, "NoSuchBucket"), Vanished, "data"),
    (no(403, "RequestTimeTooSkewed"), Misconfigured, "clock"), (no(503, "SlowDown"), Unavailable, ""),
    (Response(200, b"<html>console</html>"), Refused, "object storage"), (Response(200, b""), Refused, ""),
    (Response(200, b"<!DOCTYPE a [<!ENTITY b 'c'>]><ListBucketResult/>"), Refused, ""),
    (listed(["a.csv"], moment="kemarin"), Refused, ""), (listed([]), Vanished, "no file"),
    (listed(["folder/", "a.csv.part"]), Vanished, "no file"),
])  # fmt: skip
def test_what_a_storage_says_instead(tmp_path: Path, said: Response, kind: type[Problem], words: str) -> None:
    fails(kind, "s3", lambda request: said, tmp_path, says=words, **BUCKET)


def test_names_that_come_escaped_are_asked_for_as_they_are(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Response:
        if request.path.rstrip("/") == "/data":
            return listed(["Data+Sekolah%20%2B%202024.csv"], tail="<EncodingType>url</EncodingType>")
        asked.append(request.path)
        return Response(200, BODY, {"ETag": '"t"'})

    found = brought("s3", answer, tmp_path, **BUCKET)
    assert found is not None
    assert (found.name, asked) == ("Data Sekolah + 2024.csv", ["/data/Data%20Sekolah%20%2B%202024.csv"])
