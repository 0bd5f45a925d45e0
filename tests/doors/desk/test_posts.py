"""Posts at the desk: what one holds, mandates, handing over, leaving, lists of officials. By hand, and as it looks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mapalus.apps.directory import actions
from mapalus.apps.directory.actor import Official, actors_of
from mapalus.apps.directory.models import (
    Appointment,
    Form,
    Handover,
    Kind,
    Mandate,
    Person,
    Position,
    PositionRole,
    RosterDraft,
)
from mapalus.apps.directory.roster import local_day
from mapalus.apps.ledger.models import Entry
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province
from tests.browser import LOOKS, Viewed
from tests.doors.desk.conftest import Sit

TODAY = local_day(NOW)
YESTERDAY = TODAY - timedelta(days=1)


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    found: str = response.content.decode()
    return found


@pytest.fixture
def personnel(here: Province) -> Official:
    """Asisten I keeps the posts of this small province."""
    PositionRole.objects.create(position_id="setda.asisten1", role="kepegawaian")
    return cast.actor("setda.asisten1")


def leave(code: str = "dinkes.kabid-p2p") -> Handover:
    held = Appointment.objects.get(position=code, to_on=None)
    actions.end_appointment(held, last_on=YESTERDAY, reason="Mutasi", by=PLATFORM, now=NOW)
    return Handover.objects.get(leaving=held)


def follow(code: str = "dinkes.kabid-p2p") -> Official:
    person = actions.create_person(Person, code="P900", name="Orang Pengganti", by=PLATFORM, now=NOW)
    actions.appoint(
        Position.objects.get(pk=code), person=person, kind=Kind.DEFINITIVE, from_on=TODAY, decree="CONTOH/7",
        by=PLATFORM, now=NOW,
    )  # fmt: skip
    return next(one for one in actors_of("P900", now=NOW) if one.position == code)


def test_vacant_post_says_who_carries_it_on(here: Province, sit: Sit) -> None:
    page = text_of(sit(here.stranger).get("/meja/jabatan/pupr.kabid-bm/"))
    assert "KOSONG" in page
    assert "Dijalankan oleh Kepala Dinas PUPR karena jabatan kosong" in page


def test_acting_term_that_ends_is_announced(here: Province, sit: Sit) -> None:
    cast.acting_until(NOW.date() + timedelta(days=30))
    page = text_of(sit(here.operator).get("/meja/jabatan/dinkes.kadis/"))
    assert "Plt. Kepala Dinas Kesehatan" in page
    assert "Masa menjabat berakhir 30 hari lagi" in page


def test_items_are_for_the_post_and_its_superior_others_see_how_many(here: Province, sit: Sit) -> None:
    title = here.dataset.title
    shown = {
        who: title in text_of(sit(actor).get("/meja/jabatan/dinkes.kabid-p2p/"))
        for who, actor in (("own", here.producer), ("head", here.head), ("stranger", here.stranger))
    }
    assert shown == {"own": True, "head": True, "stranger": False}


def test_unknown_post_is_not_found(here: Province, sit: Sit) -> None:
    assert sit(here.operator).get("/meja/jabatan/tidak.ada/").status_code == 404


def test_mandate_is_given_worn_as_a_hat_and_taken_back(here: Province, sit: Sit) -> None:
    head = sit(cast.actor("pupr.kadis"))
    filled = {
        "giver": "pupr.kadis", "form": "an", "taker": "pupr.data", "acts": ["catalogue.confirm"],
        "matter": "pengesahan", "ground": "CONTOH/12", "from_on": TODAY.isoformat(),
        "to_on": (TODAY + timedelta(days=9)).isoformat(),
    }  # fmt: skip
    assert "mengesahkan angka" in text_of(head.get("/meja/mandat/baru/")).lower()
    assert head.post("/meja/mandat/baru/", filled).status_code == 302
    mandate = Mandate.objects.get()
    taker = sit(here.stranger)
    hats = text_of(taker.get("/akun/jabatan/"))
    assert "a.n. Kepala Dinas PUPR, Pengelola data PUPR" in hats
    taker.post("/akun/jabatan/", {"position": f"pupr.kadis~{mandate.pk}"})
    assert "a.n. Kepala Dinas PUPR" in text_of(taker.get("/meja/"))
    assert head.post(f"/meja/mandat/{mandate.pk}/", {"reason": "Sudah kembali"}).status_code == 302
    assert "a.n. Kepala Dinas PUPR" not in text_of(taker.get("/meja/"))
    assert "dicabut" in text_of(head.get(f"/meja/mandat/{mandate.pk}/"))


def test_wrong_mandate_is_refused_in_words(here: Province, sit: Sit) -> None:
    answer = sit(cast.actor("pupr.kadis")).post(
        "/meja/mandat/baru/",
        {
            "giver": "pupr.kadis", "form": "ub", "taker": "pupr.data", "acts": ["catalogue.confirm"], "matter": "x",
            "ground": "x", "from_on": TODAY.isoformat(), "to_on": TODAY.isoformat(),
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert "dua tingkat di bawah pemberi" in answer.content.decode()
    assert not Mandate.objects.exists()


def test_sheet_is_signed_acknowledged_and_printed(here: Province, sit: Sit) -> None:
    sheet = leave()
    successor = sit(follow())
    address = f"/meja/serah-terima/{sheet.pk}/"
    assert here.dataset.title in text_of(successor.get(address))
    assert successor.post(address, {"remark": "x"}).status_code == 403  # not signed yet, and not by him
    head = sit(here.head)
    assert head.post(address, {"word": "Lemari kedua."}).status_code == 302
    page = text_of(successor.get(address))
    assert "Lemari kedua." in page
    item = sheet.items.get()
    assert successor.post(address, {f"remark-{item.pk}": "berkas fisik belum ada", "remark": ""}).status_code == 302
    assert "berkas fisik belum ada" in text_of(successor.get(address))
    paper = successor.get(f"{address}lembar.pdf")
    assert paper.content[:5] == b"%PDF-"
    assert Entry.objects.filter(act="directory.acknowledge-handover").count() == 1


def test_sheet_of_another_unit_is_not_found(here: Province, sit: Sit) -> None:
    sheet = leave()
    client = sit(here.stranger)
    assert client.get(f"/meja/serah-terima/{sheet.pk}/").status_code == 404
    assert client.get(f"/meja/serah-terima/{sheet.pk}/lembar.pdf").status_code == 404
    assert "Kabid P2P" not in text_of(client.get("/meja/serah-terima/?semua=1"))


def test_successor_is_named_on_the_page_of_the_post(here: Province, sit: Sit, personnel: Official) -> None:
    actions.create_person(Person, code="P900", name="Orang Pengganti", by=PLATFORM, now=NOW)
    keeper = sit(personnel)
    filled = {
        "successor": "P900", "last_on": YESTERDAY.isoformat(), "from_on": TODAY.isoformat(), "decree": "CONTOH/9",
    }  # fmt: skip
    assert keeper.post("/meja/jabatan/dinkes.kabid-p2p/ganti/", filled).status_code == 302
    page = text_of(keeper.get("/meja/jabatan/dinkes.kabid-p2p/"))
    assert "Orang Pengganti" in page
    assert "Belum diserahterimakan" in page
    assert sit(here.operator).get("/meja/jabatan/dinkes.kabid-p2p/ganti/").status_code == 403


def test_what_the_law_does_not_allow_is_said_in_the_form(here: Province, sit: Sit, personnel: Official) -> None:
    filled = {
        "person": "P40", "kind": "plt", "from_on": TODAY.isoformat(),
        "to_on": (TODAY + timedelta(days=200)).isoformat(), "decree": "CONTOH/9",
    }  # fmt: skip
    answer = sit(personnel).post("/meja/jabatan/pupr.kabid-bm/tunjuk/", filled)
    assert answer.status_code == 422
    assert "tiga bulan" in answer.content.decode()


def test_account_is_closed_before_somebody_leaves(here: Province, sit: Sit, personnel: Official) -> None:
    leaver = sit(here.operator)
    keeper = sit(personnel)
    page = text_of(keeper.get("/meja/orang/P32/"))
    assert "Memegang Pengelola data Dinkes." in page
    assert keeper.post("/meja/orang/P32/", {"reason": "Pensiun"}).status_code == 302
    assert leaver.get("/meja/").status_code == 302
    assert sit(here.stranger).get("/meja/orang/").status_code == 403


def test_number_of_a_civil_servant_is_masked(here: Province, sit: Sit, personnel: Official) -> None:
    Person.objects.filter(pk="P32").update(nip="000000000000000032")
    page = text_of(sit(personnel).get("/meja/orang/")) + text_of(sit(personnel).get("/meja/orang/P32/"))
    assert "000000000000000032" not in page
    assert "0032" in page


def upload(client: Client, text: str) -> Any:
    file = SimpleUploadedFile("simpeg.csv", text.encode())
    return client.post("/meja/daftar-pejabat/", {"file": file, "decree": "CONTOH/5"})


def test_list_is_read_looked_at_and_applied(here: Province, sit: Sit, personnel: Official) -> None:
    keeper = sit(personnel)
    answer = upload(keeper, "NIP;Nama;Jabatan;Unit Kerja\n000000000000000099;Orang Baru;Kabid Bina Marga;Dinas PUPR\n")
    assert answer.status_code == 302
    draft = RosterDraft.objects.get()
    page = text_of(keeper.get(answer["Location"]))
    assert "Orang Baru" in page
    assert "000000000000000099" not in page
    found = page.split('name="fingerprint" value="')[1].split('"')[0]
    late = keeper.post(answer["Location"], {"fingerprint": "x" * 64, "chosen": ["new:2"]})
    assert late.status_code == 422
    assert keeper.post(answer["Location"], {"fingerprint": found, "chosen": ["new:2"]}).status_code == 302
    assert Appointment.objects.get(position="pupr.kabid-bm").decree == "CONTOH/5"
    draft.refresh_from_db()
    assert "Orang Baru" not in text_of(keeper.get(answer["Location"]))


@pytest.mark.parametrize("text", ["", "satu\ndua\n", "<html><p>bukan</p></html>", "a;b\n1;2\n"])
def test_what_is_no_list_is_said_beside_the_file(here: Province, sit: Sit, personnel: Official, text: str) -> None:
    answer = upload(sit(personnel), text)
    assert answer.status_code == 422
    assert not RosterDraft.objects.exists()


def test_aide_reads_the_inbox_and_every_act_is_refused(here: Province, sit: Sit, personnel: Official) -> None:
    handin = cast.checked(cast.handed_in(here.dataset, here.operator))
    actions.give_mandate(
        Position.objects.get(pk="dinkes.kadis"), taker=Position.objects.get(pk="pupr.data"), form=Form.LOOK,
        matter="ajudan", ground="CONTOH/3", from_on=TODAY, to_on=TODAY, by=PLATFORM, now=NOW,
    )  # fmt: skip
    client = sit(here.stranger)
    client.post("/akun/jabatan/", {"position": f"dinkes.kadis~{Mandate.objects.get().pk}"})
    page = text_of(client.get(f"/meja/setoran/{handin.receipt}/"))
    assert "/sahkan/" not in page
    before = Entry.objects.count()
    for slug in ("sahkan", "kembalikan"):
        assert client.post(f"/meja/setoran/{handin.receipt}/{slug}/", {"reason": "x" * 20}).status_code == 403
    assert Entry.objects.count() == before


# --- how it looks ------------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_pages_of_posts_are_for_everybody(
    transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, view: Callable[..., Viewed],
    width: int, theme: str,
) -> None:  # fmt: skip
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr("mapalus.engine.clock.now", lambda: NOW)
    here = cast.province(tmp_path)
    PositionRole.objects.create(position_id="setda.asisten1", role="kepegawaian")
    sheet = leave("dinkes.kabid-p2p")
    given = actions.give_mandate(
        Position.objects.get(pk="dinkes.kadis"), taker=Position.objects.get(pk="dinkes.sekretaris"), form=Form.AN,
        acts=["catalogue.confirm"], matter="pengesahan setoran", ground="CONTOH/3", from_on=TODAY, to_on=TODAY,
        by=PLATFORM, now=NOW,
    )  # fmt: skip
    cookies = {}
    for actor in (cast.actor("setda.asisten1"), here.head):
        user = User.objects.create_user(actor.person)
        Person.objects.filter(pk=actor.person).update(user=user)
        client = Client(REMOTE_ADDR="127.0.0.1")
        client.force_login(user)
        session = client.session
        session["position"] = actor.hat
        session.save()
        cookies[actor.person] = {"sessionid": str(session.session_key)}
    keeper = Client()
    keeper.cookies["sessionid"] = cookies["P04"]["sessionid"]
    upload(
        keeper, "NIP;Nama;Jabatan;Unit Kerja\n0099;Orang Baru;Kabid Bina Marga;Dinas PUPR\n;P32 Contoh;X;Dinas PUPR\n"
    )
    draft = RosterDraft.objects.get()
    found = {}
    for person, address in (
        ("P04", "/meja/jabatan/?semua=1"), ("P04", "/meja/jabatan/dinkes.kabid-p2p/"),
        ("P04", "/meja/jabatan/dinkes.kadis/"), ("P04", "/meja/jabatan/pupr.kabid-bm/tunjuk/"),
        ("P04", "/meja/mandat/?semua=1"), ("P28", "/meja/mandat/baru/"), ("P28", f"/meja/mandat/{given.pk}/"),
        ("P28", "/meja/serah-terima/"), ("P28", f"/meja/serah-terima/{sheet.pk}/"), ("P04", "/meja/orang/"),
        ("P04", "/meja/orang/P28/"), ("P04", "/meja/daftar-pejabat/"), ("P04", f"/meja/daftar-pejabat/{draft.pk}/"),
        ("P28", "/akun/jabatan/"), ("P28", "/akun/perangkat/"),
    ):  # fmt: skip
        page = view(address, width=width, theme=theme, cookies=cookies[person])
        if problems := page.problems():
            found[address] = problems
        page.page.context.close()
    assert found == {}
