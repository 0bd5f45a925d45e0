"""Cases at the desk: one inbox for every kind, the page of a case, and acts that lose nothing."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from mapalus.apps.cases import actions
from mapalus.apps.cases.files import keep
from mapalus.apps.cases.models import Case, CaseFile, CaseFollower, CaseLink, PackVersion, Remark
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person, Revision
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.notices.actions import tell
from mapalus.apps.notices.models import Notice, Preference
from mapalus.engine.packs.loader import load_texts
from tests.apps.cases import cast
from tests.apps.cases.cast import KABID, KADIS, NOW, PUPR, PUPR_KABID, STAF
from tests.apps.cases.conftest import pack, told

__all__ = ["pack", "told"]
Sit = Callable[..., Client]


@pytest.fixture
def sit(pack: PackVersion, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Sit:
    """A browser signed in as the holder of a position, on the day of the story."""
    settings.DATA_DIR = tmp_path / "data"
    Revision.touch()
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)

    def at(position: str, *, language: str = "id") -> Client:
        actor = cast.hat(position)
        person = Person.objects.get(pk=actor.person)
        if person.user is None:
            person.user = get_user_model().objects.create_user(username=actor.person)
            person.save()
        client = Client()
        client.cookies["django_language"] = language
        client.force_login(person.user)
        session = client.session
        session[SESSION_KEY] = actor.position
        session.save()
        return client

    return at


def page_of(client: Client, case: Case, part: str = "", *, status: int = 200) -> str:
    answer = client.get(reverse("desk:case", kwargs={"number": case.number}) + part)
    assert answer.status_code == status
    return answer.content.decode()


def address(name: str, case: Case, **more: str) -> str:
    return reverse(f"desk:{name}", kwargs={"number": case.number, **more})


# --- the inbox -------------------------------------------------------------------------------------------------------


def numbers(page: str) -> list[str]:
    return re.findall(r'item__title" href="/meja/kasus/([^/"]+)/"', page)


def test_the_inbox_lists_cases_due_first_and_only_those_of_ones_turn(sit: Sit, pack: PackVersion) -> None:
    cases = [cast.opened(pack, judul=f"Jalan rusak nomor {n}") for n in range(3)]
    cast.verified(cases[1])
    page = sit(KABID).get("/meja/").content.decode()
    assert numbers(page) == [cases[0].number, cases[2].number]
    assert "Jalan rusak nomor 1" not in page
    assert numbers(sit(PUPR).get("/meja/").content.decode()) == [cases[1].number]


def test_what_is_overdue_stands_on_top_in_red(sit: Sit, pack: PackVersion) -> None:
    late = actions.open_case(pack, values=cast.VALUES, by=cast.CITIZEN, now=NOW - timedelta(days=30)).case
    fresh = cast.opened(pack)
    client = sit(KABID)
    page = client.get("/meja/").content.decode()
    assert numbers(page) == [late.number, fresh.number]
    assert "status--late" in page.split(fresh.number)[0]
    assert numbers(client.get("/meja/?tenggat=lewat").content.decode()) == [late.number]


def test_filters_narrow_the_inbox(sit: Sit, pack: PackVersion) -> None:
    first, _second = cast.opened(pack, judul="Lampu padam di gerbang"), cast.opened(pack, judul="Jembatan roboh")
    client = sit(KABID)
    assert numbers(client.get("/meja/?q=lampu").content.decode()) == [first.number]
    assert len(numbers(client.get(f"/meja/?jenis={pack.name}").content.decode())) == 2
    assert numbers(client.get("/meja/?jenis=setoran").content.decode()) == []
    assert numbers(client.get("/meja/?unit=dinkes").content.decode()) == []


def test_pages_of_the_inbox_together_are_the_whole(
    sit: Sit, pack: PackVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mapalus.doors.desk.inbox._PAGE", 2)
    made = [cast.opened(pack, judul=f"Jalan rusak nomor {n}").number for n in range(5)]
    client, seen, address_of = sit(KABID), [], "/meja/"
    for _page in range(3):
        page = client.get(address_of).content.decode()
        seen += numbers(page)
        following = re.search(r'href="(\?[^"]*sesudah=[^"]+)" rel="next"', page)
        address_of = "/meja/" + following[1].replace("&amp;", "&") if following else ""
    assert seen == made
    assert not address_of


@pytest.mark.parametrize("mark", ["x", "1.2", "zz.9.9", "ffffffffffffffffffffffff.1.1", "-1.-1.-1"])
def test_a_mark_that_is_none_is_the_first_page(sit: Sit, pack: PackVersion, mark: str) -> None:
    cast.opened(pack)
    assert sit(KABID).get("/meja/", {"sesudah": mark}).status_code == 200


@pytest.mark.parametrize("listing", ["", "?daftar=lain"])
def test_the_inbox_asks_as_much_for_one_case_as_for_many(sit: Sit, pack: PackVersion, listing: str) -> None:
    client = sit(PUPR_KABID if listing else KABID)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/meja/{listing}")
        return len(queries)

    def waits(number: int) -> None:
        case = cast.opened(pack, judul=f"Jalan rusak nomor {number}")
        if listing:  # with the head of another one's unit
            cast.verified(case)

    waits(0)
    asked()
    few = asked()
    for number in range(1, 7):
        waits(number)
    assert asked() == few


def test_the_rail_counts_what_waits_and_what_is_late(sit: Sit, pack: PackVersion) -> None:
    actions.open_case(pack, values=cast.VALUES, by=cast.CITIZEN, now=NOW - timedelta(days=30))
    cast.opened(pack)
    page = sit(KABID).get("/meja/").content.decode()
    assert re.search(r"Giliran saya<b>2</b>", page)
    assert re.search(r'<b class="is-negative">1</b>', page)


def test_what_waits_for_others_names_who_has_it(sit: Sit, pack: PackVersion) -> None:
    case = cast.verified(cast.opened(pack))
    client = sit(PUPR_KABID)
    assert numbers(client.get("/meja/").content.decode()) == []
    page = client.get("/meja/?daftar=lain").content.decode()
    assert numbers(page) == [case.number]
    assert "Jabatan pupr.kadis" in page


# --- the page of a case ----------------------------------------------------------------------------------------------


def test_the_page_says_whose_turn_it_is_and_explains_the_clock_day_by_day(sit: Sit, pack: PackVersion) -> None:
    page = page_of(sit(KABID), cast.opened(pack))
    assert "Giliran Anda" in page
    assert "Hari demi hari" in page
    assert "Diterima: hari ke-0" in page


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_of_a_case_speaks_both_languages(sit: Sit, pack: PackVersion, language: str) -> None:
    case, client = cast.opened(pack), sit(KABID, language=language)
    for part in (
        "",
        "langkah/verifikasi/",
        "urus/tugaskan/",
        "urus/kaitkan/",
        "urus/gabungkan/",
        "urus/pisahkan/",
        "cetak/",
    ):
        page = page_of(client, case, part)
        assert f'<html lang="{language}"' in page
        assert len(page) < 100_000
    for other in ("/meja/cari/?q=jalan", "/meja/kabar/", f"/meja/serentak/?kasus={case.number}"):
        assert client.get(other).status_code == 200


def test_a_stranger_finds_no_case(sit: Sit, pack: PackVersion) -> None:
    case = cast.opened(pack)
    client = sit(cast.DINKES)
    for part in ("", "cetak/", "langkah/verifikasi/", "urus/kaitkan/"):
        page_of(client, case, part, status=404)
    for name in ("case-remark", "case-follow"):
        assert client.post(address(name, case), {"text": "x"}).status_code in (403, 404)


def test_personal_values_open_with_a_reason_for_one_answer_only(sit: Sit, pack: PackVersion) -> None:
    case, client = cast.opened(pack), sit(KABID)
    assert "Siti Rahmawati" not in page_of(client, case)
    assert "Siti Rahmawati" not in page_of(client, case, "cetak/")
    short = client.post(address("case-unmask", case), {"reason": "x"})
    assert (short.status_code, "Siti Rahmawati" in short.content.decode()) == (422, False)
    answer = client.post(address("case-unmask", case), {"reason": "Menghubungi pelapor untuk lokasi"})
    assert "Siti Rahmawati" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert "Siti Rahmawati" not in page_of(client, case)
    assert Entry.objects.filter(act="cases.unmask").count() == 1


def test_who_does_not_handle_the_case_opens_nothing(sit: Sit, pack: PackVersion) -> None:
    case = cast.verified(cast.opened(pack))
    answer = sit(PUPR_KABID).post(address("case-unmask", case), {"reason": "Ingin tahu siapa pelapornya"})
    assert answer.status_code == 403
    assert "Siti Rahmawati" not in answer.content.decode()


def test_what_is_said_is_read_by_its_audience_and_comes_with_files(sit: Sit, pack: PackVersion) -> None:
    case, client = cast.opened(pack), sit(KABID)
    file = io.BytesIO(b"<script>alert(1)</script>")
    file.name = "catatan.html"
    answer = client.post(address("case-remark", case), {"text": "Perlu dicek", "audience": "internal", "files": file})
    assert answer.status_code == 302
    assert Remark.objects.get().audience == "internal"
    kept = CaseFile.objects.get()
    assert "Perlu dicek" in page_of(client, case)
    found = client.get(address("case-file", case, pk=str(kept.pk)) + "?lihat=1")
    assert found.headers["Content-Disposition"].startswith("attachment")
    assert found.headers["Content-Type"] == "application/octet-stream"
    assert found.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in found.headers["Content-Security-Policy"]
    assert b"".join(found.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]


def test_a_note_that_a_device_sends_again_is_written_down_once(sit: Sit, pack: PackVersion) -> None:
    case = cast.verified(cast.opened(pack))
    client = sit(cast.PUPR)
    note = {"text": "Sudah dilihat di tempat.", "audience": "internal", "ditulis": "2026-11-02T01:00:00.000Z"}
    for _round in range(2):
        assert client.post(address("case-remark", case), note).status_code == 302
    assert case.remarks.filter(text=note["text"]).count() == 1
    del note["ditulis"]  # typed again by hand, it is meant again
    client.post(address("case-remark", case), note)
    assert case.remarks.filter(text=note["text"]).count() == 2


def test_an_empty_remark_comes_back_with_the_reason(sit: Sit, pack: PackVersion) -> None:
    answer = sit(KABID).post(address("case-remark", cast.opened(pack)), {"text": "  ", "audience": "internal"})
    assert answer.status_code == 422
    assert "<title>Salah:" in answer.content.decode()


def test_a_file_of_another_case_is_not_given(sit: Sit, pack: PackVersion) -> None:
    mine, other = cast.opened(pack), cast.opened(pack, judul="Kasus lain di tempat lain")
    kept = keep(io.BytesIO(b"isi"), name="a.txt", media_type="text/plain")
    file = actions.attach(other, files=[kept], by=cast.hat(KABID), now=NOW)[0]
    assert sit(KABID).get(address("case-file", mine, pk=str(file.pk))).status_code == 404


# --- acts ------------------------------------------------------------------------------------------------------------


def test_an_act_is_asked_judged_and_taken(sit: Sit, pack: PackVersion) -> None:
    case, client = cast.opened(pack), sit(KABID)
    where = address("case-act", case, act="verifikasi")
    wrong = client.post(where, {"versi": case.version})
    assert wrong.status_code == 422
    assert "<title>Salah:" in wrong.content.decode()
    answer = client.post(where, {"versi": case.version, "klasifikasi": "pengaduan"})
    assert answer.status_code == 302
    case.refresh_from_db()
    assert (case.state, case.turn) == ("diteruskan", PUPR)


def test_who_was_faster_is_named_and_nothing_typed_is_lost(sit: Sit, pack: PackVersion) -> None:
    case = cast.opened(pack)
    client, version = sit(KABID), case.version
    actions.remark(case, text="Sudah saya telepon", by=cast.hat(KABID), now=NOW)
    where = address("case-act", case, act="verifikasi")
    answer = client.post(where, {"versi": version, "klasifikasi": "pengaduan"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Tulisan Anda tidak hilang" in page
    assert re.search(r'value="pengaduan" checked', page)
    case.refresh_from_db()
    assert f'name="versi" value="{case.version}"' in page


def test_a_case_that_was_taken_away_says_so_with_what_was_typed(sit: Sit, pack: PackVersion) -> None:
    case, client = cast.opened(pack), sit(KABID)
    version = case.version
    cast.verified(case)
    answer = client.post(address("case-act", case, act="verifikasi"), {"versi": version, "klasifikasi": "pengaduan"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "lebih dulu" in page or "Tulisan Anda tidak hilang" in page
    assert "Pengaduan" in page


def test_an_act_that_is_none_or_not_ones_own_is_refused(sit: Sit, pack: PackVersion) -> None:
    case = cast.verified(cast.opened(pack))
    assert sit(PUPR).get(address("case-act", case, act="tidak-ada")).status_code == 404
    assert sit(PUPR_KABID).post(address("case-act", case, act="selesaikan"), {}).status_code in (403, 409, 422)
    case.refresh_from_db()
    assert case.state == "diteruskan"


@pytest.fixture
def together(pack: PackVersion) -> PackVersion:
    """The same pack, with an act that may be taken for several cases at once."""
    files = dict(pack.files)
    files["process.yml"] = files["process.yml"].replace(
        "    label: Verifikasi\n", "    label: Verifikasi\n    bulk: true\n", 1
    )
    return actions.load_pack(load_texts(files), by=PLATFORM, now=NOW)


def test_several_cases_are_done_at_once_each_by_itself(sit: Sit, together: PackVersion) -> None:
    cases = [cast.opened(together, judul=f"Jalan rusak nomor {n}") for n in range(3)]
    client = sit(KABID)
    assert client.get("/meja/").content.decode().count('name="kasus"') == 3
    sent = {"kasus": [one.number for one in cases], "langkah": "verifikasi", "layanan": together.name}
    assert client.get("/meja/serentak/", sent).status_code == 200
    assert client.post("/meja/serentak/", sent).status_code == 422
    assert client.post("/meja/serentak/", {**sent, "klasifikasi": "pengaduan"}).status_code == 302
    assert not Case.objects.filter(turn=KABID).exists()


def test_what_could_not_be_done_with_the_others_says_why(
    sit: Sit, together: PackVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = cast.opened(together), cast.opened(together, judul="Jembatan roboh di sana")
    taken = actions.take

    def slow(case: Case, **given: Any) -> Case:
        if case.pk == other.pk:  # somebody is faster just now
            actions.remark(case, text="Saya duluan", by=cast.hat(KABID), now=NOW)
        return taken(case, **given)

    monkeypatch.setattr("mapalus.doors.desk.cases_bulk.actions.take", slow)
    sent = {"kasus": [one.number, other.number], "langkah": "verifikasi", "layanan": together.name}
    answer = sit(KABID).post("/meja/serentak/", {**sent, "klasifikasi": "pengaduan"})
    assert answer.status_code == 409
    assert "Jembatan roboh di sana" in answer.content.decode()
    assert dict(Case.objects.values_list("number", "state")) == {one.number: "diteruskan", other.number: "diajukan"}


def test_cases_whose_turn_is_not_ones_own_are_offered_no_step(sit: Sit, together: PackVersion) -> None:
    case = cast.opened(together)
    page = sit(cast.DINKES).get("/meja/serentak/", {"kasus": case.number}).content.decode()
    assert "Tidak ada langkah" in page
    assert case.title not in page
    sent = {"kasus": case.number, "langkah": "verifikasi", "layanan": together.name, "klasifikasi": "pengaduan"}
    assert sit(cast.DINKES).post("/meja/serentak/", sent).status_code == 404


def test_a_duplicate_is_merged_into_the_case_that_goes_on(sit: Sit, pack: PackVersion) -> None:
    one, other, client = cast.opened(pack), cast.opened(pack, judul="Jalan itu lagi"), sit(KABID)
    where = address("case-manage", other, slug="gabungkan")
    page = client.get(where).content.decode()
    assert page.index('value="gabung"') < page.index('value="tolak"')
    assert client.post(where, {"number": one.number, "act": "gabung", "reason": ""}).status_code == 302
    other.refresh_from_db()
    assert (other.is_final, CaseLink.objects.get().kind) == (True, "duplicate")


# --- whose it is -----------------------------------------------------------------------------------------------------


def test_a_case_is_assigned_downward_and_given_back(sit: Sit, pack: PackVersion) -> None:
    case, head = cast.opened(pack), sit(KABID)
    assert "Jabatan kominfo.staf" in page_of(head, case, "urus/tugaskan/")
    sent = {"to": STAF, "reason": "Tolong telepon"}
    assert head.post(address("case-manage", case, slug="tugaskan"), sent).status_code == 302
    staff = sit(STAF)
    page = page_of(staff, case)
    assert "Giliran Anda" in page
    assert "Tolong telepon" in page
    assert staff.post(address("case-manage", case, slug="serahkan-kembali"), {"reason": ""}).status_code == 422
    assert staff.post(address("case-manage", case, slug="serahkan-kembali"), {"reason": "Cuti"}).status_code == 302
    case.refresh_from_db()
    assert case.turn == KABID


def test_cases_are_linked_and_each_names_the_other(sit: Sit, pack: PackVersion) -> None:
    one, other, client = cast.opened(pack), cast.opened(pack, judul="Jembatan roboh di sana"), sit(KABID)
    where = address("case-manage", one, slug="kaitkan")
    assert client.post(where, {"number": "TIDAK-ADA", "kind": "related"}).status_code == 422
    assert client.post(where, {"number": other.number, "kind": "related"}).status_code == 302
    assert CaseLink.objects.get().target == other
    assert "Jembatan roboh di sana" in page_of(client, one)


def test_a_part_becomes_a_case_of_its_own(sit: Sit, pack: PackVersion) -> None:
    case, client = cast.opened(pack), sit(KABID)
    sent = {"reason": "Dua hal", **cast.VALUES, "judul": "Bagian kedua aduan"}
    answer = client.post(address("case-manage", case, slug="pisahkan"), sent)
    assert answer.status_code == 302, answer.content.decode()[:3000]
    assert Case.objects.filter(title="Bagian kedua aduan").exists()


def test_one_follows_a_case_and_stops(sit: Sit, pack: PackVersion) -> None:
    case, client = cast.opened(pack), sit(KABID)
    client.post(address("case-follow", case), {"ikuti": "1"})
    assert CaseFollower.objects.filter(case=case, position=KABID).exists()
    client.post(address("case-follow", case), {"ikuti": "0"})
    assert not CaseFollower.objects.exists()


# --- searching, and being told ---------------------------------------------------------------------------------------


def test_search_finds_what_one_may_see_and_nothing_else(sit: Sit, pack: PackVersion) -> None:
    case = cast.opened(pack, judul="Gorong-gorong tersumbat di Sario")
    assert case.number in sit(KABID).get("/meja/cari/?q=gorong").content.decode()
    assert case.number in sit(KABID).get(f"/meja/cari/?q={case.number.lower()}").content.decode()
    page = sit(cast.DINKES).get("/meja/cari/?q=gorong").content.decode()
    assert case.number not in page
    assert "Tidak ada yang cocok" in page


def test_an_applicant_is_found_with_a_reason_by_who_handles_the_case(sit: Sit, pack: PackVersion) -> None:
    case = cast.opened(pack)
    where = reverse("desk:search-person")
    assert sit(KABID).post(where, {"siapa": "Siti Rahmawati", "reason": ""}).status_code == 422
    answer = sit(KABID).post(where, {"siapa": "Siti Rahmawati", "reason": "Pelapor menelepon"})
    assert case.number in answer.content.decode()
    other = sit(KADIS).post(where, {"siapa": "Siti Rahmawati", "reason": "Ingin tahu"})
    assert case.number not in other.content.decode()


def test_whoever_opens_a_case_has_read_what_he_was_told_of_it(sit: Sit, pack: PackVersion) -> None:
    case = cast.opened(pack)
    tell(f"position:{KABID}", event="uji:2", subject="Giliran Anda", url=address("case", case), now=NOW)
    page_of(sit(KABID), case)
    assert not Notice.objects.unread().filter(event="uji:2").exists()


def test_notices_are_read_and_one_chooses_how_to_be_told(sit: Sit, pack: PackVersion) -> None:
    tell(f"position:{KABID}", event="uji:1", subject="Giliran Anda: uji", url="/meja/", now=NOW)
    client = sit(KABID)
    assert "Giliran Anda: uji" in client.get("/meja/kabar/").content.decode()
    assert "Giliran Anda: uji" not in sit(cast.DINKES).get("/meja/kabar/").content.decode()
    key = Notice.objects.get(channel="in-app").pk
    sit(cast.DINKES).post(reverse("desk:notices-read"), {"kabar": key})
    assert Notice.objects.get(pk=key).read_at is None
    client.post(reverse("desk:notices-read"), {"kabar": key})
    assert Notice.objects.get(pk=key).read_at == NOW
    client.post(reverse("desk:notices-prefer"), {"mail": "never"})
    assert Preference.objects.get().mode == "never"
