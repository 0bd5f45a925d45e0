"""Real files, with the mess left in: what came out of each, or the sentence with which it was refused.

The files are read where they lie, beside this checkout; none of them is copied here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.engine.data.check import check
from mapalus.engine.data.contract import load
from mapalus.engine.data.reading import read
from mapalus.engine.errors import Refused
from tests.conftest import SHARED
from tests.engine.data.reading.scans import codes, guess, rows

pytestmark = pytest.mark.shared
DATA = SHARED / "data"
CONTRACTS = Path(__file__).resolve().parents[2] / "contracts"

# path, rows, columns, header row, first and last file row, warnings
FILES = [
    ("tables/apba_aceh/MASTER_01_RINCIAN_APBD.csv", 10619, 26, 1, 2, 10620, []),
    ("tables/bappenas_target/IPM.xlsx", 12, 3, 1, 2, 13, []),
    ("tables/bappenas_target/TK.xlsx", 12, 3, 1, 2, 13, []),
    ("tables/bappenas_target/TPT.xlsx", 12, 3, 1, 2, 13, []),
    ("tables/bps_kabkota/Pengeluaran Perkapita Disesuaikan Tahun 2016-2020.xlsx", 549, 6, 2, 3, 551, []),
    ("tables/bps_provinsi/Indeks Pembangunan Manusia.xlsx", 35, 13, 1, 2, 36, []),
    ("tables/bps_provinsi/pengangguran.xlsx", 35, 14, 1, 2, 36, []),
    ("tables/bps_provinsi/persentasemiskin.xlsx", 35, 14, 1, 2, 36, []),
    ("tables/bps_tenaga_kerja/emp_prov_sect17_2015-2023.xlsx", 306, 21, 1, 2, 307, []),
    ("tables/bps_tenaga_kerja/emp_prov_sect9_2010-2014.xlsx", 165, 13, 1, 2, 166, []),
    ("tables/covid_provinsi/README_2020-09-12.md", 34, 9, 3, 5, 38, []),
    ("tables/covid_provinsi/README_2020-10-23.md", 34, 9, 3, 5, 38, []),
    ("tables/covid_provinsi/README_2020-12-02.md", 34, 9, 3, 5, 38, []),
    ("tables/dapodik_sekolah/data_Balikpapan.csv", 341, 47, 1, 2, 342, []),
    ("tables/dapodik_sekolah/data_Makassar.csv", 940, 47, 1, 2, 941, []),
    ("tables/kemkes_rs/dataRumahSakit.json", 2925, 7, None, 1, 2925, []),
    ("tables/nusandata_datagoid/brk_haji.csv", 142, 8, 1, 2, 143, []),
    ("tables/nusandata_datagoid/brk_pengadaan_provinsi.csv", 792, 10, 1, 2, 793, []),
    ("tables/nusandata_datagoid/ddk_sd_putus_sekolah.csv", 132, 5, 1, 2, 133, []),
    ("tables/nusandata_datagoid/ddk_smp_putus_sekolah.csv", 132, 5, 1, 2, 133, []),
    ("tables/nusandata_datagoid/ddk_tingkat_pendidikan.csv", 462, 5, 1, 2, 463, []),
    ("tables/nusandata_datagoid/eko_realisasi_apbn.csv", 408, 5, 1, 2, 409, []),
    ("tables/nusandata_datagoid/ifr_penumpang_ka.xls", 4, 125, 3, 4, 7, ["total-row"]),
    ("tables/nusandata_datagoid/mrt_ekspor.csv", 43128, 6, 1, 2, 43129, []),
    ("tables/nusandata_datagoid/pgn_kekeringan.csv", 23, 10, 1, 2, 24, []),
    ("tables/nusandata_datagoid/sht_jamban.csv", 99, 4, 1, 2, 100, []),
    ("tables/opendata_jabar/Angka Partisipasi Murni.xlsx", 28, 13, 3, 4, 31, ["footnote-rows"]),
    ("tables/opendata_jabar/angka_garis_kemiskinan_per_kapita_per_bulan__kabupaten_data.csv", 81, 8, 1, 2, 82, []),
    ("tables/opendata_jabar/angka_garis_kemiskinan_per_kapita_per_bulan__provinsi.csv", 1, 4, 2, 3, 3, []),
    ("tables/opendata_jabar/gariskemiskinanjabar.xls", 1, 4, 2, 3, 3, []),
    ("tables/opendata_jabar/jumlah_penduduk_miskin_berdasarkan_kabupatenkota_data.csv", 513, 8, 1, 2, 514, []),
    ("tables/opendata_jabar/jumlah_pengeluaran_per_kapita__kabupatenkota_data.csv", 294, 8, 1, 2, 295, []),
    ("websites/website-desa-lat.csv", 529, 7, 1, 2, 530, []),
    ("websites/daftar-website-desa.md", 503, 4, 7, 9, 671, []),
    ("websites/lpse_instansi.txt", 99, 1, None, 1, 99, ["no-header"]),
    ("websites/samsat_tautan.json", 26, 2, None, 1, 26, []),
    ("websites/subdomain_4provinsi.txt", 35, 1, None, 1, 35, ["no-header"]),
    *(
        (f"html/edata_kota_gorontalo/{page}.html", count, 12, 2, 3, count + 2, [])
        for page, count in {
            "10-3": 39, "13-1": 330, "15-1": 47, "16-1": 74, "17-1": 218, "18-4": 158, "2-3.1": 40, "2-5.1": 53,
            "20-2": 44, "24-5": 48, "3-3.1": 207, "6-1": 31, "9-1": 84,
        }.items()
    ),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("path", "count", "width", "header", "first", "last", "warnings"), FILES)
def test_real_file_is_read(tmp_path, path, count, width, header, first, last, warnings):
    scan = read(DATA / path, scratch=tmp_path)
    found = rows(scan)
    assert (len(found), len(scan.columns), scan.header_row) == (count, width, header)
    assert (found[0][0], found[-1][0]) == (first, last)
    assert codes(scan) == warnings
    assert not any(flaw for _row, flaw, _cells in found)


def test_every_real_file_is_in_this_list():
    here = {
        str(path.relative_to(DATA)) for part in ("tables", "html", "websites") for path in (DATA / part).rglob("*.*")
    }
    assert here - {row[0] for row in FILES} == {"tables/bps_kabkota/Indeks Pembangunan Manusia Tahun 2016-2020.xls"}


def test_dead_frameset_is_refused_as_what_it_is(tmp_path):
    with pytest.raises(Refused) as refusal:
        read(DATA / "tables/bps_kabkota/Indeks Pembangunan Manusia Tahun 2016-2020.xls", scratch=tmp_path)
    assert refusal.value.reason == "not-tabular"
    assert "only the frame of an Excel web page" in refusal.value.say(language="en")


def test_merged_headers_are_joined(tmp_path):
    scan = read(DATA / "tables/opendata_jabar/Angka Partisipasi Murni.xlsx", scratch=tmp_path)
    assert scan.columns[0] == "Wilayah Jawa Barat"
    assert scan.columns[1] == "Angka Partisipasi Murni SD/MI/Paket A 2017"
    assert scan.columns[12] == "Angka Partisipasi Murni Perguruan Tinggi 2019"
    assert scan.cells[scan.columns[12]] == "M"


def test_nested_html_tables_are_one_table(tmp_path):
    scan = read(DATA / "tables/nusandata_datagoid/ifr_penumpang_ka.xls", scratch=tmp_path)
    assert scan.columns[0] == "Wilayah Kereta Api"
    assert scan.columns[1] == "Jumlah Penumpang Kereta Api (Ribu Orang) 2006 Januari"
    assert rows(scan)[0][2][0] == "Jabodetabek"


def test_single_byte_encoding_is_said(tmp_path):
    scan = read(DATA / "tables/nusandata_datagoid/pgn_kekeringan.csv", scratch=tmp_path)
    assert guess(scan, "encoding") == scan.dialect.encoding == "cp1252"
    assert scan.columns[0] == "No"
    assert "± 800 ha" in rows(scan)[0][2][8]


def test_region_rows_at_the_end_are_data(tmp_path):
    scan = read(DATA / "tables/bps_provinsi/pengangguran.xlsx", scratch=tmp_path)
    assert rows(scan)[-1][2][0] == "INDONESIA"


OUTSIDE = [
    ("api/bps_webapi/variable_list.json", 10, 15, "data.1"),
    ("api/bps_webapi/vertical_variable_list.json", 4, 5, "data.1"),
    ("api/ckan/datastore_search_page1.json", 2, 3, "result.records"),
    ("api/bmkg/gempaterkini.json", 15, 10, "Infogempa.gempa"),
    ("api/bmkg/autogempa_tanpa_amplop.json", 1, 12, None),
    ("api/socrata/bike_counts_page_1.json", 1000, 4, None),
    ("regions/batas_kabkota_71_12_75_82.geojson", 64, 5, "features"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "count", "width", "records"), OUTSIDE)
def test_records_are_found_in_their_envelope(tmp_path, path, count, width, records):
    scan = read(DATA / path, scratch=tmp_path)
    assert (len(rows(scan)), len(scan.columns)) == (count, width)
    assert guess(scan, "records") == records


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("api/bps_webapi/error.json", "not-tabular"),
        ("api/ckan/datastore_search_last_empty_page.json", "empty-file"),
        ("api/wfs/exception-report-2-0-0.xml", "not-tabular"),
    ],
)
def test_answers_without_records_are_refused(tmp_path, path, reason):
    with pytest.raises(Refused) as refusal:
        read(DATA / path, scratch=tmp_path)
    assert refusal.value.reason == reason


# contract, file, good rows, errors by code and field
CHECKED = [
    (
        "garis-kemiskinan-jabar",
        "opendata_jabar/angka_garis_kemiskinan_per_kapita_per_bulan__kabupaten_data.csv",
        81,
        {},
    ),
    (
        "penduduk-miskin-jabar",
        "opendata_jabar/jumlah_penduduk_miskin_berdasarkan_kabupatenkota_data.csv",
        492,
        {"constraint-error": {"jumlah_penduduk_miskin": 21}},
    ),
    ("pengeluaran-kabkota", "bps_kabkota/Pengeluaran Perkapita Disesuaikan Tahun 2016-2020.xlsx", 549 * 5, {}),
    ("ipm-provinsi", "bps_provinsi/Indeks Pembangunan Manusia.xlsx", 35 * 12, {}),
    ("apm-jabar", "opendata_jabar/Angka Partisipasi Murni.xlsx", 28 * 12, {}),
    (
        "rumah-sakit",
        "kemkes_rs/dataRumahSakit.json",
        2922,
        {"constraint-error": {"kode": 1}, "type-error": {"tempat_tidur": 2}},
    ),
    ("ekspor", "nusandata_datagoid/mrt_ekspor.csv", 43128, {}),
    ("kekeringan", "nusandata_datagoid/pgn_kekeringan.csv", 23, {}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("contract", "path", "good", "errors"), CHECKED)
def test_real_file_is_checked_against_its_contract(tmp_path, contract, path, good, errors):
    promise = load(CONTRACTS / f"{contract}.yml")
    outcome = check(DATA / "tables" / path, contract=promise, out=tmp_path)
    assert outcome.good_rows == good
    assert outcome.report["error_counts"] == errors
    assert [field["name"] for field in outcome.report["fields"]] == [field.name for field in promise.fields]


# path, the type of some fields as proposed without a contract
TYPES = [
    (
        "apba_aceh/MASTER_01_RINCIAN_APBD.csv",
        {"row_id": "integer", "kode_skpd": "string", "kode_rekening": "string", "jumlah_rp": "number"},
    ),
    ("bappenas_target/IPM.xlsx", {"tahun": "integer", "batas_bawah": "number", "batas_atas": "number"}),
    ("bps_provinsi/pengangguran.xlsx", {"Tahun": "string", "2010": "number", "2022": "number"}),
    ("bps_tenaga_kerja/emp_prov_sect9_2010-2014.xlsx", {"prov_kode": "string", "bekerja_agri": "integer"}),
    ("covid_provinsi/README_2020-12-02.md", {"id": "integer", "percentage": "number", "province": "string"}),
    ("nusandata_datagoid/brk_haji.csv", {"latitude": "number", "kode_daerah": "string", "kuota": "integer"}),
    ("nusandata_datagoid/pgn_kekeringan.csv", {"Tanggal": "date", "Bujur": "number"}),
    ("opendata_jabar/Angka Partisipasi Murni.xlsx", {"Angka Partisipasi Murni SD/MI/Paket A 2017": "number"}),
]


@pytest.mark.slow
@pytest.mark.parametrize(("path", "types"), TYPES)
def test_types_are_proposed(tmp_path, path, types):
    outcome = check(DATA / "tables" / path, contract=None, out=tmp_path)
    proposed = {field["name"]: field["type"] for field in outcome.report["fields"]}
    assert {name: proposed[name] for name in types} == types
