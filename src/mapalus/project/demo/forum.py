"""The Forum Satu Data of the story and the requests for data, told through the real acts at their own times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mapalus.project.demo.forum_told import OPENED, STEPS, Day, Of, Paper
from mapalus.project.demo.paper import pdf_of
from mapalus.project.demo.storyclock import STAGE
from mapalus.project.demo.teller import Step, Teller

if TYPE_CHECKING:
    from mapalus.apps.cases.models import Case
    from mapalus.engine.ports import Actor
    from mapalus.project.demo.forum_told import Opening
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["tell"]


def tell(clock: StoryClock) -> None:
    """Every meeting, matter, item of the plan and request from its beginning to the day of the tour."""
    teller = _Teller(clock)
    for at, code, step in sorted(_events(clock), key=lambda event: event[0]):
        teller.pass_until(at)
        teller.happen(code, step, at)
    teller.pass_until(clock.moment(0, STAGE))


def _events(clock: StoryClock) -> Iterator[tuple[datetime, str, Step | None]]:
    for code, opening in OPENED.items():
        if not opening.of:
            yield clock.moment(opening.day, opening.clock), code, None
    for code, steps in STEPS.items():
        for step in steps:
            yield clock.moment(step.day, step.clock), code, step


class _Teller(Teller):
    def __init__(self, clock: StoryClock) -> None:
        super().__init__()
        self._clock = clock

    def happen(self, code: str, step: Step | None, at: datetime) -> None:
        opening = OPENED[code]
        if step is None:
            case = self._open(code, opening, at)
        else:
            found = self._cases.get(code) or self._come_of(opening)
            case = self._step(found, step, at)
        self._keep(code, case, at)

    def _open(self, code: str, opening: Opening, at: datetime) -> Case:
        from mapalus.apps.cases import actions, packs
        from mapalus.apps.cases.who import Applicant

        by: Actor = Applicant() if opening.by == "applicant" else self._actor(opening.by, at)
        return actions.open_case(
            packs.current(opening.pack), values=self._told(opening.values), by=by, now=at, key=f"contoh:{code}",
            is_sample=True,
        ).case  # fmt: skip

    def _come_of(self, opening: Opening) -> Case:
        """The item of the plan that a decision set off, the matter that a request was brought as."""
        from mapalus.apps.cases.models import Case, CaseLink

        link = CaseLink.objects.get(target=self._cases[opening.of], origin__pack_name=opening.pack)
        return Case.objects.get(pk=link.origin_id)

    def _step(self, case: Case, step: Step, at: datetime) -> Case:
        from mapalus.apps.cases import actions

        by = self._actor(step.by or case.turn, at)
        return actions.take(case, act=step.act, values=self._told(step.values), reason=step.reason, by=by, now=at)

    def _told(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self._value(name, value) for name, value in values.items()}

    def _value(self, name: str, value: Any) -> Any:
        match value:
            case Day(number):
                day = self._clock.day(number)
                return day.year if name == "tahun" else day.isoformat()
            case Of(code):
                return self._cases[code].number
            case Paper(file, title, text):
                from mapalus.apps.cases import files

                content = BytesIO(pdf_of(text, title=title))
                return files.keep(content, name=file, media_type="application/pdf", field=name).answer
        return value

    @staticmethod
    def _actor(position: str, at: datetime) -> Actor:
        from mapalus.project.demo import organisation

        return organisation.actor(position, now=at)
