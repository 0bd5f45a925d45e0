# ruff: noqa: E501 - a case is read best on its line
"""Files against what their contracts promise."""

from __future__ import annotations

from typing import Any

from tests.engine.data.corpus.books import FORM, FORM_MERGES, YEARS, book
from tests.engine.data.corpus.case import Case

__all__ = ["CONTRACTS"]


def promise(*fields: str | dict[str, Any], dialect: dict[str, Any] | None = None, reading: dict[str, Any] | None = None,
            encoding: str = "", **schema: Any) -> dict[str, Any]:  # fmt: skip
    """A resource; `"n:integer"` is a field in short."""
    made = [
        dict(zip(("name", "type"), one.split(":"), strict=False)) if isinstance(one, str) else one for one in fields
    ]
    more: dict[str, Any] = {"dialect": dialect} if dialect else {}
    if encoding:
        more["encoding"] = encoding
    if reading:
        more["mapalus"] = {"reading": reading}
    return {"name": "data", "schema": {"fields": made, **schema}, **more}


def must(name: str, kind: str = "string", **constraints: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "constraints": constraints}


def wrong(*rows: tuple[int, str, str]) -> set[tuple[int, str, str]]:
    return set(rows)


T, C, U, F, P = "type-error", "constraint-error", "unique-error", "foreign-key", "primary-key"

CONTRACTS: dict[str, Case] = {
    "types are binding": Case("a,b\n1,x\n2.5,y\nz,w\n4,\n", contract=promise("a:integer", "b:string"),
        errors=wrong((3, "a", T), (4, "a", T)), good=[[1, "x"], [4, None]]),
    "dates are iso unless said": Case("d\n2023-08-17\n17/08/2023\n", contract=promise("d:date"), errors=wrong((3, "d", T))),
    "a pinned order of days": Case("d\n01/02/2023\n17/08/2023\n08/17/2023\n", contract=promise({"name": "d", "type": "date", "format": "%d/%m/%Y"}),
        errors=wrong((4, "d", T)), good=[["2023-02-01"], ["2023-08-17"]]),
    "days of any form": Case("d\n2023-08-17\n17 Agustus 2023\n17/08/2023\nkemarin\n", contract=promise({"name": "d", "type": "date", "format": "any"}),
        errors=wrong((3, "d", T), (5, "d", T))),
    "a pinned decimal comma": Case("a;n\nx;1.234,5\ny;1.234\nz;1,5\nw;1.5\n", contract=promise("a", {"name": "n", "type": "number", "decimalChar": ",", "groupChar": "."}),
        errors=wrong((5, "n", T)), good=[["x", 1234.5], ["y", 1234], ["z", 1.5]]),
    "numbers without marks by default": Case("n;k\n1.5;a\n1,5;b\n1e3;c\n 2;d\n-;e\n", contract=promise("n:number", "k"),
        errors=wrong((3, "n", T), (5, "n", T), (6, "n", T)), good=[[1.5, "a"], [1000, "c"]]),
    "bare numbers": Case("n\nRp 1500\n12%\n7\n", contract=promise({"name": "n", "type": "integer", "bareNumber": False}), good=[[1500], [12], [7]]),
    "only what is said is missing": Case("n\n1\n-\nn/a\n\n2\n", contract=promise("n:integer", missingValues=["", "-"]), errors=wrong((4, "n", T)), good=3),
    "missing values of one field": Case("a,b\n-,-\n1,x\n", contract=promise({"name": "a", "type": "integer", "missingValues": ["-"]}, "b:string"), good=[[None, "-"], [1, "x"]]),
    "required": Case("a,b\n1,x\n,y\n3,\n", contract=promise(must("a", "integer", required=True), "b"), errors=wrong((3, "a", C)), good=[[1, "x"], [3, None]]),
    "limits": Case("n\n0\n1\n10\n11\n", contract=promise(must("n", "integer", minimum=1, maximum=10)), errors=wrong((2, "n", C), (5, "n", C))),
    "limits of days": Case("d\n2022-12-31\n2023-01-01\n2024-01-01\n", contract=promise(must("d", "date", minimum="2023-01-01", maximum="2023-12-31")), errors=wrong((2, "d", C), (4, "d", C))),
    "lengths": Case("s\na\nab\nabcd\nmanado\n", contract=promise(must("s", minLength=2, maxLength=4)), errors=wrong((2, "s", C), (5, "s", C))),
    "a pattern holds for all of a value": Case("s\n71.71\n71.7\nx71.71\n", contract=promise(must("s", pattern=r"\d{2}\.\d{2}")), errors=wrong((3, "s", C), (4, "s", C))),
    "a list of choices": Case("s\nBaik\nbaik\nRusak\n", contract=promise(must("s", enum=["Baik", "Rusak"])), errors=wrong((3, "s", C))),
    "a list of numbers": Case("n\n1\n01\n3\n", contract=promise(must("n", "integer", enum=[1, 2])), errors=wrong((4, "n", C)), good=[[1], [1]]),
    "unique": Case("a\nx\ny\nx\nx\n\n\n", contract=promise(must("a", unique=True)), errors=wrong((4, "a", U), (5, "a", U))),
    "a key of one field": Case("id,n\n1,a\n2,b\n1,c\n", contract=promise("id:integer", "n", primaryKey="id"), errors=wrong((4, "id", P))),
    "a key of two fields": Case("a,b\n1,x\n1,y\n1,x\n2,x\n", contract=promise("a:integer", "b", primaryKey=["a", "b"]), rows=[2, 3, 5]),
    "a key that is empty": Case("id,n\n1,a\n,b\n", contract=promise("id:integer", "n", primaryKey="id"), rows=[2, 3]),
    "keys are compared as values": Case("id\n1\n01\n2\n", contract=promise("id:integer", primaryKey="id"), errors=wrong((3, "id", P))),
    "the holder of a key may be bad": Case("id,n\n1,x\n1,5\n", contract=promise("id:integer", "n:integer", primaryKey="id"), errors=wrong((2, "n", T), (3, "id", P))),
    "unique keys": Case("a,b\n1,x\n1,x\n2,x\n", contract=promise("a:integer", "b", uniqueKeys=[["a", "b"]]), rows=[2, 4]),
    "a foreign key": Case("kode,n\n71.71,1\n71.99,2\n,3\n", contract={"name": "p", "resources": [promise("kode", "n:integer", foreignKeys=[
        {"fields": "kode", "reference": {"resource": "wilayah", "fields": "kode"}}]), {"name": "wilayah", "path": "wilayah.csv", "schema": {"fields": [{"name": "kode", "type": "string"}]}}]},
        beside={"wilayah.csv": "kode\n71.71\n71.72\n"}, errors=wrong((3, "kode", F))),
    "a foreign key to the table itself": Case("id,induk\n1,\n2,1\n3,9\n", contract=promise("id:integer", "induk:integer", foreignKeys=[
        {"fields": "induk", "reference": {"resource": "", "fields": "id"}}]), errors=wrong((4, "induk", F))),
    "columns in another order": Case("b,a\nx,1\ny,2\n", contract=promise("a:integer", "b"), good=[[1, "x"], [2, "y"]]),
    "heads by title and case": Case("Nama Kab/Kota,JUMLAH\nA,1\n", contract=promise({"name": "kab", "title": "Nama Kab/Kota"}, "jumlah:integer"), good=[["A", 1]]),
    "heads by alias": Case("Kabupaten,n\nA,1\n", contract=promise({"name": "kab", "mapalus": {"aliases": ["Kabupaten"]}}, "n:integer"), good=[["A", 1]]),
    "a column too many": Case("a,b,c\n1,x,9\n2,y,9\n", contract=promise("a:integer", "b"), good=[[1, "x"], [2, "y"]], notices="extra-column"),
    "a column too few": Case("a\n1\n2\n", contract=promise("a:integer", "b"), good=[[1, None], [2, None]], notices="missing-column"),
    "a required column too few": Case("a\n1\n2\n", contract=promise("a:integer", must("b", required=True)), refused="missing-column"),
    "columns exactly": Case("a,b,c\n1,2,3\n", contract=promise("a:integer", "b:integer", fieldsMatch="equal"), refused="extra-column unknown-column too-many-columns missing-column columns-differ"),
    "no header declared": Case("1,x\n2,y\nz,w\n", contract=promise("a:integer", "b", dialect={"header": False}), errors=wrong((3, "a", T)), rows=[1, 2]),
    "a declared delimiter": Case("a|b,c|d\n1|2,5|3\n", contract=promise("a:integer", "b,c", "d:integer", dialect={"delimiter": "|"}), good=[[1, "2,5", 3]]),
    "a declared encoding": Case("nama\nJosé\n".encode("cp1252"), contract=promise("nama", encoding="windows-1252"), good=[["José"]]),
    "a declared encoding that is wrong": Case("nama\nJosé\nAni\n".encode("cp1252"), contract=promise("nama", encoding="utf-8"), rows=[3], good=[["Ani"]]),
    "comments declared": Case("#judul\na,b\n#x,y\n1,z\n", contract=promise("a:integer", "b", dialect={"commentChar": "#"}), good=[[1, "z"]], rows=[4]),
    "blanks before cells declared": Case("a,b\n1, x\n", contract=promise("a:integer", "b", dialect={"skipInitialSpace": True}), good=[[1, "x"]]),
    "single quotes declared": Case("a,b\n1,'x,y'\n", contract=promise("a:integer", "b", dialect={"quoteChar": "'"}), good=[[1, "x,y"]]),
    "header rows declared": Case("judul;;\nKab;Penduduk;\n;L;P\nA;1;2\n", contract=promise("Kab", "Penduduk L:integer", "Penduduk P:integer", dialect={"headerRows": [2, 3]}), good=[["A", 1, 2]]),
    "years to rows": Case("Kab;2021;2022\nA;1;2\nB;3;x\n", contract=promise("Kab", "tahun:year", "n:integer", reading={"unpivot": {"columns": ["2021", "2022"], "name": "tahun", "value": "n"}}),
        errors=wrong((3, "n", T)), good=[["A", 2021, 1], ["A", 2022, 2], ["B", 2021, 3]], header=1),
    "years to rows beneath titles": Case("Jumlah Penduduk;;\n;;\nKab;2021;2022\nA;1;2\nB;3;4\nJumlah;4;6\nSumber: BPS;;\n", contract=promise("Kab", "tahun:year", "n:integer",
        reading={"unpivot": {"columns": ["2021", "2022"], "name": "tahun", "value": "n"}}), good=4, header=3),
    "totals dropped": Case("Kab;n\nA;1\nJUMLAH;1\n", contract=promise("Kab", "n:integer", reading={"totals": "drop"}), good=[["A", 1]]),
    "totals kept": Case("Kab;n\nA;1\nB;2\nC;3\nJUMLAH;6\n", contract=promise("Kab", "n:integer", reading={"totals": "keep"}), good=4),
    "values filled down": Case("Prov;Kab;n\nSulut;A;1\n;B;2\nGorontalo;C;3\n", contract=promise("Prov", "Kab", "n:integer", reading={"fill_down": ["Prov"]}),
        good=[["Sulut", "A", 1], ["Sulut", "B", 2], ["Gorontalo", "C", 3]]),
    "groups as a column": Case("No;Desa;n\n;Kecamatan Oba;\n1;A;2\n;Kecamatan Tidore;\n1;C;x\n2;D;4\n", contract=promise("No:integer", "Desa", "n:integer", "kecamatan",
        reading={"groups": "kecamatan"}), good=[[1, "A", 2, "Kecamatan Oba"], [2, "D", 4, "Kecamatan Tidore"]], errors=wrong((5, "n", T))),
    "groups kept": Case("No;Desa;n\n;Kecamatan Oba;\n1;A;2\n", contract=promise("No:integer", "Desa", "n:integer", reading={"groups": "keep"}),
        good=[[None, "Kecamatan Oba", None], [1, "A", 2]]),
    "a form against its contract": Case(lambda: book(FORM, merges=FORM_MERGES), "a.xlsx", contract=promise("No:integer", "Kabupaten/Kota", "Penduduk L:integer", "Penduduk P:integer", "Penduduk L+P:integer"),
        good=3, header=5),
    "a form whose years become rows": Case(lambda: book(YEARS, merges=["A1:A2", "B1:C1", "D1:E1"]), "a.xlsx", header=2, contract=promise("Kab", "kelompok:string", "n:integer",
        reading={"unpivot": {"columns": ["2021 L", "2021 P", "2022 L", "2022 P"], "name": "kelompok", "value": "n"}}), good=12),
    "a sheet declared": Case(lambda: book([["a"], [1]], more=[("Lain", [["a"], [2]])]), "a.xlsx", contract=promise("a:integer", reading={"sheet": "Lain"}), good=[[2]]),
    "sheets as one table": Case(lambda: book([["a"], [1]], more=[("Lain", [["a"], [2]])]), "a.xlsx", contract=promise("a:integer", "lembar", reading={"sheets": "all", "sheet_column": "lembar"}),
        good=[[1, "Data"], [2, "Lain"]]),
    "days of a workbook against a text form": Case(lambda: book([["d"], ["17/08/2023"]]), "a.xlsx", contract=promise({"name": "d", "type": "date", "format": "%d/%m/%Y"}), good=[["2023-08-17"]]),
    "years of a workbook": Case(lambda: book([["t"], [2023], [2024.0]]), "a.xlsx", contract=promise("t:year"), good=[[2023], [2024]]),
    "code lists by name": Case("kab,n\nManado,1\nKota Manado,2\n71.72,3\nAtlantis,4\n", contract=promise({"name": "kab", "mapalus": {"codes": "wilayah.csv"}}, "n:integer"),
        beside={"wilayah.csv": "code,label,aliases\n71.71,Kota Manado,Manado\n71.72,Bitung,\n"}, good=[["71.71", 1], ["71.71", 2], ["71.72", 3]], notices="code-list-by-name"),
    "truth as declared": Case("b\nYa\nTidak\nx\n", contract=promise({"name": "b", "type": "boolean", "trueValues": ["Ya"], "falseValues": ["Tidak"]}), errors=wrong((4, "b", T))),
    "truth by default": Case("b\ntrue\nFalse\n1\nYa\n", contract=promise("b:boolean"), errors=wrong((5, "b", T))),
    "whole numbers with a fraction": Case("n\n1.0\n2\n", contract=promise("n:integer"), errors=wrong((2, "n", T))),
    "mail and addresses": Case("e,u\na@b.id,https://a.id/x\nab.id,x\n", contract=promise({"name": "e", "type": "string", "format": "email"}, {"name": "u", "type": "string", "format": "uri"}), errors=wrong((3, "e", T), (3, "u", T))),
    "points": Case('p\n"124.8, 1.4"\n"200, 1"\n', contract=promise({"name": "p", "type": "geopoint"}), errors=wrong((3, "p", T))),
    "rules over columns": Case("l,p,j\n1,2,3\n1,2,4\n", contract={**promise("l:integer", "p:integer", "j:integer"), "mapalus": {"rules": [{"name": "jumlah", "expression": "j = l + p"}]}}, rows=[2]),
    "a contract of another file": Case("x,y\n1,2\n", contract=promise(must("kab", required=True), "n:integer"), refused="missing-column"),
    "an empty file under a contract": Case("", contract=promise("a"), refused="empty-file"),
    "a header alone under a contract": Case("a,b\n", contract=promise("a", "b"), good=0, notices="no-rows"),
}  # fmt: skip
