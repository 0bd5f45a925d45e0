"""HTML, JSON, Markdown and the XML of old applications."""

from __future__ import annotations

import json

import pytest

from mapalus.engine.errors import Refused
from tests.engine.data.reading.scans import codes, guess, of, rows


def refused(folder, content, name="berkas.json"):
    with pytest.raises(Refused) as found:
        of(folder, content, name)
    return found.value


def test_html_called_xls_is_read(tmp_path):
    page = """<html><body><table><tr><td>menu</td></tr></table>
    <table><tr><th rowspan=2>Kab<th colspan=2>Penduduk</tr><tr><th>L<th>P</tr>
    <tr><td>Manado<td>1.250<td>&nbsp;<tr><td>Bitung &amp; sekitar<td>2<td>3</table></body></html>"""
    scan = of(tmp_path, page, "data.xls")
    assert (scan.columns, scan.header_row) == (("Kab", "Penduduk L", "Penduduk P"), 2)
    assert rows(scan) == [(3, "", ["Manado", "1.250", ""]), (4, "", ["Bitung & sekitar", "2", "3"])]


def test_cells_that_span_rows_fill_them(tmp_path):
    page = "<table><tr><th>a<th>b</tr><tr><td rowspan=2>x<td>1</tr><tr><td>2</tr></table>"
    assert [cells for _row, _flaw, cells in rows(of(tmp_path, page))] == [["x", "1"], ["x", "2"]]


def test_a_page_without_a_table_is_refused(tmp_path):
    assert refused(tmp_path, "<html><body><p>Situs dalam perbaikan</p></body></html>", "x.csv").reason == "not-tabular"


def test_deep_tables_are_refused(tmp_path):
    assert refused(tmp_path, "<table><tr><td>" * 500, "x.xls").reason == "too-large"


def test_objects_become_rows_and_nested_ones_columns(tmp_path):
    scan = of(tmp_path, '[{"a": 1.50, "b": {"c": true, "d": null}}, {"a": "x", "e": [1, 2]}]', "x.json")
    assert scan.columns == ("a", "b.c", "b.d", "e")
    assert rows(scan) == [(1, "", ["1.50", "true", "", ""]), (2, "", ["x", "", "", "[1, 2]"])]


def test_arrays_of_arrays_have_their_header_inside(tmp_path):
    scan = of(tmp_path, '[["kab", "n"], ["Manado", 1], ["Bitung", 2]]', "x.json")
    assert (scan.columns, [row[0] for row in rows(scan)]) == (("kab", "n"), [2, 3])


def test_paging_envelopes_are_opened(tmp_path):
    document = {"status": "OK", "data": [{"page": 1, "total": 2}, [{"id": 1}, {"id": 2}]]}
    scan = of(tmp_path, json.dumps(document), "x.json")
    assert (guess(scan, "records"), len(rows(scan))) == ("data.1", 2)


def test_lines_of_objects_are_read_and_broken_ones_marked(tmp_path):
    scan = of(tmp_path, '{"a": 1, "b": 2}\n\n{"a": 3}\n{rusak\n', "x.ndjson")
    assert rows(scan) == [(1, "", ["1", "2"]), (3, "", ["3", ""]), (4, "parse-error", ["{rusak", ""])]


def test_keys_written_twice_are_said(tmp_path):
    assert codes(of(tmp_path, '[{"a": 1, "a": 2, "b": 3}, {"a": 1, "b": 2}]', "x.json")) == ["duplicate-key"]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('[{"a": 1}, {"a": ', "truncated"),
        ('[{"a": 1},\n{"a": 2 "b": 3}]', "not-tabular"),
        ("[" * 200_000, "too-large"),
        ('{"success": false, "error": {"message": "x"}}', "not-tabular"),
        ("[]", "empty-file"),
        ('[{"a": ' + "1" * 5000 + "}]", ""),
    ],
)
def test_json_that_holds_no_table_is_refused(tmp_path, document, reason):
    if not reason:  # digits are kept as they stand, however many
        assert len(rows(of(tmp_path, document, "x.json"))) == 1
        return
    assert refused(tmp_path, document).reason == reason


def test_features_become_their_properties(tmp_path):
    feature = {"type": "Feature", "properties": {"kode": "71.71"}, "geometry": {"type": "Point", "coordinates": [1, 2]}}
    scan = of(tmp_path, json.dumps({"type": "FeatureCollection", "features": [feature]}), "x.geojson")
    assert scan.columns == ("kode", "geometry")


def test_pipe_tables_are_read_with_the_lines_of_the_file(tmp_path):
    scan = of(tmp_path, "# Judul\n\nteks\n\n| a | b |\n|---|:-:|\n| 1 | x \\| y |\n| 2 |\n", "x.md")
    assert (scan.columns, scan.header_row) == (("a", "b"), 5)
    assert rows(scan) == [(7, "", ["1", "x | y"]), (8, "missing-cell:1", ["2", ""])]


def test_xml_of_old_spreadsheets_is_read(tmp_path):
    xml = """<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>
    <Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"
    xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">
    <Worksheet ss:Name="Data"><Table>
    <Row ss:Index="2"><Cell><Data ss:Type="String">kab</Data></Cell><Cell><Data ss:Type="String">n</Data></Cell></Row>
    <Row><Cell><Data ss:Type="String">Manado</Data></Cell><Cell><Data ss:Type="Number">12</Data></Cell></Row>
    </Table></Worksheet></Workbook>"""
    scan = of(tmp_path, xml, "x.xls")
    assert (scan.columns, scan.sheet, rows(scan)) == (("kab", "n"), "Data", [(3, "", ["Manado", "12"])])


def test_xml_with_entities_is_refused(tmp_path):
    xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>'
    xml += '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>'
    assert refused(tmp_path, xml, "x.xls").reason == "not-tabular"
