"""Photographs without what the camera wrote into them: place, owner, time, thumbnail. How it is turned stays.

JPEG is read by ITU-T T.81 Annex B (segments), PNG by ISO/IEC 15948 (chunks), WebP by RFC 9649 (RIFF chunks). Pixels
are not touched, so nothing is lost and nothing has to be decoded.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["KINDS", "place_of", "plain_picture"]

KINDS = ("image/jpeg", "image/png", "image/webp")
_ADVICE = _("Save the picture again as JPEG or PNG.")
_STANDALONE = {0x01, *range(0xD0, 0xD8)}  # markers of JPEG that carry no length
_KEPT_CHUNKS = frozenset(
    b"IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP bKGD hIST pHYs sPLT acTL fcTL fdAT".split()
)
_WEBP_DROPPED = (b"EXIF", b"XMP ")
_ORIENTATION, _GPS = 0x0112, 0x8825
_ENTRIES = 200  # of a directory that are looked at


def plain_picture(data: bytes, *, media_type: str) -> bytes:
    """The same picture without its notes. Raises `Refused` (`not-a-picture`) where the bytes are not of that type."""
    strip = {"image/jpeg": _jpeg, "image/png": _png, "image/webp": _webp}.get(media_type)
    if strip is None:
        return data
    try:
        return strip(data)
    except (struct.error, IndexError, ValueError):
        raise Refused("not-a-picture", _("This file is not the picture that its name says."), advice=_ADVICE) from None


def _jpeg(data: bytes) -> bytes:
    if data[:2] != b"\xff\xd8":
        raise ValueError("no start of image")
    kept = [b"\xff\xd8"]
    turned = 1
    place = 2
    while True:
        while data[place] == 0xFF and data[place + 1] == 0xFF:
            place += 1  # fill bytes
        if data[place] != 0xFF:
            raise ValueError("no marker")
        marker = data[place + 1]
        if marker in _STANDALONE:
            kept.append(data[place : place + 2])
            place += 2
            continue
        if marker == 0xD9:
            raise ValueError("no picture in it")
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        segment = data[place : place + 2 + length]
        if length < 2 or len(segment) < 2 + length:
            raise ValueError("cut short")
        if marker == 0xDA:  # the picture itself begins; what follows its end is dropped
            end = data.rfind(b"\xff\xd9")
            if end < place:
                raise ValueError("no end of image")
            kept.append(data[place : end + 2])
            break
        if marker == 0xE1 and segment[4:10] == b"Exif\x00\x00":
            turned = _orientation(segment[10:])
        elif not _is_note(marker):
            kept.append(segment)
        place += 2 + length
    if turned != 1:
        kept.insert(1, _exif(turned))
    return b"".join(kept)


def _is_note(marker: int) -> bool:
    """Application segments but JFIF (0), the colour profile (2) and Adobe's transform (14); comments."""
    return marker == 0xFE or (0xE0 <= marker <= 0xEF and marker not in (0xE0, 0xE2, 0xEE))


def _orientation(tiff: bytes) -> int:
    """How the picture is turned, 1 to 8 (Exif 2.32, tag 0x0112); 1 where it cannot be read."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        (first,) = struct.unpack(order + "L", tiff[4:8])
        (count,) = struct.unpack(order + "H", tiff[first : first + 2])
        for number in range(min(count, 200)):
            at = first + 2 + 12 * number
            tag, _kind, _count, value = struct.unpack(order + "HHLH", tiff[at : at + 10])
            if tag == _ORIENTATION:
                return int(value) if 1 <= value <= 8 else 1
    except (KeyError, struct.error):
        return 1
    return 1


def place_of(data: bytes, *, media_type: str) -> tuple[float, float] | None:
    """Where the camera says the picture was taken: latitude and longitude in degrees; None where it does not say."""
    try:
        tiff = {"image/jpeg": _jpeg_notes, "image/png": _png_notes, "image/webp": _webp_notes}[media_type](data)
        return _gps(tiff) if tiff else None
    except (KeyError, struct.error, IndexError, ValueError, ZeroDivisionError):
        return None


def _jpeg_notes(data: bytes) -> bytes:
    place = 2
    while data[place] == 0xFF and data[place + 1] not in (0xDA, 0xD9):
        (length,) = struct.unpack(">H", data[place + 2 : place + 4])
        if data[place + 1] == 0xE1 and data[place + 4 : place + 10] == b"Exif\x00\x00":
            return data[place + 10 : place + 2 + length]
        place += 2 + max(length, 2)
    return b""


def _png_notes(data: bytes) -> bytes:
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack(">L", data[place : place + 4])
        if data[place + 4 : place + 8] == b"eXIf":
            return data[place + 8 : place + 8 + length]
        place += 12 + length
    return b""


def _webp_notes(data: bytes) -> bytes:
    place = 12
    while place + 8 <= len(data):
        (length,) = struct.unpack("<L", data[place + 4 : place + 8])
        if data[place : place + 4] == b"EXIF":
            return data[place + 8 : place + 8 + length].removeprefix(b"Exif\x00\x00")
        place += 8 + length + length % 2
    return b""


def _gps(tiff: bytes) -> tuple[float, float] | None:
    """The GPS directory (Exif 2.32, 4.6.6): references 1 and 3, three rational numbers each in 2 and 4."""
    order = {b"II": "<", b"MM": ">"}[tiff[:2]]
    (first,) = struct.unpack(order + "L", tiff[4:8])
    at = _directory(tiff, order, first).get(_GPS)
    if at is None:
        return None
    entries = _directory(tiff, order, struct.unpack(order + "L", at)[0])
    lat, lon = (_degrees(tiff, order, entries[number]) for number in (2, 4))
    lat = -lat if entries[1][:1] == b"S" else lat
    lon = -lon if entries[3][:1] == b"W" else lon
    is_place = abs(lat) <= 90 and abs(lon) <= 180 and (lat, lon) != (0, 0)
    return (round(lat, 6), round(lon, 6)) if is_place else None


def _directory(tiff: bytes, order: str, at: int) -> dict[int, bytes]:
    """Tag -> its four bytes of value or address."""
    (count,) = struct.unpack(order + "H", tiff[at : at + 2])
    starts = (at + 2 + 12 * number for number in range(min(count, _ENTRIES)))
    return {struct.unpack(order + "H", tiff[one : one + 2])[0]: tiff[one + 8 : one + 12] for one in starts}


def _degrees(tiff: bytes, order: str, address: bytes) -> float:
    (at,) = struct.unpack(order + "L", address)
    numbers = struct.unpack(order + "6L", tiff[at : at + 24])
    degrees, minutes, seconds = (numbers[place] / numbers[place + 1] for place in (0, 2, 4))
    return float(degrees + minutes / 60 + seconds / 3600)


def _exif(turned: int) -> bytes:
    """A segment that says how the picture is turned, and nothing else."""
    body = b"Exif\x00\x00MM\x00*" + struct.pack(">LHHHLHHL", 8, 1, _ORIENTATION, 3, 1, turned, 0, 0)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> bytes:
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no signature")
    kept = [data[:8]]
    place, kind = 8, b""
    while kind != b"IEND":
        (length,) = struct.unpack(">L", data[place : place + 4])
        kind = data[place + 4 : place + 8]
        chunk = data[place : place + 12 + length]
        if len(chunk) < 12 + length:
            raise ValueError("cut short")
        if kind in _KEPT_CHUNKS:
            kept.append(chunk)
        place += 12 + length
    return b"".join(kept)


def _webp(data: bytes) -> bytes:
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no signature")
    kept = b"".join(_webp_chunks(data))
    return b"RIFF" + struct.pack("<L", len(kept) + 4) + b"WEBP" + kept


def _webp_chunks(data: bytes) -> Iterator[bytes]:
    (size,) = struct.unpack("<L", data[4:8])
    place, end = 12, min(8 + size, len(data))
    if place >= end:
        raise ValueError("empty")
    while place + 8 <= end:
        kind = data[place : place + 4]
        (length,) = struct.unpack("<L", data[place + 4 : place + 8])
        chunk = data[place : place + 8 + length + length % 2]
        if len(chunk) < 8 + length:
            raise ValueError("cut short")
        if kind == b"VP8X":  # its flags say that notes follow
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        if kind not in _WEBP_DROPPED:
            yield chunk
        place += len(chunk)
