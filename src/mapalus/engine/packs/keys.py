"""Every key of every file of a pack: its kind, whether it must be there, its default. The reference page lists them."""

from __future__ import annotations

from mapalus.engine.forms.form import FieldType
from mapalus.engine.packs.node import Key
from mapalus.engine.packs.stages import RUNS, STAGES

PACK: dict[str, Key] = {
    "format": Key("integer", default="1 where there is no process.yml"),
    "name": Key("text", is_required=True),
    "version": Key("text", is_required=True),
    "title": Key("words", is_required=True),
    "description": Key("words"),
    "owner": Key("position", is_required=True),
    "runs": Key("text", one_of=RUNS, default="case"),
    "audience": Key("names", one_of=("anyone", "citizen", "official", "unit"), default="[anyone]"),
    "auth": Key("mapping"),
    "legal_basis": Key("texts-or-text"),
    "fee": Key("words"),
    "promise": Key("mapping"),
    "calendar": Key("text", one_of=("pemerintah", "always")),
    "number": Key("text"),
    "retention": Key("text"),
    "category": Key("text"),
    "life_event": Key("text"),
    "channels": Key("texts-or-text"),
    # packs that bring data of a province
    "province": Key("text"),
    "zone": Key("text", one_of=("WIB", "WITA", "WIT")),
    "sample_mark": Key("text"),
    "seed": Key("text"),
    "folders": Key("mapping"),
    "built_lists": Key("texts"),
}
AUTH: dict[str, Key] = {
    "level": Key("text", one_of=("none", "account", "official"), default="account"),
    "may_be_anonymous": Key("boolean", default="false"),
    "may_be_secret": Key("boolean", default="false"),
    "on_behalf": Key("boolean", default="false"),
    "by_code_only": Key("boolean", default="false"),
}
PROMISE: dict[str, Key] = {"working_days": Key("integer", most=2000), "hours": Key("integer", most=20_000)}

FORM: dict[str, Key] = {
    "fields": Key("mapping", is_required=True),
    "steps": Key("list"),
    "migrate": Key("mapping"),
}
FIELD: dict[str, Key] = {
    "type": Key("text", is_required=True, one_of=tuple(FieldType)),
    "label": Key("words", is_required=True),
    "privacy": Key("text", one_of=("public", "internal", "personal")),  # its absence has a code of its own
    "help": Key("words"),
    "required": Key("boolean", default="false"),
    "required_if": Key("expression"),
    "show_if": Key("expression"),
    "minimum": Key("limit"),
    "maximum": Key("limit"),
    "min_length": Key("integer", most=100_000),
    "max_length": Key("integer", least=1, most=100_000),
    "pattern": Key("text"),
    "options": Key("any"),
    "by": Key("text", one_of=("applicant", "staff"), default="applicant"),
    "prefill": Key("text"),
    "multiple": Key("boolean", default="false"),
    "accept": Key("texts"),
    "max_size": Key("text"),
    "level": Key("text", one_of=("provinsi", "kabkota", "kecamatan", "desa")),
    "down_to": Key("text", one_of=("provinsi", "kabkota", "kecamatan", "desa")),
    "must_agree": Key("boolean", default="false"),
    "fields": Key("mapping"),
}
OPTION: dict[str, Key] = {"value": Key("text", is_required=True), "label": Key("words", is_required=True)}
STEP: dict[str, Key] = {
    "name": Key("name", is_required=True),
    "title": Key("words", is_required=True),
    "fields": Key("texts", is_required=True),
    "help": Key("words"),
    "show_if": Key("expression"),
}

PROCESS: dict[str, Key] = {
    "initial": Key("text", is_required=True),
    "roles": Key("mapping"),
    "routing": Key("mapping"),
    "opening": Key("mapping"),
    "states": Key("mapping", is_required=True),
    "transitions": Key("mapping", is_required=True),
    "clocks": Key("mapping"),
}
ROLE: dict[str, Key] = {
    "label": Key("words"),
    "position": Key("position"),
    "position_field": Key("text"),
    "unit": Key("text"),
    "unit_field": Key("text"),
    "role": Key("text"),
}
ROUTING: dict[str, Key] = {"unit": Key("mapping"), "fallback": Key("position")}
ROUTING_UNIT: dict[str, Key] = {
    "from": Key("text", is_required=True),
    "list": Key("text"),
    "key": Key("text", default="kode"),
    "column": Key("text", default="unit"),
}
OPENING: dict[str, Key] = {"by": Key("names", default="[anyone]"), "sets": Key("mapping"), "effects": Key("list")}
PERIOD_KEYS = ("working_days", "hours", "open_hours", "days", "date")
_PERIOD: dict[str, Key] = {key: Key("any") for key in PERIOD_KEYS}
STATE: dict[str, Key] = {
    "label": Key("words", is_required=True),
    "public": Key("words"),
    "turn": Key("text"),
    "stage": Key("text", one_of=STAGES),
    "final": Key("boolean", default="false"),
    "pauses": Key("names"),
    "deadline": Key("mapping"),
    "appeal": Key("mapping"),
}
DEADLINE: dict[str, Key] = {
    **_PERIOD,
    "label": Key("words"),
    "escalate_to": Key("any"),
    "then": Key("text"),
    "reminders": Key("list"),
    "extend": Key("mapping"),
    "restarts": Key("boolean", default="false"),
    "legal_basis": Key("text"),
}
CLOCK: dict[str, Key] = {
    **_PERIOD,
    "label": Key("words"),
    "from": Key("names"),
    "until": Key("names"),
    "pauses_in": Key("names"),
    "escalate_to": Key("any"),
    "on_late": Key("mapping"),
    "reminders": Key("list"),
    "extend": Key("mapping"),
    "restarts": Key("boolean", default="false"),
    "legal_basis": Key("text"),
}
EXTEND: dict[str, Key] = {
    "act": Key("text", is_required=True),
    "to": Key("mapping"),
    "add": Key("number", least=0.01, most=100_000),
    "times": Key("integer", least=1, most=100, default="1"),
}
APPEAL: dict[str, Key] = {"opens": Key("text", is_required=True), "within": Key("mapping"), "when": Key("expression")}
TRANSITION: dict[str, Key] = {
    "label": Key("words", is_required=True),
    "from": Key("names", is_required=True),
    "to": Key("text"),
    "by": Key("names"),
    "needs": Key("names"),
    "asks": Key("names"),
    "when": Key("expression"),
    "not_same_actor_as": Key("names"),
    "reason": Key("text", one_of=("none", "optional", "required"), default="none"),
    "sets": Key("mapping"),
    "effects": Key("list"),
    "within": Key("mapping"),
    "bulk": Key("boolean", default="false"),
    "reopens": Key("boolean", default="false"),
}
NOTIFY: dict[str, Key] = {"to": Key("text", is_required=True), "message": Key("text", is_required=True)}
ROUTE: dict[str, Key] = {"unit": Key("text"), "code": Key("text")}
OPEN: dict[str, Key] = {
    "pack": Key("text", is_required=True),
    "values": Key("mapping"),
    "link": Key("text", one_of=("related", "appeal", "converted", "part", "duplicate"), default="related"),
}
ON_LATE: dict[str, Key] = {"take": Key("text", is_required=True)}
ESCALATION: dict[str, Key] = {
    "to": Key("text", is_required=True),
    "at": Key("integer", least=1, most=1000, default="100, then 50 more for each"),
}
VARYING: dict[str, Key] = {
    "by": Key("text", is_required=True),
    "of": Key("mapping", is_required=True),
    "else": Key("number"),
}

MESSAGE: dict[str, Key] = {"subject": Key("words", is_required=True), "body": Key("words", is_required=True)}

ROWS: dict[str, Key] = {
    "from": Key("text", is_required=True, one_of=("cases",)),
    "columns": Key("mapping", is_required=True),
    "where": Key("expression"),
    "hold_days": Key("integer", most=3650, default="0"),
    "by": Key("names"),
    "min_group": Key("integer", least=3, most=1000),
}

STORY: dict[str, Key] = {
    "title": Key("text", is_required=True),
    "title_en": Key("text"),
    "given": Key("mapping", is_required=True),
    "when": Key("list"),
    "then": Key("mapping", is_required=True),
}
GIVEN: dict[str, Key] = {
    "at": Key("text", is_required=True),
    "zone": Key("text", one_of=("WIB", "WITA", "WIT"), default="WITA"),
    "values": Key("mapping", is_required=True),
    "as": Key("any", default="applicant"),
    "holidays": Key("texts"),
}
PLAYER: dict[str, Key] = {"role": Key("text", is_required=True), "person": Key("text"), "unit": Key("text")}
STORY_STEP: dict[str, Key] = {
    "at": Key("text", is_required=True),
    "act": Key("text"),
    "tick": Key("boolean"),
    "by": Key("any"),
    "values": Key("mapping"),
    "reason": Key("text"),
    "refused": Key("text"),
    "then": Key("mapping"),
}
EXPECTED: dict[str, Key] = {
    "state": Key("text"),
    "public": Key("text"),
    "turn": Key("text"),
    "effects": Key("texts"),
    "clocks": Key("mapping"),
    "values": Key("mapping"),
    "possible": Key("texts"),
}
EXPECTED_CLOCK: dict[str, Key] = {
    "due": Key("text"),
    "due_at": Key("text"),
    "late": Key("boolean"),
    "paused": Key("boolean"),
    "running": Key("boolean"),
    "ended": Key("boolean"),
    "used": Key("number"),
}
QUALITY: dict[str, Key] = {"rules": Key("mapping", is_required=True)}
