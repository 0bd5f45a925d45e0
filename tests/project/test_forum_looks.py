"""Pages of the Forum Satu Data and of requests for data in a real browser: usable by everybody at every width."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.cases.loading import load_packs
from mapalus.apps.cases.models import Case
from mapalus.apps.directory.actor import Official
from mapalus.apps.directory.loading import load_organisation
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import Person, Revision
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine import clock
from mapalus.engine.clock import Zone
from mapalus.engine.workdays import Calendar
from mapalus.project.demo import forum as story
from mapalus.project.demo.forum_told import MATTER, REQUEST
from mapalus.project.demo.organisation import actor
from mapalus.project.demo.storyclock import StoryClock
from tests.apps.directory.conftest import STORY
from tests.browser import LOOKS, Viewed
from tests.project.forum_scene import SERVICES, data_list

pytestmark = [pytest.mark.browser, pytest.mark.slow]
View = Callable[..., Viewed]


@pytest.fixture
def told(transactional_db: None, settings: Any, tmp_path: Path) -> dict[str, str]:
    """The story of the forum around today; the cookie of the secretariat's browser."""
    settings.DATA_DIR, settings.PACKS = tmp_path / "data", SERVICES
    now = clock.now()
    days = StoryClock(
        now.astimezone(Zone.WITA.tzinfo).date(), is_workday=Calendar.of(Zone.WITA).is_working,
        zone=Zone.WITA.tzinfo, present=now,
    )  # fmt: skip
    load_organisation(STORY, day0=days.day_zero, by=PLATFORM, now=now)
    data_list(tmp_path, now=now)
    load_packs(SERVICES, now=days.moment(-199, "08:00"))
    story.tell(days)
    Revision.touch()
    by = actor("bappeda.data", now=now)
    assert isinstance(by, Official)
    user = Person.objects.get(pk=by.person).user
    assert user is not None
    client = Client()
    client.force_login(user)
    session = client.session
    session[SESSION_KEY] = by.hat
    session.save()
    return {"sessionid": client.cookies["sessionid"].value}


def test_pages_of_the_forum_and_of_requests_are_usable_by_everybody(told: dict[str, str], view: View) -> None:
    decided = Case.objects.filter(pack_name=MATTER, state="diputus").values_list("number", flat=True)[0]
    refused = Case.objects.get(pack_name=REQUEST, state="ditolak").number
    promised = Case.objects.get(pack_name=REQUEST, state="dijanjikan").number
    public = (
        "/forum/", f"/forum/putusan/{decided}/", "/permintaan-data/", f"/permintaan-data/{refused}/",
        f"/permintaan-data/{promised}/", "/layanan/permintaan-data/", "/layanan/permintaan-data/mulai/",
    )  # fmt: skip
    desk = ("/meja/forum/", "/layanan/forum-satu-data/mulai/", "/layanan/forum-satu-data-aksi/mulai/")
    wrong = []
    for width, theme in LOOKS:
        wrong += [
            f"{path} {width}: {one}" for path in public for one in view(path, width=width, theme=theme).problems()
        ]
        wrong += [
            f"{path} {width}: {one}"
            for path in desk
            for one in view(path, width=width, theme=theme, cookies=told).problems()
        ]
    assert wrong == []
