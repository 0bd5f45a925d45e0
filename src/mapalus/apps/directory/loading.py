"""An organisation read from tables: units, positions, people, appointments, told in working days around one day.

The folder holds `agencies.csv`, `positions.csv`, `people.csv`, `appointments.csv` and, where districts take part,
`districts.csv` (each also with the prefix `demo-`). Every row goes through the same actions as a change by hand.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from mapalus.apps.directory import actions, terms
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, PositionKind, Region, Unit
from mapalus.engine.errors import Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _
from mapalus.engine.workdays import OPENS

__all__ = ["Loaded", "load_organisation", "roles_in"]

_FOLLOWS = re.compile(r"dirangkap pemegang (?P<position>[a-z0-9.-]+)")
_KINDS = {
    "fungsional": PositionKind.FUNCTIONAL,
    "tim": PositionKind.TEAM,
    "ex officio": PositionKind.EX_OFFICIO,
    "luar": PositionKind.OUTSIDE,
}
# Units the list of agencies does not have: the top, and governments that are not the province's.
_OTHER_UNITS = {
    "gov": ("Gubernur dan Wakil Gubernur", "Gubernur", "pimpinan"),
    "bps": ("Badan Pusat Statistik Provinsi", "BPS", "luar"),
}
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Loaded:
    """How much was read."""

    units: int
    positions: int
    people: int
    appointments: int


def load_organisation(folder: Path, *, day0: date, by: Actor, now: datetime, accounts: bool = True) -> Loaded:
    """Read the whole organisation. `day0` is H; day numbers in the tables are working days before or after it.

    `accounts` opens one for each person under the address of the table, without a password.
    """
    calendar = province_calendar()
    units = _load_units(folder, by=by, now=now)
    positions = _load_positions(folder, units=units, by=by, now=now)
    people = _load_people(folder, by=by, now=now, accounts=accounts)
    told = _Telling(
        day=lambda offset: calendar.add(day0, offset),
        at=lambda day: min(calendar.at(day, OPENS), now),
        positions=positions,
        people=people,
        by=by,
    )
    count = told.tell(_table(folder, "appointments"))
    return Loaded(len(units), len(positions), len(people), count)


def _table(folder: Path, name: str, *, optional: bool = False) -> list[dict[str, str]]:
    for path in (folder / f"{name}.csv", folder / f"demo-{name}.csv"):
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
    if optional:
        return []
    raise Invalid(_("The folder has no table %(name)s."), name=f"{name}.csv")


@cache
def _words() -> tuple[tuple[tuple[str, str], ...], dict[str, list[str]]]:
    read: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "data" / "roles.yml").read_text(encoding="utf-8"))
    pairs = [(word, role) for role, known in read["roles"].items() for word in known["words"]]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0]))), read["titles"]


def roles_in(text: str, *, title: str = "") -> frozenset[str]:
    """The roles named by a list's words (`walidata pendukung; operator DS20`), and those a title itself is."""
    words, titles = _words()
    found = set()
    for phrase in re.split(r"[;,]", text.lower()):
        role = next((role for word, role in words if phrase.strip().startswith(word)), None)
        if role:
            found.add(role)
    found.update(role for role, known in titles.items() if title.lower() in known)
    return frozenset(found)


def _load_units(folder: Path, *, by: Actor, now: datetime) -> dict[str, Unit]:
    agencies = {row["unit"]: row for row in _table(folder, "agencies")}
    districts = {row["instance"]: row for row in _table(folder, "districts", optional=True)}
    made = {}
    for code in dict.fromkeys([*agencies, *(row["unit"] for row in _table(folder, "positions"))]):
        made[code] = actions.create_unit(Unit, code=code, by=by, now=now, **_unit(code, agencies, districts))
    return made


def _unit(code: str, agencies: Mapping[str, dict[str, str]], districts: Mapping[str, dict[str, str]]) -> dict[str, Any]:
    if code in agencies:
        row = agencies[code]
        return {
            "name": row["name_id"], "short": row["short"], "kind": row["type"], "template_code": row["template_code"],
        }  # fmt: skip
    if code in districts:
        row = districts[code]
        name = f"Pemerintah {row['region']}"
        region = Region.objects.filter(code=row["region_code"]).first()
        return {"name": name, "short": row["region"], "kind": "daerah", "region": region}
    name, short, kind = _OTHER_UNITS.get(code, (code, code, "lain"))
    return {"name": name, "short": short, "kind": kind}


def _load_positions(folder: Path, *, units: Mapping[str, Unit], by: Actor, now: datetime) -> dict[str, Position]:
    agencies = _table(folder, "agencies")
    heads = {row["head_position"] for row in agencies}
    extra: dict[str, set[str]] = {}
    for row in agencies:
        extra.setdefault(row["ppid_pelaksana_position"], set()).add("ppid-pelaksana")
        extra.setdefault(row["walidata_pendukung_position"], set()).update(("walidata-pendukung", "operator"))
    made: dict[str, Position] = {}
    for row in _above_first(_table(folder, "positions")):
        code = _code(row["position"])
        follows = _FOLLOWS.search(row["roles"])
        made[code] = actions.create_position(
            units[row["unit"]],
            code=code,
            title=row["title_id"],
            kind=_KINDS.get(row["level"], PositionKind.LINE),
            grade=row["level"],
            is_head=code in heads,
            superior=made.get(_code(row["superior"])),
            follows=made[follows["position"]] if follows else None,
            roles=roles_in(row["roles"], title=row["title_id"]) | extra.get(code, set()),
            by=by,
            now=now,
        )
    return made


def _code(text: str) -> str:
    return text.strip().removeprefix("pos:")


def _above_first(rows: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Superiors and followed posts before those that name them."""
    waiting = {_code(row["position"]): row for row in rows}
    while waiting:
        for code, row in list(waiting.items()):
            follows = _FOLLOWS.search(row["roles"])
            needs = {_code(row["superior"]), follows["position"] if follows else ""}
            if not needs & waiting.keys():
                yield waiting.pop(code)
                break
        else:
            raise Invalid(_("The positions %(codes)s name one another in a circle."), codes=", ".join(waiting))


def _load_people(folder: Path, *, by: Actor, now: datetime, accounts: bool) -> dict[str, Person]:
    made = {}
    for row in _table(folder, "people"):
        sample = bool(row.get("sample_mark"))
        nip = row.get("nip_palsu") or row.get("nip") or ""
        person = actions.create_person(
            Person, code=row["person"], name=row["name"], nip=nip, is_sample=sample, by=by, now=now
        )
        if accounts and row.get("email"):
            actions.link_account(person, email=row["email"], by=by, now=now)
        made[row["person"]] = person
    return made


@dataclass(frozen=True)
class _Telling:
    """Appointments in the order in which they happened: each at the opening of its first day."""

    day: Callable[[int], date]
    at: Callable[[date], datetime]
    positions: Mapping[str, Position]
    people: Mapping[str, Person]
    by: Actor

    def tell(self, rows: list[dict[str, str]]) -> int:
        events: list[tuple[date, int, Callable[[], object]]] = []
        open_terms: dict[str, Appointment] = {}
        for row in rows:
            events += self._events(row, open_terms)
        for _day, _order, happen in sorted(events, key=lambda event: event[:2]):
            happen()
        return len(rows)

    def _events(
        self, row: Mapping[str, str], open_terms: dict[str, Appointment]
    ) -> Iterator[tuple[date, int, Callable[[], object]]]:
        kind, first = Kind(row["kind"]), self.day(int(row["from_day"]))
        last = self.day(int(row["to_day"])) if row["to_day"] else None
        if kind == Kind.PLH and last is not None:
            last -= _DAY  # an absence ends on the morning the holder is back: that day is his again

        def begin() -> None:
            open_terms[row["appointment"]] = self._appoint(row, kind, first, last)

        def end() -> None:
            assert last is not None
            actions.end_appointment(
                open_terms[row["appointment"]], last_on=last, reason=row["note"] or row["decree_palsu"],
                by=self.by, now=self.at(last),
            )  # fmt: skip

        yield first, 1, begin
        if kind == Kind.DEFINITIVE and last is not None:
            yield last, 0, end

    def _appoint(self, row: Mapping[str, str], kind: Kind, first: date, last: date | None) -> Appointment:
        def appoint(until: date | None) -> Appointment:
            return actions.appoint(
                self.positions[_code(row["position"])], person=self.people[row["person"]], kind=kind, from_on=first,
                to_on=until, decree=row["decree_palsu"], by=self.by, now=self.at(first),
            )  # fmt: skip

        if kind == Kind.DEFINITIVE:
            return appoint(None)  # its end, if it has one, is told when it comes
        term = terms.last_day_of_months(first, terms.rules().plt_months)
        if kind == Kind.PLT and last is not None and last > term:
            made = appoint(term)
            return actions.extend_appointment(
                made, to_on=last, decree=f"{row['decree_palsu']}/PERPANJANGAN", by=self.by, now=self.at(term)
            )
        return appoint(last)
