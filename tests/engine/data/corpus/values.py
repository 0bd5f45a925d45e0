# ruff: noqa: E501 - a case is read best on its line
"""Forms of values: numbers, dates, codes and what means that there is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.engine.data.corpus.case import Case

__all__ = ["VALUES"]


def column(values: Sequence[str], kind: str, good: Sequence[Any] | int, *, name: str = "v", **more: Any) -> Case:
    """A file of two columns: `k` counts, the other one holds the values (semicolons between)."""
    lines = "".join(f"b{n};{value}\n" for n, value in enumerate(values, 1))
    right = good if isinstance(good, int) else [[f"b{n}", value] for n, value in enumerate(good, 1)]
    more.setdefault("errors", set())
    return Case(f"k;{name}\n{lines}", fields=["k:string", f"{name}:{kind}"], good=right, **more)


VALUES: dict[str, Case] = {
    "numbers of this country": column(["1.234,56", "12,5", "1.000.000,01", "0,5"], "number", [1234.56, 12.5, 1000000.01, 0.5]),
    "numbers of england": column(["1,234.56", "12.5", "1,000,000.01"], "number", [1234.56, 12.5, 1000000.01]),
    "thousands with points": column(["1.234", "12.345.678", "987.654"], "integer", [1234, 12345678, 987654]),
    "thousands with commas": column(["1,234", "12,345,678", "987,654"], "integer", [1234, 12345678, 987654]),
    "thousands with blanks": column(["1 234", "12 345 678", "987 654"], "integer", [1234, 12345678, 987654]),
    "thousands with narrow blanks": column(["1\u202f234", "12\u202f345", "987\u202f654"], "integer", [1234, 12345, 987654]),
    "points that may be thousands": column(["1.234", "2.500", "3.125"], "number", [1.234, 2.5, 3.125], warned="ambiguous-number-format", guessed="format:v"),
    "commas that may be thousands": column(["1,234", "2,500", "3,125"], "string", ["1,234", "2,500", "3,125"], warned="ambiguous-number-format", guessed="format:v"),
    "both orders of points and commas": Case(
        "k;v\nb1;1.234,56\nb2;1,234.56\nb3;2.345,67\nb4;9,5\n", fields="k:string v:number",
        good=[["b1", 1234.56], ["b3", 2345.67], ["b4", 9.5]], errors={(3, "v", "type-error")}),
    "rupiah": column(["Rp 1.500.000", "Rp. 25.000", "Rp750"], "integer", [1500000, 25000, 750]),
    "rupiah with cents": column(["Rp1.500.000,00", "Rp25.000,50", "Rp750,25"], "number", [1500000, 25000.5, 750.25]),
    "a minus before the currency": column(["-Rp 1.000", "Rp 2.000.000", "Rp 500"], "integer", [-1000, 2000000, 500]),
    "percent and shares of one": column(["12,5%", "0,125", "7%", "8%"], "number", [12.5, 0.125, 7, 8], warned="mixed-percent"),
    "thousands with thin blanks": column(["1\u2009234", "12\u2009345"], "integer", [1234, 12345]),
    "thousands beside small numbers": column(["1.234", "567", "2.500"], "integer", [1234, 567, 2500], warned=""),
    "percent": column(["12,5%", "7 %", "100%"], "number", [12.5, 7, 100]),
    "negatives in brackets": column(["(1.000)", "2.500.000", "(750)"], "integer", [-1000, 2500000, -750]),
    "money in brackets": column(["Rp (1.000.000)", "(Rp 2.500.000)", "Rp 3.000", "-"], "integer", [-1000000, -2500000, 3000, None]),
    "rupiah with a dash behind": column(["Rp 1.000,-", "Rp 25.500,-", "Rp 1.000.000,-"], "integer", [1000, 25500, 1000000]),
    "what a cast would take for a number": column(["1,5", "nan", "2,5"], "number", [1.5, None, 2.5], missing={"v": 1}),
    "minus behind": column(["1.000-", "2.500.000", "750-"], "integer", [-1000, 2500000, -750]),
    "typographic minus": column(["−5", "7", "−12"], "integer", [-5, 7, -12]),
    "plus and minus": column(["+5", "-7", "0"], "integer", [5, -7, 0]),
    "scientific numbers": column(["1.5E+3", "2.25E-2", "7E+0"], "number", [1500, 0.0225, 7]),
    "numbers kept as text": column(["'123", "'456", "'789"], "string", 3),
    "a letter o among digits": column(["100", "2O0", "300", "400"], "integer", 3, errors={(3, "v", "type-error")}),
    "missing in many words": column(["1", "-", "n/a", "…", "...", "tad", "NIHIL", "N.A.", "–", "x", "5"], "integer",
        10, errors={(11, "v", "type-error")}, missing={"v": 8}),
    "missing among words": column(["Baik", "-", "n/a", "Rusak"], "string", ["Baik", None, None, "Rusak"]),
    "nothing at all": column(["-", "-", "n/a"], "string", [None, None, None]),
    "ya and tidak": column(["Ya", "Tidak", "ya", "TIDAK"], "boolean", [True, False, True, False]),
    "zero and one": column(["0", "1", "1", "0"], "integer", [0, 1, 1, 0]),
    "true and false": column(["true", "false", "true"], "boolean", [True, False, True]),
    "sudah and belum": column(["Sudah", "Belum", "Sudah"], "string", ["Sudah", "Belum", "Sudah"]),
    # codes
    "region codes with points": column(["71.71", "71.72", "71.01"], "string", ["71.71", "71.72", "71.01"], name="kode_wilayah"),
    "region codes of bps": column(["7171", "7172", "7101"], "string", ["7171", "7172", "7101"], name="kode_kabupaten_kota"),
    "nik": column(["7171051208900001", "7171055208900002"], "string", ["7171051208900001", "7171055208900002"], name="NIK"),
    "nik in scientific form": column(["7.17104E+15", "7.17105E+15", "7.1711E+15"], "string", 3, name="NIK",
        notices="scientific-notation-id"),
    "npsn": column(["40101234", "40105678", "40109999"], "string", ["40101234", "40105678", "40109999"], name="NPSN"),
    "leading zeros": column(["007", "012", "100"], "string", ["007", "012", "100"]),
    "phone numbers": column(["081234567890", "085712345678", "+6281312345678"], "string",
        ["081234567890", "085712345678", "+6281312345678"], name="no_hp"),
    "phone numbers that lost a zero": column(["81234567890", "85712345678", "81312345678"], "string", 3, name="telepon"),
    "postal codes": column(["95111", "95112", "95119"], "string", ["95111", "95112", "95119"], name="kode pos"),
    "nip": column(["198501012010011001", "199002022015032002"], "string", 2, name="NIP"),
    "account codes": column(["5.1.02.01", "5.1.02.02", "5.2"], "string", ["5.1.02.01", "5.1.02.02", "5.2"], name="kode rekening"),
    "letter numbers": column(["470/12/2023", "470/13/2023", "470/14/2023"], "string", 3, name="nomor surat"),
    "rt and rw": column(["001/002", "003/001", "010/004"], "string", 3, name="RT/RW"),
    "house numbers": column(["12A", "7", "15"], "string", ["12A", "7", "15"], name="nomor rumah"),
    # dates
    "iso dates": column(["2023-08-17", "2024-02-29", "1945-08-17"], "date", ["2023-08-17", "2024-02-29", "1945-08-17"], warned=""),
    "days first": column(["17/08/2023", "01/02/2023", "31/12/2023"], "date", ["2023-08-17", "2023-02-01", "2023-12-31"], warned=""),
    "months first": column(["08/17/2023", "01/02/2023", "12/31/2023"], "date", ["2023-08-17", "2023-01-02", "2023-12-31"], warned=""),
    "days or months first": column(["01/02/2023", "03/04/2023", "05/06/2023"], "string", ["01/02/2023", "03/04/2023", "05/06/2023"],
        warned="ambiguous-date-format", guessed="format:v"),
    "days that are their own month": column(["01/01/2023", "02/02/2023", "03/03/2023"], "date", ["2023-01-01", "2023-02-02", "2023-03-03"], warned=""),
    "moments of days or months first": column(["01/02/2023 10:00", "03/04/2023 11:30"], "string", 2, warned="ambiguous-date-format"),
    "both orders of days": column(["17/08/2023", "08/17/2023", "20/08/2023", "25/12/2023"], "date", 3,
        errors={(3, "v", "type-error")}),
    "dashes and days first": column(["17-08-2023", "01-09-2023"], "date", ["2023-08-17", "2023-09-01"]),
    "points and days first": column(["17.08.2023", "01.09.2023", "31.10.2023"], "date", ["2023-08-17", "2023-09-01", "2023-10-31"]),
    "dates in words": column(["17 Agustus 2023", "1 Pebruari 2023", "10 Nopember 2023"], "date", ["2023-08-17", "2023-02-01", "2023-11-10"]),
    "dates in short words": column(["17 Agt 2023", "1 Peb 2023", "10 Nop 2023", "5 Des 2023"], "date",
        ["2023-08-17", "2023-02-01", "2023-11-10", "2023-12-05"]),
    "dates with dashes and words": column(["17-Agu-23", "01-Feb-23", "10-Nov-24"], "date", ["2023-08-17", "2023-02-01", "2024-11-10"],
        warned="two-digit-year"),
    "dates of english months": column(["17 Aug 2023", "1 May 2023", "10 Oct 2023"], "date", ["2023-08-17", "2023-05-01", "2023-10-10"]),
    "dates with the day of the week": column(["Kamis, 17 Agustus 2023", "Jumat, 18 Agustus 2023"], "date", ["2023-08-17", "2023-08-18"]),
    "dates in three forms": column(["17/08/2023", "18/08/2023", "2023-08-19", "20 Agustus 2023", "21/08/2023"], "date", 3,
        errors={(4, "v", "type-error"), (5, "v", "type-error")}),
    "years of two digits": column(["17/08/23", "18/08/23", "31/12/99"], "date", 3, warned="two-digit-year"),
    "days not in the calendar": column(["2023-02-29", "2023-02-28", "2023-04-31", "2023-03-01", "2023-03-02"], "date", 3,
        errors={(2, "v", "type-error"), (4, "v", "type-error")}),
    "excel days": column(["45155", "45156", "45200"], "date", ["2023-08-17", "2023-08-18", "2023-10-01"], name="tanggal",
        notices="excel-serial-date"),
    "excel days with the time of day": column(["45155.5", "45156.25"], "datetime", ["2023-08-17T12:00:00", "2023-08-18T06:00:00"],
        name="tanggal", notices="excel-serial-date"),
    "large numbers that are no days": column(["45155", "45156", "45200"], "integer", [45155, 45156, 45200], name="penduduk", warned=""),
    "times": column(["08:30", "09:15", "23:59"], "time", ["08:30:00", "09:15:00", "23:59:00"], name="jam"),
    "moments": column(["2023-08-17 10:00:00", "2023-08-18 23:59:59"], "datetime", ["2023-08-17T10:00:00", "2023-08-18T23:59:59"]),
    "moments with a zone": column(["17/08/2023 10:00 WITA", "18/08/2023 11:00 WITA"], "datetime",
        ["2023-08-17T02:00:00", "2023-08-18T03:00:00"]),
    "moments of two zones": column(["17/08/2023 10:00 WITA", "18/08/2023 11:00 WIB"], "datetime",
        ["2023-08-17T02:00:00", "2023-08-18T04:00:00"], notices="mixed-timezone"),
    "years": column(["2019", "2020", "2021"], "integer", [2019, 2020, 2021], name="tahun"),
    "months of years": column(["Januari 2023", "Februari 2023", "Maret 2023"], "string", 3, name="bulan"),
    "school years": column(["2022/2023", "2023/2024", "2024/2025"], "string", 3, name="tahun ajaran"),
    "quarters": column(["Triwulan I 2023", "Triwulan II 2023"], "string", 2, name="periode"),
    "whole numbers beyond counting": column(["99999999999999999999", "1", "2"], "integer", 3),
    "coordinates with commas": column(["1,474830", "1,493056", "0,556174"], "number", [1.47483, 1.493056, 0.556174], name="lintang"),
    "coordinates with points": column(["124.8421", "123.0595", "127.3840"], "number", [124.8421, 123.0595, 127.384], name="bujur"),
    "coordinates in degrees": column(["1°28'29\" LU", "0°33'22\" LU"], "string", 2, name="lintang"),
    "units behind": column(["10 km", "25 km", "7 km"], "integer", [10, 25, 7], name="panjang"),
    "different units behind": column(["10 km", "250 m", "7 km"], "integer", 2, name="panjang",
        errors={(3, "panjang", "type-error")}),
    "formulas against the reader": column(["=cmd|' /C calc'!A0", "@SUM(1)", "+1+1"], "string", 3),
    "ranges of ages": column(["0-4", "5-9", "10-14"], "string", ["0-4", "5-9", "10-14"], name="kelompok umur"),
}  # fmt: skip
