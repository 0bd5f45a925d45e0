"""The working calendar at the desk: everybody reads it, some declare days, each with a ground."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from mapalus.apps.directory.models import LocalDay, PositionRole, Revision
from mapalus.apps.ledger.models import Entry
from tests.apps.catalogue.cast import Province, actor
from tests.doors.desk.conftest import Sit

FACTS = {"day": "2026-11-25", "effect": "closed", "name": "Hari jadi contoh", "decree": "CONTOH/1", "unit": ""}


@pytest.fixture
def keeper(here: Province, sit: Sit) -> Client:
    """Somebody whose position declares days."""
    PositionRole.objects.create(position_id="setda.asisten1", role="kalender-kerja")
    Revision.touch()
    return sit(actor("setda.asisten1"))


def year(client: Client, query: str = "") -> str:
    answer = client.get(reverse("desk:calendar") + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_shows_a_year_with_its_holidays_and_working_days(here: Province, sit: Sit) -> None:
    page = year(sit(here.operator))
    assert page.count('class="cal__days"') == 12
    assert "Hari Raya Natal" in page
    assert "Cuti Bersama Hari Raya Natal" in page
    assert re.search(r'class=" cal--today" aria-current="date">20<', page)
    assert reverse("desk:calendar-add") not in page


def test_marks_what_is_an_estimate(here: Province, sit: Sit) -> None:
    page = year(sit(here.operator), "?tahun=2027")
    assert "perkiraan" in page
    assert "cal--public cal--estimated" in page
    assert "cuti bersama tahun 2031" in year(sit(here.operator), "?tahun=2031")


@pytest.mark.parametrize("query", ["?tahun=x", "?tahun=99999", "?tahun=-1", "?tahun=٢٠٢٧", "?unit=tidak-ada"])
def test_a_year_or_unit_that_is_none_shows_the_present_one(here: Province, sit: Sit, query: str) -> None:
    assert "2026" in year(sit(here.operator), query)


def test_a_day_is_declared_seen_and_taken_back(keeper: Client) -> None:
    answer = keeper.post(reverse("desk:calendar-add"), FACTS)
    declared = LocalDay.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('desk:calendar')}?tahun=2026")
    assert (declared.day, declared.added_by) == (date(2026, 11, 25), "Asisten I")
    page = year(keeper)
    assert "Hari jadi contoh" in page
    assert "CONTOH/1" in page
    address = reverse("desk:calendar-remove", args=[declared.pk])
    assert address in page
    assert "Hari jadi contoh" in keeper.get(address).content.decode()
    assert keeper.post(address, {"reason": ""}).status_code == 422
    assert keeper.post(address, {"reason": "Salah tanggal"}).status_code == 302
    assert not LocalDay.objects.exists()
    assert list(Entry.objects.filter(act__startswith="calendar.").order_by("id").values_list("act", flat=True)) == [
        "calendar.add-day",
        "calendar.remove-day",
    ]


def test_a_holiday_is_worked_on_by_one_unit_only(keeper: Client) -> None:
    keeper.post(reverse("desk:calendar-add"), {**FACTS, "day": "2026-12-24", "effect": "open", "unit": "dinkes"})
    assert "cal--worked" in year(keeper, "?unit=dinkes").split("cal-key")[-1]
    assert year(keeper).count("cal--worked") == 1  # in the key only


@pytest.mark.parametrize(
    ("change", "field"),
    [({"day": "2026-12-25"}, "day"), ({"day": "besok"}, "day"), ({"name": ""}, "name"), ({"decree": " "}, "decree")],
)
def test_what_is_wrong_stands_at_its_field(keeper: Client, change: dict[str, str], field: str) -> None:
    answer = keeper.post(reverse("desk:calendar-add"), {**FACTS, **change})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode() or f"#id_{field}" in answer.content.decode()
    assert not LocalDay.objects.exists()


def test_who_may_not_declare_is_refused(here: Province, sit: Sit, keeper: Client) -> None:
    keeper.post(reverse("desk:calendar-add"), FACTS)
    other, declared = sit(here.operator), LocalDay.objects.get()
    for address in (reverse("desk:calendar-add"), reverse("desk:calendar-remove", args=[declared.pk])):
        assert other.get(address).status_code == 403
        assert other.post(address, {**FACTS, "reason": "iseng"}).status_code == 403
    assert LocalDay.objects.count() == 1


def test_a_day_that_is_gone_is_not_found(keeper: Client) -> None:
    assert keeper.get(reverse("desk:calendar-remove", args=[999])).status_code == 404


def test_a_deadline_is_reckoned_and_told_day_by_day(here: Province, sit: Sit) -> None:
    address = reverse("desk:calendar-reckon")
    client = sit(here.operator)
    assert client.get(address).status_code == 200
    answer = client.get(address, {"tanggal": "2026-12-18", "pukul": "17:00", "jumlah": "3", "satuan": "hari-kerja"})
    page = answer.content.decode()
    assert "Senin, 28" in page
    assert "Dihitung diterima" in page
    assert "Hari Raya Natal: tidak dihitung" in page
    assert page.count("<tr") == 1 + 11


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"tanggal": "9999-12-31"}, "tanggal"),
        ({"tanggal": "kemarin"}, "tanggal"),
        ({"pukul": "25:00"}, "pukul"),
        ({"jumlah": "-1"}, "jumlah"),
        ({"jumlah": "1000000000000"}, "jumlah"),
        ({"satuan": "tahun"}, "satuan"),
    ],
)
def test_what_cannot_be_reckoned_is_said_at_its_field(
    here: Province, sit: Sit, change: dict[str, str], field: str
) -> None:
    facts = {"tanggal": "2026-12-18", "pukul": "17:00", "jumlah": "3", "satuan": "hari-kerja", **change}
    answer = sit(here.operator).get(reverse("desk:calendar-reckon"), facts)
    assert answer.status_code == 422
    assert f"#id_{field}" in answer.content.decode()


@pytest.mark.parametrize("unit", ["jam-kerja", "jam-24x7"])
def test_hours_are_due_at_a_time(here: Province, sit: Sit, unit: str) -> None:
    facts = {"tanggal": "2026-12-18", "pukul": "15:00", "jumlah": "1", "satuan": unit}
    assert (
        "16.00\N{NO-BREAK SPACE}WITA" in sit(here.operator).get(reverse("desk:calendar-reckon"), facts).content.decode()
    )
