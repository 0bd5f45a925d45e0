"""Kabupaten and kota in words: how each is connected, and what is shared, held back, late. For every door alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.apps.catalogue import timetable
from mapalus.apps.federation.models import InstanceKind
from mapalus.apps.federation.standing import Connection, District, Line, LineState
from mapalus.doors.ui import figures

__all__ = ["DistrictRow", "LineRow", "district_row", "line_row", "named"]

_LOOKS = {
    LineState.SHARED: "good", LineState.EMBARGO: "none", LineState.NOT_SHARED: "none", LineState.LATE: "late",
    LineState.WAITING: "soon", LineState.GONE: "soon", LineState.ENDED: "none",
}  # fmt: skip
_CONNECTED = {
    Connection.WELL: "good", Connection.NEW: "soon", Connection.AWAY: "late", Connection.BROKEN: "late",
    Connection.RESTING: "none", Connection.BY_FILE: "none", Connection.UNAGREED: "none", Connection.NONE: "none",
}  # fmt: skip


@dataclass(frozen=True)
class LineRow:
    """One thing that was agreed on, as it stands."""

    title: str
    code: str
    is_dataset: bool
    look: str
    state: str
    detail: str  # until when, since when
    address: str  # of the dataset here; empty: none
    period: str
    at: datetime | None
    share: int  # its key


@dataclass(frozen=True)
class DistrictRow:
    """One kabupaten or kota."""

    code: str
    name: str
    kind: str  # how it keeps its data
    note: str
    look: str
    state: str  # of the connection
    agreed: str  # how fresh, by agreement
    lines: Sequence[LineRow]
    age_at: datetime | None
    summary: str  # three shared, one held back
    conflicts: int
    is_late: bool
    holds_back: bool
    is_away: bool
    compliance: str  # how it keeps its own due days, as it says; empty: nothing was agreed on that
    instance: str  # its code; empty: takes part through the agencies

    @property
    def most(self) -> Sequence[LineRow]:
        """For a small tile: what is late or held back first."""
        return sorted(self.lines, key=lambda line: {"late": 0, "none": 1, "soon": 2}.get(line.look, 3))[:3]


def district_row(one: District, *, now: datetime) -> DistrictRow:
    instance = one.instance
    lines = [line_row(line, now=now) for line in one.lines]
    return DistrictRow(
        code=one.region.code,
        name=one.region.name,
        kind=_kind(one),
        note=instance.note if instance is not None else "",
        look=_CONNECTED[one.connection],
        state=_connection(one),
        agreed=_agreed(one),
        lines=lines,
        age_at=one.age_at,
        summary=_summary(one),
        conflicts=one.conflicts,
        is_late=one.is_late,
        holds_back=one.holds_back,
        is_away=one.connection in (Connection.AWAY, Connection.BROKEN),
        compliance=_compliance(one),
        instance=instance.code if instance is not None else "",
    )


def _compliance(one: District) -> str:
    said = one.compliance
    if said is None:
        return ""
    if not said.is_shared:
        return _("not shared")
    if not said.owed and not said.late:
        return _("nothing has a due day")
    if not said.late:
        return ngettext("%(n)s dataset, none late", "%(n)s datasets, none late", said.owed) % {"n": said.owed}
    facts = {"late": len(said.late), "n": said.owed, "names": ", ".join(said.late[:5])}
    return _("%(late)s of %(n)s late: %(names)s") % facts


def named(rows: Sequence[DistrictRow]) -> str:
    """Kota Bitung, Kota Manado; nobody: a dash."""
    return ", ".join(row.name for row in rows) or "–"


def _kind(one: District) -> str:
    if one.instance is None:
        return _("through the agencies")
    return {
        InstanceKind.MAPALUS: _("its own Mapalus"),
        InstanceKind.CKAN: _("its CKAN portal"),
        InstanceKind.FILES: _("spreadsheets, handed in"),
    }[InstanceKind(one.instance.kind)]


def _connection(one: District) -> str:
    at = _clock(one.since) if one.since is not None else ""
    match one.connection:
        case Connection.WELL:
            return _("connected, asked %(at)s") % {"at": at}
        case Connection.AWAY:
            return _("does not answer since %(at)s") % {"at": at}
        case Connection.BROKEN:
            return _("answers, but cannot be used, since %(at)s") % {"at": at}
        case Connection.NEW:
            return _("agreed, not asked yet")
        case Connection.RESTING:
            return _("rests")
        case Connection.BY_FILE:
            return _("by file")
        case Connection.UNAGREED:
            return _("no agreement in force")
        case _:
            return _("no system of its own here")


def _agreed(one: District) -> str:
    agreement = one.agreement
    if agreement is None:
        return ""
    if one.connection is Connection.BY_FILE:
        return _("by the due day of each dataset")
    return timetable.read(agreement.cadence).says()


def _summary(one: District) -> str:
    shared, late = one.counts.get("shared", 0), one.counts.get("late", 0)
    held = one.counts.get("embargo", 0) + one.counts.get("not-shared", 0)
    parts = []
    if shared:
        parts.append(ngettext("%(n)s shared", "%(n)s shared", shared) % {"n": shared})
    if held:
        parts.append(ngettext("%(n)s held back", "%(n)s held back", held) % {"n": held})
    if late:
        parts.append(ngettext("%(n)s late", "%(n)s late", late) % {"n": late})
    if waiting := one.counts.get("waiting", 0):
        parts.append(ngettext("%(n)s not come yet", "%(n)s not come yet", waiting) % {"n": waiting})
    return ", ".join(parts)


def line_row(line: Line, *, now: datetime) -> LineRow:
    share = line.share
    has_page = line.dataset is not None and line.dataset.current is not None and line.is_dataset
    return LineRow(
        title=share.title,
        code=share.code,
        is_dataset=line.is_dataset,
        look=_LOOKS[line.state],
        state=_state(line),
        detail=_detail(line, now),
        address=f"/data/{line.dataset.name}/" if has_page and line.dataset is not None else "",
        period=line.period,
        at=line.at,
        share=share.pk,
    )


def _state(line: Line) -> str:
    return {
        LineState.SHARED: _("shared"),
        LineState.EMBARGO: _("embargo"),
        LineState.NOT_SHARED: _("not shared"),
        LineState.LATE: _("late"),
        LineState.WAITING: _("not come yet"),
        LineState.GONE: _("no longer offered"),
        LineState.ENDED: _("agreement ended; as it came"),
    }[line.state]


def _detail(line: Line, now: datetime) -> str:
    language = translation.get_language() or "id"
    if line.state is LineState.EMBARGO and line.until is not None:
        return _("until %(day)s") % {"day": figures.day(timezone.localtime(line.until).date(), language=language)}
    if line.state is LineState.LATE and line.due_at is not None:
        days = (timezone.localtime(now).date() - timezone.localtime(line.due_at).date()).days
        if days >= 60:
            return ngettext("%(n)s month", "%(n)s months", days // 30) % {"n": days // 30}
        return ngettext("%(n)s day", "%(n)s days", max(days, 1)) % {"n": max(days, 1)}
    return ""


def _clock(at: datetime) -> str:
    """10.09 today, else the day."""
    here, language = timezone.localtime(at), translation.get_language() or "id"
    if here.date() == timezone.localdate():
        return f"{here:%H.%M}"
    return f"{figures.day(here.date(), language=language)}, {here:%H.%M}"
