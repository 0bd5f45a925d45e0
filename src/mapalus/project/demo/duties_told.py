"""What the story tells of duties: most were done and marked by their positions, some are late; who was trained."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["tell"]

# Not marked, so that something is late: the rest of what fell due lately was done two working days ago.
_MISSED = frozenset({"menegur-terlambat", "menyetor-jadwal", "rapat-forum", "hak-akses"})
_TOLD = (  # the positions of the tours, and one agency in full
    "diskominfo.kadis", "diskominfo.kabid-statistik", "diskominfo.op-walidata", "diskominfo.kabid-ikp",
    "diskominfo.kabid-aptika", "diskominfo.kabid-persandian", "bappeda.kepala", "dinkes.kadis", "dinkes.sekretaris",
    "dinkes.kabid-p2p", "dinkes.kabid-kesmas", "dinkes.data", "dinsos.kadis", "dinsos.data", "setda.sekda",
)  # fmt: skip
_TRAINED = (  # position, subject, working days before the tour
    ("dinkes.data", "Menyetor berkas dan memperbaiki sel bertanda", -30),
    ("dinkes.kabid-p2p", "Metadata MS-Ind dan MS-Var", -60),
    ("dinsos.data", "Menyetor berkas dan memperbaiki sel bertanda", -30),
    ("disdik.data", "Menyetor berkas dan memperbaiki sel bertanda", -30),
    ("bappeda.data", "Metadata MS-Keg", -60),
    ("diskominfo.op-walidata", "Memeriksa setoran dan menyusun kontrak data", -90),
    ("diskominfo.kabid-statistik", "Prinsip Satu Data Indonesia", -90),
)


def tell(clock: StoryClock) -> None:
    """Told once, when the posts have their holders. Nothing is marked for a post that nobody holds that day."""
    from mapalus.apps.directory import actions
    from mapalus.apps.directory.calendar import province_calendar
    from mapalus.apps.directory.models import DutyDone, Position
    from mapalus.apps.directory.owing import owed
    from mapalus.apps.directory.roster import roster
    from mapalus.project.demo.organisation import actor

    if DutyDone.objects.exists():
        return
    now, today = clock.moment(-2, "14:10"), clock.day(-2)
    known = roster(now)
    roles = {code: known.roles.get(code, frozenset()) for code in _TOLD if known.holder(code) is not None}
    posts = Position.objects.in_bulk(list(roles))
    for one in owed(roles, now=now, calendar=province_calendar()):
        if one.may_be_marked and one.due_on <= today and one.duty.name not in _MISSED:
            actions.do_duty(
                posts[one.position], duty=one.duty.name, period=one.period, remark="Bukti: arsip CONTOH",
                by=actor(one.position, now=now), now=now,
            )  # fmt: skip
    for code, subject, back in _TRAINED:
        _train(code, subject, held_on=clock.day(back), clock=clock)


def _train(code: str, subject: str, *, held_on: date, clock: StoryClock) -> None:
    from mapalus.apps.directory import actions
    from mapalus.apps.directory.models import Appointment
    from mapalus.project.demo.organisation import actor

    now = clock.moment(-2, "15:30")
    held = Appointment.objects.on(held_on).filter(position=code).select_related("person", "position").first()
    if held is not None:
        actions.record_training(
            held.person, position=held.position, subject=subject, held_on=held_on,
            by=actor("diskominfo.kabid-statistik", now=now), now=now,
        )  # fmt: skip
