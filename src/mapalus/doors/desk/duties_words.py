"""Duties in words: the language of the page, how often, whose, how many working days are left."""

from __future__ import annotations

from datetime import date

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.directory.duties import Duty, Often
from mapalus.doors.desk.due import DueMark
from mapalus.doors.ui import figures
from mapalus.engine.workdays import Calendar

__all__ = ["duty_text", "mark_of", "often_text", "period_text", "role_text", "sample_text", "title_of"]


def _is_english() -> bool:
    return (translation.get_language() or "id").startswith("en")


def title_of(duty: Duty) -> str:
    return duty.title_en if _is_english() else duty.title


def duty_text(duty: Duty) -> str:
    return duty.text_en if _is_english() else duty.text


def sample_text(duty: Duty) -> str:
    return duty.sample.text_en if _is_english() else duty.sample.text


def often_text(duty: Duty) -> str:
    """How often, as one says it."""
    return {
        Often.WEEKLY: _("every week"),
        Often.MONTHLY: _("every month"),
        Often.QUARTERLY: _("every quarter"),
        Often.YEARLY: _("every year"),
    }[duty.often]


def period_text(period: str) -> str:
    """`2026-W47` as `week 47 of 2026`; the others as figures have them."""
    year, _dash, part = period.partition("-")
    if part.startswith("W"):
        return _("week %(week)s of %(year)s") % {"week": int(part[1:]), "year": year}
    return figures.period(period, language=translation.get_language() or "id") if part else year


def mark_of(due: date, today: date, calendar: Calendar) -> DueMark:
    """How many working days are left, or how late it is."""
    if due < today:
        late = calendar.between(due, today)
        text = ngettext("%(n)s working day late", "%(n)s working days late", late) % {"n": late} if late else _("Late")
        return DueMark("late", text, None, "late")
    days = calendar.between(today, due)
    if due == today:
        return DueMark("soon", _("Due today"), None, "today")
    text = ngettext("%(n)s working day left", "%(n)s working days left", days) % {"n": days}
    return DueMark("soon" if days <= 2 else "none", text, None, "later")


def role_text(role: str) -> str:
    """The role as officials call it; terms of the law are not translated."""
    return {
        "admin-sp4n": _("Admin of SP4N-LAPOR!"),
        "atasan-ppid": _("Superior of the PPID"),
        "kepala": _("Head of agency"),
        "kepegawaian": _("Keeper of posts"),
        "koordinator-forum": _("Coordinator of the Forum Satu Data"),
        "koordinator-spbe": _("Coordinator of SPBE"),
        "nama-domain": _("Officer for domain names"),
        "operator": _("Operator"),
        "pembina-data": _("Pembina data"),
        "pemeriksa-data": _("Data examiner"),
        "pengawas": _("Supervision"),
        "pengelola-aplikasi": _("Keeper of applications"),
        "penghubung-sp4n": _("Contact for SP4N-LAPOR!"),
        "ppid-pelaksana": _("PPID pelaksana"),
        "ppid-utama": _("PPID utama"),
        "produsen": _("Produsen data"),
        "ttis": _("Cyber incident team (TTIS/CSIRT)"),
        "walidata": _("Walidata"),
        "walidata-pelaksana": _("Daily tasks of walidata"),
        "walidata-pendukung": _("Walidata pendukung"),
    }.get(role, role)
