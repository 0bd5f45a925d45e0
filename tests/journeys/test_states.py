"""The built province stands at H as the story tells it: the state of each of the 24 datasets."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

# dataset: current version, state of its newest hand-in, whether a period is owed, whether its numbers are disputed
STATES = {
    "penduduk-dkb": (1, "published", False, False),
    "dokumen-kependudukan": (1, "returned", True, False),
    "penduduk-proyeksi": (1, "published", False, False),
    "indikator-makro": (1, "published", False, False),
    "kinerja-rkpd-jalan": (1, "published", False, True),
    "stunting-survei": (2, "published", False, False),
    "stunting-rutin": (1, "awaiting-confirmation", True, False),
    "dbd-mingguan": (7, "published", True, False),
    "tempat-tidur-rs": (3, "published", False, False),
    "fasilitas-kesehatan": (1, "published", False, False),
    "sekolah-menengah": (1, "published", False, False),
    "anak-tidak-sekolah": (None, "awaiting-review", True, False),
    "kondisi-jalan": (1, "needs-correction", True, True),
    "usulan-rtlh": (None, "awaiting-review", True, False),
    "bantuan-rumah-sosial": (1, "published", False, False),
    "bansos-penyaluran": (2, "published", False, False),
    "produksi-tangkap": (2, "published", True, False),
    "pendaratan-ikan-harian": (3, "published", False, False),
    "kunjungan-wisata": (3, "published", False, False),
    "realisasi-belanja": (7, "published", False, False),
    "kejadian-bencana": (2, "published", False, False),
    "tindak-lanjut-lhp": (1, "published", False, False),
    "cakupan-sinyal": (2, "published", False, False),
    "titik-internet": (1, "published", True, False),
}
RESTRICTED = {"anak-tidak-sekolah", "usulan-rtlh", "bantuan-rumah-sosial", "tindak-lanjut-lhp"}


@pytest.fixture
def database(built: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{built / 'mapalus.sqlite'}?mode=ro", uri=True)


@pytest.mark.parametrize("name", STATES)
def test_a_dataset_stands_as_the_story_tells(name: str, database: sqlite3.Connection) -> None:
    found = database.execute(
        """SELECT v.number, (SELECT h.state FROM catalogue_handin h WHERE h.dataset_id = d.id
               ORDER BY h.received_at DESC, h.id DESC LIMIT 1), d.due_at IS NOT NULL, d.conflict <> '', d.classification
           FROM catalogue_dataset d LEFT JOIN catalogue_version v ON v.id = d.current_id WHERE d.name = ?""",
        (name,),
    ).fetchone()
    assert found is not None
    assert (found[0], found[1], bool(found[2]), bool(found[3])) == STATES[name]
    assert found[4] == ("terbatas" if name in RESTRICTED else "terbuka")


def test_dengue_was_published_after_its_day_and_is_owed_again(database: sqlite3.Connection) -> None:
    due_at, period, received_at = database.execute(
        """SELECT d.due_at, d.expected_period, h.received_at FROM catalogue_dataset d
           JOIN catalogue_version v ON v.id = d.current_id JOIN catalogue_handin h ON h.id = v.handin_id
           WHERE d.name = 'dbd-mingguan' AND h.period = d.expected_period"""
    ).fetchone()
    assert period
    assert received_at > due_at


def test_the_refused_roads_made_no_version(database: sqlite3.Connection) -> None:
    rows, good, bad, versions = database.execute(
        """SELECT h.rows, h.rows_good, h.rows_bad, (SELECT count(*) FROM catalogue_version v WHERE v.dataset_id = d.id)
           FROM catalogue_handin h JOIN catalogue_dataset d ON d.id = h.dataset_id
           WHERE d.name = 'kondisi-jalan' AND h.state = 'needs-correction'"""
    ).fetchone()
    assert (rows, good, bad) == (118, 113, 5)
    assert versions == 1


def test_seven_of_twelve_priority_datasets_came_in_time(built: Path) -> None:
    command = [sys.executable, "-m", "mapalus.project.cli", "indicator", "why", "GOV-18", "--json"]
    said = json.loads(subprocess.check_output([*command, "--data-dir", str(built)]))
    came = said["inputs"][0]
    assert (came["numerator"], came["denominator"]) == (7, 12)
    assert said["value"] == pytest.approx(58.33, abs=0.01)
