"""One answer at a time: from what a person typed or a machine sent to the value that is kept, or why it does not fit.

Every reader takes any value at all and either gives what is kept (JSON-able; read again it gives itself) or raises
`Unfit`. Numbers and dates are read as Indonesians write them: 1.234,56; Rp 10.000; 17/08/2026; 17 Agustus 2026.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal, InvalidOperation

from mapalus.engine.clock import Zone
from mapalus.engine.text import _, translate

__all__ = [
    "Fault",
    "Unfit",
    "read_area",
    "read_boolean",
    "read_date",
    "read_datetime",
    "read_email",
    "read_file",
    "read_money",
    "read_nik",
    "read_number",
    "read_phone",
    "read_point",
    "read_reference",
    "read_shape",
    "read_text",
    "to_number",
]


class Fault:
    """Why an answer does not fit: a stable code and one sentence, in the language of the reader."""

    __slots__ = ("code", "data", "text")

    def __init__(self, code: str, text: str, **data: object) -> None:
        self.code, self.text, self.data = code, text, data

    def say(self, *, language: str | None = None) -> str:
        return translate(self.text, language=language) % self.data

    def __str__(self) -> str:
        return self.say()

    def __repr__(self) -> str:
        return f"Fault({self.code})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fault) and (self.code, self.text, self.data) == (other.code, other.text, other.data)

    def __hash__(self) -> int:
        return hash((self.code, self.text))


class Unfit(ValueError):
    """This answer does not fit; `fault` says why."""

    def __init__(self, code: str, text: str, **data: object) -> None:
        super().__init__(code)
        self.fault = Fault(code, text, **data)


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\u202a-\u202e\u2066-\u2069]")
_LARGEST = 9_007_199_254_740_991  # what JSON readers keep exactly
_NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d+)(?:,\d+)?|[-+]?\d+\.\d+")
_RUPIAH = re.compile(r"^(?:rp|idr)\.?\s*|\s*(?:,-|,--|\.-|rupiah)$", re.IGNORECASE)
_MONTHS = {
    word: number
    for number, words in enumerate(
        ("januari jan january", "februari feb pebruari february", "maret mar march", "april apr", "mei may",
         "juni jun june", "juli jul july", "agustus agu agt ags aug august", "september sep sept",
         "oktober okt oct october", "november nov nopember", "desember des dec december"),
        1,
    )
    for word in words.split()
}  # fmt: skip
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_LOCAL_DAY = re.compile(r"(\d{1,2})(?:\s*[/.\-]\s*|\s+)(\d{1,2})(?:\s*[/.\-]\s*|\s+)(\d{4})")
_WORD_DAY = re.compile(r"(\d{1,2})[\s\-/]+([a-z]{3,9})\.?[\s\-,/]+(\d{4})", re.IGNORECASE)
_MOMENT = re.compile(
    r"(?P<day>.*?\d{4}|\d{4}-\d\d?-\d\d?)[T\s,]+(?:pukul\s+|jam\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d\d)"
    r"(?:[:.](?P<second>\d\d)(?:\.\d+)?)?\s*(?P<zone>Z|[+-]\d\d:?\d\d|WIB|WITA|WIT)?",
    re.IGNORECASE,
)
_YES = frozenset({"ya", "y", "yes", "true", "1", "on", "benar", "betul", "setuju"})
_NO = frozenset({"tidak", "t", "no", "n", "false", "0", "off", "salah", "bukan"})
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
    r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+"
)
_AREA = re.compile(r"(\d\d)\.?(?:(\d\d)\.?(?:(\d\d)\.?(\d{4})?)?)?")
_LEVELS = {"provinsi": 2, "kabkota": 5, "kecamatan": 8, "desa": 13}
_REFERENCE = re.compile(r"[\w.:/@+-]{1,200}", re.ASCII)
_GEOMETRIES = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3,
}  # fmt: skip
_VERTICES = 10_000
_INDONESIA = (-15.0, 10.0, 90.0, 145.0)  # lat from, to; lon from, to: with the sea around


def to_text(value: object, *, lines: bool) -> str:
    """Any value as one text: NFC, no control signs, line ends `\\n` (or spaces, on one line), no spaces around."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        text = value
    elif isinstance(value, int | float):
        text = _plain_number(value)
    else:
        raise Unfit("type", _("Write this as text."))
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    text = _CONTROL.sub("", text)
    text = unicodedata.normalize("NFC", text)
    return text.strip() if lines else " ".join(text.split())


def _plain_number(value: float) -> str:
    try:
        return repr(value)
    except ValueError:  # an integer of more digits than Python writes
        raise Unfit("too-large", _("This number is too large.")) from None


def read_text(value: object, *, lines: bool = False) -> str:
    return to_text(value, lines=lines)


def to_number(value: object) -> Decimal:
    """A number as Indonesians or machines write it; `1.234` is one thousand two hundred thirty-four."""
    if isinstance(value, bool):
        raise Unfit("number", _("Write a number, such as 1.234,56."))
    if isinstance(value, int | float):
        if isinstance(value, float) and not math.isfinite(value):
            raise Unfit("number", _("Write a number, such as 1.234,56."))
        return _bounded(Decimal(value) if isinstance(value, int) else Decimal(repr(value)))
    text = to_text(value, lines=False).replace("\u2212", "-").replace(" ", "").replace("\u00a0", "")
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        raise Unfit("number", _("Write a number, such as 1.234,56."))
    if "," in text or re.fullmatch(r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+", text):
        text = text.replace(".", "").replace(",", ".")
    try:
        return _bounded(Decimal(text))
    except InvalidOperation:
        raise Unfit("number", _("Write a number, such as 1.234,56.")) from None


def _bounded(number: Decimal) -> Decimal:
    if abs(number) > _LARGEST:
        raise Unfit("too-large", _("This number is too large."))
    return number


def read_number(value: object, *, whole: bool) -> int | float:
    number = to_number(value)
    if number == number.to_integral_value():
        return int(number)
    if whole:
        raise Unfit("integer", _("Write a whole number, such as 12."))
    return float(number)


def read_money(value: object) -> int | str:
    """Rupiah: whole as a number, with sen as text (`1234.50`)."""
    text = _RUPIAH.sub("", value.strip()) if isinstance(value, str) else value
    text = _RUPIAH.sub("", text.strip()) if isinstance(text, str) else text
    try:
        number = to_number(text)
    except Unfit as unfit:
        if unfit.fault.code == "number":
            raise Unfit("money", _("Write an amount, such as Rp 10.000.")) from None
        raise
    if number == number.to_integral_value():
        return int(number)
    if number != number.quantize(Decimal("0.01")):
        raise Unfit("money", _("Write an amount, such as Rp 10.000."))
    return f"{number:.2f}"


def read_boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = to_text(value, lines=False).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise Unfit("boolean", _("Answer yes or no."))


def read_date(value: object) -> str:
    """A day as ISO text. `17/08/2026`, `17 8 2026` and `17 Agustus 2026` are the seventeenth of August.

    A page that asks in three boxes joins them by `/`: what is missing between is named.
    """
    if isinstance(value, datetime):
        value = value.date().isoformat()
    elif isinstance(value, date):
        value = value.isoformat()
    return _day(to_text(value, lines=False)).isoformat()


def _day(text: str) -> date:
    found: tuple[str, str, str] | None = None
    if match := _ISO_DAY.fullmatch(text):
        found = (match[1], match[2], match[3])
    elif match := _LOCAL_DAY.fullmatch(text):
        found = (match[3], match[2], match[1])
    elif (match := _WORD_DAY.fullmatch(text)) and match[2].lower() in _MONTHS:
        found = (match[3], str(_MONTHS[match[2].lower()]), match[1])
    if found is None:
        _name_what_is_missing(text)
        raise Unfit("date", _("Write a date, such as 17/08/2026."))
    try:
        return date(*map(int, found))
    except ValueError:
        raise Unfit("no-such-day", _("There is no such day; write a date, such as 17/08/2026.")) from None


def _name_what_is_missing(text: str) -> None:
    parts = [part.strip() for part in text.split("/")]
    if len(parts) != 3:
        return
    for part, sentence in zip(
        parts, (_("The day is missing."), _("The month is missing."), _("The year is missing.")), strict=True
    ):
        if not part:
            raise Unfit("date-part", sentence)
    if re.fullmatch(r"\d{1,3}", parts[2]):
        raise Unfit("date-part", _("Write the year with four digits, such as 2026."))
    if not parts[1].isdecimal() and parts[1].lower() not in _MONTHS:
        raise Unfit("date-part", _("Write the month as a number or a name, such as 8 or Agustus."))


def read_datetime(value: object, *, zone: Zone) -> str:
    """A moment as ISO text to the minute, with its offset; without one it is meant in `zone`."""
    if isinstance(value, datetime):
        value = value.isoformat()
    match = _MOMENT.fullmatch(to_text(value, lines=False))
    if match is None:
        raise Unfit("datetime", _("Write a date and a time, such as 17/08/2026 14:30."))
    day = _day(match["day"].strip())
    try:
        moment = datetime(day.year, day.month, day.day, int(match["hour"]), int(match["minute"]))  # noqa: DTZ001
        moment = moment.replace(tzinfo=_zone(match["zone"], zone))
        moment.astimezone(UTC)  # a moment that no clock can show is none
    except (ValueError, OverflowError):
        raise Unfit("datetime", _("Write a date and a time, such as 17/08/2026 14:30.")) from None
    return moment.isoformat(timespec="minutes")


def _zone(word: str | None, zone: Zone) -> tzinfo:

    given = (word or "").upper()
    if given in Zone.__members__:
        return Zone(given).tzinfo
    if given == "Z":
        return UTC
    if given:
        sign = -1 if given[0] == "-" else 1
        digits = given[1:].replace(":", "")
        return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:])))
    return zone.tzinfo


def read_nik(value: object) -> str:
    """16 digits: a region, a day of birth (40 more for women), a number that is not 0000."""
    digits = re.sub(r"[\s.\-]", "", to_text(value, lines=False))
    if not re.fullmatch(r"[0-9]{16}", digits):
        raise Unfit("nik", _("A NIK has 16 digits."))
    day, month = int(digits[6:8]), int(digits[8:10])
    day = day - 40 if day > 40 else day
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    is_day = 1 <= month <= 12 and 1 <= day <= longest[month - 1]
    is_place = 11 <= int(digits[:2]) <= 97 and digits[2:4] != "00" and digits[4:6] != "00"
    if not (is_day and is_place and digits[12:] != "0000"):
        raise Unfit("nik", _("This NIK cannot be right; compare it with the card."))
    return digits


def read_phone(value: object) -> str:
    """In the international form: +6281234567890. A number without a country is one of Indonesia."""
    text = re.sub(r"[\s().\-/]", "", to_text(value, lines=False))
    text = re.sub(r"^\+?(?:00)?62", "+62", text) if re.match(r"^\+?(?:00)?620?\d{7,}", text) else text
    if text.startswith("0") and not text.startswith("00"):
        text = "+62" + text[1:]
    elif re.fullmatch(r"8[0-9]{8,11}", text):
        text = "+62" + text
    elif text.startswith("00"):
        text = "+" + text[2:]
    text = re.sub(r"^\+620", "+62", text)
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", text) or re.match(r"\+620|\+628[0-9]{0,7}$", text):
        raise Unfit("phone", _("Write a telephone number, such as 0812 3456 7890."))
    return text


def read_email(value: object) -> str:
    text = to_text(value, lines=False)
    if len(text) > 254 or not _EMAIL.fullmatch(text) or ".." in text or text.startswith("."):
        raise Unfit("email", _("Write an e-mail address, such as nama@contoh.id."))
    name, _at, host = text.rpartition("@")
    if name.endswith("."):
        raise Unfit("email", _("Write an e-mail address, such as nama@contoh.id."))
    return f"{name}@{host.lower()}"


def read_area(value: object, *, level: str = "") -> str:
    """A dotted Kemendagri code, of the level that is asked (or finer)."""
    match = _AREA.fullmatch(to_text(value, lines=False).replace(" ", ""))
    if match is None or int(match[1]) < 11:
        raise Unfit("area", _("Choose an area from the list."))
    code = ".".join(part for part in match.groups() if part)
    if len(code) < _LEVELS.get(level, 0):
        raise Unfit("area-level", _("Choose the area more exactly: %(level)s."), level=level)
    return code


def read_point(value: object) -> dict[str, float]:
    """`{lat, lon}` to six decimals (about 10 cm), in or around Indonesia."""
    lat, lon = _pair(value)
    try:
        place = (round(float(to_number(lat)), 6), round(float(to_number(lon)), 6))
    except Unfit:
        raise Unfit("point", _("Mark a place on the map, or write it as 1.4748, 124.8421.")) from None
    south, north, west, east = _INDONESIA
    if not (south <= place[0] <= north and west <= place[1] <= east):
        raise Unfit("point-outside", _("This place is not in Indonesia; write latitude first: 1.4748, 124.8421."))
    return {"lat": place[0], "lon": place[1]}


def _pair(value: object) -> tuple[object, object]:
    if isinstance(value, Mapping):
        if value.get("type") == "Point":
            coordinates = value.get("coordinates")
            if isinstance(coordinates, list | tuple) and len(coordinates) in (2, 3):
                return coordinates[1], coordinates[0]
        lat, lon = value.get("lat"), value.get("lon", value.get("lng"))
        return _dotted(lat), _dotted(lon)
    if isinstance(value, str):
        parts = re.split(r"\s*[;\s]\s*|,\s+|,(?=-?\d+\.)", value.strip())
        if len(parts) == 2:
            return _dotted(parts[0]), _dotted(parts[1])
    raise Unfit("point", _("Mark a place on the map, or write it as 1.4748, 124.8421."))


def _dotted(value: object) -> object:
    """A coordinate has no thousands: its dot is decimal."""
    if isinstance(value, str) and len(value) <= 40 and re.fullmatch(r"\s*[-+]?\d{1,3}(?:[.,]\d{1,20})?\s*", value):
        return float(value.replace(",", "."))
    return value


def read_shape(value: object) -> dict[str, object]:
    """A GeoJSON geometry in degrees, at most 10,000 points; from text or as an object."""
    import json

    if isinstance(value, str):
        if len(value) > 1_000_000:
            raise Unfit("shape-too-large", _("This shape has too many points."))
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            raise Unfit("shape", _("Draw the shape on the map, or give a GeoJSON geometry.")) from None
    if isinstance(value, Mapping) and value.get("type") == "Feature":
        value = value.get("geometry")
    kind = value.get("type") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(kind, str) or kind not in _GEOMETRIES:
        raise Unfit("shape", _("Draw the shape on the map, or give a GeoJSON geometry."))
    count = [0]
    return {"type": kind, "coordinates": _coordinates(value.get("coordinates"), _GEOMETRIES[kind], count)}


def _coordinates(value: object, depth: int, count: list[int]) -> list[object]:
    if not isinstance(value, list | tuple) or not value:
        raise Unfit("shape", _("Draw the shape on the map, or give a GeoJSON geometry."))
    if depth:
        return [_coordinates(item, depth - 1, count) for item in value]
    count[0] += 1
    if count[0] > _VERTICES:
        raise Unfit("shape-too-large", _("This shape has too many points."))
    numbers = [item for item in value[:2] if isinstance(item, int | float) and not isinstance(item, bool)]
    if len(numbers) < 2 or not (-180 <= numbers[0] <= 180 and -90 <= numbers[1] <= 90):
        raise Unfit("shape", _("Draw the shape on the map, or give a GeoJSON geometry."))
    return [round(float(number), 6) for number in numbers]


def read_reference(value: object) -> str:
    text = to_text(value, lines=False)
    if not _REFERENCE.fullmatch(text):
        raise Unfit("reference", _("Choose from the list."))
    return text


def read_file(value: object) -> dict[str, object]:
    """`{ref, name, size, type}`; of a bare reference only `ref` is known. The bytes are kept by whoever took them."""
    if not isinstance(value, Mapping):
        return {"ref": _file_reference(value)}
    kept: dict[str, object] = {"ref": _file_reference(value.get("ref"))}
    for key in ("name", "type"):
        if isinstance(value.get(key), str) and value[key].strip():
            kept[key] = to_text(value[key], lines=False)[:200].strip()
    size = value.get("size")
    if isinstance(size, int) and not isinstance(size, bool) and 0 <= size <= _LARGEST:
        kept["size"] = size
    return kept


def _file_reference(value: object) -> str:
    try:
        return read_reference(value)
    except Unfit:
        raise Unfit("file", _("Choose a file.")) from None
