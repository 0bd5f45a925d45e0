"""The guided tours where they meet cases: complaints, requests, questions, handover; step by step in a browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.test_tours import visitor

__all__ = ["visitor"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]

PHONE = {"width": 360, "height": 780}


def found(guest: Any, words: str) -> str:
    """Look for a case at the desk and open it."""
    guest.go(f"/meja/cari/?q={words.replace(' ', '+')}")
    return str(guest.follow(guest.page.locator("main a[href^='/meja/kasus/ADU-']").first))


def send(guest: Any) -> str:
    """From the filled form over the last look to the receipt."""
    guest.page.locator("main form .btn:visible", has_text="Periksa lalu kirim").click()
    expect(guest.page).to_have_url(re.compile("/periksa/"))
    return str(guest.follow(guest.page.get_by_role("button", name="Kirim", exact=True)))


# --- governor --------------------------------------------------------------------------------------------------------


def test_governor_6_the_flood_with_its_five_events_and_the_report_of_a_citizen_without_a_name(visitor: Any) -> None:
    guest = visitor(**PHONE)
    said = guest.go("/papan/mengapa/ENV-08/")
    assert "5 kejadian" in said
    said = guest.follow(guest.page.locator("a[href='/data/kejadian-bencana/']").first)
    assert "5 dari 5 baris" in said
    guest.go("/aduan/?kategori=bencana&wilayah=71.71")
    said = guest.follow(guest.page.get_by_role("link", name=re.compile("Air sungai so meluap")))
    assert "Darurat, sedang ditangani" in said
    assert "palsu" not in said  # the mark of every invented reporter


def test_governor_8_a_question_about_a_number_is_a_case_of_the_head_who_answers_for_it(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.enter("gov.gubernur")
    guest.go("/papan/mengapa/GOV-18/")
    guest.page.fill("#pertanyaan", "Siapa yang terlambat?")
    guest.page.get_by_role("button", name="Tanya", exact=True).click()
    expect(guest.page).to_have_url(re.compile("/periksa/"))
    assert "Data prioritas terbit tepat waktu" in guest.text()
    said = guest.follow(guest.page.get_by_role("button", name="Kirim", exact=True))
    number = re.search(r"TNY-\d{4}-\d{4}", said)
    assert number, said
    head = visitor()
    assert number[0] in head.enter("diskominfo.kadis")
    said = head.go(f"/meja/kasus/{number[0]}/")
    assert "Siapa yang terlambat?" in said
    assert re.search(r"[Ss]isa [123] hari", said)


def test_governor_everybody_else_may_tell_what_is_wrong_with_a_number(visitor: Any) -> None:
    guest = visitor(**PHONE)
    assert "Tanya" not in guest.go("/papan/mengapa/GOV-18/").split()
    guest.follow(guest.page.get_by_role("link", name="Salah? Beri tahu").first)
    assert guest.page.input_value("#id_tentang") == "/papan/mengapa/GOV-18/"


# --- secretary -------------------------------------------------------------------------------------------------------


def test_secretary_1_what_is_late_and_what_is_objected_to(visitor: Any) -> None:
    guest = visitor()
    assert "Keberatan informasi publik" in guest.enter("setda.sekda")
    guest.go("/meja/cari/?q=kursi+roda")
    assert re.search(r"Lewat \d+ hari", guest.text())


def test_secretary_3_the_clock_of_a_late_case_is_explained_day_by_day(visitor: Any) -> None:
    guest = visitor()
    guest.enter("setda.sekda")
    said = found(guest, "kursi roda")
    assert "Gedung layanan tidak dapat dimasuki kursi roda" in said
    guest.page.get_by_text("Hari demi hari").first.click()
    assert re.search(r"[Hh]ari ke-\d+", guest.text())


def test_secretary_6_the_handover_sheet_holds_what_stayed_with_the_post(visitor: Any) -> None:
    guest = visitor()
    guest.enter("diskominfo.kabid-ikp")
    guest.go("/meja/serah-terima/?semua=1")
    said = guest.follow(guest.page.locator("main a[href*='/meja/serah-terima/']").first)
    assert "Kepala Bidang Informasi" in said
    assert "Aduan" in said
    assert re.search(r"[Dd]iakui", said)
    assert "Titik internet kantor kampung mati tiga minggu" in found(guest, "titik internet kampung")


# --- operator --------------------------------------------------------------------------------------------------------


def test_operator_8_my_tasks_say_what_by_when_and_why(visitor: Any) -> None:
    guest = visitor()
    guest.enter("dinkes.data")
    said = guest.go("/meja/tugas/")
    assert "Terlambat" in said
    assert "Tahun ini" in said
    # Towards the end of a month nothing is left for the rest of it; at its begin the week may hold nothing.
    assert "Minggu ini" in said or "Bulan ini" in said
    said = guest.follow(guest.page.get_by_role("link", name="Memperbaiki setoran yang dikembalikan").first)
    assert "Perpres 39/2019" in said or "Dasar" in said


def test_operator_9_a_note_of_a_visit_without_a_network_is_sent_once_when_it_is_back(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.enter("dkp.data")
    said = found(guest, "pelabuhan Tumumpa")
    assert "Es di pelabuhan Tumumpa" in said
    guest.page.reload()
    guest.context.set_offline(True)
    guest.page.fill("#tulisan", "Pabrik es hidup lagi pukul 07.00; sudah dilihat di tempat.")
    guest.page.locator(".talk__form .btn").last.click()
    expect(guest.page.get_by_text("Anda sedang luring")).to_be_visible()
    guest.context.set_offline(False)
    expect(guest.page.locator("#tulisan")).to_have_value("")
    again = guest.context.new_page()  # its own page may be on its way to the answer
    again.goto(guest.page.url)
    assert again.inner_text("body").count("Pabrik es hidup lagi pukul 07.00") == 1


# --- citizen ---------------------------------------------------------------------------------------------------------


def test_citizen_0_the_road_is_already_reported_and_one_joins_it(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.go("/cari?q=jalan+Wori")
    said = guest.follow(guest.page.get_by_role("link", name=re.compile("arah Wori berlubang")))
    assert "3 orang melapor" in said
    said = guest.follow(guest.page.get_by_text("Tambahkan laporan saya"))
    assert "foto" in said.lower()


def test_citizen_2_and_4_a_report_in_manado_malay_is_compared_sent_and_followed_by_its_code(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.go("/layanan/aduan/mulai/")
    guest.page.fill("#id_judul", "Jalan mo ka Wori so ancor di dekat jembatan")
    guest.page.fill("#id_isi", "Lobang basar dekat jembatan, so ada yang jatuh deng motor. Tolong jo kase bae.")
    guest.page.select_option("#id_kategori", "jalan")
    for box, part in (("hari", "17"), ("bulan", "agustus"), ("tahun", "2026")):
        guest.page.fill(f"#id_terjadi_pada-{box}", part)
    guest.page.get_by_label("Atau cari namanya").fill("paniki bawah")
    guest.page.get_by_role("button", name="Paniki Bawah").click()
    expect(guest.page.locator("#id_wilayah-3")).not_to_have_value("")
    guest.page.fill("#id_titik-lat", "1.5562")
    guest.page.fill("#id_titik-lon", "124.8722")
    said = guest.follow(guest.page.locator("main form .btn:visible", has_text="Periksa lalu kirim"))
    assert "Jalan provinsi arah Wori berlubang dalam di dua titik" in said  # is it one of these?
    assert re.search(r"\d+ m\b", said)
    assert "Paniki Bawah, Kec. Mapanget, Kota Manado" in said
    assert "17 Agustus 2026" in said
    said = guest.follow(guest.page.get_by_role("button", name="Kirim", exact=True))
    code = guest.page.locator("#kode").inner_text()
    other = visitor(**PHONE)
    other.go("/layanan/ikuti/")
    other.page.get_by_label(re.compile("^Kode")).fill(code)
    said = other.follow(other.page.locator("main form button").last)
    assert "Verifikasi" in said
    assert "Paling lambat" in said
    assert "Kepala Bidang Informasi" in said  # a position, no name


def test_citizen_5_open_data_are_offered_before_a_request_and_the_receipt_says_by_when(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.go("/layanan/permohonan-informasi/mulai/")
    guest.page.check("input[name=pemohon][value=perorangan]")
    guest.page.fill("#id_nama", "Pemohon Contoh")
    guest.page.fill("#id_rincian", "Kondisi jalan provinsi menurut ruas dan RKA pemeliharaannya")
    guest.page.fill("#id_tujuan", "Bahan skripsi")
    guest.page.check("input[name=cara_memperoleh][value=salinan_digital]")
    guest.page.check("input[name=cara_menerima][value=langsung]")
    said = guest.follow(guest.page.locator("main form .btn:visible", has_text="Periksa lalu kirim"))
    assert "Kondisi Jalan Provinsi menurut Ruas" in said
    said = guest.follow(guest.page.get_by_role("button", name="Kirim", exact=True))
    assert re.search(r"PIP-\d{4}-\d{5}", said)
    assert "Paling lambat" in said


def test_citizen_6_a_refusal_names_its_article_and_what_can_be_had_instead(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.go("/ppid/jawaban/")
    said = guest.follow(guest.page.get_by_role("link", name=re.compile("anak tidak sekolah")))
    assert "Pasal 17 huruf h" in said
    assert "keberatan" in said
    guest.follow(guest.page.locator("main a[href='/data/anak-tidak-sekolah/']"))


def test_citizen_8_something_wrong_becomes_feedback_with_a_number(visitor: Any) -> None:
    guest = visitor(**PHONE)
    guest.go("/data/cakupan-sinyal/")
    guest.follow(guest.page.get_by_role("link", name="Salah? Beri tahu").first)
    assert "cakupan-sinyal" in guest.page.input_value("#id_tentang")
    guest.page.check("input[name=jenis][value=salah]")
    guest.page.fill("#id_isi", "Di Sawang Bendar sudah ada 4G sejak Agustus.")
    assert re.search(r"UB-\d{4}-\d{5}", send(guest))


def test_the_story_of_a_complaint_that_was_a_question_about_data(visitor: Any) -> None:
    """C39 became feedback at the keeper of the data; C12 hangs on the incident of the hijacked site."""
    guest = visitor()
    guest.enter("diskominfo.kabid-ikp")
    assert "UB-" in found(guest, "dua angka penduduk Bitung")
    assert "TTIS-" in found(guest, "situs wisata disusupi judi")
