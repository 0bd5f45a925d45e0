# ruff: noqa: E501 - a case is read best on its line
"""JSON, GeoJSON, Parquet, pages."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.engine.data.corpus.case import Case

__all__ = ["DOCUMENTS"]

RECORDS = [{"kab": "Manado", "jumlah": 10}, {"kab": "Bitung", "jumlah": 20}]
GOOD = [["Manado", 10], ["Bitung", 20]]
FIELDS = "kab:string jumlah:integer"
J = "berkas.json"
POINT = {"type": "Point", "coordinates": [124.84, 1.47]}


def feature(properties: Mapping[str, Any] | None, geometry: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def collection(*features: Any) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def parquet(query: str) -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        path = Path(folder) / "a.parquet"
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
        return path.read_bytes()


def page(*tables: str, head: str = "") -> str:
    return f"<html><head>{head}<title>Data</title></head><body><h1>Judul</h1>{''.join(tables)}</body></html>"


def table(*rows: str, mark: str = "td") -> str:
    made = "".join("<tr>" + "".join(f"<{mark}>{one}</{mark}>" for one in row.split("|")) + "</tr>" for row in rows)
    return f"<table>{made}</table>"


DOCUMENTS: dict[str, Case] = {
    "records": Case(json.dumps(RECORDS), J, fields=FIELDS, good=GOOD, errors=set(), header=None),
    "records in an envelope": Case(json.dumps({"status": "OK", "total": 2, "data": RECORDS}), J, good=GOOD, fields=FIELDS),
    "records deep in an envelope": Case(json.dumps({"result": {"total": 2, "records": RECORDS}, "success": True}), J, good=GOOD),
    "records in the answer of bps": Case(json.dumps({"status": "OK", "data": [{"page": 1, "total": 2}, RECORDS]}), J, good=GOOD),
    "names in a list of their own": Case(json.dumps({"columns": ["kab", "jumlah"], "data": [["Manado", 10], ["Bitung", 20]]}), J,
        good=GOOD, fields=FIELDS),
    "two lists of records": Case(json.dumps({"a": RECORDS, "b": [{"x": 1}, {"x": 2}]}), J),
    "records by their codes": Case('{"data": {"7171": {"kab": "Manado"}, "7172": {"kab": "Bitung"}}}', J,
        fields="kode:string kab:string", good=[["7171", "Manado"], ["7172", "Bitung"]], guessed="records"),
    "columns of values in an envelope": Case('{"ok": true, "data": {"kab": ["Manado", "Bitung"], "jumlah": [10, 20]}}', J, fields=FIELDS, good=GOOD),
    "columns by number of row": Case('{"kab": {"0": "Manado", "1": "Bitung"}, "jumlah": {"0": 10, "1": 20}}', J, fields=FIELDS, good=GOOD),
    "records one after another": Case('{\n "kab": "Manado",\n "jumlah": 10\n}\n{"kab": "Bitung", "jumlah": 20}', J, fields=FIELDS, good=GOOD),
    "records in a script": Case('// data\nvar d = [{"kab": "Manado", "jumlah": 10}, {"kab": "Bitung", "jumlah": 20}];', J, fields=FIELDS, good=GOOD),
    "records in a call": Case('muat([{"kab": "Manado", "jumlah": 10}, {"kab": "Bitung", "jumlah": 20}]);', J, fields=FIELDS, good=GOOD),
    "a comma too many": Case('[{"kab": "Manado"},]', J, refused="not-tabular"),
    "numbers of three decimals": Case('[{"kab": "A", "v": 1.234}, {"kab": "B", "v": 2.345}]', J, good=[["A", 1.234], ["B", 2.345]], warned=""),
    "geojson in metres": Case('{"type": "FeatureCollection", "crs": {"type": "name", "properties": {"name": "EPSG:32751"}}, "features": '
        '[{"type": "Feature", "properties": {"n": "a"}, "geometry": {"type": "Point", "coordinates": [7e5, 1.6e5]}}]}', J, good=1,
        warned="coordinate-system"),
    "topojson": Case('{"type": "Topology", "objects": {"a": {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 2]}]}}, "arcs": []}',
        J, refused="not-tabular"),
    "a drawing": Case('<svg xmlns="http://www.w3.org/2000/svg"><text>1</text></svg>', "berkas.svg", refused="not-tabular"),
    "nested records": Case(json.dumps([{"kab": "A", "jumlah": {"l": 1, "p": 2}}, {"kab": "B", "jumlah": {"l": 3, "p": 4}}]), J,
        fields="kab:string jumlah.l:integer jumlah.p:integer", good=[["A", 1, 2], ["B", 3, 4]]),
    "records of different keys": Case('[{"a": 1, "b": "x"}, {"b": "y", "c": 5}, {"a": 3}]', J,
        fields="a:integer b:string c:integer", good=[[1, "x", None], [None, "y", 5], [3, None, None]]),
    "a key late in a long list": Case(json.dumps([{"a": n} for n in range(3000)] + [{"a": 1, "telat": 7}]), J, good=3001,
        fields="a:integer telat:integer"),
    "lines of records": Case('{"kab":"Manado","jumlah":10}\n\n{"kab":"Bitung","jumlah":20}\n', "berkas.ndjson", good=GOOD, rows=[1, 3]),
    "lines with a broken one": Case('{"kab":"Manado","jumlah":10}\n{"kab":"Bi\n{"kab":"Bitung","jumlah":20}\n', "berkas.ndjson",
        good=GOOD, errors={(2, "", "parse-error")}),
    "lines with something else": Case('{"a":1}\n42\n{"a":2}\n', "berkas.ndjson", good=[[1], [2]], errors={(2, "", "parse-error")}),
    "lines of records called json": Case('{"kab":"Manado","jumlah":10}\n{"kab":"Bitung","jumlah":20}\n', J, good=GOOD),
    "keys twice": Case('[{"a": 1, "a": 2}, {"a": 3}]', J, notices="duplicate-key", good=2),
    "nan": Case('[{"a": 1.5}, {"a": NaN}, {"a": 2.5}]', J, fields="a:number", good=3),
    "integers beyond counting": Case('[{"n": 123456789012345678901234567890}, {"n": 9007199254740993}, {"n": 1}]', J, good=3),
    "integers beyond floats": Case('[{"n": 9007199254740993}, {"n": 1}]', J, good=[[9007199254740993], [1]]),
    "numbers as text": Case('[{"n": "10"}, {"n": "20"}]', J, fields="n:integer", good=[[10], [20]]),
    "null and nothing": Case('[{"a": null, "b": ""}, {"a": 1, "b": "x"}]', J, good=2, missing={"a": 1, "b": 1}),
    "truth": Case('[{"a": true}, {"a": false}]', J, good=[[True], [False]]),
    "a cut list": Case(json.dumps(RECORDS)[:-20], J, refused="truncated"),
    "a document of json without records": Case('{"nama": "x", "n": 1}', J, refused="not-tabular"),
    "an empty list": Case("[]", J, refused="empty-file"),
    "deeper than anybody writes": Case("[" * 100_000 + "]" * 100_000, J, refused="too-large not-tabular"),
    "json with a mark": Case("\ufeff" + json.dumps(RECORDS), J, good=GOOD),
    "json in utf-16": Case(json.dumps(RECORDS).encode("utf-16"), J, good=GOOD),
    "geojson": Case(collection(feature({"kab": "A", "n": 1}, POINT), feature({"kab": "B", "n": 2}, POINT)), "a.geojson", good=2,
        fields="kab:string n:integer geometry:geojson"),
    "geojson without a place": Case(collection(feature({"n": 1}, POINT), feature({"n": 2}, None)), "a.geojson", good=2,
        missing={"geometry": 1}),
    "geojson of mixed shapes": Case(collection(feature({"n": 1}, POINT), feature({"n": 2}, {"type": "LineString", "coordinates": [[1, 2], [3, 4]]})),
        "a.geojson", good=2),
    "geojson without properties": Case(collection(feature(None, POINT), feature({"n": 2}, POINT)), "a.geojson", good=2),
    "geojson with a shape that is none": Case(collection(feature({"n": 1}, POINT), feature({"n": 2}, {"type": "Titik", "coordinates": []}),
        feature({"n": 3}, POINT)), "a.geojson", errors={(2, "geometry", "type-error")}),
    "parquet": Case(lambda: parquet("SELECT * FROM (VALUES ('Manado', 10), ('Bitung', 20)) t(kab, jumlah)"), "a.parquet", good=GOOD, fields=FIELDS),
    "parquet of many types": Case(lambda: parquet("SELECT 'A' AS k, DATE '2023-08-17' AS d, TIMESTAMP '2023-08-17 10:00:00' AS w, 1.50::DECIMAL(9,2) AS h, true AS b"),
        "a.parquet", fields="k:string d:date w:datetime h:number b:boolean", good=[["A", "2023-08-17", "2023-08-17T10:00:00", 1.5, True]]),
    "half a parquet": Case(lambda: parquet("SELECT range AS a FROM range(1000)")[:-50], "a.parquet", refused="truncated unreadable not-tabular"),
    "a page of one table called xls": Case(page(table("kab|jumlah", "Manado|10", "Bitung|20")), "a.xls", good=GOOD, fields=FIELDS),
    "a page with a menu and the table": Case(page(table("Beranda|Data|Kontak"), table("kab|jumlah", "Manado|10", "Bitung|20", "Tomohon|30")), "a.html",
        good=[*GOOD, ["Tomohon", 30]]),
    "a page of two tables": Case(page(table("kab|jumlah", "Manado|10", "Bitung|20", "Tomohon|30"), table("kec|n", "X|1", "Y|2")), "a.html",
        good=3, warned="several-tables"),
    "a page with cells over rows and columns": Case(page("<table><tr><th rowspan=2>Kab</th><th colspan=2>Penduduk</th></tr><tr><th>L</th><th>P</th></tr>"
        "<tr><td>A</td><td>1</td><td>2</td></tr><tr><td>B</td><td>3</td><td>4</td></tr></table>"), "a.html",
        fields=["Kab:string", "Penduduk L:integer", "Penduduk P:integer"], good=[["A", 1, 2], ["B", 3, 4]]),
    "a page whose groups span rows": Case(page("<table><tr><th>Prov</th><th>Kab</th><th>n</th></tr><tr><td rowspan=2>Sulut</td><td>Manado</td><td>1</td></tr>"
        "<tr><td>Bitung</td><td>2</td></tr><tr><td>Gorontalo</td><td>Limboto</td><td>3</td></tr></table>"), "a.html",
        good=[["Sulut", "Manado", 1], ["Sulut", "Bitung", 2], ["Gorontalo", "Limboto", 3]]),
    "a page whose foot is written first": Case("<table><thead><tr><th>Kab</th><th>n</th></tr></thead><tfoot><tr><td>Total</td><td>3</td></tr></tfoot>"
        "<tbody><tr><th>A</th><td>1</td></tr><tr><th>B</th><td>2</td></tr></tbody></table>", "a.html", good=[["A", 1], ["B", 2]], warned="total-row"),
    "a page with a script in a cell": Case(page("<table><tr><th>k</th><th>n</th></tr><tr><td>A<script>x(1)</script></td><td>1</td></tr><tr><td>B</td><td>2</td></tr></table>"),
        "a.html", good=[["A", 1], ["B", 2]]),
    "a page of named characters": Case(page(table("kab|catatan", "A&amp;B|x&nbsp;y", "C|&lt;10")), "a.html", good=2),
    "a page in latin-1": Case(page(table("kab|kepala", "Sangihe|José", "Sitaro|Müller"), head='<meta charset="iso-8859-1">').encode("latin-1"), "a.html",
        good=[["Sangihe", "José"], ["Sitaro", "Müller"]]),
    "a page that spans without end": Case(page("<table><tr><td rowspan=1000000000 colspan=1000000000>a</td><td>b</td></tr><tr><td>1</td></tr></table>"), "a.html"),
    "a page to sign in": Case(page("<form><input name=user><input name=pass></form>"), "data.csv", refused="not-tabular"),
    "a page of frames": Case("<html><frameset><frame src='sheet001.htm'></frameset></html>", "a.xls", refused="not-tabular"),
    "packed text": Case(gzip.compress(b"kab,jumlah\nManado,10\nBitung,20\n"), "a.csv.gz", good=GOOD),
    "xml that is no table": Case('<?xml version="1.0"?><rss><channel><item/></channel></rss>', "a.xml", refused="not-tabular"),
    "a page of markdown": Case("# Data\n\n| kab | jumlah |\n| --- | ---: |\n| Manado | 10 |\n| Bitung | 20 |\n", "a.md", good=GOOD),
}  # fmt: skip
