"""What the public sees, and what it must not see."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.apps.directory.models import Region
from mapalus.doors.portal import workbooks
from tests.browser import LOOKS, Viewed
from tests.doors.portal.conftest import Shelf

PAGES = (
    "/", "/data/", "/data/penduduk/", "/data/anak/", "/data/rahasia/", "/data/rencana/", "/cari?q=penduduk", "/cari",
    "/cari?q=zzzz", "/instansi/", "/instansi/dinkes/", "/tentang/", "/luring",
)  # fmt: skip


def read(address: str, **cookies: str) -> str:
    client = Client()
    client.cookies.load(cookies)
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.content.decode()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\N{NO-BREAK SPACE}", " ").split())


# the whole


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_every_page_opens_in_both_languages(shelf: Shelf, address: str, language: str) -> None:
    assert f'<html lang="{language}"' in read(address, django_language=language)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_opens_in_an_empty_province(db: None, address: str) -> None:
    assert Client().get(address).status_code in (200, 404)


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_marked_as_a_sample(shelf: Shelf, settings: Any, address: str) -> None:
    settings.SAMPLE_DATA = True
    assert "Data contoh." in read(address)


@pytest.mark.parametrize("address", PAGES)
def test_no_page_names_a_person_or_shows_what_is_masked(shelf: Shelf, address: str) -> None:
    page = read(address)
    assert "P99" not in page
    assert "Rahasia Sekali" not in page
    assert "Tertutup Sama Sekali" not in page
    assert "Sudah Ditarik" not in page


@pytest.mark.usefixtures("same_minutes")
def test_a_page_that_has_not_changed_is_not_sent_again(shelf: Shelf) -> None:
    first = Client().get("/data/penduduk/")
    again = Client().get("/data/penduduk/", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    Dataset.objects.filter(name="penduduk").update(changed_at="2026-12-01T00:00:00Z")
    assert Client().get("/data/penduduk/", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


# one dataset


def test_a_dataset_says_what_its_numbers_say(shelf: Shelf) -> None:
    page = text_of(read("/data/penduduk/"))
    assert "Penduduk naik 0,2 persen sejak Agustus 2026" in page  # 120.150 to 120.450 over the districts
    assert "Kota Kotamobagu tertinggi dengan 15.030 jiwa" in page
    assert "71.01 Kab. Bolaang Mongondow" in page
    assert "sementara" in page


def test_a_dataset_tells_the_way_of_its_numbers(shelf: Shelf) -> None:
    page = text_of(read("/data/penduduk/"))
    for station in ("Kepala Bidang Data", "ababab…abab", "17 baris, 2 ditahan", "kontrak 1", "Kepala Dinas Kesehatan"):
        assert station in page
    assert "Semua yang tercatat" in page
    assert "Yang tercatat pada akhir bulan." in page


def test_an_old_version_is_shown_as_it_stood_then(shelf: Shelf) -> None:
    page = text_of(read("/data/penduduk/?version=1"))
    assert "Anda membaca versi 1" in page
    assert "1.010" in page
    assert "naik" not in page  # nothing to compare with yet
    assert Client().get("/data/penduduk/?version=9").status_code == 404
    assert Client().get("/data/penduduk/?version=abc").status_code == 404


def test_a_restricted_dataset_shows_its_ground_and_no_rows(shelf: Shelf) -> None:
    page = text_of(read("/data/rahasia/"))
    assert "UU 14/2008 Pasal 17" in page
    assert "Isi tabel" not in page


def test_openly_counted_data_show_counts_only(shelf: Shelf) -> None:
    page = read("/data/anak/")
    assert "Isi tabel" in page
    assert "nama" not in page.lower().split("arti tiap kolom")[1].split("dari program anda")[0]


def test_a_planned_dataset_says_that_nothing_is_there_yet(shelf: Shelf) -> None:
    assert "Belum ada yang terbit" in read("/data/rencana/")


@pytest.mark.parametrize("name", ["tertutup", "ditarik", "tidak-ada"])
def test_what_is_closed_withdrawn_or_unknown_is_not_found(shelf: Shelf, name: str) -> None:
    assert Client().get(f"/data/{name}/").status_code == 404


def test_a_withdrawn_version_is_gone_and_its_reason_stays(shelf: Shelf) -> None:
    Version.objects.filter(dataset=shelf.population, number=2).update(
        withdrawn_at="2026-11-20T00:00Z", withdrawn_reason="Satu kota terhitung dua kali"
    )
    gone = Client().get("/data/penduduk/?version=2")
    assert gone.status_code == 410
    assert "Satu kota terhitung dua kali" in gone.content.decode()
    page = read("/data/penduduk/")
    assert "?version=2" not in page
    assert "Satu kota terhitung dua kali" in page


def test_a_conflict_stands_on_the_page(shelf: Shelf) -> None:
    Dataset.objects.filter(name="penduduk").update(conflict="Dinkes 65,3; Bappeda 71,86.")
    assert "Dinkes 65,3; Bappeda 71,86." in read("/data/penduduk/")


def test_a_page_outlives_its_folder(shelf: Shelf) -> None:
    Version.objects.filter(dataset=shelf.population, number=3).update(folder="lake/tidak/ada")
    assert "Versi 3" in read("/data/penduduk/")


def test_search_engines_get_a_description_that_breaks_out_of_nothing(shelf: Shelf) -> None:
    Dataset.objects.filter(name="penduduk").update(title='</script><script>alert("x")</script>')
    page = read("/data/penduduk/")
    block = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert json.loads(block)["name"] == '</script><script>alert("x")</script>'
    assert "<script>alert" not in page


# the list


def test_the_list_names_what_is_open_restricted_and_planned(shelf: Shelf) -> None:
    page = read("/data/")
    for title in ("Jumlah Penduduk", "Anak Tidak Sekolah", "Tindak Lanjut", "Kualitas Air"):
        assert title in page


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ("prioritas=ya", {"penduduk"}),
        ("sifat=terbatas", {"anak", "rahasia"}),
        ("tema=Kependudukan", {"penduduk"}),
        ("jadwal=bulanan&sifat=terbuka", {"penduduk"}),
        ("instansi=dinkes", {"penduduk", "anak", "rahasia", "rencana"}),
        ("instansi=tidak-ada", set()),
        ("urut=judul&page=999", {"penduduk", "anak", "rahasia", "rencana"}),
    ],
)
def test_filters_leave_what_fits(shelf: Shelf, query: str, left: set[str]) -> None:
    assert set(re.findall(r'entry__title" href="/data/([\w-]+)/"', read(f"/data/?{query}"))) == left


def test_no_filter_on_offer_leads_to_nothing(shelf: Shelf) -> None:
    for query in re.findall(r'<li><a href="(\?[^"]+)"', read("/data/?sifat=terbatas")):
        assert "entry__title" in read(f"/data/{query.replace('&amp;', '&')}")


# search


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("penduduk", "penduduk"),
        ("pendudukk", "penduduk"),
        ("kependudukan", "penduduk"),
        ("kode wilayah", "penduduk"),
        ("bersekolah", "anak"),
        ("population", "penduduk"),
    ],
)
def test_search_finds_by_stem_column_slip_and_other_language(shelf: Shelf, question: str, name: str) -> None:
    assert f'href="/data/{name}/"' in read(f"/cari?q={question}")


def test_search_finds_the_agency(shelf: Shelf) -> None:
    assert 'href="/instansi/dinkes/"' in read("/cari?q=kesehatan")


def test_search_shows_the_question_as_text(shelf: Shelf) -> None:
    assert "<b>x</b>" not in read("/cari?q=<b>x</b>")


# agencies


def test_an_agency_shows_how_punctual_it_is_and_positions_without_persons(shelf: Shelf) -> None:
    page = text_of(read("/instansi/dinkes/"))
    assert "75 %" in page  # three of four hand-ins in time
    assert "Kepala Bidang Data" in page
    assert Client().get("/instansi/tidak-ada/").status_code == 404


# files


@pytest.mark.parametrize("kind", ["csv", "tsv", "xlsx", "json", "ndjson", "parquet"])
def test_a_version_can_be_taken_in_every_format(shelf: Shelf, kind: str) -> None:
    answer = Client().get(f"/data/penduduk.{kind}?version=2")
    assert answer.status_code == 200
    content = answer.getvalue()
    assert len(content) > 100
    assert f'penduduk-v2.{kind}"' in answer.headers["Content-Disposition"]


def test_a_workbook_is_built_once(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path(settings.DATA_DIR) / "exports"
    shutil.rmtree(folder, ignore_errors=True)
    first = Client().get("/data/penduduk.xlsx?version=1").getvalue()
    kept = set(folder.iterdir())
    monkeypatch.setattr(workbooks, "export", lambda *_args, **_more: pytest.fail("built anew"))
    assert Client().get("/data/penduduk.xlsx?version=1").getvalue() == first
    monkeypatch.undo()
    monkeypatch.setattr(workbooks, "MOST", 1)
    Client().get("/data/penduduk.xlsx?version=2").getvalue()
    left = set(folder.iterdir())
    assert len(left) == len(kept) == 1
    assert left.isdisjoint(kept)


def test_the_csv_holds_the_rows_of_the_version_asked_for(shelf: Shelf) -> None:
    answer = Client().get("/data/penduduk.csv?version=1")
    lines = answer.getvalue().decode().splitlines()
    assert lines[0] == "kode_wilayah,bulan,jumlah"
    assert lines[1] == "71.01,2026-08,1010"
    assert len(lines) == 16


@pytest.mark.parametrize("name", ["rahasia", "tertutup", "rencana", "ditarik", "tidak-ada"])
def test_what_may_not_be_read_cannot_be_taken(shelf: Shelf, name: str) -> None:
    assert Client().get(f"/data/{name}.csv").status_code == 404


@pytest.mark.parametrize("kind", ["csv", "json", "parquet"])
def test_taking_openly_counted_data_gives_counts_only(shelf: Shelf, kind: str) -> None:
    content = Client().get(f"/data/anak.{kind}").getvalue()
    assert b"Rahasia" not in content


def test_a_file_that_one_has_is_not_sent_again(shelf: Shelf) -> None:
    first = Client().get("/data/penduduk.csv")
    assert Client().get("/data/penduduk.csv", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


# for machines


def test_samples_stay_out_of_search_engines(shelf: Shelf, settings: Any) -> None:
    settings.SAMPLE_DATA = True
    assert "Disallow: /\n" in read("/robots.txt")
    settings.SAMPLE_DATA = False
    assert "Sitemap: http://testserver/sitemap.xml" in read("/robots.txt")


def test_the_site_map_names_what_everybody_may_read(shelf: Shelf) -> None:
    page = read("/sitemap.xml")
    assert "http://testserver/data/penduduk/" in page
    assert "rahasia" not in page


def test_the_portal_can_be_installed(shelf: Shelf) -> None:
    assert json.loads(read("/manifest.webmanifest"))["start_url"] == "/"
    assert "addEventListener" in read("/worker.js")


@pytest.mark.parametrize("address", PAGES)
def test_a_page_stays_light(shelf: Shelf, address: str) -> None:
    assert len(read(address).encode()) < 60_000


# in a browser


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("width", "theme"), LOOKS[:2])
def test_every_page_is_usable_by_everybody(view: Callable[..., Viewed], shelf: Shelf, width: int, theme: str) -> None:
    problems = {page: view(page, width=width, theme=theme).problems() for page in PAGES}
    assert {page: found for page, found in problems.items() if found} == {}


@pytest.mark.browser
@pytest.mark.slow
def test_a_citizen_finds_reads_and_takes_data_without_a_script(view: Callable[..., Viewed], shelf: Shelf) -> None:
    page = view("/", width=360, javascript=False).page
    page.get_by_role("searchbox").fill("penduduk")
    page.get_by_role("button", name="Cari", exact=True).click()
    page.wait_for_url("**/cari?*")
    page.get_by_role("link", name="Jumlah Penduduk").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Jumlah Penduduk")
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").first.click()
    assert taken.value.suggested_filename == "penduduk-v3.csv"
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


# the rows of a dataset


def caption(page: str) -> str:
    found = re.search(r"<caption>(.*?)</caption>", page, re.S)
    return text_of(found[1]) if found else ""


def test_a_dataset_page_shows_the_first_rows_and_leads_to_all(shelf: Shelf) -> None:
    page = read("/data/penduduk/")
    assert caption(page).startswith("8 dari 15 baris.")
    assert 'href="?hal=1#tabel"' in page
    assert caption(read("/data/penduduk/?hal=1")).startswith("Baris 1 sampai 15 dari 15.")


def test_rows_are_found_by_a_word_of_theirs(shelf: Shelf) -> None:
    page = read("/data/penduduk/?q=71.03")
    assert "1 sampai 1 dari 1" in caption(page)
    assert "71.03 Kab. Kepulauan Sangihe" in page


def test_rows_are_found_by_the_name_of_their_region(shelf: Shelf) -> None:
    Region.objects.create(code="71.74", level=2, kind="kota", name="Kota Kotamobagu", list_version="t")
    page = read("/data/penduduk/?q=kotamobagu")
    assert "1 sampai 1 dari 1" in caption(page)
    assert "71.74 Kota Kotamobagu" in page


def test_a_search_in_an_old_version_stays_in_it(shelf: Shelf) -> None:
    page = read("/data/penduduk/?version=1&q=71.03")
    assert '<input type="hidden" name="version" value="1">' in page
    assert "3.010" in page


@pytest.mark.parametrize("asked", ["zzz", '"', "' OR 1=1 --", "%00x", "*", "NEAR(", "9" * 500, "-", "<script>"])
def test_whatever_is_asked_of_the_rows_is_answered(shelf: Shelf, asked: str) -> None:
    page = read(f"/data/penduduk/?q={asked}&hal=99999999999999")
    assert "<script>alert" not in page
    assert "Cari baris" in page


def test_a_page_past_the_last_row_leads_back(shelf: Shelf) -> None:
    page = read("/data/penduduk/?hal=500")
    assert "Kembali ke baris pertama" in page


def test_what_is_masked_cannot_be_searched_for(shelf: Shelf) -> None:
    page = text_of(read("/data/anak/?q=Rahasia+Sekali"))
    assert "Rahasia Sekali 3" not in page


def test_a_table_is_given_in_the_order_of_e_walidata(client: Client, shelf: Shelf) -> None:
    """What all rows have in common comes from the plan and the contract; the rest stands under the remarks."""
    answer = client.get("/data/penduduk/e-walidata.csv")
    assert answer.status_code == 200
    assert "e-walidata.csv" in answer.headers["Content-Disposition"]
    lines = answer.getvalue().decode().splitlines()
    assert lines[0] == "Kode DSSD;Uraian DSSD;Satuan;Tahun;Nilai;Produsen Data;Keterangan"
    assert ";jiwa;" in lines[1]
    assert "Kode wilayah: 71.01" in lines[1]
    book = client.get("/data/penduduk/e-walidata.xlsx")
    assert book.content.startswith(b"PK")
    assert client.get("/data/tidak-ada/e-walidata.csv").status_code == 404
    assert "Rahasia" not in client.get("/data/anak/e-walidata.csv").getvalue().decode()
    assert client.get("/data/rahasia/e-walidata.csv").status_code == 404
