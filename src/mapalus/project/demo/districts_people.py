"""The posts of a district of the story and who holds them: in its own Mapalus, and as the province knows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mapalus.project.demo.districts_plan import Place
from mapalus.project.demo.province import read_table
from mapalus.project.demo.storyclock import StoryClock

__all__ = ["enter_people", "tables_of"]


def tables_of(place: Place, story: Path) -> Path:
    """Where its posts and people stand: with the province's, or in tables of its own."""
    return story / "districts" / place.code if place.has_own_people else story


def enter_people(
    place: Place, tables: Path, clock: StoryClock, *, roles: Callable[[Mapping[str, str]], Iterable[str]]
) -> None:
    """The three posts of the district; by one click, without passwords, as in the province."""
    from mapalus.apps.directory import actions
    from mapalus.apps.directory.models import Kind, Person, Region, Unit
    from mapalus.apps.ledger.platform import PLATFORM

    at = clock.moment(-280, "08:00")
    region = Region.objects.get(pk=place.region)
    unit = actions.create_unit(
        Unit, code=place.code, name=f"Pemerintah {region.name}", short=region.name, kind="daerah", region=region,
        by=PLATFORM, now=at,
    )  # fmt: skip
    held = {row["position"].removeprefix("pos:"): row for row in read_table(tables / "appointments.csv")}
    people = {row["person"]: row for row in read_table(tables / "people.csv")}
    above = None
    for row in read_table(tables / "positions.csv"):
        code = row["position"].removeprefix("pos:")
        if row["unit"] != place.code:
            continue
        above = actions.create_position(
            unit, code=code, title=row["title_id"], grade=row["level"], is_head=code.endswith(".sekda"),
            superior=above, roles=roles(row), by=PLATFORM, now=at,
        )  # fmt: skip
        known = people[held[code]["person"]]
        person = actions.create_person(
            Person, code=known["person"], name=known["name"], nip=known["nip_palsu"], is_sample=True, by=PLATFORM,
            now=at,
        )  # fmt: skip
        actions.link_account(person, email=known["email"], by=PLATFORM, now=at)
        actions.appoint(
            above, person=person, kind=Kind.DEFINITIVE, from_on=clock.day(-280), decree=held[code]["decree_palsu"],
            by=PLATFORM, now=at,
        )  # fmt: skip
