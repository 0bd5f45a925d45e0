"""A wall behind a leader's door shows what his position sees, for a while, and says so; nobody stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.boards import actions
from mapalus.apps.boards.models import Screen
from mapalus.apps.boards.standing import board_named, declared
from mapalus.apps.catalogue import indicators
from mapalus.apps.catalogue.models import Classification, Dataset
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command import fragments
from mapalus.doors.command.release import release
from mapalus.engine.clock import now
from mapalus.engine.errors import Invalid, NotAllowed
from tests.doors.command import scene
from tests.doors.command.test_boards import settle

pytestmark = pytest.mark.django_db
SHOWN = "65,0"  # (40 + 20 + 5) of 100 km


@dataclass(frozen=True)
class Leader:
    """The head of the agency whose numbers are not for everybody."""

    position: str = "pupr.kadis"
    person: str = "P1"
    label: str = "Kepala Dinas PUPR"
    unit: str = "pupr"
    rights: frozenset[str] = frozenset({"boards.issue-leaders-wall", "boards.revoke-wall"})

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return act in self.rights


LEADER = Leader()


@pytest.fixture(autouse=True)
def province(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.PACKS = [scene.write_pack(tmp_path)]
    declared.cache_clear()
    indicators.declarations.cache_clear()
    fragments.forget()
    scene.build()
    scene.publish(40.0)
    settle()
    yield
    declared.cache_clear()
    indicators.declarations.cache_clear()
    fragments.forget()


def close(how: Classification) -> None:
    Dataset.objects.filter(name="kondisi-jalan").update(classification=how, classification_ground="Pasal 17 (contoh)")
    fragments.forget()


def lent(days: float = 30) -> str:
    """The address of a wall with the leader's sight."""
    until = now() + timedelta(days=days)
    _screen, key = actions.issue_leaders_wall(
        board_named("sekda"), place="Ruang kepala dinas", until=until, by=LEADER, now=now()
    )
    return f"/papan/layar/{key}/"


def test_it_shows_the_restricted_numbers_of_that_position_and_says_that_they_are_not_for_everybody(
    client: Client,
) -> None:
    close(Classification.RESTRICTED)
    keeper = Leader(rights=frozenset({"boards.issue-wall"}))
    _screen, key = actions.issue_wall(board_named("sekda"), place="Lobi", by=keeper, now=now())
    plain, said = client.get(f"/papan/layar/{key}/").content.decode(), client.get(lent()).content.decode()
    assert SHOWN in said
    assert SHOWN not in plain
    assert "Tidak untuk umum" in said
    assert "Tidak untuk umum" not in plain


def test_its_parts_and_its_line_follow_the_same_sight(client: Client) -> None:
    close(Classification.RESTRICTED)
    address = lent()
    assert SHOWN in client.get(f"{address}ubin/1/").content.decode()
    assert client.get(f"/events?layar={address.split('/')[3]}").status_code == 307


def test_what_is_closed_hangs_on_no_wall(client: Client) -> None:
    close(Classification.CLOSED)
    assert SHOWN not in client.get(lent()).content.decode()


@pytest.mark.parametrize("ending", ["until", "taken back", "position gone"])
def test_it_ends(client: Client, ending: str) -> None:
    address = lent()
    screen = Screen.objects.get()
    if ending == "until":
        Screen.objects.update(until=now() - timedelta(minutes=1))
    elif ending == "taken back":
        actions.revoke_wall(screen, by=LEADER, now=now())
    else:
        Screen.objects.update(sight="pupr.tidak-ada")
    key = address.split("/")[3]
    for path in (address, f"{address}ubin/1/", f"/events?layar={key}"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert SHOWN not in answer.content.decode()


def test_it_is_lent_for_a_board_of_officials_alone_that_the_position_sees_and_not_for_long() -> None:
    until = now() + timedelta(days=30)
    for name, day in (("gubernur", until), ("sekda", now() + timedelta(days=93)), ("sekda", now())):
        with pytest.raises(Invalid):
            actions.issue_leaders_wall(board_named(name), place="Ruang", until=day, by=LEADER, now=now())
    actions.edit(board_named("sekda"), document={"title": "Sekda", "for": ["setda"], "tiles": ["LIV-14"]}, based_on=0,
                 reason="x", by=Leader(rights=frozenset({"boards.edit"})), now=now())  # fmt: skip
    with pytest.raises(NotAllowed):
        actions.issue_leaders_wall(board_named("sekda"), place="Ruang", until=until, by=LEADER, now=now())


def test_the_ledger_says_whose_sight_was_lent_until_when_and_never_the_key() -> None:
    key = lent().split("/")[3]
    entry = Entry.objects.get(act="boards.issue-leaders-wall")
    assert (entry.data["sight"], entry.data["place"]) == ("pupr.kadis", "Ruang kepala dinas")
    assert entry.data["until"] > now().isoformat()
    assert key not in str(entry.data)


def test_a_leader_lends_his_sight_on_the_page_and_takes_it_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come(self: Any, request: Any) -> Any:
        request.actor = LEADER
        return self.get_response(request)

    monkeypatch.setattr("mapalus.apps.directory.middleware.ActorMiddleware.__call__", come)
    from django.contrib.auth.models import User

    client.force_login(User.objects.create_user("leader"))
    page = "/papan/sekda/layar/"
    assert "Terbitkan alamat dengan penglihatan saya" in client.get(page).content.decode()
    until = (now() + timedelta(days=20)).date().isoformat()
    said = client.post(page, {"place": "Ruang rapat", "until": until, "lend": "1"}).content.decode()
    assert "/papan/layar/" in said
    for wrong in ("", "31-12-2026", "2020-01-01", "2999-01-01"):
        assert client.post(page, {"place": "Ruang rapat", "until": wrong, "lend": "1"}).status_code == 422
    assert client.post(page, {"place": "", "until": until, "lend": "1"}).status_code == 422
    screen = Screen.objects.get()
    assert client.post(page, {"end": str(screen.pk)}).status_code == 302
    screen.refresh_from_db()
    assert screen.ended_at is not None
    assert client.post(page, {"place": "Lobi"}).status_code == 422  # hanging up for everybody is the walidata's


def test_an_open_wall_can_ask_for_little_whether_it_still_is_what_the_server_has(client: Client) -> None:
    address = lent()
    answer = client.head(address)
    assert (answer.status_code, answer.content, answer["X-Mapalus-Release"]) == (200, b"", release())
    assert f'data-release="{release()}"' in client.get(address).content.decode()
    assert client.head("/papan/gubernur/dinding")["X-Mapalus-Release"] == release()
