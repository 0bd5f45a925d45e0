"""Files of SP4N-LAPOR! are read whatever their headings, and what goes back is no formula."""

from __future__ import annotations

from datetime import date

import pytest

from mapalus.engine.errors import Invalid
from mapalus.engine.lapor import Answered, read, write

FILE = (
    "Tracking ID;Judul;Isi Laporan;Status;Klasifikasi;Tanggal Laporan;Anonim;Rahasia\r\n"
    "#9000001;Jalan rusak;Jalan rusak di depan pasar;Belum Terverifikasi;"
    "Pengaduan Tidak Berkadar Pengawasan;02/11/2026;Ya;\r\n"
    "9000002;Pungutan;Diminta uang;Sedang Diproses;Pengaduan Berkadar Pengawasan;2026-11-03;;Ya\r\n"
    "bukan nomor;a;b;Selesai;;;;\r\n"
    "9000004;a;b;entah;;;;\r\n"
    ";;;;;;;\r\n"
)


def test_headings_and_words_of_its_files_are_known() -> None:
    first, second, third, fourth = read(FILE.encode("utf-8-sig"))
    assert (first.number, first.status, first.kind, first.on) == (
        "9000001",
        "belum-verifikasi",
        "pengaduan",
        date(2026, 11, 2),
    )
    assert (first.is_anonymous, first.is_secret) == (True, False)
    assert (second.status, second.kind, second.is_secret) == ("proses", "pengawasan", True)
    assert third.problem
    assert fourth.problem
    assert fourth.line == 5


@pytest.mark.parametrize(
    ("said", "status"),
    [("Bukan Wewenang", "bukan-wewenang"), ("Ditunda", "tunda"), ("Diarsipkan", "arsip"),
     ("Terverifikasi", "terverifikasi"),
     ("Belum Ditindaklanjuti", "terverifikasi"), ("Selesai", "selesai")],
)  # fmt: skip
def test_each_state_of_lapor_has_one_of_ours(said: str, status: str) -> None:
    (row,) = read(f"id,status\n9000001,{said}\n".encode())
    assert row.status == status


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n"])
def test_what_is_no_file_of_lapor_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read(content)


def test_no_cell_becomes_a_formula() -> None:
    text = write([Answered("9000001", "ADU-1", "selesai", "Dinas", "=HYPERLINK(1)", date(2026, 11, 2))])
    assert ",'=HYPERLINK(1)," in text
