"""The end of an acting term is seen coming, told, handed over, and the post falls upward the day after."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from mapalus.apps.directory import actions, ending
from mapalus.apps.directory.models import Appointment, Handover, HandoverState, Kind, Person, Position
from mapalus.apps.directory.succession import Capacity, holder_of
from mapalus.apps.jobs.schedule import SCHEDULES
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.ending import watch_terms
from mapalus.apps.notices.models import Notice
from mapalus.engine import clock
from mapalus.engine.clock import Zone
from tests.apps.directory.conftest import province, told

__all__ = ["province", "told"]
pytestmark = pytest.mark.usefixtures("province")
POST, ABOVE, PERSONNEL = "pupr.sekretaris", "pupr.kadis", "position:bkd.kepala"


def on(day: int, month: int = 3, hour: int = 7) -> datetime:
    return datetime(2027, month, day, hour, tzinfo=Zone.WITA.tzinfo)


@pytest.fixture
def term() -> Appointment:
    """P39 acts as Plt from 1 January to 31 March 2027; nobody else holds the post."""
    held = Appointment.objects.get(position=POST, to_on=None)
    start = on(15, 12).replace(year=2026)
    actions.end_appointment(held, last_on=start.date().replace(day=31), reason="Pensiun", by=PLATFORM, now=start)
    Handover.objects.all().delete()
    return actions.appoint(
        Position.objects.get(pk=POST), person=Person.objects.get(pk="P39"), kind=Kind.PLT,
        from_on=on(1, 1).date(), to_on=on(31).date(), decree="CONTOH/PLT/1", by=PLATFORM, now=start,
    )  # fmt: skip


def told_on(moment: datetime) -> list[str]:
    """Who is told in the inbox on that day, and of what."""
    before = set(Notice.objects.values_list("pk", flat=True))
    watch_terms(now=moment)
    rows = Notice.objects.in_app().exclude(pk__in=before).filter(url=f"/meja/jabatan/{POST}/")
    return sorted(f"{one.receiver}|{one.subject}" for one in rows)


def receivers(lines: list[str]) -> set[str]:
    return {line.split("|")[0] for line in lines}


def personnel() -> set[str]:
    from mapalus.apps.directory.roster import roster

    return {f"position:{code}" for code in roster(on(1)).with_role("kepegawaian")}


def test_the_end_is_told_at_each_stage_once_to_holder_superior_and_personnel(term: Appointment) -> None:
    assert personnel()
    everybody = {"person:P39", f"position:{ABOVE}"} | personnel()
    assert told_on(on(20, 2)) == [], "39 days before: not yet"
    first = told_on(on(1))
    assert receivers(first) == everybody
    assert "berakhir 30 hari lagi" in first[0]
    assert told_on(on(1, hour=9)) == told_on(on(2)) == told_on(on(16)) == []
    for day, words in ((17, "14 hari lagi"), (24, "7 hari lagi"), (30, "1 hari lagi")):
        lines = told_on(on(day))
        assert receivers(lines) == everybody, day
        assert words in lines[0]


def test_what_was_missed_is_said_later_and_not_all_at_once(term: Appointment) -> None:
    lines = told_on(on(27))
    assert len(lines) == 2 + len(personnel())
    assert "4 hari lagi" in lines[0]


def test_the_sheet_is_ready_on_the_last_day_and_signed_by_the_one_who_leaves(term: Appointment) -> None:
    watch_terms(now=on(30))
    assert not Handover.objects.filter(leaving=term).exists()
    watch_terms(now=on(31))
    watch_terms(now=on(31, hour=9))
    sheet = Handover.objects.get(leaving=term)
    assert (sheet.state, sheet.leaver_id) == (HandoverState.OPEN, "P39")
    assert Entry.objects.filter(act="directory.prepare-handover").count() == 1
    from mapalus.apps.directory.actor import official

    leaver = official("P39", POST, now=on(31))
    assert leaver is not None
    actions.sign_handover(sheet, by=leaver, now=on(31))
    sheet.refresh_from_db()
    assert sheet.state == HandoverState.SIGNED


def test_the_day_after_the_post_is_vacant_upward_and_everybody_reads_so(term: Appointment) -> None:
    watch_terms(now=on(31))
    assert holder_of(POST, on(31, hour=23)).capacity == Capacity.PLT
    after = holder_of(POST, on(1, 4, hour=0))
    assert (after.capacity, after.acts_as, after.is_vacant) == (Capacity.SUPERIOR, ABOVE, True)
    lines = told_on(on(1, 4))
    assert receivers(lines) == {"person:P39", f"position:{ABOVE}"} | personnel()
    assert all("Kosong:" in line for line in lines)
    body = Notice.objects.filter(event=f"term:{term.pk}:over", receiver="person:P39")[0].body
    assert "belum ditandatangani" in body
    assert told_on(on(2, 4)) == []


def test_who_is_extended_hears_nothing_more_and_hands_nothing_over(term: Appointment) -> None:
    told_on(on(1))
    actions.extend_appointment(term, to_on=on(30, 6).date(), decree="CONTOH/PLT/2", by=PLATFORM, now=on(10))
    assert told_on(on(24)) == told_on(on(31)) == told_on(on(1, 4)) == []
    assert not Handover.objects.filter(leaving=term).exists()


def test_where_a_successor_is_named_the_notice_says_who(term: Appointment) -> None:
    new = actions.create_person(Person, code="P901", name="Orang Baru", is_sample=True, by=PLATFORM, now=on(20))
    actions.appoint(
        Position.objects.get(pk=POST), person=new, kind=Kind.DEFINITIVE, from_on=on(1, 4).date(), decree="CONTOH/8",
        by=PLATFORM, now=on(20),
    )  # fmt: skip
    told_on(on(24))
    body = Notice.objects.filter(event=f"term:{term.pk}:7")[0].body
    assert "melanjutkan" in body
    assert Handover.objects.count() == 0
    watch_terms(now=on(31))
    assert Handover.objects.filter(leaving=term).exists()
    assert "telah berakhir" in told_on(on(1, 4))[0]


def test_an_absence_hands_nothing_over(term: Appointment) -> None:
    short = actions.appoint(
        Position.objects.get(pk=POST), person=Person.objects.get(pk="P40"), kind=Kind.PLH, from_on=on(1).date(),
        to_on=on(9).date(), decree="CONTOH/PLH", by=PLATFORM, now=on(1),
    )  # fmt: skip
    stages = [one.stage for one in ending.endings(on(1)) if one.appointment == short]
    assert stages == [None], "eight days long: not announced thirty days before its end"
    watch_terms(now=on(9))
    watch_terms(now=on(10))
    assert not Handover.objects.filter(leaving=short).exists()
    body = Notice.objects.filter(event=f"term:{short.pk}:over").first()
    assert body is not None
    assert "melanjutkan" in body.body


def test_a_job_looks_every_day() -> None:
    assert SCHEDULES["notices.terms"].daily is not None


def test_the_page_of_positions_shows_what_ends(term: Appointment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: on(27))
    user = Person.objects.get(pk="P37").user
    assert isinstance(user, User)
    client = Client()
    client.force_login(user)
    page = client.get("/meja/jabatan/?semua=1").content.decode()
    assert "Masa tugas yang segera berakhir" in page
    assert "4 hari lagi" in page
    assert "Kosong sesudahnya" in page
