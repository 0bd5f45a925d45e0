"""A report filed by another system: the standard's arguments become the answers of the pack's own form."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.html import strip_tags
from django.utils.translation import gettext as _

from mapalus.apps.cases import actions, files
from mapalus.apps.cases.beginning import Opened
from mapalus.apps.cases.who import Applicant
from mapalus.doors.api.open311.categories import Intake, Service, service
from mapalus.doors.api.open311.rendering import Fault
from mapalus.engine.errors import Invalid, Problem
from mapalus.engine.forms import Field, FieldType

__all__ = ["SAMPLE_KEY", "file_report", "key_owner"]

SAMPLE_KEY = "contoh"  # works in a sample province only
_DESCRIPTION = 4000
_A_MINUTE = 60  # reports of one key
_ATTRIBUTE = re.compile(r"^attribute\[([a-z][a-z0-9_]{0,60})\](\[\])?$")


@dataclass(frozen=True)
class _Place:
    latitude: float | None
    longitude: float | None
    address: str


def key_owner(key: str) -> str:
    """Whose key it is. Raises `Fault` (403) for none or another. Keys are settings: `name:key`, divided by commas."""
    known = dict(entry.partition(":")[::2] for entry in settings.OPEN311_KEYS)
    if settings.SAMPLE_DATA:
        known["contoh"] = SAMPLE_KEY
    for name, secret in known.items():
        if key and secret and hmac.compare_digest(secret.encode(), key.encode()):
            return name
    raise Fault(403, "api_key is missing or not valid. See key_service in discovery.")


def file_report(sent: QueryDict, media: UploadedFile[Any] | None, *, now: datetime) -> Opened:
    """Begin the case. Raises `Fault`. The same report sent again within the day gives the same number."""
    owner = key_owner(sent.get("api_key", ""))
    _bound(owner, now)
    code = sent.get("service_code", "")
    if not code:
        raise Fault(400, "service_code is required.")
    chosen = service(code)
    place = _place(sent)
    values = _values(sent, chosen, place)
    if media is not None and chosen.intake.photo:
        values[chosen.intake.photo] = _photo(media, chosen.intake)
    try:
        return actions.open_case(
            chosen.intake.version,
            values=values,
            by=Applicant(label=f"Open311: {owner}"),
            now=now,
            key=_again(owner, sent, place, now),
            channel="open311",
            is_sample=settings.SAMPLE_DATA,
        )
    except Invalid as problem:
        raise Fault(400, *_sentences(problem, chosen.intake)) from None
    except Problem as problem:
        raise Fault(400, problem.say()) from None


def _bound(owner: str, now: datetime) -> None:
    mark = f"open311:{owner}:{now:%Y%m%d%H%M}"
    cache.add(mark, 0, timeout=120)
    if cache.incr(mark) > _A_MINUTE:
        raise Fault(400, f"More than {_A_MINUTE} reports in a minute. Send the rest a minute later.")


def _again(owner: str, sent: QueryDict, place: _Place, now: datetime) -> str:
    parts = [owner, f"{now:%Y%m%d}", sent.get("service_code", ""), sent.get("description", ""), sent.get("email", "")]
    parts += [str(place.latitude), str(place.longitude), place.address, sent.get("phone", "")]
    return "open311:" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:40]


def _place(sent: QueryDict) -> _Place:
    """One of the three ways to say where. Raises `Fault` (400)."""
    latitude, longitude = (_degrees(sent, name, bound) for name, bound in (("lat", 90), ("long", 180)))
    if (latitude is None) != (longitude is None):
        raise Fault(400, "lat and long belong together; one of them is missing.")
    address = " ".join(filter(None, (sent.get("address_string", "").strip(), sent.get("address_id", "").strip())))
    if latitude is None and not address:
        raise Fault(400, "Say where: lat and long, address_string, or address_id.")
    return _Place(latitude, longitude, strip_tags(address)[:200])


def _degrees(sent: QueryDict, name: str, bound: int) -> float | None:
    text = sent.get(name, "").strip()
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not -bound <= value <= bound:
        raise Fault(400, f"{name} must be a number of degrees between -{bound} and {bound}.")
    return value


def _values(sent: QueryDict, chosen: Service, place: _Place) -> dict[str, Any]:
    intake, form = chosen.intake, chosen.intake.pack.form
    text = _description(sent, chosen)
    values: dict[str, Any] = {intake.category: chosen.code}
    own = {
        intake.description: text,
        intake.title: _title(text, chosen, form.by_name.get(intake.title)),
        intake.address: place.address,
        intake.name: " ".join(filter(None, (sent.get("first_name", ""), sent.get("last_name", "")))),
        intake.email: sent.get("email", ""),
        intake.phone: sent.get("phone", ""),
    }
    values |= {name: value for name, value in own.items() if name and value}
    if intake.point and place.latitude is not None:
        values[intake.point] = {"lat": place.latitude, "lon": place.longitude}
    return values | _attributes(sent, intake)


def _description(sent: QueryDict, chosen: Service) -> str:
    given = sent.get("description", "")
    if len(given) > _DESCRIPTION:
        raise Fault(400, f"description has {len(given)} characters; at most {_DESCRIPTION} are allowed.")
    text = strip_tags(given).strip()
    field = chosen.intake.pack.form.by_name.get(chosen.intake.description)
    least = (field.min_length or 0) if field else 0
    if len(text) >= least:
        return text
    # The standard lets a description be short or absent; the category then says what it is about.
    return f"{chosen.name}: {text or _('reported without a description')} (Open311)".ljust(least, ".")


def _title(text: str, chosen: Service, field: Field | None) -> str:
    """The first sentence, as long as a title may be."""
    most = (field.max_length or 150) if field else 150
    least = (field.min_length or 0) if field else 0
    first = re.split(r"(?<=[.!?])\s|\n", text, maxsplit=1)[0].strip()
    title = first if len(first) >= least else f"{chosen.name}: {first or text}".strip()
    return title if len(title) <= most else title[: most - 1].rstrip() + "…"


def _attributes(sent: QueryDict, intake: Intake) -> dict[str, Any]:
    known = {item.name: item for item in intake.attributes}
    values: dict[str, Any] = {}
    for argument in sent:
        match = _ATTRIBUTE.match(argument)
        if match is None:
            continue
        item = known.get(match[1])
        if item is None:
            raise Fault(400, f"There is no attribute {match[1]}.")
        given = [part for part in sent.getlist(argument) if part]
        if given:
            values[item.name] = given if item.is_list else _single(item, given[-1])
    return values


def _single(item: Field, text: str) -> Any:
    if item.type is FieldType.DATE:  # the standard sends a moment; the day of it is meant
        return text[:10]
    return text == "true" if item.type is FieldType.BOOLEAN else text


def _photo(upload: UploadedFile[Any], intake: Intake) -> Any:
    field = intake.pack.form.field(intake.photo)
    kind = str(upload.content_type or "")
    if field.accept and kind not in field.accept:
        raise Fault(400, f"media must be one of {', '.join(field.accept)}, not {kind[:60]}.")
    if upload.size and field.max_size and upload.size > field.max_size:
        raise Fault(400, f"media is larger than {field.max_size} bytes.")
    try:
        kept = files.keep(cast(BinaryIO, upload.open()), name=str(upload.name), media_type=kind, field=field.name)
    except Problem as problem:
        raise Fault(400, f"media: {problem.say()}") from None
    return [kept.answer] if field.multiple else kept.answer


def _sentences(problem: Invalid, intake: Intake) -> list[str]:
    """By the argument's name as the client knows it."""
    names = {
        intake.description: "description", intake.title: "description", intake.address: "address_string",
        intake.email: "email", intake.phone: "phone", intake.name: "first_name", intake.category: "service_code",
        intake.point: "lat", intake.photo: "media",
    }  # fmt: skip
    return [f"{names.get(name, f'attribute[{name}]')}: {said}" for name, said in problem.fields.items()] or [
        problem.say()
    ]
