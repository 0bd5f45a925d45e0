"""Object storage: the suite of all connectors on moto, an independent S3, and our signature beside that of botocore."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web.signing import signed
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, ranged
from tests.connectors.worlds import SECRET, HttpWorld

NOW = datetime(2026, 11, 1, tzinfo=UTC)


class BucketWorld(HttpWorld):
    """Answers as S3 does, with each signature checked by botocore's own signer."""

    connector = "s3"
    stall_at = 2
    page = 3

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.others: dict[str, tuple[bytes, datetime]] = {}

    def options(self) -> dict[str, object]:
        return {
            "endpoint": self.served.url, "bucket": "data", "prefix": "setoran/", "pattern": "*.csv",
            "key_id": "S3_ID", "secret": "S3_KEY",
        }  # fmt: skip

    def body(self) -> bytes:
        return "".join(",".join(row.values()) + "\n" for row in self.rows).encode()

    def held(self) -> object:
        return self.body()

    def objects(self) -> dict[str, tuple[bytes, datetime]]:
        old = {f"setoran/lama {n}.csv": (b"old", NOW - timedelta(days=n)) for n in range(1, 6)}
        return {**old, "setoran/sekolah & guru+1.csv": (self.body(), NOW), **self.others}

    def reply(self, request: Request) -> Response:
        if not self.is_there:
            body = b"<?xml version='1.0'?><Error><Code>NoSuchBucket</Code></Error>"
            return Response(404, body, {"Content-Type": "application/xml"})
        return self.answer(request)

    def shut_out(self) -> None:
        body = b"<Error><Code>SignatureDoesNotMatch</Code></Error>"
        self.served.always = Response(403, body, {"Content-Type": "application/xml"})

    def answer(self, request: Request) -> Response:
        from urllib.parse import unquote

        if request.path.rstrip("/") == "/data":
            return self.listed(request)
        key = unquote(request.path.removeprefix("/data/"))
        if key not in self.objects():
            return Response(404, b"<Error><Code>NoSuchKey</Code></Error>")
        body = self.objects()[key][0]
        return ranged(request, body, etag=etag(body), kind="binary/octet-stream")

    def listed(self, request: Request) -> Response:
        keys = sorted(key for key in self.objects() if key.startswith(request.query.get("prefix", "")))
        start = int(request.query.get("continuation-token") or 0)
        shown, more = keys[start : start + self.page], start + self.page < len(keys)
        contents = "".join(
            f"<Contents><Key>{escape(key)}</Key><LastModified>{self.objects()[key][1]:%Y-%m-%dT%H:%M:%S.000Z}"
            f"</LastModified><ETag>{escape(etag(self.objects()[key][0]))}</ETag><Size>{len(self.objects()[key][0])}"
            "</Size></Contents>"
            for key in shown
        )
        token = f"<NextContinuationToken>{start + self.page}</NextContinuationToken>" if more else ""
        text = (
            '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
            f"<IsTruncated>{str(more).lower()}</IsTruncated>{contents}{token}</ListBucketResult>"
        )
        return Response(200, text.encode(), {"Content-Type": "application/xml"})


def etag(body: bytes) -> str:
    return f'"{hashlib.md5(body).hexdigest()}"'


class TestBucket(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[BucketWorld]:
        with BucketWorld.begin(tmp_path) as world:
            yield world

    def source(self, world: BucketWorld, **options: object) -> Any:
        return registry.connector("s3").open({**world.options(), **options}, world.surroundings())

    def test_the_newest_of_several_pages_is_taken(self, world: BucketWorld, into: Path) -> None:
        harvest = self.whole(world, into)
        assert harvest.name == "sekolah & guru+1.csv"
        assert world.open().harvest(mark=harvest.mark, into=into) is None

    def test_each_new_object_is_taken_once(self, world: BucketWorld, into: Path) -> None:
        source, mark, names = self.source(world, take="each"), "", []
        while (harvest := source.harvest(mark=mark, into=into)) is not None:
            mark = harvest.mark
            names.append(harvest.name)
        assert names == [f"lama {n}.csv" for n in (5, 4, 3, 2, 1)] + ["sekolah & guru+1.csv"]

    def test_it_is_a_shelf_of_its_objects(self, world: BucketWorld, into: Path) -> None:
        world.others["lain/x.json"] = (b"[]", NOW)
        connector = registry.connector("s3")
        shelf = connector.shelf({**world.options(), "prefix": ""}, world.surroundings())
        assert shelf is not None
        offered = {one.key: one for one in shelf.offered()}
        assert set(offered) == set(world.objects())
        harvest = connector.open(offered["lain/x.json"].options, world.surroundings()).harvest(mark="", into=into)
        assert harvest is not None
        assert harvest.path.read_bytes() == b"[]"

    def test_a_list_with_entities_is_refused(self, world: BucketWorld) -> None:
        bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><ListBucketResult>&b;</ListBucketResult>'
        world.served.always = Response(200, bomb, {"Content-Type": "application/xml"})
        with pytest.raises(Refused):
            world.open().check()

    def test_no_object_of_the_pattern_has_vanished(self, world: BucketWorld, into: Path) -> None:
        with pytest.raises(Vanished):
            self.source(world, pattern="*.xlsx").harvest(mark="", into=into)

    @pytest.mark.parametrize(
        ("given", "field"), [({"secret": ""}, "secret"), ({"key_id": ""}, "secret"), ({"bucket": "a/b"}, "bucket")]
    )
    def test_settings_go_together(self, world: BucketWorld, given: dict[str, object], field: str) -> None:
        with pytest.raises(Invalid) as invalid:
            self.source(world, **given)
        assert field in invalid.value.fields


@pytest.mark.parametrize(
    "address",
    [
        "https://s3.example.org/data/setoran/a.csv",
        "https://s3.example.org:9000/data/a%20b%2B%26%C3%A9.csv",
        "https://s3.example.org/data/?list-type=2&prefix=setoran%2Fa+b&continuation-token=1%2F%3D%3D&z",
        "http://127.0.0.1:9000/data/?prefix=&list-type=2",
    ],
)
def test_signatures_are_those_of_botocore(address: str) -> None:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    moment = NOW
    there, headers = signed("GET", address, moment=moment, region="ap-southeast-3", key_id="AKID", key=SECRET)
    request = AWSRequest(method="GET", url=there)
    request.context["timestamp"] = headers["x-amz-date"]
    request.headers["X-Amz-Content-SHA256"] = headers["x-amz-content-sha256"]
    signer = S3SigV4Auth(Credentials("AKID", SECRET), "s3", "ap-southeast-3")
    signer._inject_signature_to_request(
        request, signer.signature(signer.string_to_sign(request, _canonical(signer, request, headers)), request)
    )
    assert request.headers["Authorization"] == headers["Authorization"]


def _canonical(signer: Any, request: Any, headers: dict[str, str]) -> str:
    request.headers["X-Amz-Date"] = headers["x-amz-date"]
    return str(signer.canonical_request(request))


@pytest.mark.slow
def test_a_real_server_of_s3_gives_its_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto: put by boto3, in parts too; taken by us, broken off and gone on."""
    import boto3
    from moto.server import ThreadedMotoServer

    monkeypatch.setattr("mapalus.connectors.s3.source._PAGE", 10)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        client = boto3.client(
            "s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
        )
        client.create_bucket(Bucket="data")
        for n in range(25):
            client.put_object(Bucket="data", Key=f"setoran/{n:04}.csv", Body=b"id\n%d\n" % n)
        upload = client.create_multipart_upload(Bucket="data", Key="setoran/besar & baru.csv")
        pieces = [b"x" * 5 * 1024**2, b"y" * 1000]
        done = [
            client.upload_part(Bucket="data", Key=upload["Key"], UploadId=upload["UploadId"], PartNumber=n, Body=piece)
            for n, piece in enumerate(pieces, 1)
        ]
        client.complete_multipart_upload(
            Bucket="data", Key=upload["Key"], UploadId=upload["UploadId"],
            MultipartUpload={"Parts": [{"ETag": one["ETag"], "PartNumber": n} for n, one in enumerate(done, 1)]},
        )  # fmt: skip
        world = BucketWorld(tmp_path)
        options = {"endpoint": url, "bucket": "data", "prefix": "setoran/", "key_id": "A", "secret": "B"}
        source = registry.connector("s3").open({**options, "pattern": "besar*"}, world.surroundings())
        source.check()
        harvest = source.harvest(mark="", into=tmp_path)
        assert harvest is not None
        assert harvest.path.read_bytes() == b"".join(pieces)
        assert source.harvest(mark=harvest.mark, into=tmp_path) is None
        many = registry.connector("s3").open({**options, "take": "each"}, world.surroundings())
        assert many.harvest(mark="", into=tmp_path).facts["waiting"] == "25"  # type: ignore[union-attr]
        with pytest.raises(Vanished):
            registry.connector("s3").open({**options, "bucket": "lain"}, world.surroundings()).check()
    finally:
        server.stop()
