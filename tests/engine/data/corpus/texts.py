# ruff: noqa: E501 - a case is read best on its line
"""Delimited text: dialects, encodings, line ends, quotes, titles, notes."""

from __future__ import annotations

import codecs

from tests.engine.data.corpus.case import Case

__all__ = ["TEXTS"]

PLAIN = "kab,jumlah\nManado,10\nBitung,20\nTomohon,30\n"
PLAIN_FIELDS = "kab:string jumlah:integer"
PLAIN_GOOD = [["Manado", 10], ["Bitung", 20], ["Tomohon", 30]]
NAMES = "kab;kepala\nSangihe;José Gonçalves\nTalaud;“Ani” – Budi\nSitaro;Müller\n"
NAMES_GOOD = [["Sangihe", "José Gonçalves"], ["Talaud", "“Ani” – Budi"], ["Sitaro", "Müller"]]
LATIN = "kab;kepala\nSangihe;José Gonçalves\nSitaro;Müller\n"
LATIN_GOOD = [["Sangihe", "José Gonçalves"], ["Sitaro", "Müller"]]


def delimited(by: str) -> str:
    return PLAIN.replace(",", by)


TEXTS: dict[str, Case] = {
    # delimiters
    "comma": Case(PLAIN, header=1, fields=PLAIN_FIELDS, good=PLAIN_GOOD, errors=set(), warned="",
        rows=[2, 3, 4], dialect={"delimiter": ",", "encoding": "utf-8"}),
    "semicolon": Case(delimited(";"), fields=PLAIN_FIELDS, good=PLAIN_GOOD, warned="", dialect={"delimiter": ";"}),
    "tab": Case(delimited("\t"), "berkas.tsv", fields=PLAIN_FIELDS, good=PLAIN_GOOD, warned="",
        dialect={"delimiter": "\t"}),
    "pipe": Case(delimited("|"), "berkas.txt", fields=PLAIN_FIELDS, good=PLAIN_GOOD, warned="",
        dialect={"delimiter": "|"}),
    "caret": Case(delimited("^"), fields=PLAIN_FIELDS, good=PLAIN_GOOD, dialect={"delimiter": "^"}),
    "tilde": Case(delimited("~"), fields=PLAIN_FIELDS, good=PLAIN_GOOD, dialect={"delimiter": "~"}),
    "sep line": Case("sep=;\n" + delimited(";"), header=2, fields=PLAIN_FIELDS, good=PLAIN_GOOD, rows=[3, 4, 5],
        dialect={"delimiter": ";"}),
    "sep line of a delimiter nobody guesses": Case("sep=#\n" + delimited("#"), header=2, good=PLAIN_GOOD,
        dialect={"delimiter": "#"}),
    "semicolon with decimal commas": Case("kab;luas;persen\nA;12,5;3,25\nB;1.234,75;4,5\nC;7,0;10,1\n",
        fields="kab:string luas:number persen:number",
        good=[["A", 12.5, 3.25], ["B", 1234.75, 4.5], ["C", 7, 10.1]], errors=set(), dialect={"delimiter": ";"}),
    "comma within quotes": Case('nama,alamat\nA,"Jl. Sam Ratulangi 1, Manado"\nB,"Jl. Piere Tendean 2, Manado"\n',
        good=[["A", "Jl. Sam Ratulangi 1, Manado"], ["B", "Jl. Piere Tendean 2, Manado"]], warned=""),
    "semicolons within quotes of a comma file": Case('a,b\n1,"x;y;z"\n2,"p;q;r"\n3,"m;n;o"\n',
        good=[[1, "x;y;z"], [2, "p;q;r"], [3, "m;n;o"]], dialect={"delimiter": ","}),
    "quoted line breaks": Case('no,catatan,n\n1,"baris satu\nbaris dua",5\n2,"x\r\ny",x\n3,z,7\n',
        fields="no:integer catatan:string n:integer", errors={(3, "n", "type-error")}, rows=[2, 4]),
    "doubled quotes": Case('a,b\n1,"ia berkata ""ya"""\n2,""""\n3,""\n',
        good=[[1, 'ia berkata "ya"'], [2, '"'], [3, None]], warned=""),
    "single quotes": Case("a,b\n1,'x,y'\n2,'p,q'\n3,'it''s'\n", good=[[1, "x,y"], [2, "p,q"], [3, "it's"]]),
    "everything quoted": Case('"kab","jumlah"\n"Manado","10"\n"Bitung","20"\n', good=[["Manado", 10], ["Bitung", 20]],
        fields=PLAIN_FIELDS, warned=""),
    "whole lines quoted": Case('"kab,jumlah"\n"Manado,10"\n"Bitung,20"\n', fields=PLAIN_FIELDS,
        good=[["Manado", 10], ["Bitung", 20]]),
    "an inch mark": Case('nama,ukuran\npipa,3"\nselang,1/2"\n', good=[["pipa", '3"'], ["selang", '1/2"']]),
    "unclosed quote": Case('a,b\n1,"x\n2,y\n3,z\n', refused="unclosed-quote"),
    "unclosed quote in the last row": Case('a,b\n1,x\n2,y\n3,"z\n', refused="unclosed-quote"),
    "blanks about the delimiter": Case("kab ; jumlah\nManado ; 10\nBitung ; 20\n", fields=PLAIN_FIELDS,
        good=[["Manado ", 10], ["Bitung ", 20]]),
    "crlf": Case(PLAIN.replace("\n", "\r\n"), good=PLAIN_GOOD, rows=[2, 3, 4], dialect={"line_terminator": "\r\n"}),
    "cr only": Case(PLAIN.replace("\n", "\r"), good=PLAIN_GOOD, rows=[2, 3, 4], dialect={"line_terminator": "\r"}),
    "mixed line ends": Case("kab,jumlah\r\nManado,10\nBitung,20\rTomohon,30\r\n", good=PLAIN_GOOD, rows=[2, 3, 4]),
    "no end of the last line": Case(PLAIN.rstrip("\n"), good=PLAIN_GOOD),
    "end of file mark of dos": Case(PLAIN + "\x1a", good=PLAIN_GOOD),
    # encodings
    "utf-8 with mark": Case(codecs.BOM_UTF8 + NAMES.encode(), fields="kab:string kepala:string", good=NAMES_GOOD),
    "utf-16 le with mark": Case(codecs.BOM_UTF16_LE + NAMES.encode("utf-16-le"), good=NAMES_GOOD, header=1),
    "utf-16 be with mark": Case(codecs.BOM_UTF16_BE + NAMES.encode("utf-16-be"), good=NAMES_GOOD, header=1),
    "utf-16 le without mark": Case(NAMES.encode("utf-16-le"), good=NAMES_GOOD, guessed="encoding"),
    "utf-16 be without mark": Case(NAMES.encode("utf-16-be"), good=NAMES_GOOD, guessed="encoding"),
    "utf-32 with mark": Case(codecs.BOM_UTF32_LE + NAMES.encode("utf-32-le"), good=NAMES_GOOD),
    "cp1252": Case(NAMES.encode("cp1252"), good=NAMES_GOOD, guessed="encoding"),
    "latin-1": Case(LATIN.encode("latin-1"), good=LATIN_GOOD, guessed="encoding"),
    "utf-8 with one broken byte": Case(("nama,kota\n" + "".join(f"José {n},Manado\n" for n in range(40))).encode()
        + b"Jos\xe9,Manado\n" + "Andé,Bitung\n".encode(), good=41, errors={(42, "", "encoding-error")}),
    "utf-16 told as utf-8 by nobody": Case("a\tb\r\n1\tx\r\n2\ty\r\n".encode("utf-16"), "berkas.txt",
        good=[[1, "x"], [2, "y"]], dialect={"delimiter": "\t"}),
    "utf-16 of an odd length": Case((codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"))[:-1],
        errors={(4, "", "encoding-error"), (4, "jumlah", "type-error")}, good=2),
    "nul bytes in cells": Case(PLAIN.replace("Bitung", "Bi\0tung"), good=PLAIN_GOOD, notices="nul-byte"),
    "characters of no width": Case("\ufeffkab,jumlah\nMa\u200bnado,10\nBitung\xa0,20\n", good=2, fields=PLAIN_FIELDS),
    "names of other scripts": Case("kota,nama\nManado,北京\nBitung,Мария\n", good=[["Manado", "北京"], ["Bitung", "Мария"]]),
    # ragged rows and blank things
    "short and long rows": Case("a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,1,1\n",
        errors={(3, "c", "missing-cell"), (4, "", "extra-cell")}, rows=[2, 5]),
    "trailing delimiters": Case("a,b,\n1,x,\n2,y,\n", fields="a:integer b:string", good=[[1, "x"], [2, "y"]]),
    "one empty cell too many": Case("a,b\n1,x,\n2,y\n", good=[[1, "x"], [2, "y"]], errors=set()),
    "blank lines": Case("\n\nkab,jumlah\n\nManado,10\n\n\nBitung,20\n", header=3, rows=[5, 8],
        good=[["Manado", 10], ["Bitung", 20]]),
    "lines of delimiters": Case("kab,jumlah\nManado,10\n,\n , \nBitung,20\n,\n", rows=[2, 5]),
    "an empty column between": Case("kab;;jumlah\nA;;1\nB;;2\n", fields="kab:string kolom_2:string jumlah:integer",
        good=[["A", None, 1], ["B", None, 2]], warned="blank-header"),
    "an empty column in front": Case(";kab;jumlah\n;A;1\n;B;2\n", fields="kolom_1:string kab:string jumlah:integer",
        good=[[None, "A", 1], [None, "B", 2]], warned="blank-header"),
    "a blank header above values": Case("kab,,n\nA,x,1\nB,y,2\n", notices="blank-header", good=2),
    "headers twice": Case("kab,n,n\nA,1,2\nB,3,4\n", fields="kab:string n:integer n_2:integer",
        notices="duplicate-header"),
    "headers that differ by case": Case("Kab,kab,n\nA,x,2\nB,y,4\n", fields="Kab:string kab_2:string n:integer"),
    "a column named _row": Case("_row,_errors,n\nA,x,1\nB,y,2\n", good=2,
        fields="row:string errors:string n:integer", notices="reserved-name"),
    # headers
    "no header": Case("1,10,100\n2,20,200\n3,30,300\n", header=None, rows=[1, 2, 3], notices="no-header"),
    "one column": Case("kecamatan\nWenang\nSario\nMalalayang\n", good=[["Wenang"], ["Sario"], ["Malalayang"]], header=1),
    "header only": Case("kab,jumlah\n", good=0, notices="no-rows", header=1),
    "one data row": Case("kab,jumlah\nManado,10\n", good=[["Manado", 10]], header=1),
    "words only": Case("nama,kota\nBudi,Manado\nSiti,Bitung\nAni,Tomohon\n", header=1, good=3),
    "titles above": Case("PEMERINTAH PROVINSI SULAWESI UTARA;;\nData Penduduk Tahun 2023;;\n;;\nKab;L;P\nA;1;2\nB;3;4\n",
        header=4, fields="Kab:string L:integer P:integer", good=[["A", 1, 2], ["B", 3, 4]], warned="title-rows"),
    "titles without delimiters": Case("Tabel 3.1 Jumlah Puskesmas, 2023\nDinas Kesehatan\n\nKab;n\nA;1\nB;3\nC;4\n",
        header=4, good=3, warned="title-rows"),
    "labels and values above": Case("Provinsi:;Sulawesi Utara\nTahun:;2023\n\nKab;Puskesmas;Pustu\nA;1;2\nB;3;4\nC;5;6\n",
        header=4, good=3, fields="Kab:string Puskesmas:integer Pustu:integer", warned="title-rows"),
    "column numbers beneath": Case("No;Kab;Jumlah\n(1);(2);(3)\n1;A;10\n2;B;20\n", header=1, good=[[1, "A", 10], [2, "B", 20]],
        rows=[3, 4]),
    "column numbers bare": Case("No;Kab;Jumlah\n1;2;3\n1;A;10\n2;B;20\n3;C;30\n", rows=[3, 4, 5], good=3),
    "column letters beneath": Case("No;Kab;L;P;Jumlah\na;b;c;d;e=c+d\n1;A;10;20;30\n2;B;20;10;30\n3;C;1;1;2\n", rows=[3, 4, 5], good=3, errors=set(),
        fields="No:integer Kab:string L:integer P:integer Jumlah:integer"),
    "column numbers with a formula": Case("Kab;L;P;L+P\n(1);(2);(3);(4=2+3)\nA;10;20;30\nB;30;40;70\n", rows=[3, 4], errors=set(),
        good=[["A", 10, 20, 30], ["B", 30, 40, 70]]),
    "two header rows": Case("No;Kab;Penduduk;;\n;;L;P;L+P\n1;A;10;11;21\n2;B;20;22;42\n3;C;5;5;10\n", header=2,
        fields=["No:integer", "Kab:string", "Penduduk L:integer", "Penduduk P:integer", "Penduduk L+P:integer"],
        good=3, guessed="header_row header_rows"),
    "three header rows": Case("Kab;Penduduk;;;\n;2022;;2023;\n;L;P;L;P\nA;1;2;3;4\nB;5;6;7;8\nC;9;10;11;12\n", header=3,
        fields=["Kab:string", "Penduduk 2022 L:integer", "Penduduk 2022 P:integer", "Penduduk 2023 L:integer",
                "Penduduk 2023 P:integer"], good=3, guessed="header_rows"),
    "a unit row beneath": Case("Kab;Luas;Produksi\n;(Ha);(Ton)\nA;10;100\nB;20;200\nC;30;300\n", header=2, good=3,
        fields=["Kab:string", "Luas (Ha):integer", "Produksi (Ton):integer"]),
    "years as heads": Case("Kab;2019;2020;2021;2022\nA;1;2;3;4\nB;5;6;7;8\nC;9;10;11;12\n", header=1, good=3,
        fields="Kab:string 2019:integer 2020:integer 2021:integer 2022:integer", notices="years-as-columns"),
    "months as heads": Case("Kab;Januari;Pebruari;Maret;April;Mei;Juni;Juli;Agustus;September;Oktober;Nopember;Desember\n"
        + "".join(f"{kab};" + ";".join(str(n * m) for m in range(1, 13)) + "\n" for n, kab in enumerate("ABC", 1)),
        header=1, good=3),
    # below the table
    "totals and notes below": Case("Kab;n\nA;1\nB;2\nC;3\nJUMLAH;6\n\nSumber: Dinas Kesehatan\nCatatan: angka sementara\n",
        good=[["A", 1], ["B", 2], ["C", 3]], warned="footnote-rows total-row"),
    "an average below": Case("Kab;n\nA;1\nB;2\nC;3\nRata-rata;2\n", good=3, warned="total-row"),
    "total and average below": Case("Kab;n\nA;1\nB;2\nC;3\nTotal;6\nRata - rata;2\n", good=3, warned="total-row"),
    "a total with a number column": Case("No;Kab;n\n1;A;1\n2;B;2\n3;C;3\n;Jumlah Total;6\n", good=3, warned="total-row"),
    "a total in the first cell": Case("No;Kab;n\n1;A;1\n2;B;2\n3;C;3\nJumlah;;6\n", good=3, warned="total-row",
        fields="No:integer Kab:string n:integer"),
    "grand total in capitals": Case("Kab;n\nA;1\nB;2\nC;3\nGRAND TOTAL;6\n", good=3, warned="total-row"),
    "notes with an asterisk": Case("Kab;n\nA;1\nB;2\nC;3\n*) Angka sementara;\n**) Angka sangat sementara;\n", good=3,
        warned="footnote-rows"),
    "a signature below": Case("Kab;n\nA;1\nB;2\nC;3\n;\n;Manado, 5 Januari 2024\n;Kepala Dinas\n;\n;NAMA CONTOH\n;NIP. 000000000000000000\n",
        good=[["A", 1], ["B", 2], ["C", 3]], warned="footnote-rows"),
    "keterangan below": Case("Kab;n;m\nA;1;2\nB;2;3\nC;3;1\nKeterangan: - tidak ada data;;\n", good=3, warned="footnote-rows"),
    "subtotals stay": Case("Kab;Kec;n\nA;x;1\nA;y;2\nJumlah A;;3\nB;z;4\nJumlah B;;4\nTotal;;7\n", good=5),
    "the header repeated on each page": Case("Kab;n\nA;1\nB;2\nKab;n\nC;3\nKab;n\nD;4\n", good=4, rows=[2, 3, 5, 7],
        errors=set(), warned="repeated-header"),
    "utf-32 without mark": Case("kab;jumlah\nManado;10\nBitung;20\n".encode("utf-32-le"), good=2, warned="", fields=PLAIN_FIELDS,
        guessed="encoding"),
    "old macs": Case("kab;jumlah\rCaf\x8e;10\rBitung;20\r".encode("latin-1"), good=[["Café", 10], ["Bitung", 20]]),
    "quarters as heads": Case("kab,Triwulan I 2023,Triwulan II 2023\nManado,1,2\nBitung,5,6\n", header=1, good=2, errors=set()),
    "two tables side by side": Case("No,Nama,,No,Nama\n1,A,,4,D\n2,B,,5,E\n3,C,,6,F\n", good=[[1, "A"], [2, "B"], [3, "C"]],
        notices="several-tables"),
    "two tables of different lengths side by side": Case("kab,n,,kec,m\nA,1,,x,4\nB,2,,y,5\n,,,z,6\n", good=[["A", 1], ["B", 2]],
        notices="several-tables"),
    "two tables of one length side by side": Case("Kab;L;P;;Tahun;Jumlah\nA;1;2;;2020;100\nB;3;4;;2021;200\nC;5;6;;2022;300\n",
        good=[["A", 1, 2], ["B", 3, 4], ["C", 5, 6]], notices="several-tables"),
    "two tables with titles side by side": Case("Tabel 1. Penduduk;;;Tabel 2. Jalan;\nKab;L;;Ruas;Panjang\nA;1;;x;10\nB;2;;y;20\n", header=2,
        good=[["A", 1], ["B", 2]], notices="several-tables title-rows"),
    "an empty column within one table": Case("Nama;Jabatan;;Alamat;Umur\nA;x;;p;10\nB;y;;q;20\nC;x;;r;30\n", good=3,
        fields="Nama:string Jabatan:string kolom_3:string Alamat:string Umur:integer"),
    "a header in row 14": Case("".join(f"Keterangan baris {n}\n" for n in range(1, 14)) + "Kab;L;P\nA;1;2\nB;3;4\nC;5;6\n", header=14,
        good=[["A", 1, 2], ["B", 3, 4], ["C", 5, 6]], warned="title-rows"),
    "utf-16 with titles, a total and a note": Case("LAPORAN;;\r\n;;\r\nKode;Kab;n\r\n82.01;A;1.230\r\n82.71;B;987\r\nJUMLAH;;2.217\r\n\r\nSumber: X\r\n"
        .encode("utf-16"), header=3, rows=[4, 5], good=[["82.01", "A", 1230], ["82.71", "B", 987]], warned="footnote-rows title-rows total-row"),
    "sub totals and a total": Case("Kec;Desa;n\nOba;A;1\nOba;B;2\nSub Total;;3\nTidore;C;4\nTidore;D;5\nSub Total;;9\nTOTAL;;12\n",
        good=6, rows=[2, 3, 4, 5, 6, 7], notices="total-row"),
    "a wider table below": Case("kab,n,\nA,1,\nB,2,\n,,\nkec,luas,m\nx,1.5,2\ny,2.5,3\n", header=1, good=[["A", 1], ["B", 2]],
        notices="several-tables"),
    # size
    "very long field": Case("a,b\n1," + "x" * 300_000 + "\n2,y\n", good=2),
    "many columns": Case(",".join(f"k{n}" for n in range(400)) + "\n" + ",".join("1" for _ in range(400)) + "\n", good=1),
    # no tables
    "empty": Case("", refused="empty-file"),
    "mark only": Case(codecs.BOM_UTF8, refused="empty-file"),
    "blanks only": Case(" \n\t\n\n", refused="empty-file"),
    "delimiters only": Case(",,,\n,,,\n", refused="empty-file"),
    "zero bytes only": Case(bytes(3000), refused="not-tabular empty-file"),
    "a picture": Case(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, refused="not-tabular"),
    "a pdf": Case(b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", refused="not-tabular"),
}  # fmt: skip
