"""Text files as agencies send them."""

from __future__ import annotations

import pytest

from mapalus.engine.data.contract import Contract, parse
from mapalus.engine.data.reading import spool
from mapalus.engine.errors import Refused
from tests.engine.data.reading.scans import codes, guess, of, rows


def cells(scan):
    return [row[2] for row in rows(scan)]


def refusal(folder, content, name="berkas.csv", **options):
    with pytest.raises(Refused) as found:
        of(folder, content, name, **options)
    return found.value


def test_clean_text_is_scanned_in_place(tmp_path):
    scan = of(tmp_path, "kode,nilai\n71.01,1\n71.02,2\n")
    assert not scan.spooled
    assert (scan.columns, scan.header_row, scan.first_row, scan.skip) == (("kode", "nilai"), 1, 2, 1)
    assert rows(scan) == [(2, "", ["71.01", "1"]), (3, "", ["71.02", "2"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_guessed(tmp_path, delimiter):
    scan = of(tmp_path, "\n".join(delimiter.join(row) for row in (["nama", "nilai"], ["a", "1"], ["b", "2"])))
    assert scan.dialect.delimiter == delimiter
    assert cells(scan) == [["a", "1"], ["b", "2"]]


def test_decimal_commas_do_not_hide_the_semicolon(tmp_path):
    scan = of(tmp_path, "kab;cakupan;sasaran\nManado;97,42;1,5\nBitung;88,10;2,5\n")
    assert scan.columns == ("kab", "cakupan", "sasaran")


def test_first_line_may_say_the_delimiter(tmp_path):
    scan = of(tmp_path, "sep=;\na;b\n1,2;x\n")
    assert (scan.header_row, rows(scan)) == (2, [(3, "", ["1,2", "x"])])


def test_blank_lines_count_in_row_numbers(tmp_path):
    scan = of(tmp_path, "a,b\n1,x\n\n2,y\n\n\n3,z\n\n")
    assert not scan.spooled
    assert scan.blank_rows[:3] == (3, 5, 6)
    assert [row[0] for row in rows(scan)] == [2, 4, 7]


def test_lines_of_delimiters_only_are_blank(tmp_path):
    scan = of(tmp_path, "a;b\n1;x\n;\n2;y\n;\n;\n")
    assert [(row[0], row[2]) for row in rows(scan)] == [(2, ["1", "x"]), (4, ["2", "y"])]


def test_quoted_line_break_starts_no_row(tmp_path):
    scan = of(tmp_path, 'a,b\n1,"dua\nbaris"\n2,"kosong\n\ndi dalam"\n\n3,z\n')
    assert [(row[0], row[2][0]) for row in rows(scan)] == [(2, "1"), (3, "2"), (5, "3")]
    assert rows(scan)[1][2][1] == "kosong\n\ndi dalam"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_line_end_is_read(tmp_path, end):
    scan = of(tmp_path, end.join(["a,b", "1,x", "2,y"]))
    assert rows(scan) == [(2, "", ["1", "x"]), (3, "", ["2", "y"])]


def test_mixed_line_ends_are_read(tmp_path):
    assert [row[0] for row in rows(of(tmp_path, "a,b\r\n1,x\n2,y\r3,z\r\n"))] == [2, 3, 4]


@pytest.mark.parametrize(
    ("encoding", "mark", "name"),
    [
        ("utf-8-sig", b"", "utf-8"),
        ("utf-16", b"", "utf-16"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-16-be", b"\xfe\xff", "utf-16"),
        ("iso-8859-1", b"", "iso-8859-1"),
        ("cp1252", b"", "cp1252"),
    ],
)
def test_encodings_are_guessed_and_said(tmp_path, encoding, mark, name):
    extra = "“" if encoding == "cp1252" else ""
    text = f"desa\tnilai\nToliapé{extra}\t1\nMoroné\t2\nKoré\t3\n"
    scan = of(tmp_path, mark + text.encode(encoding))
    assert cells(scan)[0] == [f"Toliapé{extra}", "1"]
    assert scan.columns == ("desa", "nilai")
    assert guess(scan, "encoding") == scan.dialect.encoding == name


def test_single_broken_bytes_in_utf8_are_errors_of_their_row(tmp_path):
    scan = of(tmp_path, "desa,n\nToliapé,1\n".encode() + b"Mor\xff,2\n" + "Koré,3\n".encode())
    assert [row[:2] for row in rows(scan)] == [(2, ""), (3, "encoding-error"), (4, "")]
    assert cells(scan)[1][0] == "Mor\ufffd"


def test_zero_bytes_are_left_out_and_said(tmp_path):
    scan = of(tmp_path, b"a,b\n1,x\x00y\n2,z\n")
    assert codes(scan) == ["nul-byte"]
    assert cells(scan) == [["1", "xy"], ["2", "z"]]


def test_ragged_rows_are_marked(tmp_path):
    scan = of(tmp_path, "a,b,c\n1,2,3\n4,5\n6,7,8,9,10\n11,12,13\n")
    assert [row[:2] for row in rows(scan)] == [(2, ""), (3, "missing-cell:2"), (4, 'extra-cell:["9", "10"]'), (5, "")]


def test_a_direct_scan_can_be_spooled(tmp_path):
    scan = of(tmp_path, "T,,\na,b,c\n" + "1,2,3\n" * 300 + "4,5\n" + "6,7,8\n" * 300)
    again = spool(scan, tmp_path)
    assert again.spooled
    assert again.columns == scan.columns
    assert [row[:2] for row in rows(again) if row[1]] == [(303, "missing-cell:2")]


def test_stray_quotes_inside_a_cell_are_text(tmp_path):
    assert cells(of(tmp_path, 'a,b\npipa 12",x\n"Toko ""Jaya""",y\n')) == [['pipa 12"', "x"], ['Toko "Jaya"', "y"]]


def test_text_after_a_closing_quote_is_a_parse_error(tmp_path):
    scan = of(tmp_path, 'a,b\n"Jl. "Mawar" 5",x\n"abc"def,y\n3,z\n')
    assert [row[1] for row in rows(scan)] == ["parse-error", "parse-error", ""]
    assert cells(scan)[0] == ['Jl. "Mawar" 5', "x"]


@pytest.mark.parametrize("rest", ['3,"tak tertutup\n4,x\n5,y\n', '3,"tak tertutup\n4,"x"\n5,y\n'])
def test_unclosed_quote_is_refused_with_its_row(tmp_path, rest):
    problem = refusal(tmp_path, "a,b\n1,x\n\n2,y\n" + rest)
    assert problem.reason == "unclosed-quote"
    assert problem.data["row"] == 5


def test_backslash_escapes_are_read(tmp_path):
    scan = of(tmp_path, 'a,b\n"kata \\"itu\\" ya",1\n"lain \\"lagi\\" x",2\n')
    assert cells(scan) == [['kata "itu" ya', "1"], ['lain "lagi" x', "2"]]


def test_single_quotes_are_read(tmp_path):
    assert cells(of(tmp_path, "'a','b'\n'1, 2','x'\n'3, 4','y'\n")) == [["1, 2", "x"], ["3, 4", "y"]]


def test_spaces_before_quotes_are_skipped(tmp_path):
    assert cells(of(tmp_path, 'a, b\n1, "x, y"\n2, "z, w"\n')) == [["1", "x, y"], ["2", "z, w"]]


def test_title_rows_are_said_and_counted(tmp_path):
    scan = of(tmp_path, "LAPORAN 2025\nDinas Contoh\n\nkode,nama,nilai\n71.01,a,1\n71.02,b,2\n")
    assert (scan.header_row, codes(scan)) == (4, ["title-rows"])
    assert [row[0] for row in rows(scan)] == [5, 6]


def test_notes_below_the_table_are_left_out(tmp_path):
    scan = of(tmp_path, "kode,nama,nilai\n71.01,a,1\n71.02,b,2\n71.03,c,3\n\nSumber: Dinas Contoh\n")
    assert codes(scan) == ["footnote-rows"]
    assert len(rows(scan)) == 3


def test_a_total_line_below_the_table_is_left_out(tmp_path):
    scan = of(tmp_path, "kab,l,p\nManado,1,2\nBitung,3,4\nJUMLAH,4,6\nSumber: contoh\n")
    assert codes(scan) == ["footnote-rows", "total-row"]
    assert [cells[0] for _row, _flaw, cells in rows(scan)] == ["Manado", "Bitung"]


def test_totals_in_between_stay_data(tmp_path):
    scan = of(tmp_path, "kab,l\nManado,1\nSub total,1\nBitung,3\nSub total,3\n")
    assert codes(scan) == ["total-row"]
    assert len(rows(scan)) == 4


def test_a_contract_drops_or_keeps_totals(tmp_path):
    text = "kab,l\nManado,1\nSub total,1\nBitung,3\nTOTAL,4\n"
    counts = {}
    for choice in ("drop", "keep"):
        contract = Contract("t", mapalus={"reading": {"totals": choice}})
        counts[choice] = len(rows(of(tmp_path, text, contract=contract)))
    assert counts == {"drop": 2, "keep": 4}


def test_a_total_among_categories_is_data(tmp_path):
    scan = of(tmp_path, "jenis,tahun,n\nL,2020,1\nTotal,2020,3\nL,2021,2\nTotal,2021,4\n")
    assert len(rows(scan)) == 4


def test_without_a_header_columns_are_numbered(tmp_path):
    scan = of(tmp_path, "71.01,Manado,12\n71.02,Bitung,13\n71.03,Tomohon,14\n")
    assert (scan.columns, scan.header_row, codes(scan)) == (("kolom_1", "kolom_2", "kolom_3"), None, ["no-header"])
    assert rows(scan)[0][0] == 1


def test_numbers_only_below_words_keep_the_first_row(tmp_path):
    assert len(rows(of(tmp_path, "a,b,c\n1,2,3\n4,5,6\n"))) == 2


def test_headers_are_made_unique_and_filled(tmp_path):
    scan = of(tmp_path, "nilai,,nilai,_row\n1,2,3,4\n5,6,7,8\n")
    assert scan.columns == ("nilai", "kolom_2", "nilai_2", "row")
    assert scan.titles == ("nilai", "", "nilai", "_row")
    assert set(codes(scan)) == {"duplicate-header", "blank-header", "reserved-name"}


def test_two_header_rows_are_joined(tmp_path):
    scan = of(tmp_path, "Kab,Penduduk,,Luas\n,L,P,\nManado,1,2,3\nBitung,4,5,6\n")
    assert scan.columns == ("Kab", "Penduduk L", "Penduduk P", "Luas")
    assert (scan.header_row, [row[0] for row in rows(scan)]) == (2, [3, 4])


def test_column_numbers_under_the_header_are_no_row(tmp_path):
    scan = of(tmp_path, "No,Kab,L\n(1),(2),(3)\n1,Manado,5\n2,Bitung,6\n")
    assert [row[0] for row in rows(scan)] == [3, 4]


def test_a_contract_finds_its_header(tmp_path):
    contract = parse({"name": "t", "fields": [{"name": "kode", "type": "string"}, {"name": "nama", "type": "string"}]})
    scan = of(tmp_path, "judul,lain\nKODE,Nama\nx,y\nz,w\n", contract=contract)
    assert scan.header_row == 2


def test_a_contract_without_header_names_the_columns(tmp_path):
    contract = parse(
        {
            "name": "t",
            "dialect": {"header": False},
            "schema": {"fields": [{"name": "kode", "type": "string"}, {"name": "n", "type": "integer"}]},
        }
    )
    scan = of(tmp_path, "71.01,1\n71.02,2\n", contract=contract)
    assert (scan.columns, len(rows(scan))) == (("kode", "n"), 2)


def test_declared_encoding_and_delimiter_are_binding(tmp_path):
    contract = parse(
        {
            "name": "t",
            "encoding": "cp850",
            "dialect": {"delimiter": ":"},
            "schema": {"fields": [{"name": "a", "type": "string"}, {"name": "b", "type": "string"}]},
        }
    )
    assert cells(of(tmp_path, b"a:b\n\x82:1,2\n", contract=contract)) == [["é", "1,2"]]


def test_fill_down_and_unpivot(tmp_path):
    contract = Contract(
        "t",
        mapalus={
            "reading": {"fill_down": ["ruas"], "unpivot": {"columns": "20[0-9]{2}", "name": "tahun", "value": "n"}}
        },
    )
    scan = of(tmp_path, "ruas,sisi,2019,2020\nA,kiri,1,2\n,kanan,3,\n", contract=contract)
    assert scan.columns == ("ruas", "sisi", "tahun", "n")
    assert rows(scan) == [
        (2, "", ["A", "kiri", "2019", "1"]),
        (2, "", ["A", "kiri", "2020", "2"]),
        (3, "", ["A", "kanan", "2019", "3"]),
        (3, "", ["A", "kanan", "2020", ""]),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty-file"),
        (b"\n\n  \n", "empty-file"),
        (b"%PDF-1.7\n1 0 obj", "not-tabular"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not-tabular"),
        (bytes(range(256)) * 20, "not-tabular"),
        ("Dengan hormat, kami sampaikan bahwa data\nyang diminta belum dapat kami kirim hari ini\n" * 3, "not-tabular"),
        ("a," * 17_000 + "b\n" + "1," * 17_000 + "2\n", "too-large"),
        ("a,b\n1," + "x" * 1_100_000 + "\n", "too-large"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, content, reason):
    problem = refusal(tmp_path, content)
    assert problem.reason == reason
    assert problem.say(language="en")


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    scan = of(tmp_path, "kode,nama,nilai\n")
    assert (codes(scan), rows(scan)) == (["no-rows"], [])
