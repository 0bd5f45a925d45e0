"""A small province that deals with complaints by the real pack: who may do what, and a few that were told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.outbox import work_off
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, PositionRole, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.packs.loader import load_pack

PACKS = Path(__file__).resolve().parents[3] / "packs"
NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)  # a Monday, 09.30 WITA
POSTS = {
    "setda.sekda": "", "diskominfo.kadis": "setda.sekda", "diskominfo.kabid-ikp": "diskominfo.kadis",
    "pupr.kadis": "setda.sekda", "pupr.data": "pupr.kadis", "disdik.kadis": "setda.sekda",
    "disdik.kabid-sma": "disdik.kadis", "bpbd.kabid-darurat": "setda.sekda",
    "inspektorat.inspektur": "setda.sekda", "inspektorat.irban-khusus": "inspektorat.inspektur",
}  # fmt: skip
ADMIN, PUPR, DISDIK = "diskominfo.kabid-ikp", "pupr.data", "disdik.kabid-sma"
VALUES: dict[str, Any] = {
    "judul": "Jalan provinsi berlubang di depan jembatan Wori",
    "isi": "Lubang sedalam dua puluh sentimeter di dekat jembatan, pengendara motor jatuh.",
    "kategori": "jalan",
    "tempat": "dekat jembatan Wori",
    "titik": {"lat": 1.556, "lon": 124.872},
    "nama": "Siti Rahasia Sekali",
    "surel": "siti@contoh.test",
}


def organisation() -> None:
    for code in dict.fromkeys(post.partition(".")[0] for post in POSTS):
        Unit.objects.create(code=code, name=f"Instansi {code.upper()}", short=code, kind="dinas")
    for number, (code, superior) in enumerate(POSTS.items()):
        Position.objects.create(
            code=code, unit_id=code.partition(".")[0], title=f"Jabatan {code}", superior_id=superior or None,
            is_head=code.endswith(("kadis", "sekda", "inspektur", "darurat")),
        )  # fmt: skip
        Person.objects.create(code=f"P{number}", name=f"Orang {number}", is_sample=True)
        Appointment.objects.create(
            position_id=code, person_id=f"P{number}", kind=Kind.DEFINITIVE, from_on=date(2026, 1, 1), decree="SK/1"
        )
    PositionRole.objects.create(position_id=ADMIN, role="admin-sp4n")
    for code in (PUPR, DISDIK):
        PositionRole.objects.create(position_id=code, role="penghubung-sp4n")


def hat(position: str, *, now: datetime = NOW) -> Official:
    found = official(f"P{list(POSTS).index(position)}", position, now=now)
    assert found is not None
    return found


def pack(name: str = "aduan") -> PackVersion:
    return actions.load_pack(load_pack(PACKS / name), by=PLATFORM, now=NOW)


def opened(
    *, at: datetime = NOW, is_secret: bool = False, is_anonymous: bool = False, values: dict[str, Any] | None = None
) -> Case:
    version = PackVersion.objects.get(name="aduan", is_current=True)
    return actions.open_case(
        version, values=VALUES | (values or {}), by=Applicant(), now=at, is_secret=is_secret, is_anonymous=is_anonymous
    ).case


def taken(
    case: Case, act: str, *, by: str = ADMIN, at: datetime | None = None, reason: str = "", **values: Any
) -> Case:
    at = at or case.received_at + timedelta(hours=1)
    case = actions.take(case, act=act, values=values, reason=reason, by=hat(by, now=at), now=at)
    work_off(case.pk, case.version, now=at)
    return case


def shown(case: Case, unit: str = "pupr") -> Case:
    return taken(case, "verifikasi_tayang", klasifikasi="pengaduan", unit_tujuan=unit)
