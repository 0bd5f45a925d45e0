"""Joining by a code read out on the telephone: keys go over the line sealed, and count once both ends have compared."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from mapalus.apps.catalogue import connecting
from mapalus.apps.directory.models import Position, Unit
from mapalus.apps.federation import actions, handshake, inviting, joining, sharing
from mapalus.apps.federation.models import Instance, InstanceState, Invitation
from mapalus.apps.ledger.models import Entry
from mapalus.engine import clock
from mapalus.engine.errors import Conflict, Invalid, Misconfigured, NotAllowed, Problem, Refused
from mapalus.engine.text import translate
from tests.apps.catalogue.cast import NOW, Province, actor
from tests.connectors.served import Response, serving

HOUR = timedelta(hours=1)
HOST = "http://127.0.0.1:8000"  # of the province
_TELEPHONE = ("unknown", "used", "expired", "withdrawn", "other-region", "other-host")


class Line:
    """The way from the district to the province: everything that goes over it is heard, and may be changed."""

    def __init__(self) -> None:
        self.questions: list[dict[str, Any]] = []
        self.answers: list[dict[str, Any]] = []
        self.change: Callable[[dict[str, Any]], dict[str, Any]] = lambda said: said
        self.province_now: datetime = NOW

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        self.questions.append(question)
        clock_now = self.province_now
        with override_settings(INSTANCE_REGION="71", SITE_URL=HOST, SECRET_KEY="rahasia-provinsi-" * 4):
            patch = pytest.MonkeyPatch()
            patch.setattr(clock, "now", lambda: clock_now)
            try:
                answer = Client().post("/api/v1/federation/join", question, content_type="application/json")
            finally:
                patch.undo()
        assert answer.status_code == 200, answer.content
        self.answers.append(answer.json())
        return self.change(answer.json())


@pytest.fixture
def line(here: Province, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Line:
    made = Line()

    class Web:
        def __init__(self, _around: object) -> None: ...
        def __enter__(self) -> Web:
            return self

        def __exit__(self, *_error: object) -> None: ...
        def post(self, _address: str, *, json: dict[str, Any], largest: int) -> Any:
            said = made.ask(json)
            return type("Answer", (), {"json": lambda _self: said})()

    monkeypatch.setattr(joining, "Web", Web)
    settings.INSTANCE_REGION, settings.SITE_URL = "71", HOST
    settings.SECRET_KEY = "rahasia-provinsi-" * 4
    return made


@contextmanager
def in_manado(region: str = "71.71") -> Iterator[None]:
    """For the time of the block this installation is that of a district."""
    with override_settings(INSTANCE_REGION=region, SITE_URL="http://127.0.0.1:9", SECRET_KEY="rahasia-kota-" * 4):
        yield


def contact() -> Position:
    return Position.objects.get(pk="manado.kadis-kominfo")


def invited(here: Province) -> str:
    return inviting.invite_district(
        Unit.objects.get(pk="manado"), contact=contact(), lasts=HOUR, by=here.walidata, now=NOW
    )


def join(here: Province, code: str, *, address: str = HOST, region: str = "71.71") -> Instance:
    with in_manado(region):
        return joining.join_province(code, address=address, contact=contact(), by=here.walidata, now=NOW)


def sentence(refused: pytest.ExceptionInfo[Problem]) -> str:
    problem = refused.value
    fields = problem.fields if isinstance(problem, Invalid) else {}
    said = " ".join(translate(text) for text in fields.values()) or translate(problem.text) % problem.words()
    assert "\n" not in said
    return said


def test_both_ends_see_the_same_digits_and_nothing_counts_before_both_confirmed(here: Province, line: Line) -> None:
    code = invited(here)
    theirs = join(here, handshake.shown_code(code).lower())
    ours = Instance.objects.get(region="71.71")
    assert theirs.joined["fingerprint"] == ours.joined["fingerprint"]
    assert (ours.joined["name"], theirs.joined["name"]) == ("Kota Manado", "Sulawesi Utara")
    assert (ours.address, theirs.address, theirs.is_upstream) == ("http://127.0.0.1:9", HOST, True)
    with in_manado():
        key = connecting.secret(theirs.secret, unit="manado")
        with pytest.raises(Misconfigured):
            connecting.secret(theirs.secret, unit="dinkes")  # no other unit's source gets it
    with pytest.raises(sharing.NotCompared):
        sharing.instance_of_key(f"Bearer {key}")
    assert not Instance.objects.reached().exists()
    inviting.confirm_joining(ours, by=here.walidata, now=NOW)
    assert sharing.instance_of_key(f"Bearer {key}") == ours
    inviting.confirm_joining(theirs, by=here.walidata, now=NOW)
    assert Instance.objects.due(NOW).get().is_upstream  # it asks at once what is offered
    heard = json.dumps([line.questions, line.answers])
    written = json.dumps(list(Entry.objects.values_list("data", flat=True)))
    kept = json.dumps([list(Instance.objects.values()), list(Invitation.objects.values())], default=str)
    for secret in (key, connecting.secret(ours.secret, unit="manado"), code):
        assert secret not in heard + written + kept
    assert {"federation.invite-district", "federation.admit-district", "federation.enter-province"} <= set(
        Entry.objects.values_list("act", flat=True)
    )


def test_an_answer_that_was_lost_is_asked_once_more_and_changes_nothing(here: Province, line: Line) -> None:
    code = invited(here)
    line.change = lambda said: {}  # nothing arrives
    with pytest.raises(Refused):
        join(here, code)
    assert not Instance.objects.filter(is_upstream=True).exists()
    kept = Instance.objects.get(region="71.71")
    line.change = lambda said: said
    assert join(here, code).joined["fingerprint"] == kept.joined["fingerprint"]
    assert Instance.objects.get(region="71.71").digest == kept.digest
    assert Invitation.objects.get().used_at == NOW


def test_a_recorded_question_opens_nothing_a_second_time(here: Province, line: Line) -> None:
    join(here, invited(here))
    again = line.ask(line.questions[0])
    assert again["state"] == "joined"  # sealed with a code that the listener does not have
    inviting.confirm_joining(Instance.objects.get(region="71.71"), by=here.walidata, now=NOW)
    assert line.ask(line.questions[0])["state"] == "used"
    assert line.ask({**line.questions[0], "invitation": "0" * 32})["state"] == "unknown"


@pytest.mark.parametrize("state", _TELEPHONE)
def test_every_reason_why_not_is_one_sentence_and_nothing_is_entered(here: Province, line: Line, state: str) -> None:
    code, address, region = invited(here), HOST, "71.71"
    if state == "unknown":
        code = handshake.new_code()
    elif state == "used":
        join(here, code)
        inviting.confirm_joining(Instance.objects.get(region="71.71"), by=here.walidata, now=NOW)
        Instance.objects.filter(is_upstream=True).update(state=InstanceState.ENDED)
    elif state == "expired":
        line.province_now = NOW + HOUR  # by the clock of who made it
    elif state == "withdrawn":
        inviting.withdraw_invitation(Invitation.objects.get(), by=here.walidata, now=NOW)
    elif state == "other-region":
        region = "71.72"
    else:
        address = "https://bukan-provinsi.test"
        line.change = lambda said: said
    taking_part = Instance.objects.exclude(state=InstanceState.ENDED).count()
    with in_manado(region), override_settings(SITE_URL="https://manado.test"), pytest.raises(Refused) as refused:
        joining.join_province(code, address=address, contact=contact(), by=here.walidata, now=NOW)
    assert refused.value.reason == f"invitation-{state}"
    assert sentence(refused).count(". ") <= 1
    assert Instance.objects.exclude(state=InstanceState.ENDED).count() == taking_part


def test_who_answers_without_the_code_is_found_out(here: Province, line: Line) -> None:
    code = invited(here)
    line.change = lambda said: {**said, "sealed": handshake.sealed(handshake.new_code(), "answer", {"region": "71"})}
    with pytest.raises(Refused) as refused:
        join(here, code)
    assert refused.value.reason == "not-the-province"
    line.change = lambda said: {**said, "sealed": line.questions[-1]["sealed"]}  # our own words sent back
    with pytest.raises(Refused):
        join(here, code)
    assert not Instance.objects.filter(is_upstream=True).exists()


def test_clocks_that_differ_join_all_the_same_and_both_ends_are_told(here: Province, line: Line) -> None:
    code = invited(here)
    line.province_now = NOW + timedelta(minutes=40)
    theirs = join(here, code)
    ours = Instance.objects.get(region="71.71")
    assert (theirs.joined["apart"], ours.joined["apart"]) == (2400, -2400)
    assert theirs.joined["fingerprint"] == ours.joined["fingerprint"]


def test_a_slip_of_the_tongue_is_told_before_anything_is_asked(here: Province, line: Line) -> None:
    code = invited(here)
    wrong = code[:3] + ("Z" if code[3] != "Z" else "Y") + code[4:]
    swapped = next(code[:n] + code[n + 1] + code[n] + code[n + 2 :] for n in range(18) if code[n] != code[n + 1])
    for heard in (wrong, swapped, code[:-1], "", "https://x.test/#undangan="):
        with pytest.raises(Invalid):
            join(here, heard)
    assert not line.questions
    assert handshake.read_code(f"  {HOST}/#undangan={handshake.shown_code(code)} ") == (code, HOST)
    assert handshake.read_code(code.replace("0", "o").replace("1", "l")) == (code, "")


def test_where_the_keys_would_go_is_looked_at_first(here: Province, line: Line, settings: Any) -> None:
    code = invited(here)
    with pytest.raises(Invalid):
        join(here, code, address="http://8.8.8.8")  # neither https nor listed
    with pytest.raises(Invalid):
        join(here, code, address="https://data.sulut.test")  # it could not ask us at 127.0.0.1
    with pytest.raises(Conflict):
        joining.join_province(code, address=HOST, contact=contact(), by=here.walidata, now=NOW)  # the province itself
    assert not line.questions


def test_only_who_may_invites_and_one_invitation_of_a_district_stands(here: Province, line: Line) -> None:
    with pytest.raises(NotAllowed):
        inviting.invite_district(
            Unit.objects.get(pk="manado"), contact=contact(), lasts=HOUR, by=actor("dinkes.kadis"), now=NOW
        )
    first, second = invited(here), invited(here)
    with pytest.raises(Refused):
        join(here, first)
    assert join(here, second).is_joining


def test_refused_digits_throw_both_keys_away_and_a_new_invitation_renews_those_that_stand(
    here: Province, line: Line
) -> None:
    join(here, invited(here))
    ours = Instance.objects.get(region="71.71")
    inviting.refuse_joining(ours, reason="Angkanya lain", by=here.walidata, now=NOW)
    gone = Instance.objects.get(pk=ours.pk)
    assert (gone.state, gone.digest, gone.sealed) == (InstanceState.ENDED, "", "")
    join(here, invited(here))
    stands = Instance.objects.exclude(state=InstanceState.ENDED).get(region="71.71")
    inviting.confirm_joining(stands, by=here.walidata, now=NOW)
    Instance.objects.filter(pk=stands.pk).update(mark=7)
    join(here, invited(here))
    renewed = Instance.objects.get(pk=stands.pk)
    assert (renewed.is_joining, renewed.mark) == (True, 7)
    assert renewed.digest != stands.digest
    with pytest.raises(Conflict):
        actions.issue_key(renewed, by=here.walidata, now=NOW)


@pytest.mark.parametrize("body", [b"<html>Masuk</html>", b"[1]", b'{"state": 5}', b"[" * 100_000])
def test_a_host_that_is_no_mapalus_is_one_sentence(here: Province, settings: Any, body: bytes) -> None:
    with serving(lambda _request: Response(200, body)) as host:
        code = handshake.new_code()
        with in_manado(), pytest.raises(Refused) as refused:
            joining.join_province(code, address=host.url, contact=contact(), by=here.walidata, now=NOW)
    assert refused.value.reason == "not-mapalus"
