"""Which columns may hold personal data (UU 27/2022), told by the header and by the values, never quoting a value.

A NIK is 16 digits: province, regency, district, day of birth (plus 40 for women), month, year, serial. A family card
number (NKK) has the day it was issued in the same places, so values alone do not tell the two apart.
Source of the forms: UU 24/2013 and Permendagri 72/2022; +62 and 08 are the prefixes of mobile numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mapalus.engine.data.forms import MISSING_ANYWHERE
from mapalus.engine.data.given_names import GIVEN_NAMES
from mapalus.engine.data.headers import names_persons, names_something, personal_kind, words_of
from mapalus.engine.data.infer import Values
from mapalus.engine.text import _

__all__ = ["Suspicion", "is_nik", "suspicions"]

_PROVINCES = frozenset(
    f"{code}"
    for code in (*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82,
                 *range(91, 98))
)  # fmt: skip
_MAIL = re.compile(r"[^@\s,;]+@[^@\s,;]+\.[a-z]{2,}", re.IGNORECASE)
_PHONE = re.compile(r"(?:\+?62|0)8[0-9]{7,12}")
_ADDRESS = re.compile(r"(?i)\b(?:jl|jln|jalan|gang|gg|dusun|lingkungan|lorong|perum|komp|blok|rt|rw)\b\.?\s*\S")
_INSTITUTION = re.compile(
    r"(?i)\b(?:sd|smp|sma|smk|mi|mts|ma|tk|paud|slb|pt|cv|ud|rs|rsud|rsu|puskesmas|pustu|dinas|badan|kantor|bank|"
    r"kabupaten|kab|kota|kecamatan|kec|desa|kelurahan|provinsi|universitas|klinik|apotek|hotel|pasar|koperasi|bumdes|"
    r"yayasan|jalan|jl|bandara|pelabuhan|danau|gunung|sungai|pulau|pantai|masjid|gereja|wisata|panti|kelompok|subak|dusun|"
    r"lembaga|majelis|forum|ikatan|perkumpulan|pura|vihara|stasiun|terminal|situ|waduk|bendungan|taman)\b"
)
_NAME = re.compile(r"[A-Za-zÀ-ÿ'’`.,-]+(?: [A-Za-zÀ-ÿ'’`.,-]+){0,5}")
_NUMBERS = ("nik", "nkk", "nip", "nisn", "nuptk", "npwp", "passport", "bpjs", "phone", "account")
_SMALL = re.compile(r"[0-9]{1,3}(?:[.,]?[0-9]{3})?")
_SHARE = 0.6  # of the values must look so
_SAMPLE = 5_000


@dataclass(frozen=True)
class Suspicion:
    """What a column may hold, how sure that is, and why. Below one half it is said and not marked."""

    kind: str
    confidence: float
    reason: str  # message id
    data: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_marked(self) -> bool:
        return self.confidence >= 0.5


_SAID = {
    "both": _("The header of %(title)s says so, and %(percent)s percent of its values have that form."),
    "header": _("The header of %(title)s says so; its values do not contradict it."),
    "values": _("%(percent)s percent of the values of %(title)s have that form, whatever the header says."),
    "against": _("The header of %(title)s says so, but its values do not look like it: look before you open it."),
    "family": _("%(percent)s percent of the values of %(title)s have the form of a NIK; a NKK has the same one."),
    "place": _("%(title)s holds addresses; beside names or numbers of persons they are personal, of offices not."),
}


def is_nik(text: str) -> bool:
    """16 digits with a province, a day of birth and a month that there are."""
    digits = re.sub(r"[\s.-]", "", text)
    if not (len(digits) == 16 and digits.isdigit() and digits[:2] in _PROVINCES and digits[12:] != "0000"):
        return False
    day, month = int(digits[6:8]), int(digits[8:10])
    return (1 <= day <= 31 or 41 <= day <= 71) and 1 <= month <= 12


def _is_mail(text: str) -> bool:
    return _MAIL.fullmatch(text.strip()) is not None


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(re.sub(r"[\s().-]", "", text)) is not None


def _is_address(text: str) -> bool:
    return len(text) > 8 and _ADDRESS.search(text) is not None


def _is_name(text: str) -> bool:
    return _NAME.fullmatch(text.strip()) is not None and not _INSTITUTION.search(text) and len(text) < 70


_TESTS: Mapping[str, Callable[[str], bool]] = {
    "nik": is_nik, "nkk": is_nik, "email": _is_mail, "phone": _is_phone, "address": _is_address, "name": _is_name,
}  # fmt: skip
_BY_VALUES = ("nik", "email", "phone")  # forms that nothing else has


def suspicions(titles: Sequence[str], values: Sequence[Values]) -> dict[int, Suspicion]:
    """By place of the column. A column of addresses is judged by what stands beside it."""
    found: dict[int, Suspicion] = {}
    for n, title in enumerate(titles):
        one = _judge(title, values[n])
        if one is not None:
            found[n] = one
    marked = {one.kind for one in found.values() if one.is_marked}
    others = any(names_something(title) and n not in found for n, title in enumerate(titles))  # schools, firms, offices
    persons = bool(marked & {"nik", "nkk", "birth-date"}) or ("name" in marked and not others)
    for n, title in enumerate(titles):
        if n not in found and "alamat" in words_of(title):
            share = _share(values[n], _is_address)
            found[n] = Suspicion("address", 0.8 if persons else 0.3, _SAID["place"], {"percent": round(100 * share)})
    return found


def _judge(title: str, values: Values) -> Suspicion | None:
    kind = personal_kind(title)
    texts = _texts(values)
    for name in _BY_VALUES:
        share = _share(values, _TESTS[name])
        if share < _SHARE or (kind and kind not in (name, "nkk", "account")):
            continue
        data = {"percent": round(100 * share)}
        if kind == name:
            return Suspicion(name, round(0.9 + share / 10, 2), _SAID["both"], data)
        if kind == "nkk":
            return Suspicion("nkk", 0.9, _SAID["both"], data)
        reason = _SAID["family"] if name == "nik" else _SAID["values"]
        return Suspicion(name, round(0.5 + share * 0.4, 2), reason, data)
    if not kind:
        return _judge_names(title, values, texts)
    if not texts:
        return Suspicion(kind, 0.6, _SAID["header"])
    test = _TESTS.get(kind)
    share = _share(values, test) if test else 1.0
    data = {"percent": round(100 * share)}
    if kind == "name":
        # places and offices have names, too: it takes many different ones that look like those of persons
        various = len(texts) >= 0.5 * sum(texts.values())
        if share < 0.5 or not various:
            return Suspicion("name", 0.3, _SAID["against"], data)
        return Suspicion("name", 0.85, _SAID["both"], data)
    if kind in _NUMBERS and texts and _share(values, _is_small) >= 0.8:  # so many persons, telephones or cards
        return Suspicion(kind, 0.2, _SAID["against"], data)
    if kind == "account" and not all(re.fullmatch(r"[0-9 -]{8,20}", text) for text in list(texts)[:50]):
        return Suspicion("account", 0.3, _SAID["against"], data)
    if test is None:
        return Suspicion(kind, 0.8, _SAID["header"], data)
    return Suspicion(kind, 0.9, _SAID["both"], data) if share >= _SHARE else Suspicion(kind, 0.6, _SAID["header"], data)


def _judge_names(title: str, values: Values, texts: Mapping[str, int]) -> Suspicion | None:
    """Names of persons under a header that does not say so: given names that many bear stand in many cells."""
    various = len(texts) >= 0.5 * sum(texts.values())
    if len(texts) < 3 or not various or _share(values, _is_name) < 0.8:
        return None
    share = _share(values, _bears_a_given_name)
    data = {"percent": round(100 * share)}
    if names_persons(title) and share >= 0.2:
        return Suspicion("name", 0.8, _SAID["both"], data)
    least = 0.3 if names_something(title) else 0.45
    return Suspicion("name", round(0.5 + share * 0.3, 2), _SAID["values"], data) if share >= least else None


def _is_small(text: str) -> bool:
    return _SMALL.fullmatch(text.strip()) is not None


def _bears_a_given_name(text: str) -> bool:
    words = re.findall(r"[a-zà-ÿ]+", text.lower())
    return len(words) < 7 and any(word in GIVEN_NAMES for word in words[:3]) and not _INSTITUTION.search(text)


def _texts(values: Values) -> dict[str, int]:
    told = ((text, n) for text, n in values.counts.items() if text.strip().lower() not in MISSING_ANYWHERE)
    return {text: n for (text, n), _place in zip(told, range(_SAMPLE), strict=False)}


def _share(values: Values, test: Callable[[str], bool]) -> float:
    texts = _texts(values)
    total = sum(texts.values())
    return sum(n for text, n in texts.items() if test(text)) / total if total else 0.0
