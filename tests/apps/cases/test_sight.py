"""What one may not see appears in no list, count, search, page or ledger row."""

from __future__ import annotations

import pytest
from django.test import override_settings

from mapalus.apps.cases import actions, personal
from mapalus.apps.cases.models import Audience, Case, PackVersion
from mapalus.apps.cases.reading import read
from mapalus.apps.cases.sight import Level, level_of
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.actor import PUBLIC
from mapalus.apps.ledger.models import Entry
from mapalus.engine.errors import Invalid, Misconfigured, NotAllowed, NotFound
from mapalus.engine.ports import Actor
from tests.apps.cases import cast
from tests.apps.cases.cast import CITIZEN, DINKES, INSPEKTUR, KABID, KADIS, NOW, PUPR, SEKDA, STAF, VALUES, hat, opened

POSTS = [SEKDA, KADIS, KABID, STAF, PUPR, cast.PUPR_KABID, DINKES, INSPEKTUR]


def seers(case: Case) -> set[str]:
    """Positions that find the case by any way there is; a way that disagrees with another is a fault."""
    found = set()
    for post in POSTS:
        actor = hat(post)
        listed = Case.objects.visible_to(actor).filter(pk=case.pk).exists()
        assert listed == (level_of(case, actor) == Level.INTERNAL)
        assert listed == Case.objects.visible_to(actor).search(case.number).filter(pk=case.pk).exists()
        if listed:
            found.add(post)
    return found


def test_a_case_is_seen_by_its_turn_its_unit_and_the_coordinator(pack: PackVersion) -> None:
    assert seers(opened(pack)) == {KABID, PUPR, cast.PUPR_KABID, KADIS}


def test_who_acted_keeps_sight_of_it(pack: PackVersion) -> None:
    case = cast.verified(opened(pack))
    assert seers(case) == {KABID, PUPR, cast.PUPR_KABID, KADIS}


def test_a_secret_case_is_never_public_and_no_coordinators(pack: PackVersion) -> None:
    case = actions.open_case(pack, values=VALUES, is_secret=True, by=CITIZEN, now=NOW).case
    assert seers(case) == {KABID, PUPR, cast.PUPR_KABID}
    case = cast.verified(case)
    assert not case.is_published
    assert level_of(case, PUBLIC) == Level.NONE


def test_a_restricted_case_is_hidden_from_the_accused_and_from_whoever_acted_before(pack: PackVersion) -> None:
    case = opened(pack)
    actions.remark(case, text="Tolong dilihat.", by=hat(PUPR), now=NOW)
    actions.take(case, act="awasi", values={"klasifikasi": "pengawasan"}, by=hat(KABID), now=NOW)
    case.refresh_from_db()
    assert (case.is_restricted, case.turn) == (True, INSPEKTUR)
    assert seers(case) == {INSPEKTUR}
    with pytest.raises(NotFound):
        actions.remark(case, text="Apa kabarnya?", by=hat(PUPR), now=NOW)


def test_the_public_reads_what_was_moderated_and_only_its_public_part(pack: PackVersion) -> None:
    case = opened(pack)
    with pytest.raises(NotFound):
        read(case, by=PUBLIC)
    case = cast.verified(case)
    actions.remark(case, text="Catatan dalam.", by=hat(PUPR), now=NOW)
    actions.remark(case, text="Kami kerjakan pekan ini.", audience=Audience.PUBLIC, by=hat(PUPR), now=NOW)
    seen = read(case, by=PUBLIC)
    assert {value.name for value in seen.values} == {"judul", "kategori", "klasifikasi"}
    assert [remark.text for remark in seen.remarks] == ["Kami kerjakan pekan ini."]
    assert seen.files == ()


def test_a_search_finds_by_the_words_of_ones_own_level_only(pack: PackVersion) -> None:
    from mapalus.apps.cases.search import matching

    case = cast.verified(opened(pack))
    inside = Case.objects.visible_to(hat(PUPR))
    public = Case.objects.published()
    assert list(inside.search("lubang besar")) == [case]
    assert list(matching(public, "berlubang", is_public=True)) == [case]
    assert list(matching(public, "bulan lalu", is_public=True)) == []  # stands in an internal field
    assert list(inside.search("Siti")) == []  # personal: in no index


def test_a_stranger_counts_nothing(pack: PackVersion) -> None:
    opened(pack)
    stranger: Actor = cast.Stranger()
    found = Case.objects.visible_to(stranger)
    assert (found.count(), found.search("jalan").count()) == (0, 0)
    assert found.inbox([KABID]).rows == ()
    assert found.inbox_counts([KABID], now=NOW).total == 0


def test_an_applicant_sees_his_own_case_and_no_other(pack: PackVersion) -> None:
    case, other = opened(pack), opened(pack)
    me = Applicant(case=case.pk)
    assert list(Case.objects.visible_to(me)) == [case]
    seen = read(case, by=me)
    assert next(value.text for value in seen.values if value.name == "nama") == "Siti Rahmawati"
    assert seen.state == "Terkirim"
    with pytest.raises(NotFound):
        read(other, by=me)
    with pytest.raises(NotAllowed):
        actions.remark(other, text="Halo", audience=Audience.APPLICANT, by=me, now=NOW)


def test_personal_values_are_masked_until_somebody_who_handles_it_says_why(pack: PackVersion) -> None:
    case = opened(pack)
    masked = {value.name: value.text for value in read(case, by=hat(KABID)).values if value.is_masked}
    assert masked == {"nama": "•••", "telepon": "•••", "surel": "•••"}
    with pytest.raises(Invalid):
        actions.unmask(case, fields=["nama"], reason=" ", by=hat(KABID), now=NOW)
    with pytest.raises(NotAllowed):
        actions.unmask(case, fields=["nama"], reason="ingin tahu", by=hat(PUPR), now=NOW)
    assert actions.unmask(case, fields=["nama"], reason="Menelepon.", by=hat(KABID), now=NOW) == {
        "nama": "Siti Rahmawati"
    }
    entry = Entry.objects.get(act="cases.unmask")
    assert (entry.data["fields"], entry.data["reason"]) == (["nama"], "Menelepon.")


def test_nobody_in_the_agency_learns_who_reported_anonymously(pack: PackVersion) -> None:
    case = actions.open_case(pack, values=VALUES, is_anonymous=True, by=CITIZEN, now=NOW).case
    assert not any(value.name == "nama" for value in read(case, by=hat(KABID)).values)
    with pytest.raises(NotAllowed):
        actions.unmask(case, fields=["nama"], reason="Menelepon.", by=hat(KABID), now=NOW)
    assert actions.find_person(Case, text="Siti", reason="Mencari.", by=hat(KABID), now=NOW) == []


def test_a_person_is_found_by_who_handles_the_case_and_the_question_is_not_written_down(pack: PackVersion) -> None:
    case = opened(pack)
    for text in ("siti rahmawati", "0812-3456-7890", "+6281234567890", "SITI@contoh.test"):
        assert actions.find_person(Case, text=text, reason="Pelapor menelepon.", by=hat(KABID), now=NOW) == [case]
    assert actions.find_person(Case, text="siti", reason="Mencari.", by=hat(PUPR), now=NOW) == []
    written = " ".join(str(entry.data) for entry in Entry.objects.filter(act="cases.find-person"))
    assert "siti" not in written.lower()


def test_no_ledger_row_holds_a_personal_value(pack: PackVersion) -> None:
    case = cast.verified(opened(pack))
    actions.unmask(case, fields=["nama"], reason="Menelepon.", by=hat(PUPR), now=NOW)
    written = " ".join(f"{entry.subject_label} {entry.data}" for entry in Entry.objects.all())
    assert not any(word in written for word in ("Siti", "81234567890", "siti@contoh.test"))


def test_what_is_personal_can_be_erased_and_the_case_stays(pack: PackVersion) -> None:
    case = opened(pack)
    actions.erase(case, ground="UU 27/2022 Pasal 8", by=cast.everything(), now=NOW)
    case.refresh_from_db()
    assert personal.read(case).values == {}
    assert not case.secret_words.exists()
    assert case.acts.filter(act="erase").exists()


def test_the_seal_needs_the_key(pack: PackVersion) -> None:
    case = opened(pack)
    assert b"Siti" not in bytes(case.secret.sealed)
    with override_settings(PERSONAL_KEY="another"), pytest.raises(Misconfigured, match="MAPALUS_PERSONAL_KEY"):
        personal.read(case)
