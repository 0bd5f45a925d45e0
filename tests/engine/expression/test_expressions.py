"""The language of conditions: what it reads, refuses, answers; that it never fails; the same in the browser."""

from __future__ import annotations

import json
import math
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import mapalus
from mapalus.engine.expression import (
    FUNCTIONS,
    Binary,
    ExpressionProblem,
    Kind,
    Literal,
    Name,
    Not,
    check,
    evaluate,
    holds,
    kind_of,
    names,
    parse,
    to_json_logic,
)
from mapalus.engine.flow import SYSTEM_TYPES
from tests.engine.expression.generated import NOW, expressions, is_writable, values, written

SCRIPT = Path(mapalus.__file__).parent / "doors" / "ui" / "static" / "ui" / "js" / "expression.js"
TYPES = {
    "kelas": "choice", "jumlah": "integer", "harga": "money", "setuju": "boolean", "lahir": "date", "saat": "datetime",
    "jenis": "multichoice", "tempat": "point", "uraian": "text", "nik": "nik",
}  # fmt: skip
OPTIONS = {"kelas": ("informasi", "pengaduan"), "jenis": ("a", "b")}


def answer(text: str, **given: object) -> object:
    return evaluate(parse(text), given, now=NOW)


# --- reading


def test_words_and_signs_of_both_languages_mean_the_same():
    assert parse("a = 1 and not b <> 2 or c in [1]") == parse("a == 1 dan bukan b != 2 atau c dalam [1]")


def test_texts_stand_in_either_quotes_and_hold_their_own_doubled():
    assert parse("'it''s'") == parse('"it\'s"') == Literal("it's")


def test_not_binds_weaker_than_a_comparison_and_stronger_than_and():
    assert parse("not a = 1 and b") == Binary("and", Not(Binary("=", Name("a"), Literal(1))), Name("b"))


def test_not_in_is_the_contrary_of_in():
    assert parse("a not in [1, 2]") == Not(parse("a in [1, 2]"))


def test_names_with_blanks_stand_in_back_quotes_and_the_platform_has_its_own():
    assert names(parse("`luas lahan` > $bounces and `luas lahan` < 3")) == ("luas lahan", "$bounces")


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ("", 1, "expression"),
        ("a =", 4, "expression"),
        ("a ? b", 3, "expression"),
        ("a b", 3, "expression"),
        ("(a = 1", 1, "expression"),
        ("a in [1", 6, "expression"),
        ("a = date '2026-02-30'", 10, "expression"),
        ("1 < a < 3", 7, "expression"),
        ("a = 'open", 5, "expression"),
        ("days_betwen(a, b) > 3", 1, "unknown-function"),
        ("x = 1 and length(a, b)", 11, "wrong-number-of-values"),
        ("__import__('os')", 1, "unknown-function"),
        ("(" * 60 + "a" + ")" * 60, 51, "expression"),
        ("not " * 60 + "a", 201, "expression"),
        ("+".join("a" * 300), 401, "expression"),
        ("a" * 2001, 1, "expression"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_column(text, column, code):
    with pytest.raises(ExpressionProblem) as refused:
        parse(text)
    assert (refused.value.column, refused.value.code) == (column, code)


def test_the_longest_chain_that_is_read_is_also_answered():
    text = "+".join(["a"] * 200)
    assert answer(text, a=1) == 200
    assert check(parse(text), {"a": "integer"}, gives=Kind.NUMBER) == ()


# --- checking


@pytest.mark.parametrize(
    ("text", "column", "code"),
    [
        ("klas = 'informasi'", 1, "unknown-name"),
        ("jumlah = 'satu'", 8, "wrong-kind"),
        ("kelas = 'wbs'", 9, "unknown-option"),
        ("kelas in ['informasi', 'wbs']", 24, "unknown-option"),
        ("contains(jenis, kelas) and jumlah", 28, "wrong-kind"),
        ("lahir > '2026-01-01'", 7, "wrong-kind"),
        ("lahir > saat", 7, "wrong-kind"),
        ("setuju > true", 8, "wrong-kind"),
        ("tempat = tempat", 8, "wrong-kind"),
        ("jenis = 'a'", 7, "wrong-kind"),
        ("jumlah + lahir > 3", 10, "wrong-kind"),
        ("years_since(jumlah) > 3", 13, "wrong-kind"),
        ("kelas = ''", 9, "wrong-kind"),
        ("jumlah + 1", 8, "wrong-kind"),
        ("kelas in jumlah", 10, "wrong-kind"),
        ("jumlah in [1, 'a']", 12, "wrong-kind"),
    ],
)
def test_what_makes_no_sense_is_told_with_its_column(text, column, code):
    found = check(parse(text), TYPES, options=OPTIONS)
    assert (found[0].column, found[0].code) == (column, code)
    assert found[0].say(language="en") == str(found[0])


def test_the_nearest_name_is_proposed():
    assert "is it kelas?" in str(check(parse("kelass = 'a'"), TYPES)[0])


@pytest.mark.parametrize(
    "text",
    [
        "kelas = 'informasi' and setuju", "kelas in ['informasi']", "'a' in jenis", "contains(jenis, 'b')",
        "years_since(lahir) >= 17", "date_of(saat) = today()", "days_between(lahir, saat) > 3", "saat < now()",
        "add_days(lahir, jumlah) > date '2026-01-01'", "is_empty(tempat) or length(uraian) > 20", "kelas = null",
        "harga / jumlah <= 1000.5", "length(jenis) = 2", "contains(uraian, 'air')", "not setuju = true",
    ],
)  # fmt: skip
def test_what_makes_sense_is_let_through(text):
    assert check(parse(text), TYPES, options=OPTIONS) == ()


def test_what_an_expression_gives_may_be_asked():
    assert kind_of(parse("add_days(lahir, 1)"), TYPES) is Kind.DATE
    assert check(parse("today()"), {}, gives=Kind.DATE) == ()


# --- answering


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("a = 1", {"a": 1}, True),
        ("a = 1", {}, None),
        ("a != 1", {}, None),
        ("not a = 1", {}, None),
        ("a = 1 and b = 2", {"a": 2}, False),
        ("a = 1 or b = 2", {"a": 1}, True),
        ("a = 1 or b = 2", {"b": 3}, None),
        ("is_empty(a)", {"a": ""}, True),
        ("is_empty(a)", {"a": []}, True),
        ("is_empty(a)", {"a": 0}, False),
        ("is_empty(a)", {"a": False}, False),
        ("length(a)", {}, 0),
        ("length(a)", {"a": "π\U0001f600"}, 2),
        ("contains(a, 'x')", {}, False),
        ("not contains(a, 'x')", {}, True),
        ("contains(a, 'x')", {"a": ["x"]}, True),
        ("contains(a, 'kat')", {"a": "dekat"}, True),
        ("a in ['x', null]", {"a": "y"}, None),
        ("a in ['x', null]", {"a": "x"}, True),
        ("a / b", {"a": 1, "b": 0}, None),
        ("a + b", {"a": 0.1, "b": 0.2}, 0.30000000000000004),
        ("a * a", {"a": 1e200}, None),
        ("a = '10'", {"a": 10}, True),
        ("a > 9", {"a": "10.50"}, True),
        ("a = 'x'", {"a": 10}, None),
        ("a = true", {"a": 1}, None),
        ("a < true", {"a": False}, None),
        ("a = b", {"a": "2026-11-02T09:00:00+08:00", "b": "2026-11-02T01:00:00Z"}, True),
        ("a < b", {"a": "2026-11-02", "b": "2026-11-02T01:00:00Z"}, None),
        ("a < date '2026-01-01'", {"a": "2025-12-31"}, True),
        ("today()", {}, "2028-02-29"),
        ("now()", {}, "2028-02-29T23:30:00+08:00"),
        ("years_since(a)", {"a": "2010-03-01"}, 17),
        ("years_since(a)", {"a": "2010-02-28"}, 18),
        ("days_between(a, today())", {"a": "2028-02-01"}, 28),
        ("add_days(a, 1)", {"a": "2028-02-28T22:00:00+08:00"}, "2028-02-29"),
        ("add_days(a, 1)", {"a": "9999-12-31"}, None),
        ("add_days(a, 0.5)", {"a": "2028-02-28"}, None),
        ("date_of(a)", {"a": "2028-02-28T22:00:00+08:00"}, "2028-02-28"),
        ("a", {"a": "2026-02-30"}, "2026-02-30"),
        ("days_between(a, a)", {"a": "2026-02-30"}, None),
        ("a = a", {"a": {"lat": 1}}, None),
    ],
)
def test_answers_follow_the_written_rules(text, given, expected):
    found = answer(text, **given)
    assert (found, type(found)) == (expected, type(expected))


def test_a_condition_that_is_unknown_is_not_met_and_none_at_all_is():
    assert holds(None, {})
    assert not holds(parse("a = 1"), {})


def test_days_and_moments_may_be_given_as_such():
    assert answer("a = date '2026-11-02'", a=date(2026, 11, 2)) is True
    assert answer("a = '2028-02-29T15:30:00Z'", a=NOW) is True
    assert isinstance(answer("a", a=datetime(2026, 1, 1, tzinfo=NOW.tzinfo)), str)


@given(tree=expressions, given_values=values)
@settings(max_examples=300, deadline=None)
def test_any_expression_answers_about_any_values_in_json(tree, given_values):
    found = evaluate(tree, given_values, now=NOW)
    assert evaluate(tree, given_values, now=NOW) == found
    json.dumps(found, allow_nan=False)
    json.dumps(to_json_logic(tree))


@given(tree=expressions)
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read_back(tree):
    assume(is_writable(tree))
    assert parse(written(tree)) == tree


@given(text=st.text(alphabet="ab01 .'\"`$=<>!()[],+-*/andotin", max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_column_in_it(text):
    column = 1
    try:
        tree = parse(text)
        check(tree, {"a": "integer", "b": "string"})
        evaluate(tree, {"a": 1, "b": "b"}, now=NOW)
    except ExpressionProblem as problem:
        column = problem.column
    assert 1 <= column <= len(text) + 1


# --- on paper


@pytest.mark.parametrize("page", ["expressions.md", "pack.md"])
def test_the_reference_names_every_function_and_what_the_platform_knows(page):
    text = (Path(__file__).parents[3] / "docs" / "reference" / page).read_text(encoding="utf-8")
    assert [name for name in FUNCTIONS if f"{name}(" not in text] == []
    assert [name for name in SYSTEM_TYPES if name not in text] == []


# --- in the browser


@pytest.mark.browser
@pytest.mark.slow
def test_the_browser_answers_as_the_server_does(chromium):
    """One page for all cases, under the policy that the site has: no inline script, no eval."""
    cases: list[tuple[object, dict[str, object], object]] = []

    @settings(max_examples=1500, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(tree=expressions, given_values=values)
    def collect(tree, given_values):
        cases.append((to_json_logic(tree), given_values, evaluate(tree, given_values, now=NOW)))

    collect()
    page = chromium.new_page()
    try:
        page.route("**/*", lambda route: route.fulfill(**_served(route.request.url)))
        page.goto("http://127.0.0.1:9/page")
        asked = json.dumps([[tree, given_values] for tree, given_values, _found in cases])
        now = NOW.isoformat(timespec="seconds")
        found = page.evaluate(
            "([text, now]) => JSON.stringify(JSON.parse(text).map(([tree, values]) => "
            "globalThis.mapalusExpression.evaluate(tree, values, now)))",
            [asked, now],
        )
    finally:
        page.close()
    assert len(cases) >= 1000
    for (tree, given_values, expected), got in zip(cases, json.loads(found), strict=True):
        assert _alike(got, expected), (tree, given_values, expected, got)


def _served(url: str) -> dict[str, object]:
    if url.endswith("expression.js"):
        return {"body": SCRIPT.read_text(encoding="utf-8"), "content_type": "text/javascript"}
    page = '<!doctype html><html lang="id"><title>.</title><script src="/expression.js"></script>'
    policy = "default-src 'none'; script-src 'self'"
    return {"body": page, "content_type": "text/html", "headers": {"content-security-policy": policy}}


def _alike(got: object, expected: object) -> bool:
    """Equal, with the same kinds: 1 is not true."""
    if isinstance(got, bool) or isinstance(expected, bool):
        return got is expected
    if isinstance(got, list) and isinstance(expected, list):
        return len(got) == len(expected) and all(map(_alike, got, expected))
    if isinstance(got, int | float) and isinstance(expected, int | float):
        # A browser has one kind of number and writes its shortest digits, which need not be those of a whole number.
        return float(got) == float(expected) and not math.isnan(got)
    return got == expected
