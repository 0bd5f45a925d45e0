"""From the effect `letter` of an act to a numbered letter, and from that to its paper.

The text is filled and the number given in one transaction with the mark that the effect is done; the paper is made
after it by a job. What the letter says is fixed at that moment, whatever happens to the case later.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from mapalus.apps.cases import files, outbox, personal
from mapalus.apps.cases.models import Case, CaseEffect
from mapalus.apps.cases.packs import pack_of, process_of
from mapalus.apps.cases.telling import filling, said
from mapalus.apps.cases.who import positions_in
from mapalus.apps.directory.models import Person, Position, Region, Unit
from mapalus.apps.directory.roster import local_day
from mapalus.apps.directory.succession import holder_of
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.letters import actions
from mapalus.apps.letters.models import Letter
from mapalus.engine.errors import Problem
from mapalus.engine.flow import from_json
from mapalus.engine.letters.template import read_letter
from mapalus.engine.packs.pack import Pack
from mapalus.engine.packs.texts import placeholders
from mapalus.engine.text import _

__all__ = ["NoSigner", "declare", "make_paper"]

_LANGUAGE = "id"
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip


class NoSigner(Problem):
    """A letter whose signing role nobody fills in this case."""

    code = "no-signer"
    text = _("Nobody fills the role %(role)s that signs the letter %(letter)s.")


def declare() -> None:
    outbox.register("letter", _issue)


def _issue(effect: CaseEffect, now: datetime) -> None:
    """The handler of the outbox; a second run finds the letter there."""
    if Letter.objects.filter(effect=effect).exists():
        return
    case = effect.case
    actions.issue(case, effect=effect, draft=_draft(effect, pack_of(case.pack)), by=PLATFORM, now=now)


def _draft(effect: CaseEffect, pack: Pack) -> actions.Draft:
    case, path = effect.case, str(effect.data["template"])
    text = pack.letters[path]
    at = effect.queued_at
    own = personal.read(case)
    fields = {name for name in placeholders(text) if name in pack.form.by_name}
    is_personal = any(pack.form.by_name[name].is_personal for name in fields)
    with override(_LANGUAGE):
        texts = _texts(case, pack, effect)
        shown = read_letter(text, texts)
        texts |= {name: said(pack, name, value) for name, value in own.values.items()}
        letter = read_letter(text, texts)
    position = _signer(case, pack, letter.head.get("penandatangan", ""), path, at)
    holder = holder_of(position.code, at)
    person = Person.objects.filter(pk=holder.person).first()
    content = {
        "head": dict(letter.head),
        "copies": list(letter.copies),
        "body": [{"lines": list(one.lines), "list": one.is_list, "numbered": one.is_numbered} for one in letter.body],
        "government": _government(),
        "agency": position.unit.name,
        "day": _long(at),
        "signer": holder.label or position.title,
        "name": person.name if person else "",
        "nip": person.nip if person else "",
        "case": case.number,
        "sample": case.is_sample,
    }
    return actions.Draft(
        template=path,
        # for lists: with what is personal left out
        about=shown.head.get("hal", "") or case.title,
        code=letter.head.get("kode", ""),
        unit=position.unit_id,
        signer=position.code,
        signer_label=holder.label or position.title,
        dated_on=local_day(at),
        is_personal=is_personal,
        content=content,
    )


def _texts(case: Case, pack: Pack, effect: CaseEffect) -> dict[str, str]:
    """What fills the places: as in messages, but with the reason and names of the act that set the letter off."""
    texts = filling(case, pack, language=_LANGUAGE, now=effect.queued_at)
    unit = Unit.objects.filter(pk=case.unit).values_list("name", flat=True).first()
    opener = Position.objects.filter(pk=case.opened_by).select_related("unit").first()
    return {
        **texts,
        "unit": unit or (opener.unit.name if opener else "") or texts["unit"],
        "today": _long(effect.queued_at),
    }


def _signer(case: Case, pack: Pack, role: str, path: str, at: datetime) -> Position:
    process = process_of(pack)
    situation = from_json({**case.situation, "values": case.values})
    found = sorted(positions_in(process, role, situation, now=at)) if role in process.roles else []
    code = found[0] if found else pack.owner.removeprefix("pos:")
    position = Position.objects.select_related("unit").filter(pk=code).first()
    if position is None:
        raise NoSigner(role=role, letter=path)
    return position


def _government() -> str:
    name = Region.objects.filter(pk=settings.PROVINCE_CODE).values_list("name", flat=True).first() or ""
    return f"Pemerintah Provinsi {name.removeprefix('Provinsi ')}".strip()


def _long(moment: datetime) -> str:
    day = local_day(moment)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


# --- the paper ------------------------------------------------------------------------------------------------------


def make_paper(key: int, *, now: datetime) -> None:
    """Make the file of a letter and attach it. A second run finds it there."""
    letter = Letter.objects.select_related("case").filter(pk=key, file__isnull=True).first()
    if letter is None or not letter.sealed:
        return
    content: dict[str, Any] = personal.open_text(letter.sealed, letter.case)
    with override(_LANGUAGE):
        page = render_to_string("letters/letter.html", {"letter": content})
    data, media_type, ending = _printed(page)
    name = f"Surat {letter.number.replace('/', '-')}.{ending}"
    kept = files.keep(BytesIO(data), name=name, media_type=media_type, is_personal=letter.is_personal)
    with transaction.atomic():
        actions.keep_file(letter, kept, now=now)


def _printed(page: str) -> tuple[bytes, str, str]:
    """As PDF; where the library for it is missing as a page that prints cleanly."""
    from mapalus.engine.letters.paper import pdf

    try:
        return pdf(page), "application/pdf", "pdf"
    except ImportError:
        return page.encode(), "text/html", "html"
