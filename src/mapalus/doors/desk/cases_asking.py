"""An act of a pack as a form: what it asks, filled with what stands already or with what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import translation
from django.utils.translation import gettext as _

from mapalus.apps.cases import files, lists
from mapalus.apps.cases.areas import areas
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.doors.desk.offering import offered
from mapalus.doors.desk.problems import sentence
from mapalus.doors.desk.rail import Seat
from mapalus.doors.ui.questions import Question, known_for, questions, raw_of
from mapalus.engine import clock
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.flow.process import Reason, Transition
from mapalus.engine.forms import Field, clean
from mapalus.engine.packs.pack import Pack

__all__ = ["Asked", "Typed", "asked_for", "keep", "reason_question", "transition_of", "typed_in"]

REASON = "alasan-langkah"  # a name no field of a pack can have


@dataclass(frozen=True)
class Asked:
    """One act and its form: desk/cases/_asked.html."""

    act: str
    label: str
    questions: tuple[Question, ...]
    known: str  # JSON, for conditions in the browser
    version: int

    @property
    def is_bare(self) -> bool:
        """A button is all there is."""
        return not self.questions

    @property
    def wrong(self) -> tuple[Question, ...]:
        return tuple(one for one in self.questions if one.error)


@dataclass(frozen=True)
class Typed:
    """What somebody filled in, as it was sent."""

    raw: Mapping[str, Any]
    reason: str
    version: int | None


def transition_of(pack: Pack, act: str) -> Transition:
    found = process_of(pack).transitions.get(act)
    if found is None:
        raise NotFound
    return found


def _names(transition: Transition) -> tuple[str, ...]:
    return (*transition.needs, *transition.asks)


def asked_for(
    case: Case,
    act: str,
    *,
    typed: Typed | None = None,
    errors: Mapping[str, str] | None = None,
    prefix: str = "",
) -> Asked:
    """The form of an act. Personal values that stand are not shown; left empty they stay as they are."""
    pack = pack_of(case.pack)
    transition, names = transition_of(pack, act), _names(transition_of(pack, act))
    errors = errors or {}
    found = questions(
        pack.form,
        names,
        values=typed.raw if typed else case.values,
        errors=errors,
        needed=transition.needs,
        offered=offered(pack.form, names),
        areas=areas(clock.now()),
        prefix=prefix,
    )
    if transition.reason is not Reason.NONE:
        found += (reason_question(typed.reason if typed else "", errors, prefix, transition.reason is Reason.REQUIRED),)
    return Asked(
        act=act,
        label=here(transition, "label") or act,
        questions=found,
        known=known_for(pack.form, names, case.values),
        version=typed.version if typed and typed.version is not None else case.version,
    )


def reason_question(value: str, errors: Mapping[str, str], prefix: str = "", is_required: bool = True) -> Question:
    return Question(
        id=f"{prefix}-{REASON}" if prefix else f"id_{REASON}",
        name=REASON,
        kind="textarea",
        label=_("Reason"),
        hint=_("The applicant may read it. Say what was decided and why."),
        error=sentence(errors.get("reason", "")),
        value=value,
        is_required=is_required,
        attributes=(("maxlength", "2000"), *((("required", ""),) if is_required else ())),
    )


def keep(upload: UploadedFile[bytes], field: Field) -> Mapping[str, object]:
    """Keep an upload; the answer of its field."""
    assert upload.file is not None
    largest = min(field.max_size or files.LARGEST, files.LARGEST)
    kept = files.keep(
        cast(BinaryIO, upload.file), name=upload.name or "", field=field.name, is_personal=field.is_personal,
        media_type=upload.content_type or "application/octet-stream", largest=largest,
    )  # fmt: skip
    return kept.answer


def typed_in(request: HttpRequest, pack: Pack, act: str) -> Typed:
    raw = raw_of(request.POST, request.FILES, pack.form, _names(transition_of(pack, act)), keep=keep)
    text = request.POST.get("versi", "")
    version = int(text) if text.isdecimal() and len(text) < 10 else None
    return Typed(raw, request.POST.get(REASON, "")[:4000], version)


def judged(case: Case, act: str, typed: Typed, place: Seat) -> dict[str, Any]:
    """What the act is given. Raises `Invalid` with sentences in the language of the page."""
    pack = pack_of(case.pack)
    transition, names = transition_of(pack, act), _names(transition_of(pack, act))
    cleaned = clean(
        pack.form, typed.raw, stage="staff", only=names, known=case.values, now=place.now,
        lists=lists.known(place.now), zone=Zone(settings.PROVINCE_ZONE),
    )  # fmt: skip
    errors = cleaned.errors_in(translation.get_language())
    if errors:
        raise Invalid(fields=errors)
    own = {field.name for field in pack.form.fields if field.is_personal}
    given = {name: value for name, value in cleaned.values.items() if value is not None or name not in own}
    missing = [
        name for name in transition.needs if name in cleaned.values and given.get(name) is None and name not in own
    ]
    set_by_rule = {name for name, _tree in transition.sets}
    if lacking := [name for name in missing if name not in set_by_rule]:
        raise Invalid(fields=dict.fromkeys(lacking, _("Fill this in.")))
    return given


def answered(case: Case, asked: Asked, errors: Mapping[str, str]) -> Asked:
    """The same form with what is wrong beside each question."""
    return replace(
        asked, questions=tuple(replace(one, error=sentence(errors.get(one.name, one.error))) for one in asked.questions)
    )
