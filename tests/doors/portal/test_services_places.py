"""Villages and days in a form: asked step by step without a script, narrowed with one, filled in from a photo."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import expect

from mapalus.apps.cases.models import Case, PackVersion
from tests.apps.cases import cast
from tests.apps.cases.test_areas import regions
from tests.browser import LOOKS, Viewed
from tests.doors.portal.services_told import ANSWERS, START, nothing_counted, sent, text_of
from tests.engine.test_pictures import gps, jpeg, segment

__all__ = ["nothing_counted", "regions"]

NOWHERE = {"lokasi-lat": "", "lokasi-lon": ""}


@pytest.fixture
def asking(regions: None) -> PackVersion:
    cast.organisation()
    return cast.pack_with_area()


def options(page: str, name: str) -> list[str]:
    found = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
    return re.findall(r'value="([\d.]+)"', found[0]) if found else []


def filled(**more: str) -> dict[str, str]:
    return {**ANSWERS, **NOWHERE, "wilayah-1": "", "wilayah-2": "", "wilayah-3": "", "wilayah-cari": "", **more}


def test_without_a_script_each_press_shows_the_next_list_and_keeps_what_was_typed(asking: PackVersion) -> None:
    client = Client()
    page = client.get(START).content.decode()
    assert options(page, "wilayah-1") == ["71.06", "71.71"]
    assert "71.06.04" not in page
    answer = client.post(START, filled(**{"judul": "", "segarkan": "wilayah", "wilayah-1": "71.06"}))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "has-error" not in page  # nothing is judged yet
    assert "Lubang besar sejak bulan lalu." in page
    assert options(page, "wilayah-2") == ["71.06.04", "71.06.05"]
    page = client.post(
        START, filled(**{"segarkan": "wilayah", "wilayah-1": "71.06", "wilayah-2": "71.06.04"})
    ).content.decode()
    assert options(page, "wilayah-3") == ["71.06.04.2001", "71.06.04.2002"]
    case = sent(client, **filled(**{"wilayah-1": "71.06", "wilayah-2": "71.06.04", "wilayah-3": "71.06.04.2002"}))
    assert case.values["wilayah"] == "71.06.04.2002"
    assert case.region == "71.06"
    assert "Kima Bajo, Kec. Wori" in text_of(client.get(f"/layanan/kasus/{case.number}/"))


def test_a_village_is_found_by_its_name_without_a_script(asking: PackVersion) -> None:
    client = Client()
    page = client.post(START, filled(**{"segarkan": "wilayah", "wilayah-cari": "kima bajo"})).content.decode()
    assert re.findall(r'type="radio"[^>]*name="wilayah" value="([^"]+)"', page) == ["71.06.04.2002"]
    answer = client.post(START, filled(**{"wilayah-cari": "kima bajo", "aksi": "lanjut"}))
    assert answer.status_code == 422  # found, but not chosen
    assert "Pilih salah satu tempat yang ditemukan" in text_of(answer)
    assert sent(client, **filled(wilayah="71.06.04.2002")).values["wilayah"] == "71.06.04.2002"


def test_the_district_alone_is_enough_and_a_list_that_does_not_fit_counts_for_nothing(asking: PackVersion) -> None:
    assert sent(Client(), **filled(**{"wilayah-1": "71.71"})).values["wilayah"] == "71.71"
    case = sent(Client(), **filled(**{"wilayah-1": "71.71", "wilayah-2": "71.06.04", "wilayah-3": "71.06.04.2001"}))
    assert case.values["wilayah"] == "71.71"


def test_no_page_holds_every_village_and_lists_are_asked_one_at_a_time(asking: PackVersion) -> None:
    client = Client()
    assert "2001" not in client.get(START).content.decode()
    inside = client.get("/layanan/wilayah/?dalam=71.06.04").json()["choices"]
    assert inside == [["71.06.04.2001", "Wori"], ["71.06.04.2002", "Kima Bajo"]]
    found = client.get("/layanan/wilayah/?cari=paniki&sampai=3").json()["choices"]
    assert [code for code, _label in found] == ["71.71.08.1001", "71.71.08.1002"]
    for nothing in ("", "?dalam=x", "?cari=%00", "?lat=1,5&lon=", "?lat=99&lon=9", "?cari=paniki&sampai=9"):
        assert client.get(f"/layanan/wilayah/{nothing}").status_code == 200


def test_a_day_survives_what_is_wrong_with_it_and_is_read_with_the_name_of_its_month(asking: PackVersion) -> None:
    client = Client()
    day = {"sejak-hari": "31", "sejak-bulan": "februari", "sejak-tahun": "2026"}
    answer = client.post(START, {**filled(), **day, "aksi": "lanjut"})
    page = answer.content.decode()
    assert answer.status_code == 422
    for box, typed in day.items():
        assert re.search(rf'name="{box}"[^>]*value="{typed}"', page)
    answer = client.post(START, {**filled(), **day, "sejak-bulan": "", "aksi": "lanjut"})
    assert "Bulan belum diisi." in text_of(answer)
    assert '<a href="#id_sejak">' in answer.content.decode()
    assert sent(client, **filled(**{**day, "sejak-hari": "3"})).values["sejak"] == "2026-02-03"
    assert sent(Client(), **filled(**{"sejak-hari": "17 8 2026"})).values["sejak"] == "2026-08-17"


def test_a_photo_fills_the_point_nobody_named_and_says_so_before_anything_is_sent(
    asking: PackVersion, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    files = dict(asking.files)
    form = files["form.yml"].replace(
        "  nama: {", "  foto: { type: file, label: Foto, label_en: Photo, privacy: public }\n  nama: {", 1
    )
    files["form.yml"] = form.replace("lokasi] }", "lokasi, foto] }")
    from tests.doors.portal.services_told import load

    load(files)
    photo = jpeg(segment(0xE1, b"Exif\x00\x00" + gps()))

    def upload() -> SimpleUploadedFile:
        return SimpleUploadedFile("jalan.jpg", photo, "image/jpeg")

    client = Client()
    client.post(START, {**filled(), "foto": upload(), "aksi": "lanjut"})
    page = text_of(client.get("/layanan/aduan-uji/periksa/"))
    assert "1.4748, 124.8421" in page
    assert "Diambil dari foto Anda" in page
    client.post("/layanan/aduan-uji/periksa/")
    assert Case.objects.get().latitude == 1.4748
    other = Client()
    other.post(START, {**filled(**{"lokasi-lat": "1.5", "lokasi-lon": "124.9"}), "foto": upload(), "aksi": "lanjut"})
    page = text_of(other.get("/layanan/aduan-uji/periksa/"))
    assert "1.5, 124.9" in page  # what somebody wrote stays
    assert "Diambil dari foto" not in page


# --- in a browser ----------------------------------------------------------------------------------------------------


@pytest.fixture
def served(transactional_db: None, regions: None) -> PackVersion:
    cast.organisation()
    return cast.pack_with_area()


@pytest.mark.browser
def test_lists_narrow_as_one_chooses_and_a_name_fills_them(served: PackVersion, view: Callable[..., Viewed]) -> None:
    page = view(START, width=360).page
    assert page.locator("[data-scriptless]").count() == 0
    expect(page.get_by_label("Kecamatan", exact=True)).to_be_hidden()
    page.get_by_label("Kabupaten atau kota").select_option("71.06")
    page.get_by_label("Kecamatan", exact=True).select_option("71.06.04")
    expect(page.get_by_label("Desa atau kelurahan", exact=True).locator("option")).to_have_count(3)
    page.get_by_label("Kabupaten atau kota").select_option("71.71")
    expect(page.locator("#id_wilayah-3")).to_be_hidden()
    page.get_by_label("Atau cari namanya").fill("kima")
    page.get_by_role("button", name="Kima Bajo, Kec. Wori").click()
    expect(page.locator("#id_wilayah-3")).to_have_value("71.06.04.2002")
    expect(page.locator("#id_wilayah-1")).to_have_value("71.06")


@pytest.mark.browser
def test_enter_sends_the_form_and_not_a_button_in_its_midst(served: PackVersion, view: Callable[..., Viewed]) -> None:
    for scripts in (True, False):
        page = view(START, width=360, javascript=scripts).page
        page.fill("#id_judul", ANSWERS["judul"])
        with page.expect_navigation():
            page.press("#id_judul", "Enter")
        expect(page.locator(".summary-error")).to_be_visible()


@pytest.mark.browser
def test_three_boxes_take_a_pasted_day_and_the_calendar_of_the_device(
    served: PackVersion, view: Callable[..., Viewed]
) -> None:
    page = view(START, width=360).page
    boxes = [page.locator(f"#id_sejak-{box}") for box in ("hari", "bulan", "tahun")]
    page.evaluate(
        """() => { const data = new DataTransfer(); data.setData('text', '17 8 2026');
          document.querySelector('#id_sejak-hari').dispatchEvent(
            new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })) }"""
    )
    assert [one.input_value() for one in boxes] == ["17", "8", "2026"]
    page.evaluate(
        """() => { const native = document.querySelector('.dates__native'); native.value = '2026-09-03';
          native.dispatchEvent(new Event('change')) }"""
    )
    assert [one.input_value() for one in boxes] == ["3", "9", "2026"]
    expect(page.get_by_role("button", name="Pilih di kalender")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_a_form_with_a_village_and_a_day_is_usable_by_everybody(
    served: PackVersion, view: Callable[..., Viewed], width: int, theme: str
) -> None:
    viewed = view(START, width=width, theme=theme)
    viewed.page.get_by_label("Atau cari namanya").fill("wori")
    expect(viewed.page.locator(".area__one").first).to_be_visible()
    assert viewed.problems() == []
