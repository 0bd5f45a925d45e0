"""Boards are changed on the page by who may; nothing is lost, nothing is overwritten, and a wall needs no session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.boards import actions
from mapalus.apps.boards.models import Edition, Screen
from mapalus.apps.boards.standing import board_named, declared, may_see, parts_touched
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command import fragments
from mapalus.engine.errors import NotAllowed, NotFound
from tests.doors.command import scene

pytestmark = pytest.mark.django_db
AT = scene.AT


@dataclass(frozen=True)
class Keeper:
    """A position of walidata, with the rights it is given."""

    rights: frozenset[str]
    position: str = "diskominfo.kabid-statistik"
    person: str = "P1"
    label: str = "Kepala Bidang Statistik"
    unit: str = "diskominfo"

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return act in self.rights


EDITOR = Keeper(
    frozenset({"boards.edit", "boards.restore", "boards.remove", "boards.issue-wall", "boards.revoke-wall"})
)
WHOLE = Keeper(EDITOR.rights | {"boards.make-public"})


@pytest.fixture(autouse=True)
def province(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_DIR = tmp_path
    settings.PACKS = [scene.write_pack(tmp_path)]
    declared.cache_clear()
    scene.build()
    yield
    declared.cache_clear()
    fragments.forget()


@pytest.fixture
def signed_in(client: Client, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A client whose requests come from the keeper."""

    def come(self: Any, request: Any) -> Any:
        request.actor = EDITOR
        return self.get_response(request)

    monkeypatch.setattr("mapalus.apps.directory.middleware.ActorMiddleware.__call__", come)
    from django.contrib.auth.models import User

    client.force_login(User.objects.create_user("keeper"))
    return client


def form(**changed: str) -> dict[str, str]:
    return {
        "title": "Papan Sekda", "count": "1", "t1-kind": "number", "t1-indicator": "LIV-14", "based_on": "0",
        "reason": "dicoba", "act": "save", **changed,
    }  # fmt: skip


def save(name: str = "sekda", *, based_on: int = 0, by: Keeper = EDITOR, **document: Any) -> Edition:
    whole = {"title": "Sekda", "tiles": ["LIV-14"], **document}
    whole |= {"for": whole.pop("audience")} if "audience" in whole else {}
    return actions.edit(board_named(name), document=whole, based_on=based_on, reason="x", by=by, now=AT)


def test_an_edition_takes_the_place_of_the_packs_board_and_an_earlier_one_can_come_back() -> None:
    first = save(title="Satu")
    save(title="Dua", based_on=1)
    assert (board_named("sekda").title, board_named("sekda").number) == ("Dua", 2)
    actions.restore(first, reason="lebih baik", by=EDITOR, now=AT)
    assert (board_named("sekda").title, board_named("sekda").number) == ("Satu", 3)
    actions.remove(board_named("sekda"), reason="habis", by=EDITOR, now=AT)
    with pytest.raises(NotFound):
        board_named("sekda")
    actions.restore(first, reason="kembali", by=EDITOR, now=AT)
    assert [one.act for one in Entry.objects.order_by("pk")] == [
        "boards.edit", "boards.edit", "boards.restore", "boards.remove", "boards.restore",
    ]  # fmt: skip
    assert parts_touched("boards.edit", {"board": "sekda"}) == {"sekda": {"*"}}


def test_only_who_may_makes_a_board_public() -> None:
    with pytest.raises(NotAllowed):
        save(public=True)
    assert save(public=True, by=WHOLE).number == 1
    assert save(public=True, based_on=1).number == 2  # it was public before


def test_a_board_for_some_is_not_for_others() -> None:
    save(audience=["gov.gubernur"])
    assert not may_see(board_named("sekda"), EDITOR)
    assert not may_see(board_named("sekda"), None)
    assert may_see(board_named("sekda"), Keeper(frozenset(), position="gov.gubernur"))


def test_who_may_not_edit_sees_no_form(client: Client) -> None:
    assert client.get("/papan/sekda/ubah/").status_code in (302, 403)
    assert client.post("/papan/sekda/ubah/", form()).status_code in (302, 403)
    assert not Edition.objects.exists()


def test_tiles_are_added_moved_and_taken_away_without_a_script(signed_in: Client) -> None:
    two = form(count="2", act="up-2", **{"t2-kind": "text", "t2-title": "Catatan", "t2-more": "text: Halo"})
    said = signed_in.post("/papan/sekda/ubah/", two).content.decode()
    assert said.index('value="Catatan"') < said.index('value="LIV-14"')
    said = signed_in.post("/papan/sekda/ubah/", form(act="add")).content.decode()
    assert 'name="t2-kind" autofocus>' in said  # one goes on where one was, not at the top of the form
    said = signed_in.post(
        "/papan/sekda/ubah/", {**two, "count": "3", "act": "up-3", "t3-kind": "news"}
    ).content.decode()
    assert 'value="up-2" autofocus' in said
    assert said.count("autofocus") == 1
    said = signed_in.post("/papan/sekda/ubah/", form(act="drop-1")).content.decode()
    assert "t1-kind" not in said
    assert not Edition.objects.exists()
    answer = signed_in.post("/papan/sekda/ubah/", {**two, "act": "save"})
    assert answer.status_code == 302
    assert [tile.kind for tile in board_named("sekda").tiles] == ["number", "text"]


def test_what_is_wrong_is_said_and_what_was_written_stays(signed_in: Client) -> None:
    answer = signed_in.post("/papan/sekda/ubah/", form(**{"t1-kind": "map", "t1-more": "levl: desa"}))
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Ubin 1" in said
    assert "level" in said
    assert "levl: desa" in said
    assert signed_in.post("/papan/sekda/ubah/", form(reason="")).status_code == 422
    assert "[a" in signed_in.post("/papan/sekda/ubah/", form(**{"t1-more": "[a"})).content.decode()
    assert not Edition.objects.exists()


def test_the_second_of_two_editors_gets_a_sentence_and_keeps_his_work(signed_in: Client) -> None:
    save(title="Lebih cepat")
    answer = signed_in.post("/papan/sekda/ubah/", form(title="Pekerjaan saya"))
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Kepala Bidang Statistik menyimpan edisi 1" in said
    assert 'value="Pekerjaan saya"' in said
    assert 'name="based_on" value="1"' in said
    assert signed_in.post("/papan/sekda/ubah/", form(title="Pekerjaan saya", based_on="1")).status_code == 302
    assert board_named("sekda").title == "Pekerjaan saya"


def test_a_new_board_begins_from_another(signed_in: Client) -> None:
    said = signed_in.get("/papan/baru/?dari=gubernur").content.decode()
    assert "Papan Gubernur (salinan)" in said
    assert signed_in.post("/papan/baru/", form(name="gubernur")).status_code == 422  # there is one
    assert signed_in.post("/papan/baru/", form(name="../x")).status_code == 422
    assert signed_in.post("/papan/baru/", form(name="papan-baru")).status_code == 302
    assert board_named("papan-baru").number == 1


def test_a_wall_shows_a_board_of_officials_without_a_session_until_its_address_is_taken_back(client: Client) -> None:
    screen, key = actions.issue_wall(board_named("sekda"), place="Ruang rapat", by=EDITOR, now=AT)
    address = f"/papan/layar/{key}/"
    assert client.get("/papan/sekda/dinding").status_code == 403
    said = client.get(address)
    assert said.status_code == 200
    assert "data-wall-page" in said.content.decode()
    assert f"layar={key}" in said.content.decode()
    assert client.get(f"{address}ubin/1/").status_code == 200
    assert client.get(f"/events?layar={key}").status_code == 307
    assert key not in str(Screen.objects.values())
    assert key not in str(Entry.objects.values())
    actions.revoke_wall(screen, by=EDITOR, now=AT)
    for path in (address, f"{address}ubin/1/", f"/events?layar={key}"):
        assert client.get(path).status_code == 404


@pytest.mark.usefixtures("same_minutes")
def test_a_tile_comes_alone_and_only_when_it_changed(client: Client) -> None:
    answer = client.get("/papan/gubernur/ubin/1/")
    assert answer.content.decode().startswith('<article id="tile-1"')
    again = client.get("/papan/gubernur/ubin/1/", headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get("/papan/gubernur/ubin/99/").status_code == 404
    assert client.get("/papan/sekda/ubin/1/").status_code == 403
