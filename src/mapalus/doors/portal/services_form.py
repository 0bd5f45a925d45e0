"""The form of a pack as pages: a short one is one page with sections, a long one a page for each step.

What a page holds and what was sent for it; the views are in `services_start`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mapalus.apps.cases import files, lists
from mapalus.apps.cases.areas import areas
from mapalus.apps.cases.drafts import Filling
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.near import area_at
from mapalus.apps.cases.packs import here
from mapalus.doors.portal.services import Service
from mapalus.doors.ui.places import SEARCH
from mapalus.doors.ui.questions import Question, known_for, questions, raw_of
from mapalus.engine import clock, pictures
from mapalus.engine.clock import Zone
from mapalus.engine.errors import Problem
from mapalus.engine.forms import By, Cleaned, Field, FieldType, Form, Step, clean, visible
from mapalus.engine.forms.answer import Unfit, read_point
from mapalus.engine.packs.pack import Pack
from mapalus.engine.text import translate

__all__ = [
    "ANONYMOUS",
    "ORIGIN",
    "SECRET",
    "Page",
    "Section",
    "Wrong",
    "judged",
    "judged_act",
    "page_of",
    "pages",
    "prefilled",
    "received",
    "unchosen",
]

ONE_PAGE = 16  # fields; more are asked step by step
MOST_FILES = 10  # of one field
_FROM_ADDRESS = 300  # characters an address may fill into a field
ORIGIN = "-dari"  # of a place that was filled in for the applicant: `foto` or `titik`
ANONYMOUS, SECRET = "_anonim", "_rahasia"  # answers about the report itself, kept with the others


@dataclass(frozen=True)
class Section:
    """The questions of one step."""

    name: str
    title: str
    help: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Wrong:
    """One line of the summary of errors."""

    id: str
    label: str
    sentence: str


@dataclass(frozen=True)
class Page:
    """What one page of the form shows."""

    number: int  # from 1
    sections: tuple[Section, ...]
    wrong: tuple[Wrong, ...]
    known: str  # JSON of answers of other pages that conditions here look at
    asks_who: bool  # the last page asks whether one stays unnamed, where the pack offers it
    is_anonymous: bool
    is_secret: bool

    @property
    def asks_place(self) -> bool:
        """A question on it has buttons of its own, so that the form must say which one the return key means."""
        return any(one.kind == "area" for section in self.sections for one in section.questions)


def steps_of(form: Form) -> Sequence[Step]:
    """The steps, or one of all that the applicant is asked."""
    return form.steps or (Step("isian", "", tuple(item.name for item in form.of(By.APPLICANT))),)


def pages(form: Form) -> tuple[tuple[Step, ...], ...]:
    """The steps of each page."""
    steps = tuple(steps_of(form))
    if sum(len(step.fields) for step in steps) <= ONE_PAGE:
        return (steps,)
    return tuple((step,) for step in steps)


def names_of(steps: Sequence[Step]) -> list[str]:
    return [name for step in steps for name in step.fields]


def judged(form: Form, raw: Mapping[str, Any], *, now: datetime) -> Cleaned:
    """The answers as `cases.open` will judge them."""
    return clean(form, raw, lists=lists.known(now), now=now, zone=Zone(settings.PROVINCE_ZONE))


def is_shown(form: Form, steps: Sequence[Step], cleaned: Cleaned, *, now: datetime) -> bool:
    """Whether any question of these steps applies to the answers so far."""
    shown = visible(form, cleaned.values, now=now)
    return any(name in shown for name in names_of(steps))


def page_of(
    service: Service,
    filling: Filling,
    number: int,
    *,
    errors: Mapping[str, str] | None = None,
    cleaned: Cleaned | None = None,
    now: datetime,
) -> Page:
    """The page of this number with what was answered so far and what is wrong with it."""
    form, errors = service.pack.form, errors or {}
    steps = pages(form)[number - 1]
    offered = lists.offered(form, now=now)
    raw = filling.raw
    sections = tuple(
        Section(
            step.name, here(step, "title"), here(step, "help"),
            questions(form, step.fields, values=raw, errors=errors, offered=offered, areas=areas(now)),
        )
        for step in steps
    )  # fmt: skip
    auth = service.pack.auth
    return Page(
        number=number,
        sections=sections,
        wrong=tuple(_wrong(sections, errors)),
        known=known_for(form, names_of(steps), cleaned.values if cleaned else {}),
        asks_who=number == len(pages(form)) and (auth.may_be_anonymous or auth.may_be_secret),
        is_anonymous=bool(raw.get(ANONYMOUS)),
        is_secret=bool(raw.get(SECRET)),
    )


def _wrong(sections: Sequence[Section], errors: Mapping[str, str]) -> list[Wrong]:
    asked = {one.name: one for section in sections for one in section.questions}
    found = []
    for name, sentence in errors.items():
        one = asked.get(name) or asked.get(name.split("-", 1)[0])
        if one is not None:
            found.append(Wrong(one.id, one.label, _said(sentence)))
    return found


def _said(sentence: str) -> str:
    told = _(sentence)
    return translate(sentence, language=get_language()) if told == sentence else told


def prefilled(service: Service, request: HttpRequest) -> dict[str, Any]:
    """What the account knows already, for an empty form."""
    user, asked = request.user, _named_in_address(service, request)
    if not user.is_authenticated:
        return asked
    known = {"profile.name": user.get_full_name(), "profile.email": getattr(user, "email", "")}
    own = {item.name: value for item in service.asked if item.prefill and (value := known.get(item.prefill, ""))}
    return {**own, **asked}


def _named_in_address(service: Service, request: HttpRequest) -> dict[str, Any]:
    """What the link to the form has filled in (`?tentang=/data/x/`): texts and choices, nothing personal."""
    kinds = (FieldType.STRING, FieldType.TEXT, FieldType.CHOICE)
    return {
        item.name: value
        for item in service.asked
        if item.type in kinds and not item.is_personal and (value := request.GET.get(item.name, "")[:_FROM_ADDRESS])
    }


def received(request: HttpRequest, service: Service, steps: Sequence[Step]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was sent for these steps, files kept; and what is wrong with a file, by field."""
    wrong: dict[str, str] = {}
    counts: dict[str, int] = {}
    seen: list[tuple[float, float]] = []

    def keep(upload: UploadedFile[bytes], item: Field) -> Mapping[str, object]:
        counts[item.name] = counts.get(item.name, 0) + 1
        if counts[item.name] > MOST_FILES:
            wrong[item.name] = _("At most %(count)s files.") % {"count": MOST_FILES}
            return {}
        try:
            seen.extend(_place_in(upload, item))
            return _kept(upload, item)
        except Problem as problem:
            wrong[item.name] = getattr(problem, "fields", {}).get(item.name) or _say(problem)
            return {}

    form = service.pack.form
    raw = raw_of(request.POST, request.FILES, form, names_of(steps), keep=keep)
    raw = {
        name: [one for one in value if one != {}] if isinstance(value, list) else value for name, value in raw.items()
    }
    if any(request.POST.get(f"{name}-buang") for name in raw):  # a file is taken away again
        raw |= {name: None for name in raw if request.POST.get(f"{name}-buang")}
    raw |= _placed(form, names_of(steps), raw, seen)
    for name in (ANONYMOUS, SECRET):
        if request.POST.get(f"{name}-ada"):
            raw[name] = "ya" if request.POST.get(name) else ""
    return raw, wrong


def unchosen(form: Form, raw: Mapping[str, Any]) -> dict[str, str]:
    """Areas for which a name was looked for and none of the places found was chosen."""
    return {
        name: _("Choose one of the places found, or empty the search.")
        for name, item in form.by_name.items()
        if item.type is FieldType.AREA and raw.get(f"{name}{SEARCH}") and not raw.get(name)
    }


def _say(problem: Problem) -> str:
    return problem.say(language=get_language() or "id")


def _place_in(upload: UploadedFile[bytes], item: Field) -> list[tuple[float, float]]:
    """Where a photograph says that it was taken; of a private one nothing is read."""
    kind = str(upload.content_type or "")
    if item.is_personal or kind not in pictures.KINDS or (upload.size or 0) > (item.max_size or files.LARGEST):
        return []
    upload.seek(0)
    place = pictures.place_of(upload.read(), media_type=kind)
    upload.seek(0)
    return [place] if place else []


def _placed(
    form: Form, asked: Sequence[str], raw: Mapping[str, Any], seen: Sequence[tuple[float, float]]
) -> dict[str, Any]:
    """A point nobody has named, from the photograph; an area nobody has chosen, from what lies near the point.

    Both are shown before anything is sent, with where they come from, and can be changed.
    """
    found: dict[str, Any] = {}
    points = [name for name in asked if form.by_name[name].type is FieldType.POINT]
    for name in points:
        if seen and not any(str(raw.get(f"{name}-{part}") or "").strip() for part in ("lat", "lon")):
            lat, lon = seen[0]
            found |= {f"{name}-lat": f"{lat:.5f}", f"{name}-lon": f"{lon:.5f}", f"{name}{ORIGIN}": "foto"}
    areas_open = [
        name for name in asked
        if form.by_name[name].type is FieldType.AREA and not raw.get(name) and not raw.get(f"{name}{SEARCH}")
    ]  # fmt: skip
    if points and areas_open and (point := _point_in({**raw, **found}, points[0])):
        code = area_at(point)
        for name in areas_open if code else ():
            found |= {name: code, f"{name}{ORIGIN}": "titik"}
    return found


def _point_in(raw: Mapping[str, Any], name: str) -> tuple[float, float] | None:
    try:
        point = read_point({"lat": raw.get(f"{name}-lat"), "lon": raw.get(f"{name}-lon")})
    except Unfit:
        return None
    return point["lat"], point["lon"]


def _kept(upload: UploadedFile[bytes], item: Field) -> Mapping[str, object]:
    kind = str(upload.content_type or "application/octet-stream")
    kept = files.keep(
        cast(BinaryIO, upload.open()), name=str(upload.name), media_type=kind, field=item.name,
        is_personal=item.is_personal, largest=item.max_size or files.LARGEST,
    )  # fmt: skip
    return kept.answer


def judged_act(
    request: HttpRequest, pack: Pack, asked: Sequence[str], needed: Sequence[str], case: Case
) -> tuple[dict[str, Any], dict[str, Any], dict[str, str]]:
    """What was sent for an act in a case: as typed, as kept, and what is wrong."""
    service = Service(pack, case.pack)
    raw, wrong = received(request, service, [Step("", "", tuple(asked))])
    moment = clock.now()
    cleaned = clean(
        pack.form, raw, stage="staff", only=asked, needed=needed, known=case.values, lists=lists.known(moment),
        now=moment, zone=Zone(settings.PROVINCE_ZONE),
    )  # fmt: skip
    values = {name: value for name, value in cleaned.values.items() if value is not None}
    return raw, values, {**cleaned.errors_in(get_language()), **wrong}
