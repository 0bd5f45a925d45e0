"""Every change to letters. A number is given in the transaction of what it is for, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from mapalus.apps.cases import actions as cases
from mapalus.apps.cases import personal
from mapalus.apps.cases.files import Received
from mapalus.apps.cases.models import Audience, Case, CaseEffect
from mapalus.apps.jobs.job import enqueue
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.apps.letters.models import Letter, Register
from mapalus.engine.letters.numbering import letter_number
from mapalus.engine.ports import Actor

__all__ = ["Draft", "issue", "keep_file"]


@dataclass(frozen=True)
class Draft:
    """A letter before it has a number."""

    template: str
    about: str
    code: str
    unit: str
    signer: str
    signer_label: str
    dated_on: date
    is_personal: bool
    content: dict[str, Any]  # what the paper shows


@action("letters.issue")
def issue(case: Case, *, effect: CaseEffect, draft: Draft, by: Actor, now: datetime) -> Letter:
    """Give a letter the next number of its unit and year, and queue its paper. An effect makes one letter, once."""
    there = Letter.objects.filter(effect=effect).first()
    if there is not None:
        return there
    year = draft.dated_on.year
    Register.objects.get_or_create(unit=draft.unit, year=year)
    register = Register.objects.select_for_update().get(unit=draft.unit, year=year)
    register.last += 1
    register.save(update_fields=["last"])
    number = letter_number(code=draft.code, sequence=register.last, unit=draft.unit, on=draft.dated_on)
    made = Letter.objects.create(
        case=case, effect=effect, unit=draft.unit, year=year, sequence=register.last, number=number,
        template=draft.template, about=draft.about[:300], dated_on=draft.dated_on, signer=draft.signer,
        signer_label=draft.signer_label[:240], is_personal=draft.is_personal,
        sealed=personal.seal_text({**draft.content, "number": number}, case), made_at=now,
    )  # fmt: skip
    note(number=number, case=case.number, template=draft.template, signer=draft.signer)
    from mapalus.apps.letters.jobs import paper

    enqueue(paper, made.pk, key=f"letter:{made.pk}")
    return made


def keep_file(letter: Letter, received: Received, *, now: datetime) -> Letter:
    """Attach the paper to the case, once; after that the file alone holds the text. The act is `cases.attach`."""
    letter = Letter.objects.select_for_update().select_related("case").get(pk=letter.pk)
    if letter.file_id is not None:
        return letter
    letter.file = cases.attach(letter.case, files=[received], audience=Audience.APPLICANT, by=PLATFORM, now=now)[0]
    letter.sealed = ""
    letter.save(update_fields=["file", "sealed"])
    return letter
