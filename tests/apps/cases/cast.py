"""The people and posts of the tests of cases: Siti applies, Budi decides, Ani belongs elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from mapalus.apps.cases import actions
from mapalus.apps.cases.models import Case, PackVersion
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.models import Appointment, Kind, Person, Position, PositionRole, Unit
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.packs.loader import load_pack, load_texts

PACK = Path(__file__).resolve().parents[2] / "packs" / "aduan-uji"
NOW = datetime(2026, 11, 2, 1, tzinfo=UTC)  # a Monday, 09.00 WITA
CITIZEN = Applicant()

# position -> superior, person
_POSTS = {
    "setda.sekda": ("", "P1"),
    "kominfo.kadis": ("setda.sekda", "P2"),
    "kominfo.kabid": ("kominfo.kadis", "P3"),
    "kominfo.staf": ("kominfo.kabid", "P4"),
    "pupr.kadis": ("setda.sekda", "P5"),
    "pupr.kabid": ("pupr.kadis", "P6"),
    "dinkes.kadis": ("setda.sekda", "P7"),
    "inspektorat.inspektur": ("setda.sekda", "P8"),
}
_HEADS = {"setda.sekda", "kominfo.kadis", "pupr.kadis", "dinkes.kadis", "inspektorat.inspektur"}
SEKDA, KADIS, KABID, STAF, PUPR, PUPR_KABID, DINKES, INSPEKTUR = _POSTS


def organisation() -> None:
    """Five units, eight posts, eight people. The coordinator of complaints is the head of Kominfo."""
    for code in ("setda", "kominfo", "pupr", "dinkes", "inspektorat"):
        Unit.objects.create(code=code, name=code.upper(), short=code, kind="dinas")
    for code, (superior, person) in _POSTS.items():
        Position.objects.create(
            code=code, unit_id=code.partition(".")[0], title=f"Jabatan {code}", is_head=code in _HEADS,
            superior_id=superior or None,
        )  # fmt: skip
        Person.objects.create(code=person, name=f"Orang {person}", is_sample=True)
        appoint(code, person)
    PositionRole.objects.create(position_id=KADIS, role="admin-sp4n")


def appoint(position: str, person: str, *, from_on: date = date(2026, 1, 1), to_on: date | None = None) -> None:
    Appointment.objects.create(
        position_id=position, person_id=person, kind=Kind.DEFINITIVE, from_on=from_on, to_on=to_on, decree="SK/1"
    )


def newcomer(person: str) -> None:
    Person.objects.create(code=person, name=f"Orang {person}", is_sample=True)


def hat(position: str, *, now: datetime = NOW, person: str = "") -> Official:
    """Whoever holds the position."""
    found = official(person or _POSTS[position][1], position, now=now)
    assert found is not None
    return found


def pack() -> PackVersion:
    return actions.load_pack(load_pack(PACK), by=PLATFORM, now=NOW)


AREA = """  sejak: { type: date, label: Sejak kapan, label_en: Since when, maximum: today, privacy: public }
  wilayah:
    type: area
    label: Desa atau kelurahan
    label_en: Village
    options: ref:wilayah
    level: kabkota
    down_to: desa
    privacy: public
"""


def pack_with_area() -> PackVersion:
    """The pack, asking also since when and in which village."""
    files = dict(pack().files)
    form = files["form.yml"].replace("  lokasi: {", f"{AREA}  lokasi: {{", 1)
    files["form.yml"] = form.replace("kategori, lokasi]", "kategori, sejak, wilayah, lokasi]")
    return actions.load_pack(load_texts(files), by=PLATFORM, now=NOW)


VALUES = {
    "judul": "Jalan berlubang di depan sekolah",
    "isi": "Lubang besar sejak bulan lalu.",
    "kategori": "jalan",
    "nama": "Siti Rahmawati",
    "telepon": "081234567890",
    "surel": "siti@contoh.test",
}


def opened(version: PackVersion, **values: object) -> Case:
    return actions.open_case(version, values={**VALUES, **values}, by=CITIZEN, now=NOW).case


def verified(case: Case, *, now: datetime = NOW) -> Case:
    return actions.take(case, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=hat(KABID), now=now)


def held_by(case: Case, position: str, *, giver: str = "") -> None:
    """Put a case into somebody's hands, past the rules."""
    Case.objects.filter(pk=case.pk).update(turn=position, turn_of=giver)


@dataclass(frozen=True)
class Everything:
    """May everything, as the platform."""

    position: str = "system"
    person: str = ""
    label: str = "Everything"
    unit: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return True


def everything() -> Everything:
    return Everything()


@dataclass(frozen=True)
class Stranger:
    """Somebody with no part in anything."""

    position: str = "luar.orang"
    person: str = "P99"
    label: str = "Orang luar"
    unit: str = "luar"

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return act != "cases.see-all"
