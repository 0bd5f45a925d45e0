"""A list of officials changes nothing until somebody confirms it, and then all of it or nothing."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest

from mapalus.apps.directory import actions, roster_applying
from mapalus.apps.directory.models import Appointment, Handover, Kind, Person, Position, RosterDraft, RosterDraftState
from mapalus.apps.directory.roster_difference import Change, difference
from mapalus.apps.directory.roster_list import Row, day_of, read_list
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, Refused
from tests.apps.directory.conftest import NOW, H, hat

pytestmark = pytest.mark.usefixtures("province")

HEADER = "NIP BARU;NAMA LENGKAP;JABATAN NAMA;UNOR NAMA;TMT JABATAN;NOMOR SK;TANGGAL LAHIR"


def listed(*rows: str, decree: str = "") -> RosterDraft:
    read = read_list("siasn.csv", "\n".join((HEADER, *rows)).encode())
    return roster_applying.read_roster(
        RosterDraft, file_name="siasn.csv", sha256="0" * 64, read=read, decree=decree, by=PLATFORM, now=NOW
    )


def nip(person: str) -> str:
    return Person.objects.get(pk=person).nip


def lines(draft: RosterDraft) -> dict[str, Change]:
    return {change.key: change for change in roster_applying.difference_of(draft, now=NOW).changes}


def applied(draft: RosterDraft, *chosen: str) -> RosterDraft:
    prints = roster_applying.difference_of(draft, now=NOW).fingerprint
    return roster_applying.apply_roster(draft, chosen=chosen, fingerprint=prints, by=PLATFORM, now=NOW)


def row_of(
    person: str, title: str, unit: str = "Dinas Pekerjaan Umum dan Penataan Ruang", *, on: str = "20-11-2026"
) -> str:
    return f"'{nip(person)};{Person.objects.get(pk=person).name};{title};{unit};{on};CONTOH/77;01-01-1980"


def test_only_what_posts_need_is_read_and_no_birthday() -> None:
    draft = listed("000000000000000999;Orang Baru;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;17-08-1980")
    assert "1980" not in str(draft.rows)
    assert set(draft.columns) == {"nip", "name", "position", "unit", "from_on", "decree"}


def test_workbook_is_read_as_well_as_text() -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.create_sheet(index=0)
    sheet.append(["NIP", "Nama", "Jabatan", "Unit Kerja"])
    sheet.append(["000000000000000999", "Orang Baru", "Kepala Bidang Bina Marga", "PUPR"])
    out = BytesIO()
    book.save(out)
    (row,) = read_list("daftar.xlsx", out.getvalue()).rows
    assert (row.nip, row.position) == ("000000000000000999", "Kepala Bidang Bina Marga")


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 x", b"\x00\x01\x02", b"a;b\n1;2\n"])
def test_what_is_no_such_list_is_said(content: bytes) -> None:
    with pytest.raises((Refused, Invalid)):
        read_list("x.csv", content)


def test_vacant_post_is_filled_by_a_new_person() -> None:
    draft = listed("000000000000000999;Orang Baru;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;")
    (new,) = [change for change in lines(draft).values() if change.kind == "new"]
    assert (new.position, new.person, new.ends) == ("pupr.kabid-bm", "", ())
    done = applied(draft, new.key)
    made = Appointment.objects.get(position="pupr.kabid-bm", to_on=None)
    assert (made.person.name, made.decree) == ("Orang Baru", "CONTOH/1")
    assert done.rows == []  # the names are forgotten
    assert "Orang Baru" not in str(done.done)
    acts = set(Entry.objects.filter(at=NOW).values_list("act", flat=True))
    assert {"directory.apply-roster", "directory.create-person", "directory.appoint"} <= acts


def test_two_change_places_in_one_list() -> None:
    draft = listed(
        row_of("P38", "Kepala Bidang Cipta Karya dan Perumahan"),
        row_of("P39", "Sekretaris Dinas PUPR"),
    )
    keys = [key for key, change in lines(draft).items() if change.kind == "new"]
    assert len(keys) == 2
    applied(draft, *keys)
    now = {a.position_id: a.person_id for a in Appointment.objects.filter(to_on=None, position__unit="pupr")}
    assert (now["pupr.kabid-ck"], now["pupr.sekretaris"]) == ("P38", "P39")
    assert Handover.objects.filter(position__in=["pupr.kabid-ck", "pupr.sekretaris"]).count() == 2


def test_who_is_not_in_the_list_is_shown_and_not_ended_by_itself() -> None:
    draft = listed(row_of("P37", "Kepala Dinas Pekerjaan Umum dan Penataan Ruang"))
    found = lines(draft)
    assert {change.kind for change in found.values()} == {"same", "ended"}
    ended = [change for change in found.values() if change.kind == "ended"]
    assert {change.position for change in ended} == {"pupr.sekretaris", "pupr.kabid-ck", "pupr.data"}
    assert not any(change.is_proposed for change in ended)


def test_unknown_units_and_posts_and_unreadable_dates_are_named() -> None:
    draft = listed(
        "1;A;Kepala Dinas Sihir;Dinas Sihir;20-11-2026;;",
        "2;B;Kepala Bidang Sihir;PUPR;20-11-2026;;",
        "3;C;Sekretaris Dinas PUPR;PUPR;31-02-2026;;",
        "4;;Sekretaris Dinas PUPR;PUPR;;;",
    )
    kinds = [change.kind for change in lines(draft).values() if change.kind != "ended"]
    assert kinds == ["unknown-unit", "unknown-position", "faulty", "faulty"]
    with pytest.raises(Invalid):
        applied(draft, "unknown-unit:2", "faulty:4")


def test_name_alone_decides_nothing() -> None:
    name = Person.objects.get(pk="P32").name
    draft = listed(f"000000000000000998;{name};Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;")
    found = lines(draft)
    assert found["doubtful:2"].person == "P32"
    assert found["other:2"].person == ""
    assert not any(change.is_proposed for change in found.values())
    with pytest.raises(Invalid):
        applied(draft, "doubtful:2", "other:2")
    applied(draft, "other:2")
    assert Appointment.objects.get(position="pupr.kabid-bm", to_on=None).person_id != "P32"


def test_number_of_one_under_the_name_of_another_is_doubtful() -> None:
    draft = listed(f"{nip('P32')};Bukan Dia Sama Sekali;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;")
    assert {"doubtful:2", "other:2"} <= set(lines(draft))


def test_one_wrong_line_undoes_all_of_them() -> None:
    draft = listed(
        "000000000000000999;Orang Baru;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;",
        "000000000000000998;Orang Lain;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;",  # the same post
    )
    before = (Person.objects.count(), Appointment.objects.count(), Entry.objects.count())
    with pytest.raises(Invalid) as told:
        applied(draft, "new:2", "new:3")
    assert told.value.data["row"] == 3
    assert (Person.objects.count(), Appointment.objects.count(), Entry.objects.count()) == before
    draft.refresh_from_db()
    assert draft.state == RosterDraftState.OPEN


def test_what_changed_meanwhile_is_looked_at_again() -> None:
    draft = listed("000000000000000999;Orang Baru;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;")
    prints = roster_applying.difference_of(draft, now=NOW).fingerprint
    person = actions.create_person(Person, code="P900", name="Orang Cepat", by=PLATFORM, now=NOW)
    actions.appoint(
        Position.objects.get(pk="pupr.kabid-bm"), person=person, kind=Kind.DEFINITIVE, from_on=H, decree="CONTOH/2",
        by=PLATFORM, now=NOW,
    )  # fmt: skip
    with pytest.raises(Conflict):
        roster_applying.apply_roster(draft, chosen=["new:2"], fingerprint=prints, by=PLATFORM, now=NOW)


def test_draft_is_for_personnel_alone_and_ends_once() -> None:
    draft = listed("000000000000000999;Orang Baru;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;")
    assert not RosterDraft.objects.visible_to(hat("P32", "dinkes.data")).exists()
    assert RosterDraft.objects.visible_to(hat("P01", "gov.gubernur")).exists()
    with pytest.raises(NotAllowed):
        roster_applying.drop_roster(draft, by=hat("P32", "dinkes.data"), now=NOW)
    dropped = roster_applying.drop_roster(draft, by=hat("P01", "gov.gubernur"), now=NOW)
    assert dropped.rows == []
    with pytest.raises(Conflict):
        roster_applying.drop_roster(dropped, by=PLATFORM, now=NOW)


def test_applied_twice_it_is_the_same() -> None:
    rows = ["000000000000000999;Orang Baru;Kepala Bidang Bina Marga;PUPR;20-11-2026;CONTOH/1;"]
    applied(listed(*rows), "new:2")
    assert lines(listed(*rows))["same:2"].kind == "same"


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-11-01", date(2026, 11, 1)), ("1/11/2026", date(2026, 11, 1)), ("31-02-2026", None), ("Nov 2026", None)],
)
def test_days_as_lists_write_them(text: str, day: date | None) -> None:
    assert day_of(text) == day


def test_nothing_known_is_nothing_different() -> None:
    assert difference((), today=H).changes == ()
    assert difference((Row(2),), today=H).changes[0].kind == "faulty"
