"""Districts at the desk: how one is reached, in which rows its numbers stand, joining the province; no JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.directory.models import Unit
from mapalus.apps.federation import exchanging, handshake, joining
from mapalus.apps.federation.actions import Line
from mapalus.apps.federation.models import Agreement, Instance, InstanceKind, Invitation, Share, SharedValue, ShareKind
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue.cast import NOW, Province, actor, kept_bytes
from tests.apps.federation.cast import DENGUE, agreed, district, taking_part
from tests.doors.desk.conftest import Sit
from tests.doors.desk.test_way import text_of

pytestmark = [pytest.mark.slow]

FISH = """name: produksi-ikan
title: Produksi ikan
schema:
  fields:
    - {name: kode_wilayah, type: string}
    - {name: bulan, type: string}
    - {name: jenis, type: string}
    - {name: ton, type: number}
mapalus: {unit: manado, producer: pos:manado.kadis-kominfo, classification: terbuka, cadence: bulanan}
"""
ROWS = """kode_wilayah,bulan,jenis,ton
71.71.01,2026-09,cakalang,30
71.71.02,2026-09,cakalang,7
71.71.01,2026-09,tuna,9
71.71.01,2026-10,cakalang,12.5
"""


def handed_in(folder: Any) -> Dataset:
    """A table of the district's own, published here as it handed it in."""
    from mapalus.apps.catalogue import actions, checking
    from mapalus.apps.catalogue.models import FigureStatus

    path = folder / "produksi-ikan.yml"
    path.write_text(FISH)
    kept = contracts.keep(path, dataset="produksi-ikan")
    dataset = actions.declare_dataset(Unit.objects.get(pk="manado"), kept=kept, by=PLATFORM, now=NOW)
    handin = actions.hand_in(
        dataset, snapshot=kept_bytes(ROWS), file_name="ikan.csv", period="2026-10", key="ikan", by=PLATFORM, now=NOW,
        is_queued=False,
    )  # fmt: skip
    actions.publish(checking.check(handin, now=NOW), status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    return Dataset.objects.get(name="produksi-ikan")


def form(**words: str) -> dict[str, str]:
    whole = {"code": "ECO-12", "dataset": "", "value": "", "period": "", "region": "", "where": "", "unit": "", **words}
    return {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", **{f"form-0-{key}": one for key, one in whole.items()}}


def test_which_column_is_which_number_is_proposed_seen_and_agreed_on(here: Province, sit: Sit, tmp_path: Any) -> None:
    theirs = district()
    handed_in(tmp_path)
    instance = taking_part(kind=InstanceKind.FILES)
    lines = [Line(ShareKind.DATASET, "produksi-ikan", "Produksi ikan"),
             Line(ShareKind.INDICATOR, "ECO-12", "Cakalang")]  # fmt: skip
    agreed(instance, lines, cadence="")
    page, browser = "/meja/federasi/manado/angka-dalam-baris/", sit(here.walidata)
    assert "Cakalang" in text_of(browser.get(page))
    wrong = browser.post(page, form(dataset="produksi-ikan", value="berat", where="jenis"))
    assert wrong.status_code == 422
    assert "kolom = nilai" in text_of(wrong)
    wrong = browser.post(page, form(dataset="produksi-ikan", value="berat"))
    assert "Tidak ada kolom berat" in text_of(wrong)
    assert "ton" in text_of(wrong)
    told = form(dataset="produksi-ikan", value="ton", period="bulan", region="kode_wilayah", unit="ton",
                where="jenis = cakalang", sum="on")  # fmt: skip
    seen = text_of(browser.post(page, {**told, "lihat": "1"}))
    assert "12,5" in seen
    assert "37" in seen  # the rows of two kecamatan
    assert Agreement.objects.count() == 1  # looking proposes nothing
    browser.post(page, told)
    sit(theirs).post("/meja/federasi/manado/", {"langkah": "setuju"})
    share = Share.objects.get(agreement__state="in-force", kind="indicator")
    assert share.reading["where"] == {"jenis": "cakalang"}
    done = exchanging.exchange(instance, now=NOW)
    assert done is not None, "what was handed in is read"
    assert (done.outcome, done.values) == ("brought", 2), (done.problem, done.notes)
    assert list(SharedValue.objects.order_by("period").values_list("period", "value")) == [
        ("2026-09", 37.0), ("2026-10", 12.5),
    ]  # fmt: skip


def test_address_key_and_position_are_changed_and_a_reason_is_asked(here: Province, sit: Sit) -> None:
    theirs = district()
    agreed(taking_part("https://manado.test"), [DENGUE])
    Instance.objects.update(mark=77)
    page, browser = "/meja/federasi/manado/pengaturan/", sit(here.walidata)
    assert "https://manado.test" in browser.get(page).content.decode()
    told = {"langkah": "atur", "address": "https://data.manado.test", "secret": "MANADO_BARU",
            "contact": "manado.kadis-kominfo"}  # fmt: skip
    wrong = browser.post(page, {**told, "address": "ftp://manado.test"})
    assert wrong.status_code == 422
    browser.post(page, told)
    found = Instance.objects.get()
    assert (found.address, found.secret, found.mark) == ("https://data.manado.test", "MANADO_BARU", 0)
    Instance.objects.update(mark=77)
    assert browser.post(page, {"langkah": "ulang"}).status_code == 422
    browser.post(page, {"langkah": "ulang", "reason": "Dipulihkan dari cadangan"})
    assert Instance.objects.get().mark == 0
    assert sit(theirs).post(page, {"langkah": "keluar", "reason": "x"}).status_code == 403  # the province's list
    assert browser.post(page, {"langkah": "keluar", "reason": "x"}).status_code == 403  # the head's to decide
    browser = sit(actor("diskominfo.kadis"))
    browser.post(page, {"langkah": "keluar", "reason": "Bergabung lewat kabupaten lain"})
    assert Instance.objects.get().state == "ended"
    assert browser.get("/meja/federasi/manado/").status_code == 404


def test_a_code_is_made_read_out_compared_and_confirmed_on_pages(here: Province, sit: Sit, settings: Any) -> None:
    """The province's two pages; what goes between stands in tests/apps/federation/test_joining.py."""
    district()
    settings.FETCH_ALLOWED = ["127.0.0.1"]
    browser, page = sit(here.walidata), "/meja/federasi/undang/"
    assert browser.post(page, {}).status_code == 422
    told = {"unit": "manado", "contact": "manado.kadis-kominfo", "lasts": "24"}
    shown = browser.post(page, told).content.decode()
    found = re.search(r"#undangan=([0-9A-Z-]{24})", shown)
    assert found is not None
    code = handshake.read_code(found[1])[0]
    assert found[1] not in browser.get("/meja/federasi/").content.decode()  # shown once
    said = {"region": "71.71", "name": "Kota Manado", "asked": "http://testserver", "address": "https://manado.test",
            "key": "k" * 40, "at": (NOW + timedelta(minutes=20)).isoformat()}  # fmt: skip
    answer = joining.answer_to(handshake.name_of(code), handshake.sealed(code, "question", said), now=NOW)
    assert answer.state == "joined"
    seen = text_of(browser.get("/meja/federasi/manado/"))
    assert Instance.objects.get().joined["fingerprint"] in seen
    assert "20 menit" in seen
    assert browser.post("/meja/federasi/manado/", {"langkah": "beda"}).status_code == 302  # without a reason: nothing
    browser.post("/meja/federasi/manado/", {"langkah": "sama"})
    assert Instance.objects.get().state == "active"
    browser.post(page, told)
    open_one = Invitation.objects.open(NOW).get()
    browser.post(page, {"langkah": "cabut", "undangan": str(open_one.pk)})
    assert not Invitation.objects.open(NOW).exists()
    assert sit(actor("dinkes.kadis")).get(page).status_code == 403
    settings.INSTANCE_REGION = "71.71"
    assert browser.get(page).status_code == 404  # a district invites nobody


def test_a_district_is_told_at_the_field_what_is_wrong_with_its_code(here: Province, sit: Sit, settings: Any) -> None:
    district()
    settings.INSTANCE_REGION = "71.71"
    browser, page = sit(here.walidata), "/meja/federasi/baru/"
    assert "Bergabung dengan provinsi" in text_of(browser.get(page))
    wrong = browser.post(page, {"contact": "manado.kadis-kominfo", "invitation": "ABCD-1234", "address": ""})
    assert wrong.status_code == 422
    assert "20 tanda" in text_of(wrong)
    assert not Instance.objects.exists()


def test_the_terms_say_how_fresh_in_the_readers_words_and_read_them_back(here: Province, sit: Sit) -> None:
    district()
    agreed(taking_part("https://manado.test"), [DENGUE])
    browser = sit(here.walidata)
    page = browser.get("/meja/federasi/manado/usul/").content.decode()
    assert "setiap 15 menit" in page
    browser.post("/meja/federasi/manado/usul/", {
        "form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "1", "form-0-kind": "indicator", "form-0-code": "LIV-08",
        "form-0-state": "bagi", "cadence": "setiap hari 02.00", "takes": "newest", "license": "CC-BY-4.0",
    })  # fmt: skip
    assert Agreement.objects.get(state="proposed").cadence == "daily 02:00"
