"""One list of fields, seen by machines: what clean keeps fits the schema, and the schema says what clean asks."""

from __future__ import annotations

from datetime import UTC, datetime

from mapalus.engine.data.descriptor import parse
from mapalus.engine.forms import clean
from mapalus.engine.forms.views import json_schema, openapi, table_schema
from mapalus.engine.packs.loader import load_texts
from tests.engine.packs.example import texts

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
FORM = load_texts(texts()).form


def test_json_schema_says_what_is_asked():
    schema = json_schema(FORM)
    assert schema["required"] == ["ketua", "atas_nama", "jenis", "desa", "benar"]  # not what shows only sometimes
    assert schema["properties"]["jenis"]["enum"] == ["traktor", "pompa"]
    assert schema["properties"]["nik"]["x-show-if"] == "atas_nama = 'sendiri'"
    assert schema["properties"]["benar"] == {"const": True, "title": "Isian ini benar"}
    assert schema["properties"]["anggota"]["items"]["required"] == ["nama"]
    assert schema["properties"]["anggota"]["maxItems"] == 50
    assert "disetujui" not in schema["properties"]
    assert set(json_schema(FORM, by="staff")["properties"]) == {"disetujui", "catatan", "diperiksa_pada"}


def test_kept_values_have_the_types_of_the_schema():
    raw = {
        "ketua": "Siti", "atas_nama": "kuasa", "surat_kuasa": "sha:1", "jenis": "pompa", "desa": "7102012001",
        "nilai": "Rp 250.000", "telepon": "0812 3456 7890", "benar": "ya", "anggota-0-nama": "Budi",
        "anggota-0-luas": "0,5",
    }  # fmt: skip
    cleaned = clean(FORM, raw, now=NOW)
    assert cleaned.is_valid, cleaned.errors
    kinds: dict[str, type | tuple[type, ...]] = {
        "string": str, "integer": int, "number": (int, float), "object": dict, "array": list, "boolean": bool,
    }  # fmt: skip
    for name, value in cleaned.values.items():
        schema = json_schema(FORM)["properties"][name]
        schema = schema.get("anyOf", [schema])[0]
        if value is not None and "type" in schema:
            assert isinstance(value, kinds[schema["type"]]), name


def test_table_schema_is_a_contract():
    schema = table_schema(FORM, ["jenis", "desa", "disetujui", "kode_kelompok", "dipakai"])
    contract = parse({"name": "x", **schema})
    assert [item.type for item in contract.fields] == ["string", "string", "number", "string", "date"]
    assert contract.fields[3].constraints["pattern"] == "[A-Z]{2}[0-9]{4}"


def test_openapi_names_the_values_of_a_service():
    assert list(openapi(FORM, name="bantuan-alat")["schemas"]) == ["BantuanAlatValues"]
