"""The forty complaints of the story, and six of the weeks before it, through the real acts at their own times;
time passes between them.

What an act sets off (notices, the request that C15 becomes) is worked off at the story's time too, so that nothing
of it is left for the worker to do at another time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from mapalus.project.demo import complaints_before
from mapalus.project.demo.complaints_told import (
    CATEGORIES,
    FEEDBACK,
    INCIDENT,
    LAPOR,
    SITE,
    STEPS,
    TITLES,
)
from mapalus.project.demo.province import read_table
from mapalus.project.demo.storyclock import STAGE
from mapalus.project.demo.teller import Step, Teller

if TYPE_CHECKING:
    from pathlib import Path

    from mapalus.apps.cases.models import Case
    from mapalus.engine.ports import Actor
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["PACK", "tell"]

PACK = "aduan"
_ADMIN, _DESK = "diskominfo.kabid-ikp", "diskominfo.petugas-ppid"
_BY_HAND = ("surat", "call center")  # written down by an official


@dataclass(frozen=True)
class _Event:
    at: datetime
    case: str
    step: Step | None  # None: it arrives


def tell(story: Path, clock: StoryClock) -> None:
    """Every complaint from its arrival to where it stands on the day of the tour."""
    tables = ("complaints-before.csv", "complaints.csv")
    rows = {row["case"]: row for name in tables for row in read_table(story / name)}
    teller = _Teller(clock, rows)
    for event in sorted(_events(rows, clock), key=lambda one: one.at):
        teller.pass_until(event.at)
        teller.happen(event)
    teller.pass_until(clock.moment(0, STAGE))


def _events(rows: dict[str, dict[str, str]], clock: StoryClock) -> Iterator[_Event]:
    for code, row in rows.items():
        yield _Event(clock.moment(int(row["day"]), row["time"]), code, None)
    yield _Event(clock.moment(-1, "21:10"), INCIDENT, None)
    for code, steps in {**complaints_before.STEPS, **STEPS}.items():
        for step in steps:
            yield _Event(clock.moment(step.day, step.clock), code, step)


class _Teller(Teller):
    def __init__(self, clock: StoryClock, rows: dict[str, dict[str, str]]) -> None:
        super().__init__()
        self._clock, self._rows = clock, rows

    def happen(self, event: _Event) -> None:
        if event.step is None:
            case = self._found(event.at) if event.case == INCIDENT else self._arrive(event.case, event.at)
        else:
            case = self._step(event.case, event.step, event.at)
        self._keep(event.case, case, event.at)

    def _arrive(self, code: str, at: datetime) -> Case:
        from mapalus.apps.cases import actions, packs

        row = self._rows[code]
        lapor = LAPOR.get(code, "")
        case = actions.open_case(
            packs.current(PACK), values=_values(code, row), by=self._reporter(row, at), now=at,
            key=f"lapor:{lapor}" if lapor else f"contoh:{code}", channel=row["channel"].replace(" ", "-"),
            is_anonymous="anonim" in row["identity"], is_secret="rahasia" in row["identity"], is_sample=True,
        ).case  # fmt: skip
        if lapor:
            self._keep(code, case, at)
            case = actions.take(
                case, act="catat_lapor", values={"nomor_lapor": lapor, "status_lapor": "belum-verifikasi"},
                by=self._admin(at), now=at,
            )  # fmt: skip
        return case

    def _found(self, at: datetime) -> Case:
        """The hijacked site, as the response team writes it down."""
        from mapalus.apps.cases import actions, packs
        from mapalus.project.demo import organisation

        return actions.open_case(
            packs.current("insiden-siber"), values=SITE, by=organisation.actor("diskominfo.kabid-persandian", now=at),
            now=at, key=f"contoh:{INCIDENT}", is_sample=True,
        ).case  # fmt: skip

    def _feedback(self) -> Case:
        """What became of the question about two figures at the keeper of the data."""
        from mapalus.apps.cases.models import Case, CaseLink

        found = CaseLink.objects.get(origin__pack_name="umpan-balik", target=self._cases["C39"])
        return Case.objects.get(pk=found.origin_id)

    def _reporter(self, row: dict[str, str], at: datetime) -> Actor:
        from mapalus.apps.cases.who import Applicant
        from mapalus.project.demo import organisation

        if row["channel"] in _BY_HAND:
            return organisation.actor(_DESK, now=at)
        return Applicant()

    def _admin(self, at: datetime) -> Actor:
        from mapalus.project.demo import organisation

        return organisation.actor(_ADMIN, now=at)

    def _step(self, code: str, step: Step, at: datetime) -> Case:
        from mapalus.apps.cases import actions
        from mapalus.apps.cases.who import Applicant
        from mapalus.project.demo import organisation

        if code == FEEDBACK and code not in self._cases:
            self._cases[code] = self._feedback()
        case = self._cases[code]
        if step.act == "link":
            actions.link(case, to=self._cases[step.other], by=self._admin(at), now=at)
            return type(case).objects.get(pk=case.pk)
        if step.act == "gabungkan":
            return actions.merge(case, into=self._cases[step.other], act=step.act, by=self._admin(at), now=at)
        if step.by == "applicant":
            by: Actor = Applicant(case=case.pk)
        else:
            by = self._admin(at) if step.by == "admin" else organisation.actor(step.by or case.turn, now=at)
        return actions.take(case, act=step.act, values=step.values, reason=step.reason, by=by, now=at)


def _values(code: str, row: dict[str, str]) -> dict[str, object]:
    values: dict[str, object] = {
        "judul": TITLES.get(code) or complaints_before.TITLES[code],
        "isi": row["text"],
        "kategori": CATEGORIES.get(row["category"], "lainnya"),
        "tempat": row["place"],
    }
    if row["region_code"].count(".") == 1:
        values["wilayah"] = row["region_code"]
    if row["lat"] and row["place"]:
        values["titik"] = {"lat": float(row["lat"]), "lon": float(row["lon"])}
    if "anonim" not in row["identity"] and "rahasia" not in row["identity"]:
        values["nama"] = row["reporter"]
    return values
