"""A contract proposed for a file: keys, required fields, value lists, where and when, personal data without a value."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from mapalus.engine.data.check import check
from mapalus.engine.data.cli.infer import propose as as_yaml
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.infer import Inferred, Values
from mapalus.engine.data.proposal import propose
from mapalus.engine.data.proposal_personal import is_nik, suspicions
from tests.conftest import SHARED

pytestmark = pytest.mark.slow
DATA = SHARED / "data"


def proposed(path: Path, folder: Path) -> Inferred:
    folder.mkdir(exist_ok=True)
    return propose(path, scratch=folder)[1]


def written(folder: Path, header: str, rows: list[str]) -> Path:
    path = folder / "berkas.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def roles(contract: Contract) -> dict[str, str]:
    return {item.name: str(item.mapalus["role"]) for item in contract.fields if item.mapalus.get("role")}


# --- real files: what is right for each, told by a person ------------------------------------------------------------


@dataclass(frozen=True)
class Right:
    path: str
    key: tuple[str, ...]
    region: tuple[str, ...] = ()
    period: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    unpivot: int = 0


REAL = [
    Right("tables/bappenas_target/IPM.xlsx", ("tahun",), period=("tahun",)),
    Right("tables/bps_provinsi/persentasemiskin.xlsx", ("Tahun", "tahun"), ("Tahun",), ("tahun",), unpivot=13),
    Right("tables/bps_provinsi/Indeks Pembangunan Manusia.xlsx", ("Tahun", "tahun"), ("Tahun",), ("tahun",),
          unpivot=12),
    Right("tables/bps_tenaga_kerja/emp_prov_sect9_2010-2014.xlsx", ("prov_kode", "year"), ("prov_kode", "prov_nama"),
          ("year",)),
    Right("tables/covid_provinsi/README_2020-09-12.md", ("province",), ("province",)),
    Right("tables/dapodik_sekolah/data_Balikpapan.csv", ("NPSN",), ("Provinsi", "Kota_Kabupaten"),
          lists=("Status", "Bentuk_Pendidikan")),
    Right("tables/kemkes_rs/dataRumahSakit.json", ("d.kode_rs",), ("d.nama_prop",), lists=("d.kelas",)),
    Right("tables/nusandata_datagoid/ddk_tingkat_pendidikan.csv",
          ("kode_provinsi", "tingkat_pendidikan", "jenis_kelamin"), ("kode_provinsi", "nama_provinsi"),
          lists=("tingkat_pendidikan", "jenis_kelamin")),
    Right("tables/nusandata_datagoid/brk_pengadaan_provinsi.csv", ("kode_provinsi", "tahun", "bulan"),
          ("kode_provinsi", "nama_provinsi"), ("tahun", "bulan")),
    Right("tables/nusandata_datagoid/sht_jamban.csv", ("kode_provinsi", "status_jamban"),
          ("kode_provinsi", "nama_provinsi"), lists=("status_jamban",)),
    Right("tables/nusandata_datagoid/mrt_ekspor.csv", ("tahun", "bulan", "kode_pelabuhan"), period=("tahun", "bulan")),
    Right("tables/opendata_jabar/jumlah_penduduk_miskin_berdasarkan_kabupatenkota_data.csv",
          ("kode_kabupaten_kota", "tahun"), ("kode_kabupaten_kota", "nama_kabupaten_kota"), ("tahun",)),
    Right("tables/apba_aceh/MASTER_01_RINCIAN_APBD.csv", ("row_id",), period=("tahun_anggaran",),
          lists=("nama_level",)),
    Right("html/edata_kota_gorontalo/10-3.html", ("tahun", "JENIS DATA"), period=("tahun",), unpivot=9),
    Right("tables/nusandata_datagoid/ifr_penumpang_ka.xls", ("tahun", "bulan", "Wilayah Kereta Api"),
          period=("tahun", "bulan"), unpivot=124),
    Right("tables/opendata_jabar/Angka Partisipasi Murni.xlsx", ("Wilayah Jawa Barat", "tahun", "uraian"),
          ("Wilayah Jawa Barat",), ("tahun",), lists=("uraian",), unpivot=12),
]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize("right", REAL, ids=lambda one: Path(one.path).stem)
def test_what_is_right_for_a_real_file(right: Right, tmp_path: Path) -> None:
    found = proposed(DATA / right.path, tmp_path / "s")
    contract = found.contract
    assert contract.primary_key == right.key
    told = roles(contract)
    assert {name for name in right.region if told.get(name) != "region"} == set()
    assert {name for name in right.period if told.get(name) != "period"} == set()
    assert {name for name in right.lists if "enum" not in contract.field(name).constraints} == set()
    assert tuple(item.name for item in contract.fields if item.is_personal) == right.personal
    assert next((one.value for one in found.guesses if one.what == "unpivot"), 0) == right.unpivot


@pytest.mark.shared
@pytest.mark.parametrize("right", REAL, ids=lambda one: Path(one.path).stem)
def test_a_real_file_fits_what_it_proposed(right: Right, tmp_path: Path) -> None:
    """What is proposed beyond types makes no row wrong."""
    contract = proposed(DATA / right.path, tmp_path / "s").contract
    out = tmp_path / "out"
    out.mkdir()
    report = check(DATA / right.path, contract=contract, out=out).report
    assert set(report["error_counts"]) <= {"type-error", "missing-cell", "extra-cell"}, report["error_counts"]


# --- personal data ---------------------------------------------------------------------------------------------------


def nik(dice: random.Random) -> str:
    """A number of the form of a NIK, of nobody."""
    day = dice.randint(1, 28) + dice.choice([0, 40])
    born = f"{day:02}{dice.randint(1, 12):02}{dice.randint(50, 99):02}"
    return f"7171{dice.randint(1, 9):02}{born}{dice.randint(1, 9999):04}"


def people(count: int = 60) -> list[str]:
    dice = random.Random(3)
    names = [
        f"{a} {b}" for a in ("Siti", "Budi", "Ani", "Johan", "Maria") for b in ("Contoh", "Sampel", "Palsu", "Uji")
    ]
    return [
        f"{nik(dice)},{nik(dice)},{names[n % 20]} {chr(65 + n % 26)},0812{dice.randint(10**6, 10**8)},"
        f"orang{n}@contoh.test,Jl. Mawar No. {n},12/0{1 + n % 9}/1990,{dice.randint(10**9, 10**10)},L"
        for n in range(count)
    ]


HEADER = "NIK,No KK,Nama lengkap,HP,Surel,Alamat,Tanggal lahir,No rekening,JK"


def test_persons_are_found_by_header_and_values(tmp_path: Path) -> None:
    contract = proposed(written(tmp_path, HEADER, people()), tmp_path / "s").contract
    found = {item.title or item.name: item.mapalus.get("personal") for item in contract.fields if item.is_personal}
    assert found == {
        "NIK": "nik", "No KK": "nkk", "Nama lengkap": "name", "HP": "phone", "Surel": "email", "Alamat": "address",
        "Tanggal lahir": "birth-date", "No rekening": "account",
    }  # fmt: skip


def test_persons_are_found_by_values_where_the_header_says_nothing(tmp_path: Path) -> None:
    contract = proposed(written(tmp_path, "a,b,c,d,e,f,g,h,i", people()), tmp_path / "s").contract
    kinds = [item.mapalus.get("personal") for item in contract.fields]
    assert kinds[:2] == ["nik", "nik"]
    assert kinds[3:5] == ["phone", "email"]


def test_no_value_of_a_person_is_ever_told(tmp_path: Path) -> None:
    rows = people()
    text = as_yaml(written(tmp_path, HEADER, [*rows, rows[0]]))  # one NIK twice: told, and not which
    for cell in (cell for row in rows for cell in row.split(",")[:-1]):
        assert cell not in text
    assert "personal" in text


def test_names_of_places_and_schools_are_no_persons(tmp_path: Path) -> None:
    rows = [f"{n},SD Negeri {n} Manado,Jl. Sam Ratulangi {n},4.1.0{n % 9}" for n in range(40)]
    contract = proposed(written(tmp_path, "no,nama,alamat,kode rekening", rows), tmp_path / "s").contract
    assert [item.name for item in contract.fields if item.is_personal] == []


GIVEN = ("Siti", "Budi", "Wayan", "Yohanes", "Asep", "Nurhayati")


def marked(tmp_path: Path, header: str, rows: list[str]) -> dict[str, str]:
    contract = proposed(written(tmp_path, header, rows), tmp_path / "s").contract
    return {item.title or item.name: str(item.mapalus["personal"]) for item in contract.fields if item.is_personal}


def test_names_are_found_by_what_people_are_to_the_row_or_by_given_names(tmp_path: Path) -> None:
    rows = [
        f"SDN {n},{GIVEN[n % 6]} Contoh{chr(97 + n)},Jl. Mawar {n},{GIVEN[n % 5]} C{chr(97 + n)}" for n in range(20)
    ]
    header = "Nama Sekolah,Kepala Sekolah,Alamat,x"
    assert marked(tmp_path, header, rows) == {"Kepala Sekolah": "name", "x": "name"}


def test_other_spellings_of_numbers_of_persons(tmp_path: Path) -> None:
    dice = random.Random(3)
    rows = [f"{nik(dice)},{nik(dice)},{10**15 + n},Badung {n} Mei 1980" for n in range(20)]
    header = "nomor_kartu_keluarga,No KTP,NUPTK,Tempat dan Tgl Lahir"
    assert list(marked(tmp_path, header, rows).values()) == ["nkk", "nik", "nuptk", "birth-date"]


def test_rows_that_head_others_become_a_column(tmp_path: Path) -> None:
    rows = [",Kecamatan Oba,", "1,A,2", "2,B,3", ",Kecamatan Tidore,", "1,C,4"]
    contract = proposed(written(tmp_path, "No,Desa,n", rows), tmp_path / "s").contract
    assert contract.mapalus["reading"] == {"groups": "kecamatan"}
    assert [item.name for item in contract.fields] == ["No", "Desa", "n", "kecamatan"]
    assert roles(contract)["kecamatan"] == "region"


def test_counts_of_persons_are_numbers_and_nobody(tmp_path: Path) -> None:
    rows = [f"Kec {n},{100 + 7 * n},{50 + n},{n * n},{n}" for n in range(1, 21)]
    header = "Kecamatan,Wajib KTP,Pelanggan Telepon,Memiliki NPWP,Dokter"
    contract = proposed(written(tmp_path, header, rows), tmp_path / "s").contract
    assert not any(item.is_personal for item in contract.fields)
    assert [item.type for item in contract.fields] == ["string", *["integer"] * 4]
    assert roles(contract)["Kecamatan"] == "region"


def test_an_address_is_personal_beside_persons_only() -> None:
    streets = Values({f"Jl. Mawar No. {n}": 1 for n in range(30)}, rows=30)
    names = Values({f"Siti {chr(65 + n % 26)} Contoh{chr(97 + n // 26)}": 1 for n in range(30)}, rows=30)
    assert not suspicions(["alamat"], [streets])[0].is_marked
    assert suspicions(["alamat", "nama siswa"], [streets, names])[0].is_marked


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("7171014103950001", True), ("71.71.01.410395.0001", True), ("7171013213950001", False),
        ("0071014103950001", False), ("7171014113950001", False), ("717101410395", False), ("7171014103950000", False),
    ],
)  # fmt: skip
def test_a_nik_has_a_province_and_a_day(text: str, is_one: bool) -> None:
    assert is_nik(text) is is_one


# --- keys, lists, places, periods ------------------------------------------------------------------------------------


def test_the_fewest_columns_together_name_the_rows_and_others_are_said(tmp_path: Path) -> None:
    rows = [
        f"{n},71.{k:02},{2020 + y},{k * y}" for n, (k, y) in enumerate((k, y) for k in range(1, 9) for y in range(5))
    ]
    found = proposed(written(tmp_path, "no,kode wilayah,tahun,kasus", rows), tmp_path / "s")
    assert found.contract.primary_key == ("kode_wilayah", "tahun") or len(found.contract.primary_key) == 2
    assert "ambiguous-key" in {warn.code for warn in found.warnings}


def test_codes_that_may_be_of_two_systems_are_said_to_be(tmp_path: Path) -> None:
    kemendagri = [f"{code},{n}" for n, code in enumerate(("71.01", "71.02", "71.71"))]
    found = proposed(written(tmp_path, "kode_kabupaten,nilai", kemendagri), tmp_path / "a")
    assert found.contract.fields[0].mapalus["code_system"] == "kemendagri"
    plain = [f"{code},{n}" for n, code in enumerate(("7101", "7102", "7107"))]
    found = proposed(written(tmp_path, "kode_kabupaten,nilai", plain), tmp_path / "b")
    assert "code_system" not in found.contract.fields[0].mapalus
    assert "ambiguous-region-code" in {warn.code for warn in found.warnings}


def test_half_years_quarters_and_weeks_are_periods(tmp_path: Path) -> None:
    rows = [f"{1 + n % 2},TW {1 + n % 4},{1 + n % 52},{n}" for n in range(60)]
    told = roles(proposed(written(tmp_path, "semester,triwulan,minggu,jumlah", rows), tmp_path / "s").contract)
    assert {name: told.get(name) for name in ("semester", "triwulan", "minggu")} == dict.fromkeys(
        ("semester", "triwulan", "minggu"), "period"
    )
    assert told["jumlah"] == "measure"


def test_a_column_with_one_empty_cell_is_not_required(tmp_path: Path) -> None:
    rows = ["1,a,x", "2,-,y", "3,c,z"]
    contract = proposed(written(tmp_path, "id,ket,tanda", rows), tmp_path / "s").contract
    assert not contract.field("ket").is_required
    assert contract.field("tanda").is_required


def test_the_command_says_how_sure_it_is(tmp_path: Path) -> None:
    text = as_yaml(written(tmp_path, HEADER, people()))
    assert "# personal:NIK: nik" in text
    assert " %)" in text
