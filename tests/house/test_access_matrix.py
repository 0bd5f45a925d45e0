"""Who may open what and do what: every address by every method, every act, as every kind of person.

An address without a line in RULES fails: whoever adds a page says here who may open it. How:

1. Is it for everybody, or for who is signed in? Then its door's line may already cover it (`portal:*`, `mfa_*`).
2. A page of the desk gets a line of its own: `Rule("desk:case", get=SEES_A, post=..., given={"number": "..."})`.
   `get` and `post` name the kinds of people who are let in; everybody else must be sent to the sign-in page or get
   403, 404 or 405, and must not read a word of SECRETS. `given` fills the address, with a thing of agency A (Dinkes).
3. Make what the address needs in `scene` (access_scene.py), belonging to A. Operator and head of B (PUPR) then prove
   that B cannot.

Let in means: not 401, 403, 404, 405, nor the way to the sign-in page. Nothing may answer 5xx. What a request did is
undone before the next one. Acts are in test_access_acts.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter

from mapalus.apps.directory.actor import actors_of
from mapalus.apps.directory.middleware import SESSION_KEY
from mapalus.apps.directory.models import (
    Mandate,
    Person,
)
from tests.house.access_scene import NOW, PEOPLE, province, scene, told

__all__ = ["province", "scene", "told"]
pytestmark = [pytest.mark.slow]

# --- who: the kinds of people of access_scene, and groups of them --------------------------------------------------

EVERYBODY = frozenset(PEOPLE)
NOBODY: frozenset[str] = frozenset()
SIGNED_IN = EVERYBODY - {"anonymous"}
IN_ANOTHERS_NAME = {"in_the_name_of_a", "aide_of_a"}
OFFICIALS = SIGNED_IN - {"citizen", "admin", "former"}
GIVING = OFFICIALS - {"aide_of_a", "in_the_name_of_a"}  # what one was given one does not hand on
WALIDATA = frozenset({"walidata", "walidata_head"})
UNIT_A = frozenset({"operator_a", "producer_a", "plt_a", "own_post_of_plt", "in_the_name_of_a", "aide_of_a"})
SEES_A = UNIT_A | WALIDATA
ACTS_IN_A = UNIT_A - {"aide_of_a", "in_the_name_of_a"}  # who looks, or was given one act, does no other
PERSONNEL = frozenset({"governor"})
OBJECTS = frozenset({"operator_a", "producer_a", "plt_a"})
PROPOSES = OBJECTS | WALIDATA | {"operator_b", "head_b", "secretary", "auditor"}
SEES_HANDOVER = PERSONNEL | {"plt_a", "aide_of_a", "auditor"}
LENDS = frozenset({"governor", "secretary"})
HEAD_OF_A = frozenset({"plt_a", "in_the_name_of_a"})

# --- what may be opened ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """Who is let in at the addresses of this name, by GET and by POST (without any field filled in)."""

    name: str  # of the address, with its door; `*` for any rest
    get: frozenset[str] = NOBODY
    post: frozenset[str] = NOBODY
    given: Mapping[str, Any] = field(default_factory=dict)
    free: bool = False  # for everybody: only that it never fails and never leaks is asked
    own: bool = False  # of one's own account alone, whatever state it is in: only strangers are asked


RULES = (
    # doors for everybody; what they show is public, which their own tests and SECRETS guard
    Rule("portal:agency", free=True, given={"code": "dinkes"}),
    Rule("portal:contract-file", free=True, given={"kind": "yaml"}),
    Rule("portal:statistics-file", free=True, given={"form": "ms-keg", "ending": "json"}),
    Rule("portal:e-walidata-file", free=True, given={"kind": "csv"}),
    Rule("portal:*", free=True),
    Rule("api:ckan-action", free=True, given={"name": "package_list"}),
    Rule("api:*", free=True),
    Rule("ui:*", free=True),
    Rule("command:new", get=WALIDATA, post=WALIDATA),
    Rule("command:edit", get=WALIDATA, post=WALIDATA, given={"name": "gubernur"}),
    Rule("command:editions", get=WALIDATA, post=WALIDATA, given={"name": "gubernur"}),
    # who acts in another's name has no board of his own
    Rule("command:digest", get=OFFICIALS, post=OFFICIALS - IN_ANOTHERS_NAME, given={"name": "gubernur"}),
    # of a board for officials: walidata hangs it up for everybody's eyes, a leader lends it his own
    Rule("command:screens", get=WALIDATA | LENDS, post=WALIDATA | LENDS, given={"name": "pimpinan"}),
    Rule("command:screen", free=True, given={"key": "none"}),
    Rule("command:screen-tile", free=True, given={"key": "none", "number": 1}),
    Rule("command:without-numbers", get=OFFICIALS),
    Rule("command:plan-file", free=True, given={"name": "sdg", "kind": "csv"}),
    Rule("command:*", free=True),
    Rule("events", free=True),
    Rule("health:*", free=True),
    # signing in
    *(Rule(name, free=True) for name in ("account_login", "account_request_login_code", "account_confirm_login_code")),
    *(Rule(name, free=True) for name in ("account_inactive", "account_signup", "account_logout", "mfa_authenticate")),
    *(Rule(name, free=True) for name in ("account_reset_password", "account_confirm_password_reset_code")),
    *(Rule(name, free=True) for name in ("account_complete_password_reset", "account_password_reset_completed")),
    Rule("signin:sample", free=True),  # 404 without sample data
    Rule("signin:account", get=SIGNED_IN),
    Rule("signin:hats", get=SIGNED_IN),
    Rule("signin:arrive", get=SIGNED_IN),
    Rule("signin:devices", get=SIGNED_IN),
    Rule("signin:identity-remove", own=True),
    Rule("openid_connect_*", free=True, given={"provider_id": "inapas"}),  # 404 without a server
    Rule("socialaccount_login_cancelled", free=True),
    Rule("account_*", own=True),
    Rule("mfa_*", own=True),
    # the desk
    Rule("desk:inbox", get=OFFICIALS),
    Rule("desk:datasets", get=OFFICIALS),
    Rule("desk:dataset-pin"),
    Rule("desk:contract", get=OFFICIALS, post=OFFICIALS),
    Rule("desk:contract-new", get=WALIDATA, post=WALIDATA),
    Rule("desk:dataset-access", get=OFFICIALS, post=WALIDATA),
    Rule("desk:proposal", get=SEES_A, post=WALIDATA),
    Rule("desk:consumer-end", post=WALIDATA | {"operator_a"}),
    Rule("desk:change", get=SEES_A, post=WALIDATA | {"producer_a", "plt_a"}),
    Rule("desk:alarms", get=OFFICIALS),
    Rule("desk:alarm", get=OFFICIALS, post=WALIDATA | {"plt_a"}),
    Rule("desk:surveys", get=OFFICIALS),
    Rule("desk:compliance", get=WALIDATA),
    Rule("desk:scores", get=OFFICIALS),
    Rule("desk:score", get=UNIT_A, post=OBJECTS, given={"code": "dinkes"}),  # nobody else sees it yet
    Rule("desk:daftar", get=OFFICIALS),
    Rule("desk:daftar-new", get=PROPOSES, post=PROPOSES),
    Rule("desk:daftar-open", post=WALIDATA),
    Rule("desk:daftar-import", get=PROPOSES, post=PROPOSES),
    Rule("desk:daftar-file", get=OFFICIALS, given={"year": 2027, "kind": "csv"}),
    Rule("desk:daftar-decide", post=frozenset({"governor"}), given={"year": 2027}),
    Rule("desk:daftar-entry", get=SEES_A | {"governor"}, given={"code": "DD-2027-0001"}),
    Rule("desk:uses", get=OFFICIALS),
    Rule("desk:tokens", get=OFFICIALS, post=OFFICIALS - IN_ANOTHERS_NAME),
    Rule("desk:token-revoke"),  # of tokens that were issued: tests/apps/catalogue/test_readers.py
    Rule("desk:dataset-use", get=SEES_A),
    Rule("desk:versions", get=SEES_A, post=WALIDATA),
    Rule("desk:stream-key", post=WALIDATA | {"producer_a", "plt_a"}),
    Rule("desk:stream-key-revoke"),
    Rule("desk:row-origin", get=SEES_A, given={"number": 1, "row": 1}),
    Rule("desk:evidence-index", get=WALIDATA | {"secretary", "auditor"}),
    Rule(
        "desk:evidence", get=WALIDATA | {"secretary", "auditor"}, post=WALIDATA | {"secretary"}, given={"name": "epss"}
    ),
    Rule("desk:evidence-file", get=WALIDATA | {"secretary", "auditor"}),
    Rule("desk:duties", get=OFFICIALS),
    Rule("desk:duties-all", get=OFFICIALS),
    Rule(  # of heads of agencies; a mandate for one act does not let one say that another's duty was done
        "desk:duty",
        get=OFFICIALS,
        post=frozenset({"plt_a", "head_b", "walidata_head", "secretary", "auditor"}),
        given={"slug": "mengesahkan-angka"},
    ),
    Rule("desk:readiness", get=OFFICIALS),
    Rule("desk:trainings", get=OFFICIALS, post=WALIDATA),
    Rule("desk:handin-new", get=OFFICIALS, post=OFFICIALS),
    Rule("desk:handin", get=SEES_A),
    Rule("desk:handin-progress", get=SEES_A),
    Rule("desk:handin-workbook", get=SEES_A),
    Rule("desk:handin-unmask", post=WALIDATA | {"operator_a", "producer_a", "plt_a"}),  # asks for the reason
    Rule("desk:handin-decide", get=HEAD_OF_A, post=HEAD_OF_A, given={"slug": "sahkan"}),
    Rule("desk:calls", get=OFFICIALS),
    Rule("desk:call-new", get=WALIDATA, post=WALIDATA),
    Rule("desk:call", get=SEES_A, post=WALIDATA, given={"number": "PS-2026-0001"}),
    Rule("desk:call-off", post=WALIDATA, given={"number": "PS-2026-0001"}),
    Rule("desk:owed", get=SEES_A),
    Rule("desk:owed-remind", post=WALIDATA),
    Rule("desk:federation", get=OFFICIALS),
    Rule("desk:federation-new", get=WALIDATA, post=WALIDATA),
    Rule("desk:federation-invite", get=WALIDATA, post=WALIDATA),
    Rule("desk:federation-instance", get=WALIDATA, given={"code": "manado"}),  # and the district's own positions
    Rule("desk:federation-terms", get=WALIDATA, post=WALIDATA, given={"code": "manado"}),
    Rule("desk:federation-settings", get=WALIDATA, post=WALIDATA, given={"code": "manado"}),
    Rule("desk:federation-readings", given={"code": "manado"}),  # without an agreement there is nothing to read
    Rule("desk:federation-about", get=WALIDATA, given={"code": "manado"}),
    Rule("desk:federation-conflict"),  # of no number: there is none
    Rule("desk:sources", get=OFFICIALS),
    Rule("desk:source-new", get=PROPOSES, post=PROPOSES),
    Rule("desk:source", get=SEES_A, given={"name": "sumber-contoh"}),
    Rule("desk:source-progress", get=SEES_A, given={"name": "sumber-contoh"}),
    Rule(
        "desk:source-act",
        get=WALIDATA | OBJECTS,
        post=WALIDATA | OBJECTS,
        given={"name": "sumber-contoh", "slug": "ubah"},
    ),
    Rule("desk:shelves", get=OFFICIALS),
    Rule("desk:shelf-new"),  # without a connector there is none to add
    Rule("desk:shelf", get=WALIDATA, post=WALIDATA, given={"name": "rak-contoh"}),
    Rule("desk:search", get=OFFICIALS),
    Rule("desk:search-person", post=OFFICIALS - {"aide_of_a", "in_the_name_of_a"}),  # asks whom and why
    Rule("desk:notices", get=OFFICIALS),
    Rule("desk:notices-read", post=OFFICIALS),
    Rule("desk:notices-prefer", post=OFFICIALS),
    Rule("desk:push-start", post=OFFICIALS),
    Rule("desk:push-stop", own=True),
    Rule("desk:cases-bulk", get=OFFICIALS),
    Rule("desk:case", get=UNIT_A),
    Rule("desk:case-act", get=UNIT_A, post=frozenset({"plt_a"}), given={"act": "verifikasi"}),
    Rule("desk:case-manage", get=ACTS_IN_A, post=ACTS_IN_A, given={"slug": "tugaskan"}),  # asks to whom
    Rule("desk:case-file"),
    Rule("desk:case-remark", post=ACTS_IN_A),
    Rule("desk:case-unmask", post=frozenset({"plt_a"})),  # asks for the reason
    Rule("desk:case-follow", post=ACTS_IN_A),
    Rule("desk:case-paper", get=UNIT_A),
    Rule("desk:complaints-lapor"),  # the complaints desk alone, which nobody here holds
    Rule("desk:complaints-lapor-export"),
    Rule("desk:complaints-lapor-told"),
    Rule("desk:positions", get=OFFICIALS),
    Rule("desk:position", get=OFFICIALS),
    Rule("desk:position-act", get=PERSONNEL, post=PERSONNEL, given={"slug": "tunjuk"}),
    Rule("desk:mandates", get=OFFICIALS),
    Rule("desk:mandate-new", get=GIVING, post=GIVING),
    Rule("desk:mandate", get=OFFICIALS, post=PERSONNEL | {"plt_a"}),
    Rule("desk:handovers", get=OFFICIALS),
    Rule("desk:handover", get=SEES_HANDOVER, post=frozenset({"plt_a"})),  # she stands above it, and he is gone
    Rule("desk:handover-pdf", get=SEES_HANDOVER),
    Rule("desk:roster-import", get=PERSONNEL, post=PERSONNEL),
    Rule("desk:roster-draft", get=PERSONNEL, post=PERSONNEL),
    Rule("desk:people", get=PERSONNEL | {"auditor"}),
    Rule("desk:person", get=PERSONNEL | {"auditor"}, post=PERSONNEL),
    Rule("desk:registers", get=frozenset({"walidata_head", "secretary", "auditor"})),
    Rule(
        "desk:register",
        get=frozenset({"walidata_head", "secretary", "auditor"}),
        given={"name": "permohonan", "kind": "csv"},
    ),
    Rule(
        "desk:clearances",
        get=frozenset({"walidata_head", "secretary", "auditor"}),
        post=frozenset({"walidata_head", "secretary", "auditor"}),
    ),
    Rule("desk:forum", get=OFFICIALS),  # agencies sit in it together; what each may open, its case says
    Rule("desk:forum-schedule", post=OFFICIALS),  # asks for a meeting; the process says who may
    Rule("desk:forum-minutes"),  # of a meeting, and there is none
    Rule("desk:ledger", get=OFFICIALS),
    Rule("desk:calendar", get=OFFICIALS),
    Rule("desk:calendar-reckon", get=OFFICIALS),
    Rule("desk:calendar-add", get=PERSONNEL, post=PERSONNEL),
    Rule("desk:calendar-remove", get=PERSONNEL, post=PERSONNEL),
)


def addresses() -> list[tuple[str, URLPattern, str]]:
    """Every address the project answers: its name with its door, its pattern, its text."""
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns: list[Any], door: str, before: str) -> Iterator[tuple[str, URLPattern, str]]:
    for one in patterns:
        text = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, f"{door}{one.namespace}:" if one.namespace else door, text)
        else:
            start = door or ("health:" if text.startswith("-/") else "")
            yield f"{start}{one.name or ''}", one, text


def rule_of(name: str) -> Rule | None:
    """The first line that fits."""
    return next((rule for rule in RULES if fnmatchcase(name, rule.name)), None)


# Words of A's things that nobody else may read: the reporters in the file, its name, the file itself.
SECRETS = ("Siti Contoh", "Budi Contoh", "Ani Contoh", "rahasia-dinkes.csv", "rahasia-pejabat.csv")
# What an address needs is filled by the name of its part; the same part means something else in some doors.
FILL = {
    "desk:mandate": {"pk": "mandate"},
    "desk:change": {"pk": "change"},
    "desk:alarm": {"pk": "alarm"},
    "desk:consumer-end": {"pk": "consumer"},
    "desk:proposal": {"pk": "proposal"},
    "desk:owed": {"pk": "owed"},
    "desk:owed-remind": {"pk": "owed"},
    "desk:handover": {"pk": "handover"},
    "desk:handover-pdf": {"pk": "handover"},
    "desk:roster-draft": {"pk": "draft"},
    "desk:person": {"code": "person"},
    **{f"desk:case{part}": {"number": "case"} for part in ("", "-act", "-manage", "-file", "-remark", "-unmask")},
    **{f"desk:case{part}": {"number": "case"} for part in ("-follow", "-paper")},
}


def _address(name: str, pattern: URLPattern, text: str, rule: Rule, scene: dict[str, Any]) -> str:
    parts = {}
    for part in pattern.pattern.regex.groupindex:
        known = rule.given.get(part) or scene.get(FILL.get(name, {}).get(part, part))
        parts[part] = known if known is not None else _some(part, pattern)
    if name.rpartition(":")[2]:
        try:
            return reverse(name, kwargs=parts)
        except NoReverseMatch:  # a thing of A does not fit this part: some word does
            return reverse(name, kwargs={part: _some(part, pattern) for part in parts})
    return "/" + text if "(" not in text and "<" not in text else "/api/v1/tidak-ada"


_SOME = {"kind": "csv", "suffix": "ttl", "fmt": "json", "slug": "x", "version": "x", "rest": "x", "year": "2026"}


def _some(part: str, pattern: URLPattern) -> str | int:
    """Something that fits a part of an address."""
    number = isinstance(getattr(pattern.pattern, "converters", {}).get(part), IntConverter)
    return _SOME.get(part, 1 if number else "x")


def _sessions(scene: dict[str, Any]) -> dict[str, SimpleCookie]:
    """Cookies of a signed-in browser for every kind of person."""
    cookies = {}
    for kind, (person, position) in PEOPLE.items():
        client = Client()
        if kind != "anonymous":
            client.force_login(_user(kind, person))
        if position:
            hat = position
            if position.startswith("~"):
                given: Mandate = scene["mandates"][position]
                hat = next(
                    one.hat for one in actors_of(person, now=NOW) if one.mandate and one.mandate.number == given.pk
                )
            session = client.session
            session[SESSION_KEY] = hat
            session.save()
        cookies[kind] = client.cookies
    return cookies


def _user(kind: str, person: str) -> User:
    if person:
        user = Person.objects.get(pk=person).user
        assert user is not None
        return user
    return User.objects.create_user(kind, is_staff=kind == "admin", is_superuser=kind == "admin")


def _ask(address: str, method: str, cookies: SimpleCookie) -> tuple[int, str, str]:
    """Status, where it leads, and what can be read; whatever it did is undone."""
    client = Client(raise_request_exception=False)
    client.cookies = SimpleCookie(cookies.output(header="", sep=";"))
    with transaction.atomic():
        answer = client.post(address) if method == "post" else client.get(address)
        body = b"".join(answer.streaming_content) if getattr(answer, "streaming", False) else answer.content  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", ""), body.decode("utf-8", "replace")


def _is_let_in(status: int, location: str) -> bool:
    return status not in (401, 403, 404, 405) and not location.startswith("/akun/masuk/")


def test_every_address_says_who_may_open_it() -> None:
    bare = [name or text for name, _pattern, text in addresses() if rule_of(name) is None]
    assert bare == [], "add a line to RULES, and what it needs to `scene`"


def test_no_line_is_left_over() -> None:
    names = [name for name, _pattern, _text in addresses()]
    assert [rule.name for rule in RULES if not any(fnmatchcase(name, rule.name) for name in names)] == []


def test_everybody_is_let_in_exactly_where_the_table_says(scene: dict[str, Any]) -> None:
    cookies = _sessions(scene)
    wrong = []
    for name, pattern, text in addresses():
        rule = rule_of(name)
        assert rule is not None, name
        address = _address(name, pattern, text, rule, scene)
        for kind in ("anonymous", "operator_b") if rule.free or rule.own else PEOPLE:
            for method in ("get", "post"):
                status, location, body = _ask(address, method, cookies[kind])
                wrong += _faults(rule, f"{name} {method} {kind}", kind, method, status, location, body)
    assert wrong == [], "\n".join(wrong)


def _faults(rule: Rule, what: str, kind: str, method: str, status: int, location: str, body: str) -> list[str]:
    found = [f"{what}: answers {status}"] if status >= 500 and status != 503 else []
    expected = kind in (rule.get if method == "get" else rule.post)
    if not rule.free and not (rule.own and kind != "anonymous") and _is_let_in(status, location) != expected:
        found.append(f"{what}: {'let in' if not expected else 'not let in'} ({status} {location})")
    if rule.free or not expected:
        found += [f"{what}: shows {word!r}" for word in SECRETS if word in body]
    return found
