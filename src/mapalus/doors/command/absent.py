"""Who is missing in a number, by name, and whether it is missing at all: `tidak dibagikan` is not `belum ada`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.readings import Reading
from mapalus.apps.directory.models import Region
from mapalus.apps.federation.absence import Absence, Why, absences, shared_codes
from mapalus.doors.command import words
from mapalus.doors.ui import figures

__all__ = ["missing_said", "missing_words", "reasons_said", "word"]

_NAMED = 15


def missing_words(reading: Reading, *, now: datetime) -> Mapping[str, str]:
    """By region: why it is not in what the districts share themselves. Empty for every other indicator."""
    codes = shared_codes(reading.indicator)
    return {region: word(one) for region, one in absences(codes, now=now).items()} if codes else {}


def word(one: Absence) -> str:
    if one.why is Why.EMBARGO and one.until is not None:
        day = figures.day(timezone.localtime(one.until).date(), language=words.language(), form="short")
        return _("embargo until %(day)s") % {"day": day}
    if one.why is Why.AWAY and one.since is not None:
        here = timezone.localtime(one.since)
        day = figures.day(here.date(), language=words.language(), form="short")
        return _("does not answer since %(day)s, %(time)s") % {"day": day, "time": f"{here:%H.%M}"}
    return {
        Why.NOT_SHARED: _("not shared"),
        Why.EMBARGO: _("embargo"),
        Why.WAITING: _("not come yet"),
        Why.AWAY: _("does not answer"),
        Why.UNAGREED: _("nothing agreed"),
    }[one.why]


def missing_said(reading: Reading, *, now: datetime) -> str:
    """`13 dari 15 wilayah; belum ada data dari: A, B`, or by reason where the districts share it themselves."""
    reasons = reasons_said(reading, now=now)
    facts = {"n": reading.known, "of": reading.expected}
    if not reasons:
        return _("%(n)s of %(of)s regions; no data yet from: %(names)s") % {**facts, "names": _named(reading.missing)}
    return "; ".join([_("%(n)s of %(of)s regions") % facts, reasons])


def reasons_said(reading: Reading, *, now: datetime) -> str:
    """`tidak dibagikan: A; embargo sampai 3 Des: B`; empty unless the districts share the number themselves."""
    told = missing_words(reading, now=now) if reading.missing else {}
    groups: dict[str, list[str]] = {}
    for code in reading.missing if told else ():
        groups.setdefault(told.get(code) or _("not come yet"), []).append(code)
    return "; ".join(f"{why}: {_named(codes)}" for why, codes in groups.items())


def _named(codes: Sequence[str]) -> str:
    shown = list(codes[:_NAMED])
    names = dict(Region.objects.filter(code__in=shown).values_list("code", "name"))
    told = ", ".join(names.get(code, code) for code in shown)
    return told + (" " + _("and %(n)s more") % {"n": len(codes) - len(shown)} if len(codes) > len(shown) else "")
