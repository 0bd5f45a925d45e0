"""The Forum Satu Data as a whole: meetings, what waits for one, what was decided, the action plan.

Its parts are three services: matters (forum-satu-data), meetings (forum-satu-data-rapat), items of the action plan
(forum-satu-data-aksi). None of them asks for a personal value, and every official may know what
lies before the forum: agencies sit in it together. Everybody else reads what was published. Source: Perpres 39/2019.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from mapalus.apps.cases import lists
from mapalus.apps.cases.models import Audience, Case, CaseFile, CaseQuerySet, PackVersion
from mapalus.apps.cases.packs import pack_of, process_of
from mapalus.apps.cases.reading import state_label
from mapalus.apps.cases.sight import Level
from mapalus.apps.cases.telling import said
from mapalus.apps.cases.who import covers_of
from mapalus.apps.directory.roster import local_day
from mapalus.engine.ports import Actor

__all__ = [
    "ACTION",
    "MATTER",
    "MEETING",
    "Item",
    "Matter",
    "Meeting",
    "decided",
    "decisions_about",
    "is_raised",
    "items",
    "matters",
    "may_call",
    "meetings",
    "minutes_of",
    "next_meeting",
    "share",
    "waiting",
    "years",
]

MATTER, MEETING, ACTION = "forum-satu-data", "forum-satu-data-rapat", "forum-satu-data-aksi"
_DECIDED = "diputus"


@dataclass(frozen=True)
class Matter:
    """Something the forum is to decide, or has decided. `datasets`: name and title of those it is about."""

    case: Case
    title: str
    kind: str
    text: str  # what it is about; for officials only
    datasets: tuple[tuple[str, str], ...]
    raised_by: str  # position
    meeting: str  # number
    on: date | None  # day of the meeting
    decision: str
    grounds: str
    in_force_from: date | None
    replaces: str
    follow_up: str


@dataclass(frozen=True)
class Meeting:
    """A meeting of the forum. `minutes`: the signed file, once it is kept."""

    case: Case
    title: str
    on: date | None
    time: str
    place: str
    state: str
    present: str
    minutes: CaseFile | None

    @property
    def is_held(self) -> bool:
        return self.case.state == "selesai"


@dataclass(frozen=True)
class Item:
    """An item of the action plan. `percent`: how far it has come, as its position says."""

    case: Case
    title: str
    goal: str
    position: str  # title
    unit: str
    due_on: date | None
    percent: int
    state: str
    is_late: bool
    year: int | None
    decision: str  # number of the decision it comes from
    evidence: str


# --- meetings --------------------------------------------------------------------------------------------------------


def meetings() -> list[Meeting]:
    """All that were not called off, latest first."""
    rows = _of(MEETING).exclude(state="batal").order_by("-values__tanggal", "-pk")
    found = list(rows[:60])
    signed = minutes_of(case.number for case in found)
    return [_meeting(case, signed.get(case.number)) for case in found]


def next_meeting(*, now: datetime) -> Meeting | None:
    """The first one that was called for today or later, else the last whose minutes are owed."""
    open_ones = [one for one in meetings() if not one.is_held]
    coming = [one for one in open_ones if one.on is not None and one.on >= local_day(now)]
    return min(coming, key=lambda one: one.on or date.max) if coming else (open_ones[0] if open_ones else None)


def may_call(actor: Actor) -> bool:
    """Whether this position calls meetings: the service says which do."""
    version = PackVersion.objects.current().filter(name=MEETING).first()
    process = process_of(pack_of(version)) if version else None
    posts = {process.roles[name].position for name in process.opening.by if name in process.roles} if process else set()
    return bool({code.removeprefix("pos:") for code in posts} & covers_of(actor))


def minutes_of(numbers: Iterable[str]) -> dict[str, CaseFile]:
    """The signed minutes by the number of their meeting: the last file kept, for everybody."""
    found = CaseFile.objects.filter(
        case__number__in=list(numbers), case__pack_name=MEETING, field="risalah", audience=Audience.PUBLIC
    )
    published = found.filter(case__is_published=True).exclude(sha256="").select_related("case").order_by("pk")
    return {file.case.number: file for file in published}


def _meeting(case: Case, minutes: CaseFile | None) -> Meeting:
    values = case.values
    return Meeting(
        case=case,
        title=str(values.get("judul") or case.title),
        on=_day(values.get("tanggal")),
        time=str(values.get("jam") or ""),
        place=str(values.get("tempat") or ""),
        state=state_label(case, Level.PUBLIC),
        present=str(values.get("peserta") or ""),
        minutes=minutes,
    )


# --- matters ---------------------------------------------------------------------------------------------------------


def matters(cases: Iterable[Case]) -> list[Matter]:
    """These cases as matters; the names of datasets and positions are looked up once."""
    found = list(cases)
    names = [case.values.get(key) for case in found for key in ("kumpulan_data", "kumpulan_data_lain")]
    titles = lists.named(lists.DATASET, (str(name) for name in names if name))
    posts = lists.named(lists.POSITION, (case.opened_by for case in found))
    return [_matter(case, titles, posts) for case in found]


def waiting(meeting: str = "") -> CaseQuerySet:
    """What waits for a meeting; with its number, what stands on the agenda of that one."""
    if meeting:
        return _of(MATTER).filter(values__rapat=meeting).exclude(state="diusulkan").order_by("pk")
    return _of(MATTER).filter(state__in=("diusulkan", "dilengkapi")).order_by("received_at", "pk")


def is_raised(name: str) -> bool:
    """Whether a matter about this dataset is open already."""
    return _of(MATTER).open().filter(_about(name)).exists()


def decided() -> CaseQuerySet:
    """Decisions everybody may read, newest first."""
    rows = Case.objects.published().filter(pack_name=MATTER, state=_DECIDED).for_list()
    return rows.order_by("-values__tanggal_rapat", "-closed_at", "-pk")


def decisions_about(name: str) -> list[Matter]:
    """Decisions in force about a dataset, newest first; what a later one replaced is left out."""
    found = matters(decided().filter(_about(name)))
    gone = set(decided().filter(values__mengganti__isnull=False).values_list("values__mengganti", flat=True))
    return [one for one in found if one.case.number not in gone]


def _about(name: str) -> Q:
    return Q(values__kumpulan_data=name) | Q(values__kumpulan_data_lain=name)


def _matter(case: Case, titles: dict[str, str], posts: dict[str, str]) -> Matter:
    values, pack = case.values, pack_of(case.pack)
    names = dict.fromkeys(str(values[key]) for key in ("kumpulan_data", "kumpulan_data_lain") if values.get(key))
    return Matter(
        case=case,
        title=str(values.get("judul") or case.title),
        kind=said(pack, "jenis", values.get("jenis") or ""),
        text=str(values.get("uraian") or ""),
        datasets=tuple((name, titles.get(name, name)) for name in names),
        raised_by=posts.get(case.opened_by, ""),
        meeting=str(values.get("rapat") or ""),
        on=_day(values.get("tanggal_rapat")),
        decision=str(values.get("putusan") or ""),
        grounds=str(values.get("pertimbangan") or ""),
        in_force_from=_day(values.get("berlaku_mulai")),
        replaces=str(values.get("mengganti") or ""),
        follow_up=str(values.get("tindak_lanjut") or ""),
    )


# --- the action plan -------------------------------------------------------------------------------------------------


def years() -> list[int]:
    """Years that have a plan, newest first."""
    told = Case.objects.filter(pack_name=ACTION, values__tahun__isnull=False).values_list("values__tahun", flat=True)
    return sorted({int(year) for year in told if isinstance(year, int)}, reverse=True)


def items(year: int | None, *, now: datetime, is_public: bool = False) -> list[Item]:
    """Items of a year's plan by their due day; None: those that wait to be set. Stopped ones are left out."""
    rows = Case.objects.published() if is_public else Case.objects.all()
    rows = rows.filter(pack_name=ACTION).exclude(state="dihentikan").for_list()
    rows = rows.filter(values__tahun=year) if year else rows.filter(state="diusulkan")
    found = list(rows.order_by("values__tenggat", "pk"))
    codes = [str(case.values.get("penanggung_jawab") or "") for case in found]
    posts = lists.named(lists.POSITION, codes)
    units = lists.named(lists.UNIT, (code.partition(".")[0] for code in codes))
    return [_item(case, posts, units, now=now) for case in found]


def _item(case: Case, posts: dict[str, str], units: dict[str, str], *, now: datetime) -> Item:
    values = case.values
    code, due_on, year = str(values.get("penanggung_jawab") or ""), _day(values.get("tenggat")), values.get("tahun")
    return Item(
        case=case,
        title=str(values.get("judul") or case.title),
        goal=str(values.get("hasil") or ""),
        position=posts.get(code, code),
        unit=units.get(code.partition(".")[0], ""),
        due_on=due_on,
        percent=int(values.get("kemajuan") or 0),
        state=state_label(case, Level.PUBLIC),
        is_late=not case.is_final and due_on is not None and due_on < local_day(now),
        year=year if isinstance(year, int) else None,
        decision=str(values.get("nomor_asal") or ""),
        evidence=str(values.get("bukti") or ""),
    )


def _of(pack: str) -> CaseQuerySet:
    return Case.objects.filter(pack_name=pack).for_list()


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def share(found: Sequence[Item]) -> int | None:
    """How far a plan has come: the mean of its items in percent; None without one."""
    return round(sum(one.percent for one in found) / len(found)) if found else None
