"""A small cast and a small process: a complaint that is verified, routed, answered; Siti applies, Budi decides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from mapalus.engine.clock import Zone
from mapalus.engine.expression import parse
from mapalus.engine.flow import (
    Appeal,
    Clock,
    Escalation,
    Extension,
    Notify,
    Open,
    Opening,
    Period,
    Process,
    Publish,
    Reason,
    Return,
    Role,
    Route,
    Routing,
    Situation,
    State,
    Transition,
    Within,
)
from mapalus.engine.workdays import Calendar

CALENDAR = Calendar(zone=Zone.WITA, is_national=False)


def at(text: str) -> datetime:
    """`11-02 09:00` of 2026, at the place."""
    return datetime.fromisoformat(f"2026-{text.replace(' ', 'T')}:00+08:00")


@dataclass(frozen=True)
class Person:
    """Somebody who fills roles by their names; `unit` for roles of the routed unit."""

    person: str
    roles: frozenset[str] = frozenset()
    position: str = ""
    unit: str = ""
    stands_for: str = ""

    @property
    def label(self) -> str:
        return self.person.title()

    def fills(self, role: Role, situation: Situation) -> bool:
        if role.unit == "routed" and self.unit:
            return role.name in self.roles and situation.routed_unit == self.unit
        return role.name in self.roles


def person(name: str, *roles: str, position: str = "", unit: str = "") -> Person:
    return Person(name, frozenset(roles), position, unit)


SITI = person("siti", "applicant")
BUDI = person("budi", "verifikator", position="diskominfo.kabid-ikp")
ANI = person("ani", "penangan", position="pu.kepala", unit="pu")
DEDI = person("dedi", "penangan", position="dinkes.kepala", unit="dinkes")


def mapped(*things: Any) -> MappingProxyType[str, Any]:
    return MappingProxyType({thing.name: thing for thing in things})


def complaint(**changes: Any) -> Process:
    """The process; `changes` replace parts of it."""
    process = Process(
        initial="diajukan",
        owner="diskominfo.kadis",
        roles=mapped(
            Role("verifikator", position="diskominfo.kabid-ikp"),
            Role("penangan", unit="routed", role="kepala"),
            Role("sekda", position="setda.sekda"),
        ),
        routing=Routing(source="kategori", units={"jalan": "pu", "gizi": "dinkes"}, fallback="diskominfo.kadis"),
        states=mapped(
            State("diajukan", "Menunggu verifikasi", turn="verifikator"),
            State("diteruskan", "Diteruskan", turn="penangan"),
            State("ditunda", "Ditunda", turn="penangan", pauses=frozenset({"penyelesaian"})),
            State("menunggu_pelapor", "Menunggu pelapor", turn="applicant"),
            State("selesai", "Selesai", is_final=True, appeal=Appeal("keberatan", Period.days(30))),
            State("ditutup", "Ditutup", is_final=True),
        ),
        opening=Opening(effects=(Notify("applicant", "diterima"),)),
        transitions=mapped(
            Transition(
                "verifikasi",
                ("diajukan",),
                "diteruskan",
                ("verifikator",),
                label="Verifikasi",
                needs=("klasifikasi",),
                asks=("unit_tujuan",),
                when=parse("klasifikasi != 'wbs'"),
                sets=(("tanggal_verifikasi", parse("today()")),),
                not_same_actor_as=("begin",),
                effects=(Notify("applicant", "diteruskan"),),
            ),
            Transition("alihkan", ("diajukan",), "diteruskan", ("verifikator",), needs=("unit_tujuan",),
                       effects=(Route(unit_field="unit_tujuan"),)),
            Transition("kembalikan", ("diteruskan",), "diajukan", ("penangan",), reason=Reason.REQUIRED,
                       when=parse("$bounces < 3"), effects=(Return(),)),
            Transition("tunda", ("diteruskan",), "ditunda", ("penangan",)),
            Transition("lanjutkan", ("ditunda",), "diteruskan", ("penangan",)),
            Transition("tanya", ("diteruskan",), "menunggu_pelapor", ("penangan",)),
            Transition("jawab", ("menunggu_pelapor",), "diteruskan", ("applicant",), asks=("tambahan",)),
            Transition("tutup", ("menunggu_pelapor",), "ditutup", ("system",)),
            Transition("perpanjang", ("diteruskan",), "", ("penangan",), reason=Reason.OPTIONAL),
            Transition("ubah_kelas", ("diteruskan",), "", ("penangan",), needs=("klasifikasi",)),
            Transition("selesaikan", ("diteruskan",), "selesai", ("penangan",), not_same_actor_as=("verifikasi",),
                       effects=(Publish(), Open("survei", (("nomor", parse("$number")),)))),
            Transition("nilai", ("selesai",), "", ("applicant",), needs=("nilai",),
                       within=Within(Period.days(5), "selesaikan")),
            Transition("buka_lagi", ("selesai",), "diteruskan", ("applicant",), reason=Reason.REQUIRED,
                       within=Within(Period.days(10)), reopens=True),
        ),
        clocks=mapped(
            Clock("verifikasi", Period.days(3), starts=("diajukan",), until=("diteruskan",), reminders=(50, 100),
                  escalate_to=(Escalation("kadis"),)),
            Clock("penyelesaian", Period(by="klasifikasi", of={"informasi": 5, "pengaduan": 14}, otherwise=14),
                  starts=("diteruskan",), until=("selesai",), extension=Extension("perpanjang", to=Period.days(17)),
                  reminders=(50, 80), escalate_to=(Escalation("kadis"), Escalation("sekda", 150))),
            Clock("jawaban", Period.days(10), while_in="menunggu_pelapor", then="tutup"),
        ),
    )  # fmt: skip
    return replace(process, **changes)
