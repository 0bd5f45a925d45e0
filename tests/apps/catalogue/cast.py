"""The cast of the catalogue: Dinkes with an acting head who has a post of his own, PUPR with a vacancy, walidata."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from mapalus.apps.catalogue import actions, checking, contracts, places
from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn, Version
from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, PositionRole, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data import snapshot

PACKS = Path(__file__).parents[3] / "packs"
NOW = datetime(2026, 11, 20, 2, 41, tzinfo=UTC)

CONTRACT = """
name: dbd-mingguan
title: Kasus DBD Mingguan
description: Kasus demam berdarah menurut minggu epidemiologi.
schema:
  fields:
    - {name: kode_wilayah, title: Kode wilayah, type: string, constraints: {required: true}}
    - {name: pelapor, title: Nama pelapor, type: string, mapalus: {personal: true}}
    - {name: minggu, title: Minggu, type: integer, constraints: {required: true, minimum: 1, maximum: 53}}
    - {name: kasus, title: Kasus, type: integer, constraints: {required: true, minimum: 0}}
  primaryKey: [kode_wilayah, minggu]
mapalus:
  unit: dinkes
  producer: pos:dinkes.kabid-p2p
  cadence: mingguan
  due: Selasa minggu berikut
  classification: terbuka
  title_en: Dengue cases by week
"""

GOOD = "Kode wilayah,Nama pelapor,Minggu,Kasus\n71.71,Siti Contoh,45,41\n71.72,Budi Contoh,45,12\n"
MIXED = GOOD + "71.73,Ani Contoh,45,1O\n71.71,Siti Contoh,45,37\n"

_POSTS = {  # code -> (title, superior, leads, person, kind of appointment, roles)
    "setda.asisten1": ("Asisten I", "", True, "P04", Kind.DEFINITIVE, ()),
    "dinkes.kadis": ("Kepala Dinas Kesehatan", "setda.asisten1", True, "P28", Kind.PLT, ("kepala",)),
    "dinkes.sekretaris": ("Sekretaris Dinas Kesehatan", "dinkes.kadis", False, "P28", Kind.DEFINITIVE, ("operator",)),
    "dinkes.kabid-p2p": ("Kabid P2P", "dinkes.kadis", False, "P30", Kind.DEFINITIVE, ("produsen",)),
    "dinkes.data": ("Pengelola data Dinkes", "dinkes.sekretaris", False, "P32", Kind.DEFINITIVE, ("operator",)),
    "pupr.kadis": ("Kepala Dinas PUPR", "setda.asisten1", True, "P37", Kind.DEFINITIVE, ("kepala",)),
    "pupr.kabid-bm": ("Kabid Bina Marga", "pupr.kadis", False, "", Kind.DEFINITIVE, ("produsen",)),
    "pupr.data": ("Pengelola data PUPR", "pupr.kadis", False, "P40", Kind.DEFINITIVE, ("operator",)),
    "diskominfo.kadis": ("Kepala Diskominfo", "setda.asisten1", True, "P16", Kind.DEFINITIVE, ("walidata", "kepala")),
    "diskominfo.kabid-statistik": (
        "Kabid Statistik", "diskominfo.kadis", False, "P21", Kind.DEFINITIVE, ("walidata-pelaksana",),
    ),
}  # fmt: skip
_UNITS = {"setda": "Sekretariat Daerah", "dinkes": "Dinas Kesehatan", "pupr": "Dinas PUPR", "diskominfo": "Diskominfo"}


@dataclass(frozen=True)
class Province:
    """The small province, with its actors on the day of the story."""

    operator: Official
    producer: Official
    head: Official  # Plt. Kepala Dinas Kesehatan
    head_own: Official  # the same person in his own post
    superior: Official
    walidata: Official
    walidata_head: Official
    stranger: Official
    dataset: Dataset


def actor(position: str, *, now: datetime = NOW) -> Official:
    found = official(_POSTS[position][3], position, now=now)
    assert found is not None
    return found


def people() -> None:
    """Units, posts and their holders."""
    for code, name in _UNITS.items():
        Unit.objects.create(code=code, name=name, short=name, kind="dinas")
    for code, (title, superior, leads, person, kind, roles) in _POSTS.items():
        post = Position.objects.create(
            code=code, unit_id=code.partition(".")[0], title=title, superior_id=superior or None, is_head=leads
        )
        for role in roles:
            PositionRole.objects.create(position=post, role=role)
        if person:
            held, _new = Person.objects.get_or_create(code=person, defaults={"name": f"{person} Contoh"})
            # Long after every test: pages ask the real clock, too.
            until = date(2126, 12, 20) if kind == Kind.PLT else None
            Appointment.objects.create(
                position=post, person=held, kind=kind, from_on=date(2026, 10, 1), to_on=until, decree="800/CONTOH"
            )


def bps() -> Official:
    """The pembina data of statistics, outside the province's line."""
    unit = Unit.objects.create(code="bps", name="BPS Provinsi", short="BPS", kind="vertikal")
    post = Position.objects.create(code="bps.kepala", unit=unit, title="Kepala BPS Provinsi", is_head=True)
    PositionRole.objects.create(position=post, role="pembina-statistik")
    person = Person.objects.create(code="P71", name="P71 Contoh")
    Appointment.objects.create(position=post, person=person, kind=Kind.OUTSIDE, from_on=date(2026, 10, 1), decree="-")
    found = official("P71", "bps.kepala", now=NOW)
    assert found is not None
    return found


def contract(folder: Path, text: str = CONTRACT) -> contracts.Kept:
    path = folder / "contract.yml"
    path.write_text(text, encoding="utf-8")
    return contracts.keep(path, dataset="dbd-mingguan")


def declared(folder: Path, *, unit: str = "dinkes", text: str = CONTRACT) -> Dataset:
    kept = contract(folder, text)
    return actions.declare_dataset(Unit.objects.get(pk=unit), kept=kept, by=PLATFORM, now=NOW)


def province(folder: Path) -> Province:
    people()
    return Province(
        operator=actor("dinkes.data"),
        producer=actor("dinkes.kabid-p2p"),
        head=actor("dinkes.kadis"),
        head_own=actor("dinkes.sekretaris"),
        superior=actor("setda.asisten1"),
        walidata=actor("diskominfo.kabid-statistik"),
        walidata_head=actor("diskominfo.kadis"),
        stranger=actor("pupr.data"),
        dataset=declared(folder),
    )


def kept_bytes(text: str | bytes) -> snapshot.Snapshot:
    raw = text.encode() if isinstance(text, str) else text
    return snapshot.store(places.snapshots(), BytesIO(raw))


def handed_in(
    dataset: Dataset,
    by: Official,
    *,
    text: str | bytes = MIXED,
    period: str = "2026-W45",
    key: str = "",
    name: str = "dbd_m45.csv",
    now: datetime = NOW,
    previous: HandIn | None = None,
) -> HandIn:
    return actions.hand_in(
        dataset,
        snapshot=kept_bytes(text),
        file_name=name,
        period=period,
        key=key or f"{text!r}{period}{by.position}"[-80:],
        previous=previous,
        by=by,
        now=now,
    )


def checked(handin: HandIn, *, now: datetime = NOW) -> HandIn:
    return checking.check(handin, now=now)


def awaiting_review(here: Province, *, text: str = MIXED, period: str = "2026-W45") -> HandIn:
    handin = checked(handed_in(here.dataset, here.operator, text=text, period=period))
    return actions.confirm(handin, by=here.head, now=NOW)


def published(here: Province, *, text: str = MIXED, period: str = "2026-W45") -> Version:
    handin = awaiting_review(here, text=text, period=period)
    return actions.publish(handin, status=FigureStatus.PROVISIONAL, by=here.walidata, now=NOW)


def acting_until(day: date) -> None:
    """The acting head of the Dinas Kesehatan, whose term is long, is in office until that day."""
    term = Appointment.objects.get(position="dinkes.kadis", kind=Kind.PLT)
    term.to_on = day
    term.save()
