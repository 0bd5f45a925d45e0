"""What people type and machines send becomes one kept value, or one clear sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.engine.clock import Zone
from mapalus.engine.forms import By, Field, FieldType, Form, Option, Privacy, Step, clean, visible

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def one(kind: str, **more) -> Form:
    return Form((Field("f", FieldType(kind), "F", Privacy.PUBLIC, **more),))


def kept(kind: str, raw, **more):
    cleaned = clean(one(kind, **more), {"f": raw}, now=NOW)
    assert not cleaned.faults, cleaned.errors
    return cleaned.values["f"]


def refused(kind: str, raw, **more) -> str:
    cleaned = clean(one(kind, **more), {"f": raw}, now=NOW)
    assert "f" in cleaned.faults, cleaned.values
    return cleaned.faults["f"].code


A_B = (Option("a", "A"), Option("b", "B"))


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("string", "  Jalan\trusak \r\n", "Jalan rusak"),
        ("string", ["Jalan rusak"], "Jalan rusak"),
        ("string", "\x00a\u202eb", "ab"),
        ("string", "", None),
        ("text", "satu\r\ndua ", "satu\ndua"),
        ("integer", "1.234", 1234),
        ("integer", 7, 7),
        ("integer", "-5", -5),
        ("number", "1.234,56", 1234.56),
        ("number", "1234.5", 1234.5),
        ("number", "3,0", 3),
        ("number", "0.125", 0.125),
        ("number", "12.500", 12500),
        ("number", 0.1, 0.1),
        ("money", "Rp 10.000", 10000),
        ("money", "Rp10.000,-", 10000),
        ("money", "10.000,50", "10000.50"),
        ("money", "1234.50", "1234.50"),
        ("money", 2500, 2500),
        ("boolean", "on", True),
        ("boolean", "tidak", False),
        ("boolean", False, False),
        ("date", "17/08/2026", "2026-08-17"),
        ("date", "2026-08-17", "2026-08-17"),
        ("date", "17 Agustus 2026", "2026-08-17"),
        ("date", "1-1-2026", "2026-01-01"),
        ("date", "17 8 2026", "2026-08-17"),
        ("date", "17/agustus/2026", "2026-08-17"),
        ("date", "17/ Agt /2026", "2026-08-17"),
        ("datetime", "17/8/2026 14.30", "2026-08-17T14:30+08:00"),
        ("datetime", "17/08/2026 14:30", "2026-08-17T14:30+08:00"),
        ("datetime", "17/08/2026 14.30 WIT", "2026-08-17T14:30+09:00"),
        ("datetime", "2026-08-17T14:30:10Z", "2026-08-17T14:30+00:00"),
        ("nik", "7171 0112 0890 0001", "7171011208900001"),
        ("nik", "7171015208900001", "7171015208900001"),
        ("phone", "0812-3456-7890", "+6281234567890"),
        ("phone", "6281234567890", "+6281234567890"),
        ("phone", "+62 (0)812 3456 7890", "+6281234567890"),
        ("phone", "81234567890", "+6281234567890"),
        ("phone", "(0431) 851234", "+62431851234"),
        ("phone", "+65 6123 4567", "+6561234567"),
        ("email", " Siti@Contoh.ID ", "Siti@contoh.id"),
        ("area", "7101052003", "71.01.05.2003"),
        ("area", "71.01", "71.01"),
        ("point", "1.4748, 124.8421", {"lat": 1.4748, "lon": 124.8421}),
        ("point", "1,4748 124,8421", {"lat": 1.4748, "lon": 124.8421}),
        ("point", {"lat": "1.4748", "lon": "124.842"}, {"lat": 1.4748, "lon": 124.842}),
        ("point", {"type": "Point", "coordinates": [124.8421, 1.4748]}, {"lat": 1.4748, "lon": 124.8421}),
        ("shape", '{"type": "LineString", "coordinates": [[124, 1], [125, 1]]}',
         {"type": "LineString", "coordinates": [[124.0, 1.0], [125.0, 1.0]]}),
        ("file", "sha256:abc", {"ref": "sha256:abc"}),
        ("file", {"ref": "x1", "name": "A.JPG", "size": 1, "evil": 1}, {"ref": "x1", "name": "A.JPG", "size": 1}),
        ("person", "person:12", "person:12"),
    ],
)  # fmt: skip
def test_an_answer_is_kept_in_one_form(kind, raw, value):
    assert kept(kind, raw) == value


@pytest.mark.parametrize(
    ("kind", "raw", "code", "more"),
    [
        ("string", {"a": 1}, "type", {}),
        ("string", ["a", "b"], "one-only", {}),
        ("string", "x" * 501, "max-length", {}),
        ("string", "ab", "min-length", {"min_length": 3}),
        ("string", "ab", "pattern", {"pattern": "[0-9]+"}),
        ("integer", "1,5", "integer", {}),
        ("integer", "1" * 30, "too-large", {}),
        ("integer", 10**400, "too-large", {}),
        ("integer", True, "number", {}),
        ("number", "1.23.4", "number", {}),
        ("number", float("nan"), "number", {}),
        ("number", "4", "minimum", {"minimum": "5"}),
        ("number", "1.000,5", "maximum", {"maximum": "1000"}),
        ("money", "gratis", "money", {}),
        ("money", "1,234", "money", {}),
        ("boolean", "mungkin", "boolean", {}),
        ("date", "31/02/2026", "no-such-day", {}),
        ("date", "08/2026", "date", {}),
        ("date", "/8/2026", "date-part", {}),
        ("date", "17//2026", "date-part", {}),
        ("date", "17/8/", "date-part", {}),
        ("date", "17/8/26", "date-part", {}),
        ("date", "17/agustsu/2026", "date-part", {}),
        ("date", "23/11/2026", "maximum", {"maximum": "today"}),
        ("date", "20/10/2026", "minimum", {"minimum": "today-30"}),
        ("datetime", "17/08/2026", "datetime", {}),
        ("datetime", "01/01/0001 00:00 WIT", "datetime", {}),
        ("choice", "c", "option", {"options": A_B}),
        ("multichoice", ["a", "c"], "option", {"options": A_B}),
        ("multichoice", ["a", "b"], "maximum", {"options": A_B, "maximum": "1"}),
        ("nik", "123", "nik", {}),
        ("nik", "7171013202900001", "nik", {}),
        ("nik", "0071011208900001", "nik", {}),
        ("phone", "12", "phone", {}),
        ("phone", "08123", "phone", {}),
        ("email", "siti@", "email", {}),
        ("email", "a..b@contoh.id", "email", {}),
        ("area", "99", "area", {"options_from": "ref:wilayah", "options": A_B}),
        ("area", "71", "area-level", {"level": "kecamatan"}),
        ("point", "124.84, 1.47", "point-outside", {}),
        ("point", "di sana", "point", {}),
        ("shape", '{"type": "Circle"}', "shape", {}),
        ("shape", "[" * 100_000, "shape", {}),
        ("file", {"name": "x"}, "file", {}),
        ("file", {"ref": "a", "size": 9_000_000}, "file-size", {"max_size": 5_000_000}),
        ("file", {"ref": "a", "name": "a.exe", "type": "application/x"}, "file-type", {"accept": ("image/*", ".pdf")}),
        ("boolean", "tidak", "must-agree", {"required": True, "must_agree": True}),
        ("string", " ", "required", {"required": True}),
        ("choice", "", "required", {"required": True, "options": A_B}),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_one_sentence(kind, raw, code, more):
    assert refused(kind, raw, **more) == code
    cleaned = clean(one(kind, **more), {"f": raw}, now=NOW)
    for language in ("id", "en"):
        sentence = cleaned.errors_in(language)["f"]
        assert sentence.endswith(".")
        assert "%(" not in sentence


def test_multichoice_keeps_the_order_of_its_options_and_takes_one_value_as_a_list():
    assert kept("multichoice", ["b", "a", "b"], options=A_B) == ["a", "b"]
    assert kept("multichoice", "b", options=A_B) == ["b"]
    assert kept("multichoice", [], options=A_B) is None


FAMILY = Form(
    (
        Field(
            "keluarga", FieldType.TABLE, "Keluarga", Privacy.PERSONAL, maximum="3",
            fields=(
                Field("nama", FieldType.STRING, "Nama", Privacy.PERSONAL, required=True),
                Field("umur", FieldType.INTEGER, "Umur", Privacy.PERSONAL),
            ),
        ),
    )
)  # fmt: skip


def test_rows_come_from_a_page_and_from_json_alike():
    page = {"keluarga-0-nama": ["Siti"], "keluarga-0-umur": ["1.0"], "keluarga-7-nama": "Budi", "keluarga-2-nama": ""}
    page["keluarga-0-umur"] = ["31"]
    machine = {"keluarga": [{"nama": "Siti", "umur": 31}, {}, {"nama": "Budi"}]}
    rows = [{"nama": "Siti", "umur": 31}, {"nama": "Budi", "umur": None}]
    assert clean(FAMILY, page, now=NOW).values == {"keluarga": rows}
    assert clean(FAMILY, machine, now=NOW).values == {"keluarga": rows}


def test_a_wrong_cell_is_named_by_its_row():
    cleaned = clean(FAMILY, {"keluarga": [{"nama": "Siti"}, {"umur": "tua"}]}, now=NOW)
    assert {name: fault.code for name, fault in cleaned.faults.items()} == {
        "keluarga-1-umur": "number", "keluarga-1-nama": "required",
    }  # fmt: skip


def test_too_many_rows_are_refused():
    rows = [{"nama": "x"}] * 4
    assert clean(FAMILY, {"keluarga": rows}, now=NOW).faults["keluarga"].code == "maximum"
    assert clean(FAMILY, {"keluarga": rows * 300}, now=NOW).faults["keluarga"].code == "too-many"


ASKED = Form(
    (
        Field("jenis", FieldType.CHOICE, "Jenis", Privacy.PUBLIC, options=(Option("jalan", "J"), Option("lain", "L"))),
        Field("lain", FieldType.STRING, "Lain", Privacy.PUBLIC, show_if="jenis = 'lain'", required=True),
        Field("rinci", FieldType.STRING, "Rinci", Privacy.PUBLIC, show_if="length(lain) > 3"),
        Field("alasan", FieldType.STRING, "Alasan", Privacy.PUBLIC, required_if="jenis = 'jalan'"),
        Field("usia", FieldType.INTEGER, "Usia", Privacy.PUBLIC),
        Field("hasil", FieldType.STRING, "Hasil", Privacy.INTERNAL, by=By.STAFF),
    ),
    (
        Step("satu", "Satu", ("jenis", "lain", "rinci", "alasan")),
        Step("dua", "Dua", ("usia",), show_if="jenis = 'lain'"),
    ),
)


def test_what_does_not_show_is_dropped_and_has_no_value_for_others():
    raw = {"jenis": "jalan", "lain": "banjir", "rinci": "x", "alasan": "y", "usia": "abc", "hasil": "diterima"}
    cleaned = clean(ASKED, raw, now=NOW)
    assert cleaned.values == {"jenis": "jalan", "alasan": "y"}
    assert not cleaned.faults  # the wrong age is on a step that does not show


def test_required_if_is_judged_again_on_the_server():
    assert set(clean(ASKED, {"jenis": "jalan"}, now=NOW).faults) == {"alasan"}
    assert set(clean(ASKED, {"jenis": "lain"}, now=NOW).faults) == {"lain"}


def test_an_act_asks_its_own_fields():
    known = {"jenis": "lain"}
    cleaned = clean(
        ASKED, {"hasil": ""}, now=NOW, stage="staff", only=("hasil", "rinci"), needed=("hasil",), known=known
    )
    assert set(cleaned.faults) == {"hasil"}
    cleaned = clean(ASKED, {"hasil": "baik"}, now=NOW, stage="staff", known=known)
    assert cleaned.values == {"hasil": "baik"}


def test_what_is_no_form_at_all_is_an_empty_one():
    assert set(clean(ASKED, ["a"], now=NOW, needed=("jenis",)).faults) == {"jenis"}  # type: ignore[arg-type]


def test_what_nobody_asked_is_named():
    cleaned = clean(ASKED, {"jenis": "jalan", "alasan": "y", "jeniss": 1, "csrf": "x"}, now=NOW)
    assert cleaned.unknown == ("jeniss", "csrf")


def test_a_circle_of_conditions_ends():
    form = Form(
        (
            Field("a", FieldType.STRING, "A", Privacy.PUBLIC, show_if="b = 'x'"),
            Field("b", FieldType.STRING, "B", Privacy.PUBLIC, show_if="a = 'x'"),
        )
    )
    assert visible(form, {"a": "x", "b": "x"}) == {"a", "b"}


def test_reference_lists_are_asked():
    form = Form((Field("w", FieldType.AREA, "W", Privacy.PUBLIC, options_from="ref:wilayah"),))
    lists = {"ref:wilayah": {"71.01"}}
    assert clean(form, {"w": "71.01"}, now=NOW, lists=lists).is_valid
    assert not clean(form, {"w": "71.02"}, now=NOW, lists=lists).is_valid


def test_a_moment_without_a_zone_is_meant_at_the_place():
    cleaned = clean(one("datetime"), {"f": "2026-08-17 14:30"}, now=NOW, zone=Zone.WIB)
    assert cleaned.values["f"] == "2026-08-17T14:30+07:00"


PLAIN = [kind for kind in FieldType if kind not in ("table", "choice", "multichoice")]
EVERY = Form(
    (
        *(Field(kind, kind, "F", Privacy.PUBLIC) for kind in PLAIN),
        Field("choice", FieldType.CHOICE, "F", Privacy.PUBLIC, options=A_B),
        Field("multichoice", FieldType.MULTICHOICE, "F", Privacy.PUBLIC, options=A_B),
        Field("files", FieldType.FILE, "F", Privacy.PUBLIC, multiple=True),
        Field("seen", FieldType.STRING, "F", Privacy.PUBLIC, show_if="number > 3 or contains(text, 'a')"),
        Field("table", FieldType.TABLE, "T", Privacy.PUBLIC, fields=(
            *(Field(kind, kind, "F", Privacy.PUBLIC) for kind in FieldType if kind != "table"),
        )),
    )
)  # fmt: skip
NAMES = st.sampled_from(
    [*EVERY.by_name, "point-lat", "point-lon", "table-0-string", "table-1-money", "table-x", "table-99999999-date", ""]
)
TYPED = st.one_of(
    st.sampled_from(["Rp 1.000,50", "17/08/2026", "+62 812 3456 7890", "1,5", "a", "b", "ya", "1.47 124.8", "71.01",
                     "7171011208900001", "17 Mei 2026 07:00 WIB", "x@y.id", "9" * 400, "\ud800", "%(x)s", "1e9"]),
    st.text(max_size=12),
    st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes(), st.binary(max_size=4),
)  # fmt: skip
RAW = st.recursive(
    TYPED,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["lat", "lon", "ref", "type", "coordinates", "string", "money"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@pytest.mark.slow
@settings(deadline=None)
@given(st.dictionaries(NAMES | st.text(max_size=3), RAW, max_size=8))
def test_clean_takes_anything_and_kept_values_clean_to_themselves(raw):
    first = clean(EVERY, raw, now=NOW)
    json.dumps(first.values).encode("utf-8")
    again = clean(EVERY, dict(first.values), now=NOW)
    rows = {name.split("-")[0] for name in first.faults}
    assert {name: value for name, value in again.values.items() if name not in rows} == {
        name: value for name, value in first.values.items() if name not in rows
    }
    for fault in first.faults.values():
        assert fault.say(language="id")
