"""Settings are read strictly, and secrets are known by name only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapalus.engine.errors import Invalid
from mapalus.engine.harvest.connector import Option, OptionKind
from mapalus.engine.harvest.declared import Declared
from mapalus.engine.harvest.options import Settings, fitting, looks_secret
from mapalus.engine.text import Label

HERE = Label("x", "x")
EVERY = Declared(
    name="every", title=HERE, summary=HERE, opening=lambda settings, around: None,  # type: ignore[arg-type, return-value]
    options=(
        Option("text", HERE, default="d"), Option("id", HERE, is_opaque=True), Option("need", HERE, is_required=True),
        Option("address", HERE, OptionKind.ADDRESS), Option("number", HERE, OptionKind.NUMBER, default=5),
        Option("truth", HERE, OptionKind.BOOLEAN, default=False),
        Option("choice", HERE, OptionKind.CHOICE, default="a", choices=("a", "b")),
        Option("list", HERE, OptionKind.LIST), Option("secret", HERE, OptionKind.SECRET),
    ),
)  # fmt: skip


def fit(**given: object) -> Settings:
    return fitting(EVERY, {"need": "x", **given})


def wrong(**given: object) -> dict[str, str]:
    with pytest.raises(Invalid) as invalid:
        fit(**given)
    return invalid.value.fields


def test_what_is_left_out_has_its_default() -> None:
    settings = fit(number="", truth=None)
    assert (settings.text("text"), settings.number("number"), settings.truth("truth")) == ("d", 5, False)
    assert settings.texts("list") == ()
    assert settings.text("address") == ""
    assert set(settings) == {option.name for option in EVERY.options}


def test_forms_may_send_texts() -> None:
    settings = fit(number=" 12 ", truth="ya", list="a, b,c", choice="b", secret="BPS_KEY")
    assert settings.number("number") == 12
    assert settings.truth("truth")
    assert settings.texts("list") == ("a", "b", "c")
    assert settings.text("secret") == "BPS_KEY"


def test_a_comma_may_belong_to_a_value() -> None:
    assert fit(list="fields=id,nama").texts("list") == ("fields=id,nama",)
    assert fit(list="fields=id,nama\nlimit=5\n").texts("list") == ("fields=id,nama", "limit=5")


def test_all_that_is_wrong_is_said_at_once() -> None:
    found = wrong(need="", number="banyak", truth="mungkin", choice="z", list={"a": 1}, address="sulut.go.id", more=1)
    assert set(found) == {"need", "number", "truth", "choice", "list", "address", "more"}


@pytest.mark.parametrize(
    "secret",
    [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "AKIAIOSFODNN7EXAMPLE", "Bearer abcdefgh12345678XYZ",
        "-----BEGIN OPENSSH PRIVATE KEY-----", "password=hunter2", "user=a;pwd=b", "token: abc",
        "0123456789abcdef0123456789abcdef", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", '{"api_key": "x"}',
    ],
)  # fmt: skip
def test_what_looks_like_a_secret_is_refused_and_not_repeated(secret: str) -> None:
    for field, value in (("text", secret), ("list", [secret]), ("secret", secret)):
        found = wrong(**{field: value})
        assert set(found) == {field}
        assert secret not in found[field]


@pytest.mark.parametrize(
    "plain",
    [
        "Dinas Pendidikan Provinsi Sulawesi Utara", "sekolah-*.xlsx", "data.items",
        "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d",
        "SELECT id, nama FROM sekolah WHERE tahun = 2026", "https://data.sulutprov.go.id/dataset/jumlah-penduduk-2026",
        "/ekspor/2026/sekolah_negeri_dan_swasta", "secret santa", "kabupaten/kota", "tahun=2026", "keyword=token",
        "JUMLAH_PENDUDUK_MENURUT_KABUPATEN_KOTA_2026",
    ],
)  # fmt: skip
def test_what_people_write_is_no_secret(plain: str) -> None:
    assert not looks_secret(plain)
    assert fit(text=plain).text("text") == plain


def test_ids_of_machines_are_taken_where_they_belong() -> None:
    sheet = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"
    assert fit(id=sheet).text("id") == sheet
    assert set(wrong(text=sheet)) == {"text"}
    assert set(wrong(id="password=x")) == {"id"}


@pytest.mark.parametrize(
    "address",
    ["https://u:p@host/x", "https://host/x?api_key=1", "https://host/?TOKEN=1", "ftp://host/x", "https://", "//host/x",
     "javascript:alert(1)", "https://host:99999/", "http://[::1", "https://ex ample/x\x00"],
)  # fmt: skip
def test_addresses_are_looked_at(address: str) -> None:
    assert set(wrong(address=address)) == {"address"}


@pytest.mark.parametrize("name", ["1KEY", "A B", "kunci!", "x" * 70, "../x"])
def test_a_secret_has_a_name(name: str) -> None:
    assert set(wrong(secret=name)) == {"secret"}


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text()), st.binary(),
    st.dictionaries(st.text(), st.text()), st.from_regex(r"https?://[^ ]*"),
)  # fmt: skip


@given(st.dictionaries(st.sampled_from([option.name for option in EVERY.options]), ANYTHING))
def test_whatever_is_given_ends_in_settings_or_in_sentences(given: dict[str, object]) -> None:
    try:
        settings = fitting(EVERY, given)
    except Invalid as invalid:
        assert invalid.fields  # noqa: PT017 - either of two outcomes
    else:
        assert set(settings) == {option.name for option in EVERY.options}
