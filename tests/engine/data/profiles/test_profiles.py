"""Files of national systems are known by their headings, and read by a contract of their own. All rows are samples."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from mapalus.engine.data.check import check
from mapalus.engine.data.descriptor import load, to_descriptor
from mapalus.engine.data.profiles import Profile, by_file, guessed, profile, profiles, recognise
from mapalus.engine.data.proposal import propose
from mapalus.engine.data.strict_yaml import dump_yaml
from mapalus.engine.errors import Invalid
from tests.conftest import SHARED

EACH = pytest.mark.parametrize("one", profiles(), ids=lambda one: one.name)


def sample(one: Profile, folder: Path) -> Path:
    """A generated file (CONTOH) as the system might give it: title rows above, a total and a source below."""
    titles = [item.title for item in one.contract.fields]
    values = {"integer": "7", "number": "12", "string": "CONTOH"}
    rows = [[values[item.type] for item in one.contract.fields] for _row in range(3)]
    for number, row in enumerate(rows):
        for place, item in enumerate(one.contract.fields):
            if item.name in (*one.contract.primary_key, "npsn", "nik", "nip"):
                row[place] = f"4040000{number}"
    path = folder / f"{one.name}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([titles, *rows])
    return path


@EACH
def test_a_file_with_its_headings_is_recognised(one: Profile, tmp_path: Path) -> None:
    (tmp_path / "scratch").mkdir()
    _scan, inferred = propose(sample(one, tmp_path), scratch=tmp_path / "scratch")
    guess = next(guess for guess in inferred.guesses if guess.what == "profile")
    assert guess.value == one.name
    assert one.system in guess.say(language="id")
    assert ("ingatan" in guess.say(language="id")) == (one.sure != "seen")


@EACH
def test_its_own_contract_reads_the_file(one: Profile, tmp_path: Path) -> None:
    written = tmp_path / "kontrak.yml"
    written.write_text(dump_yaml(to_descriptor(one.contract)))
    (tmp_path / "out").mkdir()
    outcome = check(sample(one, tmp_path), contract=load(written), out=tmp_path / "out")
    assert (outcome.good_rows, outcome.bad_rows) == (3, 0)


@EACH
def test_it_says_what_is_not_certain_and_who_keeps_the_system(one: Profile) -> None:
    assert one.sure in ("seen", "memory")
    assert one.doubts
    assert one.keeper
    assert one.title.text_en
    names = [item.name for item in one.contract.fields]
    assert len(names) == len(set(names))
    assert one.system.split(" ")[0] in {known.system.split(" ")[0] for known in by_file()}


def test_headings_may_be_written_in_other_ways() -> None:
    found = recognise(["NO", " nama_paket ", "KODE RUP", "Pagu (Rp.)", "Satker", "Sumber Dana*"])
    assert found is not None
    assert found.profile.name == "sirup-paket"
    assert found.names["KODE RUP"] == "kode_rup"


@pytest.mark.parametrize(("name", "titles"), [
    ("dapodik-sekolah", "No|Nama Sekolah|NPSN|BP|Status|Last Sync|Jml Sync|PD|Rombel|Guru|Pegawai|R. Kelas|R. Lab"),
    ("eppgbm-balita", "No|NIK|Nama|JK|Tgl Lahir|Kec|Pukesmas|Posyandu|Tanggal Pengukuran|Berat|Tinggi|ZS TB/U"),
    ("siasn-pegawai", "PNS ID|NIP BARU|NAMA|JENIS KELAMIN|GOL AKHIR NAMA|JABATAN NAMA|UNOR NAMA|TMT JABATAN"),
    ("siksng-penerima", "No|ID Semesta|NOKK|NIK|Nama|Tgl Lahir|Alamat|Kelurahan|Kecamatan|BPNT|PKH|PBI"),
    ("sirup-paket", "No.|Satuan Kerja|Metode Pengadaan|Jenis Pengadaan|Nama Paket|Kode RUP|Total Nilai (Rp)"),
    ("sirup-paket", "ID|Paket|Pagu (Rp)|Metode Pemilihan|Sumber Dana|Waktu Pemilihan"),
    ("sp4n-lapor", "No|Tracking ID|Tanggal Laporan Masuk|Nama Pelapor|Judul Laporan|Isi Laporan Awal|Status Laporan"),
    ("sipd-realisasi", "Kode SKPD|Nama SKPD|Kode Akun|Nama Akun|Nilai Anggaran|Nilai Realisasi|Persentase"),
])  # fmt: skip
def test_short_and_long_exports_are_known(name: str, titles: str) -> None:
    found = recognise(titles.split("|"))
    assert found is not None
    assert found.profile.name == name


@pytest.mark.parametrize(
    "titles",
    [[], ["nama", "nilai"], ["NPSN", "jumlah"], ["Kode", "Uraian", "Satuan"], ["id", "title", "year", "value"]],
)
def test_other_files_are_not_taken_for_one(titles: list[str]) -> None:
    assert recognise(titles) is None
    assert guessed(titles) == ()


@pytest.mark.shared
@pytest.mark.parametrize("name", ["data_Balikpapan.csv", "data_Makassar.csv"])
def test_real_files_of_dapodik_are_recognised(name: str) -> None:
    with (SHARED / "data" / "tables" / "dapodik_sekolah" / name).open(encoding="utf-8") as file:
        found = recognise(next(csv.reader(file)))
    assert found is not None
    assert found.profile.name == "dapodik-sekolah"
    assert len(found.names) == len(found.profile.contract.fields)


def test_no_other_real_file_is_taken_for_one() -> None:
    taken = []
    for path in sorted((SHARED / "data" / "tables").rglob("*.csv")) if SHARED.is_dir() else ():
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            found = recognise(next(csv.reader(file), []))
        if found and "dapodik" not in str(path):
            taken.append((path.name, found.profile.name))
    assert taken == []


def test_the_systems_that_come_by_file_are_listed() -> None:
    known = {one.name for one in profiles()}
    assert {name for one in by_file() for name in one.profiles} == known


def test_a_profile_is_a_contract_by_its_name(tmp_path: Path) -> None:
    found = profile("sirup-paket")
    assert found is not None
    assert load(Path("profil:sirup-paket")) == found.contract
    with pytest.raises(Invalid, match="sirup-paket"):
        load(Path("profil:tidak-ada"))
