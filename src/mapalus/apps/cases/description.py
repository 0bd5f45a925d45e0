"""What a case is called, how its values are kept apart, its number and its words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from mapalus.apps.cases import search
from mapalus.apps.cases.held import Held
from mapalus.apps.cases.models import (
    Audience,
    Case,
    Counter,
)
from mapalus.apps.cases.packs import pack_of
from mapalus.apps.cases.who import APPLICANT
from mapalus.apps.directory.roster import local_day
from mapalus.engine.flow import Situation
from mapalus.engine.forms import FieldType
from mapalus.engine.packs.pack import Pack

__all__ = ["describe", "district_of", "forget_words_of_applicant", "index_words", "next_number", "split_values"]

_DISTRICT = len("71.06")


def describe(on: Held, situation: Situation) -> None:
    """Title, place and region of a case, from its first fields of that kind; the public title from public ones."""
    case, form = on.case, on.pack.form
    texts = [field for field in form.fields if field.type == FieldType.STRING and not field.is_personal]
    named = [field for field in texts if field.name in ("judul", "title", "perihal", "subject")] or texts
    case.title = next((str(value) for field in named if (value := situation.values.get(field.name))), on.pack.title)
    shown = [field for field in named if field.is_public]
    case.public_title = next(
        (str(value) for field in shown if (value := situation.values.get(field.name))), on.pack.title
    )
    case.title, case.public_title = case.title[:200], case.public_title[:200]
    for field in form.fields:
        value = situation.values.get(field.name)
        if field.is_personal or not value:
            continue
        if field.type == FieldType.AREA and isinstance(value, str) and not case.region:
            case.region = district_of(value)
        if field.type == FieldType.POINT and isinstance(value, Mapping) and case.latitude is None:
            case.latitude, case.longitude = value.get("lat"), value.get("lon")


def district_of(code: str) -> str:
    """The district an area lies in, by which cases are counted and found; the village stands in the values."""
    return code[:_DISTRICT]


def split_values(pack: Pack, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Values anybody who sees the case may read, and personal ones. A table with a personal column is personal."""
    shown: dict[str, Any] = {}
    own: dict[str, Any] = {}
    for name, value in values.items():
        field = pack.form.by_name.get(name)
        is_personal = field is not None and (field.is_personal or any(column.is_personal for column in field.fields))
        (own if is_personal else shown)[name] = value
    return shown, own


def next_number(pack: Pack, case: Case, *, now: datetime) -> str:
    """The next number of the pack and year, without a gap: others wait for it until this transaction ends."""
    day = local_day(now)
    seq = _next(pack.name, day.year)
    unit = (case.unit or pack.owner.removeprefix("pos:").partition(".")[0]).upper()
    pattern = pack.number or f"{pack.name.upper()}-{{year}}-{{seq:05}}"
    return pattern.format(year=day.year, month=f"{day.month:02}", unit=unit, seq=seq)[:60]


def _next(pack: str, year: int) -> int:
    # One statement, the same on both databases: the row is held for as short as can be.
    table = Counter._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (pack, year, last) VALUES (%s, %s, 1)"
            f" ON CONFLICT (pack, year) DO UPDATE SET last = {table}.last + 1 RETURNING last",
            [pack, year],
        )
        return int(cursor.fetchone()[0])


def index_words(case: Case, pack: Pack, *, is_new: bool = False) -> None:
    """Bring the words of a case up to date: public ones for everybody, the rest for officials."""
    shown = [case.number]
    inside = [case.title]
    for name, value in case.values.items():
        field = pack.form.by_name.get(name)
        (shown if field is not None and field.is_public else inside).extend(search.texts_of(value))
    if case.public_title:
        shown.append(case.public_title)
    if is_new:
        search.index_many([(case.pk, shown, [*shown, *inside])])
        return
    for audience, text in case.remarks.values_list("audience", "text"):
        (shown if audience == Audience.PUBLIC else inside).append(text)
    search.index(case.pk, shown=shown, inside=inside)


def forget_words_of_applicant(case: Case) -> None:
    """What the applicant wrote in remarks goes with his personal values, and so do its words."""
    case.remarks.filter(position=APPLICANT).update(text="–")
    index_words(case, pack_of(case.pack))
