"""A photograph keeps its pixels and loses what the camera wrote into it."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine.errors import Refused
from mapalus.engine.pictures import KINDS, plain_picture

PLACE = b"GPS 1.4748N 124.8421E pemilik Siti"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def exif(turned: int) -> bytes:
    tiff = b"II*\x00" + struct.pack("<L", 8) + struct.pack("<H", 1) + struct.pack("<HHLHH", 0x0112, 3, 1, turned, 0)
    return segment(0xE1, b"Exif\x00\x00" + tiff + b"\x00" * 4 + PLACE)


def jpeg(*notes: bytes) -> bytes:
    scan = segment(0xDA, b"\x01\x01\x00\x00?\x00") + b"\x12\x34\xff\x00\x56" + b"\xff\xd9"
    return b"\xff\xd8" + segment(0xE0, b"JFIF\x00") + b"".join(notes) + segment(0xDB, b"\x00" * 65) + scan


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def riff(*chunks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(k + struct.pack("<L", len(b)) + b + b"\x00" * (len(b) % 2) for k, b in chunks)
    return b"RIFF" + struct.pack("<L", len(body) + 4) + b"WEBP" + body


@pytest.mark.parametrize("turned", [1, 3, 6, 8])
def test_a_jpeg_loses_its_notes_and_keeps_how_it_is_turned(turned: int) -> None:
    told = plain_picture(
        jpeg(
            exif(turned), segment(0xE1, b"http://ns.adobe.com/xap" + PLACE), segment(0xFE, PLACE), segment(0xED, PLACE)
        )
        + PLACE,
        media_type="image/jpeg",
    )
    assert PLACE not in told
    bare = jpeg()
    assert told.endswith(bare[2:])
    assert (b"Exif" in told) == (turned != 1)
    assert plain_picture(told, media_type="image/jpeg") == told
    if turned != 1:
        assert struct.pack(">HHLH", 0x0112, 3, 1, turned) in told


def test_a_png_loses_its_texts() -> None:
    head, pixels = chunk(b"IHDR", b"\x00" * 13), chunk(b"IDAT", b"\x01\x02")
    end = chunk(b"IEND", b"")
    notes = chunk(b"tEXt", PLACE) + chunk(b"eXIf", PLACE) + chunk(b"iTXt", PLACE) + chunk(b"tIME", b"\x00" * 7)
    signature = b"\x89PNG\r\n\x1a\n"
    assert plain_picture(signature + head + notes + pixels + end + PLACE, media_type="image/png") == (
        signature + head + pixels + end
    )


def test_a_webp_loses_its_notes_and_the_flags_that_promise_them() -> None:
    told = plain_picture(
        riff((b"VP8X", bytes([0x2C]) + b"\x00" * 9), (b"VP8 ", b"abc"), (b"EXIF", PLACE), (b"XMP ", PLACE)),
        media_type="image/webp",
    )
    assert told == riff((b"VP8X", bytes([0x20]) + b"\x00" * 9), (b"VP8 ", b"abc"))


def test_other_files_are_left_alone() -> None:
    assert plain_picture(PLACE, media_type="application/pdf") == PLACE


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("data", [b"", b"MZ\x00\x00", jpeg()[:30], b"RIFF\x00\x00\x00\x00WEBP", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused_with_a_sentence(kind: str, data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        plain_picture(data, media_type=kind)
    assert caught.value.reason == "not-a-picture"


@given(st.binary(max_size=300), st.sampled_from(KINDS))
def test_no_bytes_raise_anything_else(data: bytes, kind: str) -> None:
    starts = {"image/jpeg": b"\xff\xd8", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF\xff\x00\x00\x00WEBP"}
    for given_bytes in (data, starts[kind] + data):
        try:
            plain_picture(given_bytes, media_type=kind)
        except Refused:
            continue
