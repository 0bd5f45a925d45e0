"""The way of a file through the desk, page by page, without a script."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState
from mapalus.apps.ledger.models import Entry
from mapalus.doors.desk.history import sentence_of
from tests.apps.catalogue.cast import GOOD, MIXED, NOW, Province, checked, handed_in, published
from tests.doors.desk.conftest import Sit


def text_of(response: Any) -> str:
    text: str = response.content.decode()
    return text


def send(client: Client, text: str | bytes, *, name: str = "dbd_m45.csv", previous: str = "", period: str = "2026-W45"):
    address = reverse("desk:handin-new") + (f"?koreksi={previous}" if previous else "?data=dbd-mingguan")
    page = text_of(client.get(address))
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    raw = text.encode() if isinstance(text, str) else text
    data = {
        "dataset": "dbd-mingguan",
        "period": period,
        "file": SimpleUploadedFile(name, raw),
        "note": "Manado dua kali",
        "key": key[1],
        "previous": previous,
    }
    return client.post(address, data)


def test_the_desk_asks_for_a_sign_in(db: None) -> None:
    response = Client().get("/meja/")
    assert response.status_code == 302
    assert "/akun/" in response["Location"]


def test_an_empty_inbox_says_so(here: Province, sit: Sit) -> None:
    assert "Tidak ada giliran Anda." in text_of(sit(here.operator).get("/meja/"))


@pytest.mark.slow
def test_hand_in_report_correction_confirmation_publication(here: Province, sit: Sit) -> None:
    operator, head, walidata = sit(here.operator), sit(here.head), sit(here.walidata)
    answer = send(operator, MIXED)
    assert answer.status_code == 302
    first = HandIn.objects.get()
    waiting = text_of(operator.get(answer["Location"]))
    assert "tanda terima S-2026-00001" in waiting
    assert 'http-equiv="refresh"' in waiting
    checked(first)
    page = text_of(operator.get(answer["Location"]))
    assert "1O" in page
    assert "baris perlu diperbaiki" in page
    assert "Kepala Dinas Kesehatan" in page

    import openpyxl

    book: Any = operator.get(reverse("desk:handin-workbook", args=[first.receipt]))
    sheet = openpyxl.load_workbook(BytesIO(b"".join(book.streaming_content))).worksheets[0]
    assert sheet["D4"].value == "1O"
    assert sheet["D4"].comment is not None

    again = send(operator, MIXED.replace("1O", "10").rsplit("71.71", 1)[0], previous=first.receipt)
    second = checked(HandIn.objects.get(receipt="S-2026-00002"))
    assert again["Location"].endswith("S-2026-00002/")
    assert second.previous == first
    assert second.rows_bad == 0

    assert "S-2026-00002" in text_of(head.get("/meja/"))
    asked = text_of(head.get(reverse("desk:handin-decide", args=[second.receipt, "sahkan"])))
    assert "Sahkan angka ini?" in asked
    assert head.post(reverse("desk:handin-decide", args=[second.receipt, "sahkan"])).status_code == 302
    assert not Dataset.objects.visible_to(None).exists()

    publish = reverse("desk:handin-decide", args=[second.receipt, "terbitkan"])
    assert "Terbitkan versi 2?" in text_of(walidata.get(publish))
    assert walidata.post(publish, {"status": "sementara", "remark": ""}).status_code == 302
    assert list(Dataset.objects.visible_to(None)) == [here.dataset]
    done = text_of(operator.get(reverse("desk:handin", args=[second.receipt])))
    assert "Terbit sebagai versi 2" in done


def test_the_second_tab_of_one_form_gives_one_hand_in(here: Province, sit: Sit) -> None:
    client = sit(here.operator)
    page = text_of(client.get(reverse("desk:handin-new")))
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key
    for _tab in range(2):
        data = {"dataset": "dbd-mingguan", "period": "2026-W45", "file": SimpleUploadedFile("a.csv", GOOD.encode())}
        answer = client.post(reverse("desk:handin-new"), {**data, "key": key[1]})
        assert answer["Location"].endswith("S-2026-00001/")
    assert HandIn.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("laporan.pdf", b"%PDF-1.7 ...", "gambar sebuah tabel"),
        ("surat.docx", b"PK\x03\x04 ...", "bukan tabel"),
        ("kosong.csv", b"", "kosong"),
        ("foto.jpg", b"\xff\xd8\xff\xe0", "gambar sebuah tabel"),
    ],
)
def test_what_is_no_table_is_said_at_the_counter(here: Province, sit: Sit, name: str, raw: bytes, says: str) -> None:
    answer = send(sit(here.operator), raw, name=name)
    assert answer.status_code == 422
    assert says in text_of(answer)
    assert not HandIn.objects.exists()


def test_the_same_file_again_names_the_receipt(here: Province, sit: Sit) -> None:
    client = sit(here.operator)
    send(client, GOOD)
    answer = send(client, GOOD)
    assert answer.status_code == 422
    assert "S-2026-00001" in text_of(answer)


def test_a_hand_in_of_another_unit_is_not_found(here: Province, sit: Sit) -> None:
    handin = handed_in(here.dataset, here.operator)
    for name, arguments in (("handin", []), ("handin-workbook", []), ("handin-decide", ["sahkan"])):
        answer = sit(here.stranger).get(reverse(f"desk:{name}", args=[handin.receipt, *arguments]))
        assert answer.status_code == 404


@pytest.mark.slow
def test_the_acting_head_reads_why_she_may_not_confirm(here: Province, sit: Sit) -> None:
    handin = checked(handed_in(here.dataset, here.head_own))
    page = text_of(sit(here.head).get(reverse("desk:handin", args=[handin.receipt])))
    assert "Giliran Asisten I" in page
    assert "Anda sendiri yang menyetor ini" in page
    assert "/sahkan/" not in page
    assert handin.receipt in text_of(sit(here.superior).get("/meja/"))


@pytest.mark.slow
def test_deciding_twice_says_that_it_moved_on(here: Province, sit: Sit) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    head = sit(here.head)
    address = reverse("desk:handin-decide", args=[handin.receipt, "sahkan"])
    assert head.post(address).status_code == 302
    assert head.post(address).status_code == 409


@pytest.mark.slow
def test_returning_needs_words(here: Province, sit: Sit) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    address = reverse("desk:handin-decide", args=[handin.receipt, "kembalikan"])
    assert sit(here.head).post(address, {"reason": ""}).status_code == 422
    assert sit(here.head).post(address, {"reason": "Sitaro belum ada"}).status_code == 302
    page = text_of(sit(here.operator).get(reverse("desk:handin", args=[handin.receipt])))
    assert "Sitaro belum ada" in page
    assert "Setor perbaikan" in page


@pytest.mark.slow
def test_personal_cells_open_only_with_a_reason_in_the_ledger(here: Province, sit: Sit) -> None:
    handin = checked(handed_in(here.dataset, here.operator))
    client = sit(here.operator)
    address = reverse("desk:handin", args=[handin.receipt])
    page = text_of(client.get(address))
    assert "Ani Contoh" not in page
    assert "A•• C•••••" in page
    unmask = reverse("desk:handin-unmask", args=[handin.receipt])
    client.post(unmask, {"reason": "x"})
    assert "Ani Contoh" not in text_of(client.get(address))
    client.post(unmask, {"reason": "Mencocokkan dengan formulir asli"})
    assert "Ani Contoh" in text_of(client.get(address))
    assert Entry.objects.filter(act="catalogue.unmask").count() == 1
    assert "Ani" not in str(Entry.objects.get(act="catalogue.unmask").data)


@pytest.mark.slow
def test_every_page_answers_in_both_languages(here: Province, sit: Sit) -> None:
    version = published(here)
    assert version.handin is not None
    handed_in(here.dataset, here.operator, text=GOOD, period="2026-W46")
    client = sit(here.walidata)
    names = ["inbox", "datasets", "compliance", "handin-new", "positions", "ledger"]
    addresses = [reverse(f"desk:{name}") for name in names]
    addresses += [f"{addresses[0]}?daftar={view}" for view in ("lain", "selesai", "perbaiki", "putuskan")]
    addresses += [
        reverse("desk:handin", args=[version.handin.receipt]),
        "/meja/jabatan/?semua=1",
        "/meja/buku-besar/?periksa=1",
    ]
    for language in ("id", "en"):
        client.cookies["django_language"] = language
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, address
            assert f'<html lang="{language}"' in text_of(answer)


@pytest.mark.slow
def test_reasons_are_told_by_rule_in_the_language_of_the_reader(here: Province, sit: Sit) -> None:
    client = sit(here.operator)
    send(client, MIXED)
    handin = checked(HandIn.objects.get())
    address = reverse("desk:handin", args=[handin.receipt])
    assert "bukan bilangan bulat" in text_of(client.get(address))
    client.cookies["django_language"] = "en"
    page = text_of(client.get(address))
    assert "is not a whole number" in page
    assert "bukan bilangan bulat" not in page
    only = text_of(client.get(f"{address}?aturan=type-error&syarat=type&kolom=kasus"))
    assert "All wrong rows" in only


@pytest.mark.slow
def test_the_number_of_queries_does_not_grow_with_the_list(
    here: Province, sit: Sit, django_assert_max_num_queries
) -> None:
    client = sit(here.walidata)
    for week in range(40, 50):
        handed_in(here.dataset, here.operator, period=f"2026-W{week}")
    for address in ("/meja/?daftar=lain", "/meja/kepatuhan/", "/meja/jabatan/?semua=1"):
        with django_assert_max_num_queries(26):
            client.get(address)


def test_compliance_is_for_walidata(here: Province, sit: Sit) -> None:
    assert sit(here.operator).get("/meja/kepatuhan/").status_code == 403
    assert sit(here.walidata).get("/meja/kepatuhan/").status_code == 200


def test_refused_files_say_their_sentence(here: Province, sit: Sit) -> None:
    handin = checked(handed_in(here.dataset, here.operator, text="<html><frameset></frameset></html>", name="data.xls"))
    assert handin.state == HandInState.REFUSED
    page = text_of(sit(here.operator).get(reverse("desk:handin", args=[handin.receipt])))
    assert "Berkas ini tidak dapat dipakai" in page
    assert "Setor perbaikan" in page


@pytest.mark.slow
def test_what_was_guessed_is_fixed_once_and_not_asked_again(here: Province, sit: Sit) -> None:
    text = GOOD.replace(",", ";").replace("Kasus", "Kasuss")
    text = text.replace("Budi", "Büdi")
    handin = checked(handed_in(here.dataset, here.operator, text=text.encode("latin-1")))
    assert handin.runs.get().report["guesses"]
    assert "Tetapkan untuk seterusnya" in text_of(sit(here.walidata).get(f"/meja/setoran/{handin.receipt}/"))
    pin = reverse("desk:dataset-pin", args=["dbd-mingguan"])
    assert sit(here.operator).post(pin, {"receipt": handin.receipt}).status_code == 403
    assert sit(here.walidata).post(pin, {"receipt": handin.receipt}).status_code == 302
    here.dataset.refresh_from_db()
    assert here.dataset.contract is not None
    assert here.dataset.contract.number == 2
    again = checked(
        handed_in(here.dataset, here.operator, text=text.replace("41", "42").encode("latin-1"), period="2026-W46")
    )
    assert again.runs.get().report["guesses"] == []


def test_what_is_owed_stands_in_the_inbox(here: Province, sit: Sit) -> None:
    due = NOW - timedelta(days=3)
    actions.expect(here.dataset, period="2026W45", due_at=due, by=here.walidata, now=NOW)
    page = text_of(sit(here.operator).get("/meja/"))
    assert "Lewat 3 hari" in page
    assert "belum disetor" in page


def test_a_line_of_the_ledger_names_what_was_worked_out() -> None:
    codes = [f"LIV-{number:02}" for number in range(1, 9)]
    entry = Entry(act="catalogue.measure", data={"indicators": codes, "dataset": "kondisi-jalan", "version": 2})
    said = "LIV-01, LIV-02, LIV-03, LIV-04, LIV-05, LIV-06 … dihitung dari kondisi-jalan versi 2"
    assert sentence_of(entry) == said
