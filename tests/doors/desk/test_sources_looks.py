"""Sources in a real browser: usable by everybody at every width and in both languages, and without a script."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from mapalus.apps.catalogue import shelf_acts, source_acts
from mapalus.apps.catalogue.harvesting import harvest
from mapalus.apps.catalogue.models import Source, SourceKind
from mapalus.apps.catalogue.shelves import look_through
from mapalus.apps.catalogue.trying import try_out
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person, Position, Revision, Unit
from mapalus.apps.jobs.worker import run_waiting
from mapalus.engine import clock
from mapalus.engine.harvest import registry
from tests.apps.catalogue import sourcing
from tests.apps.catalogue.cast import GOOD, MIXED, NOW, Province, province
from tests.apps.catalogue.sourcing import put, source
from tests.browser import LOOKS, Viewed

pytestmark = [pytest.mark.browser, pytest.mark.slow]
View = Callable[..., Viewed]


@pytest.fixture
def here(transactional_db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Province:
    """The small province with sources in every state, and a shelf."""
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(clock, "now", lambda: NOW)
    monkeypatch.setattr(registry, "_points", sourcing.installed)
    here = province(tmp_path)
    Revision.touch()
    well = source(here.dataset, put(tmp_path / "sistem", GOOD), secret="portal-kunci")
    monkeypatch.setenv("MAPALUS_SECRET_PORTAL_KUNCI", "x")
    harvest(well, now=NOW)
    put(tmp_path / "sistem", MIXED)
    try_out(source_acts.try_source(well, by=here.walidata, now=NOW), now=NOW)
    run_waiting(now=NOW)
    harvest(source(here.dataset, put(tmp_path / "hilang", GOOD, wrong="gone")), now=NOW)
    source_acts.add_source(
        here.dataset, kind=SourceKind.UPLOAD, title="SKDR Kemenkes", name="skdr", keeper=here.dataset.producer,
        by=here.walidata, now=NOW,
    )  # fmt: skip
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "list.json").write_text(json.dumps([{"key": "satu", "title": "Data satu"}]))
    shelf = shelf_acts.add_shelf(
        Unit.objects.get(pk="diskominfo"), title="Portal Kota", connector="contoh",
        options={"folder": str(tmp_path / "portal")}, keeper=Position.objects.get(pk="diskominfo.kadis"),
        by=here.walidata, now=NOW,
    )  # fmt: skip
    look_through(shelf, now=NOW)
    return here


@pytest.fixture
def seated(here: Province, view: View) -> View:
    """A page of the desk as the walidata sees it."""
    person = Person.objects.get(pk=here.walidata.person)
    person.user = get_user_model().objects.create_user(username=here.walidata.person)
    person.save()
    client = Client()
    client.force_login(person.user)
    session = client.session
    session[SESSION_KEY] = here.walidata.position
    session.save()
    kept = {"sessionid": client.cookies["sessionid"].value}

    def opened(address: str, **look: Any) -> Viewed:
        return view(address, cookies=kept, **look)

    return opened


# what English changes is the length of words: the narrowest look tells
@pytest.mark.parametrize(("width", "theme", "language"), [*((*look, "id") for look in LOOKS), (360, "dark", "en")])
def test_pages_of_sources_are_usable_by_everybody(seated: View, width: int, theme: str, language: str) -> None:
    pages = [
        "/meja/sumber/",
        "/meja/sumber/baru/",
        "/meja/sumber/baru/?dataset=dbd-mingguan&cara=contoh",
        *(f"/meja/sumber/{name}/" for name in Source.objects.values_list("name", flat=True)),
        "/meja/sumber/skdr/ubah/",
        "/meja/rak/",
        "/meja/rak/baru/?cara=contoh",
        "/meja/rak/portal-kota/",
        "/meja/kepatuhan/",
    ]
    wrong = {}
    for address in pages:
        page = seated(address, width=width, theme=theme, language=language)
        if found := page.problems():
            wrong[address] = found
        page.page.close()
    assert wrong == {}


def test_a_source_is_added_and_tried_without_a_script(seated: View, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    put(tmp_path / "baru", GOOD)
    page = seated("/meja/sumber/baru/?dataset=dbd-mingguan", width=360, javascript=False).page
    page.get_by_label("Folder contoh").check()
    page.get_by_role("button", name="Lanjut").click()
    page.get_by_label("Nama sistem").fill("Sistem Baru")
    page.get_by_label("Folder").first.fill(str(tmp_path / "baru"))
    page.get_by_label("Penjaga").select_option("dinkes.data")
    page.get_by_role("button", name="Tambah", exact=True).click()
    expect(page.get_by_role("heading", name="Sistem Baru")).to_be_visible()
    page.get_by_role("button", name="Coba", exact=True).click()
    expect(page.get_by_text("Menunggu giliran.")).to_be_visible()
    run_waiting(now=NOW)
    page.reload()
    expect(page.get_by_role("heading", name="Percobaan terakhir")).to_be_visible()
    expect(page.get_by_text("Semuanya benar.")).to_be_visible()
