"""Plain YAML only, with the line of everything; the two parsers agree."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mapalus.engine.strict_yaml import YamlProblem, dump_yaml, load_located

PARSERS = (yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader))

TEXT = """\
name: contoh          # a remark
fields:
  nama:
    type: string
    options: [a,
              b]
steps:
  - name: satu
    fields: [nama]
  -
    name: dua
text: |
  two
  lines
last: 'it''s'
"""


@pytest.mark.parametrize("loader", PARSERS)
def test_every_key_and_item_knows_its_line(loader):
    found = load_located(TEXT, loader=loader)
    assert isinstance(found.value, dict)
    assert found.value["text"] == "two\nlines\n"
    lines = {
        (): 1, ("name",): 1, ("fields",): 2, ("fields", "nama"): 3, ("fields", "nama", "type"): 4,
        ("fields", "nama", "options"): 5, ("fields", "nama", "options", 0): 5, ("fields", "nama", "options", 1): 6,
        ("steps",): 7, ("steps", 0): 8, ("steps", 0, "fields", 0): 9, ("steps", 1): 11, ("last",): 15,
        ("fields", "nama", "nothing", "here"): 3,
    }  # fmt: skip
    assert {path: found.line(*path) for path in lines} == lines


@pytest.mark.parametrize("loader", PARSERS)
@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "yaml-duplicate", 3),
        ("a:\n  1: x\n", "yaml-key", 2),
        ("true: x\n", "yaml-key", 1),
        ("? [a, b]\n: x\n", "yaml-key", 1),
        ("a: &x 1\n", "yaml-alias", 1),
        ("a: !!python/name:os.system x\n", "yaml-tag", 1),
        ("a: !x {b: 1}\n", "yaml-tag", 1),
        ("a: " + "9" * 5000, "yaml-number", 1),
        ("a: 1e999", "yaml-number", 1),
    ],
)
def test_what_is_not_plain_is_named_and_reading_goes_on(loader, text, code, line):
    found = load_located(text, loader=loader)
    assert [(problem.code, problem.line) for problem in found.problems] == [(code, line)]


@pytest.mark.parametrize("loader", PARSERS)
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: [1, 2\n", "yaml-syntax"),
        ("a: b: c\n", "yaml-syntax"),
        ("a: 'x\n", "yaml-syntax"),
        ("a:\n\t- b\n", "yaml-tab"),
        ("\tb: 1\n", "yaml-tab"),
        ("a: \x07\n", "yaml-sign"),
        ("a: \ud800\n", "yaml-sign"),
        ("a: 1\n---\nb: 2\n", "yaml-documents"),
        ("[" * 100_000, "yaml-depth"),
        ("a: *x\n", "yaml-alias"),
        ("x" * 4_000_001, "file-too-large"),
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_one_sentence(loader, text, code):
    try:
        found = load_located(text, loader=loader)
        problem = found.problems[0]
    except YamlProblem as caught:
        problem = caught
    assert problem.code == code
    for language in ("id", "en"):
        assert problem.say(language=language)
        assert "%(" not in problem.say(language=language)


def test_a_laughing_billion_is_not_built():
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
    found = load_located(text)
    assert {problem.code for problem in found.problems} == {"yaml-alias"}


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e12, 1e12) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_both_parsers_give_what_was_written(value):
    text = dump_yaml(value)
    one, other = (_outcome(text, loader) for loader in PARSERS)
    assert one == other
    if one[0] == "read" and not one[3]:
        assert one[1] == value


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab:-[]{}#&*!|>'\"%@`,? \n\t0.", max_size=40))
@example("---")
def test_both_parsers_refuse_alike(text):
    one, other = (_outcome(text, loader) for loader in PARSERS)
    if one[0] == other[0] == "read" and not one[3] + other[3]:
        assert one == other


def _outcome(text: str, loader: type) -> tuple:
    try:
        found = load_located(text, loader=loader)
    except YamlProblem:
        return ("refused",)
    return ("read", found.value, dict(found.lines), [problem.code for problem in found.problems])
