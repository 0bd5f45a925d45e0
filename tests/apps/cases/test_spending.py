"""Spending on applications is found in an export of a budget, and compared with the clearances there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.apps.cases import actions, spending
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.spending import Standing, compare
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Invalid
from mapalus.engine.packs.loader import load_pack
from tests.apps.cases import cast
from tests.apps.cases.cast import NOW, hat

pytestmark = pytest.mark.slow
PACK = Path(__file__).resolve().parents[3] / "packs" / spending.CLEARANCE
HEAD = "Satuan Kerja;Nama Paket;Kode Rekening;Pagu;Kode RUP;Keterangan\n"


@pytest.fixture
def cleared(told: object, db: None) -> Case:
    """A clearance for the budget year 2027."""
    version = actions.load_pack(load_pack(PACK), by=PLATFORM, now=NOW)
    values = {"nama_aplikasi": "Sistem Data", "tahun_anggaran": 2027, "kode_rup": "5512"}
    case = Case.objects.create(
        pack=version, pack_name=version.name, number="RKA-2026-0001", title="Sistem Data", state="direkomendasikan",
        received_at=NOW, opened_by=cast.PUPR, values=values, code_digest="x" * 64,
    )  # fmt: skip
    assert hat(cast.PUPR)
    return case


def found(*lines: str, year: int = 2027) -> dict[int, Standing]:
    return {one.line.row: one.standing for one in compare("rup.csv", (HEAD + "\n".join(lines)).encode(), year=year)}


def test_only_spending_on_applications_is_listed(cleared: Case) -> None:
    lines = (
        "PUPR;Pembangunan aplikasi presensi;5.1.02;720.000.000;1;",
        "PUPR;Pengadaan aspal;5.2.04;1.000.000;2;",
        "Dinas Pertanian;Aplikasi pupuk cair;5.1.02;5.000.000;3;",
        "Setda;Pengadaan lain;5.2.06.01.01.0005;9.000.000;4;",
    )
    assert set(found(*lines)) == {2, 5}


def test_a_clearance_is_found_by_its_number_and_by_the_code_of_the_plan(cleared: Case) -> None:
    by_number = "PUPR;Aplikasi Sistem Data;;1;;Rekomendasi rka-2026-0001"
    by_plan = "PUPR;Aplikasi Sistem Data;;1;5512;"
    assert found(by_number, by_plan) == {2: Standing.CLEARED, 3: Standing.CLEARED}


def test_a_clearance_holds_for_its_budget_year_alone(cleared: Case) -> None:
    assert found("PUPR;Aplikasi Sistem Data;;1;5512;", year=2028) == {2: Standing.OTHER_YEAR}


def test_refused_invented_and_missing_clearances_are_told_apart(cleared: Case) -> None:
    Case.objects.filter(pk=cleared.pk).update(state="ditolak", is_final=True, closed_at=NOW)
    lines = ("PUPR;Aplikasi A;;1;;RKA-2026-0001", "PUPR;Aplikasi B;;1;;RKA-2026-0099", "PUPR;Aplikasi C;;1;;")
    assert found(*lines) == {2: Standing.REFUSED, 3: Standing.UNKNOWN, 4: Standing.NONE}


def test_a_file_that_says_nothing_of_what_is_bought_is_refused(cleared: Case) -> None:
    with pytest.raises(Invalid):
        compare("rup.csv", b"Kode;Pagu\n1;2\n3;4\n", year=2027)
