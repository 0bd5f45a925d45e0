"""A photograph keeps its pixels and loses what the camera wrote into it."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine.errors import Refused
from mapalus.engine.pictures import KINDS, place_of, plain_picture

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


def gps(*, north: bytes = b"N", east: bytes = b"E", seconds: tuple[int, int] = (2928, 100), order: str = "<") -> bytes:
    """Notes of a camera at 1°28'29.28" 124°50'31.56"."""
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "L", 8)
    entry = struct.Struct(order + "HHL4s")
    at = 8 + 2 + 12 + 4  # of the GPS directory
    numbers = at + 2 + 4 * 12 + 4
    address = [struct.pack(order + "L", one) for one in (at, numbers, numbers + 24)]
    first = struct.pack(order + "H", 1) + entry.pack(0x8825, 4, 1, address[0]) + b"\x00" * 4
    entries = (
        (1, 2, 2, north + b"\x00\x00\x00"), (2, 5, 3, address[1]), (3, 2, 2, east + b"\x00\x00\x00"),
        (4, 5, 3, address[2]),
    )  # fmt: skip
    second = struct.pack(order + "H", 4) + b"".join(entry.pack(*one) for one in entries) + b"\x00" * 4
    values = struct.pack(order + "12L", 1, 1, 28, 1, *seconds, 124, 1, 50, 1, 3156, 100)
    return head + first + second + values


@pytest.mark.parametrize("order", ["<", ">"])
def test_where_a_picture_was_taken_is_read_in_every_kind(order: str) -> None:
    tiff = gps(order=order)
    pictures = {
        "image/jpeg": jpeg(segment(0xE1, b"Exif\x00\x00" + tiff)),
        "image/png": b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\x00" * 13) + chunk(b"eXIf", tiff) + chunk(b"IEND", b""),
        "image/webp": riff((b"VP8 ", b"\x00" * 10), (b"EXIF", tiff)),
    }
    for kind, data in pictures.items():
        assert place_of(data, media_type=kind) == (1.4748, 124.8421), kind
        assert place_of(plain_picture(data, media_type=kind), media_type=kind) is None


def test_south_and_west_are_negative_and_nonsense_is_no_place() -> None:
    def taken(**more: object) -> tuple[float, float] | None:
        return place_of(jpeg(segment(0xE1, b"Exif\x00\x00" + gps(**more))), media_type="image/jpeg")  # type: ignore[arg-type]

    assert taken(north=b"S", east=b"W") == (-1.4748, -124.8421)
    assert taken(seconds=(1, 0)) is None
    assert place_of(jpeg(), media_type="image/jpeg") is None
    assert place_of(b"", media_type="image/jpeg") is None
    assert place_of(b"x", media_type="text/plain") is None


@given(st.binary(max_size=300))
def test_no_notes_of_a_camera_make_reading_the_place_fail(notes: bytes) -> None:
    for order in (b"II*\x00", b"MM\x00*", b""):
        place_of(jpeg(segment(0xE1, b"Exif\x00\x00" + order + notes)), media_type="image/jpeg")
