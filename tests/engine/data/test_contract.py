"""Contracts: a package, a resource or a Table Schema; in YAML or JSON; back to a descriptor without loss."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mapalus.engine.data.contract import BadRows, load, parse, to_descriptor
from mapalus.engine.data.strict_yaml import YamlProblem, dump_yaml, load_yaml
from mapalus.engine.errors import Problem

SCHEMA = {"fields": [{"name": "kode", "constraints": {"required": True}}, {"name": "nilai", "type": "number"}]}
FULL = """\
name: contoh
title: Contoh
licenses: [{name: CC-BY-4.0}]
resources:
  - name: contoh
    schema:
      missingValues: ["", "-"]
      primaryKey: [kode]
      fields:
        - name: kode
          title: Kode wilayah
          constraints: {required: true, pattern: '[0-9.]+'}
          mapalus: {aliases: [KODE], personal: nik}
        - {name: tanggal, type: date, format: '%d/%m/%Y', constraints: {minimum: 01/01/2000}}
        - {name: jumlah, type: number, decimalChar: ',', groupChar: '.'}
      foreignKeys:
        - {fields: kode, reference: {resource: daftar, fields: kode}}
    mapalus:
      rules: [{name: positif, expression: jumlah >= 0, tolerance: 0.5}]
      bad_rows: {limit_percent: 2}
  - {name: daftar, path: daftar.csv}
"""


@pytest.mark.parametrize(
    "document", [SCHEMA, {"name": "x", "schema": SCHEMA}, {"resources": [{"name": "x", "schema": SCHEMA}]}]
)
def test_package_resource_and_schema_give_the_same_fields(document):
    assert [(item.name, item.type, item.is_required) for item in parse(document).fields] == [
        ("kode", "string", True),
        ("nilai", "number", False),
    ]


def test_everything_declared_is_read(tmp_path: Path):
    (tmp_path / "c.yaml").write_text(FULL)
    contract = load(tmp_path / "c.yaml")
    assert contract.primary_key == ("kode",)
    assert contract.missing_values == ("", "-")
    assert contract.field("kode").aliases == ("KODE",)
    assert contract.field("kode").is_personal
    assert contract.rules[0].tolerance == 0.5
    assert contract.bad_rows == BadRows("quarantine", 2.0)
    assert contract.references["daftar"] == "daftar.csv"
    assert contract.folder == tmp_path.resolve()


def test_a_contract_survives_the_way_out_and_back(tmp_path: Path):
    (tmp_path / "c.yaml").write_text(FULL)
    first = load(tmp_path / "c.yaml")
    (tmp_path / "d.yaml").write_text(dump_yaml(to_descriptor(first)))
    (tmp_path / "d.json").write_text(json.dumps(to_descriptor(first)))
    for name in ("d.yaml", "d.json"):
        again = load(tmp_path / name)
        assert to_descriptor(again) == to_descriptor(first)
        assert again.fields == first.fields


def test_spellings_of_version_1_are_understood():
    contract = parse(
        {
            "fields": [{"name": "a", "type": "gyear"}, {"name": "b", "format": "fmt:%d/%m/%Y", "type": "date"}],
            "primaryKey": "a",
            "foreignKeys": [{"fields": "a", "reference": {"resource": "", "fields": "a"}}],
        }
    )
    assert contract.fields[0].type == "year"
    assert contract.fields[1].format == "%d/%m/%Y"
    assert contract.primary_key == ("a",)
    assert contract.foreign_keys[0].resource == ""


BAD = {
    "type": ({"fields": [{"name": "a", "type": "bilangan"}]}, "there is no type bilangan. Allowed are string"),
    "constraint": ({"fields": [{"name": "a", "constraints": {"wajib": True}}]}, "there is no constraint wajib"),
    "bound": ({"fields": [{"name": "a", "type": "integer", "constraints": {"minimum": "x"}}]}, "minimum x is not"),
    "pattern": ({"fields": [{"name": "a", "constraints": {"pattern": "["}}]}, "not a regular expression"),
    "format": ({"fields": [{"name": "a", "type": "date", "format": "dd/mm"}]}, "there is no format dd/mm"),
    "key": ({**SCHEMA, "primaryKey": ["nik"]}, "names the field nik, which does not exist. Fields are kode, nilai"),
    "twice": ({"fields": [{"name": "a"}, {"name": "a"}]}, "has a twice"),
    "reserved": ({"fields": [{"name": "_row"}]}, "reserved"),
    "rule": ({"schema": SCHEMA, "mapalus": {"rules": ["nilai >="]}}, "is not a rule: the rule ends too early"),
    "bad_rows": ({"schema": SCHEMA, "mapalus": {"bad_rows": "drop"}}, "reject, quarantine, or limit_percent"),
    "nothing": ({"judul": "x"}, "resources, schema or fields"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_contract_ends_in_one_sentence(case):
    document, sentence = BAD[case]
    with pytest.raises(Problem) as caught:
        parse(document)
    assert sentence in caught.value.say(language="en")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\na: 2\n", 2),
        ("a: &x 1\nb: *x\n", 1),
        ("a: !!python/object:os.system 1\n", 1),
        ("a: [1\n", 2),
        ("- " * 100, 1),
    ],
)
def test_yaml_that_hides_something_is_refused(text, line):
    with pytest.raises(YamlProblem) as caught:
        load_yaml(text, depth=40)
    assert caught.value.line == line


def test_yaml_words_stay_words():
    assert load_yaml("a: no\nb: 2020-01-01\nc: 007\nd: 1e5\ne: true\nf: ~\n", depth=9) == {
        "a": "no", "b": "2020-01-01", "c": "007", "d": 1e5, "e": True, "f": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["no", "2020-01-01", "007", "1e5", "true", "~", "", " x", "a: b", "0x1F", "1_000", "-", "é"]
)
def test_yaml_written_is_read_back(text):
    assert load_yaml(dump_yaml({"a": [text], text or "x": text}), depth=9) == {"a": [text], text or "x": text}


def test_a_reference_list_may_not_lie_elsewhere(tmp_path: Path):
    from mapalus.engine.data.references import read_references

    schema = {**SCHEMA, "foreignKeys": [{"fields": "kode", "reference": {"resource": "../x.csv", "fields": "kode"}}]}
    with pytest.raises(Problem, match="beside the contract"):
        read_references(parse(schema, folder=tmp_path))
