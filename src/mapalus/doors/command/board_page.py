"""Everything a board shows, gathered into one value. Templates ask no questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import Dataset, HandIn, HandInState, Owed, Version
from mapalus.apps.catalogue.readings import Reading, read
from mapalus.apps.directory.calendar import province_calendar
from mapalus.apps.directory.models import Region
from mapalus.apps.directory.roster import Roster, roster
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command import words
from mapalus.doors.command.boards import Board, Tile
from mapalus.doors.ui.parts import Figure
from mapalus.doors.ui.tilemaps import TileMap, layout, tile_map
from mapalus.engine.data.indicator import State
from mapalus.engine.ports import Actor

__all__ = ["BoardPage", "Lamp", "News", "Overdue", "build"]

_OVERDUE = 5
_NEWS = 5
_DISTRICT = 2


@dataclass(frozen=True)
class Overdue:
    """Something late, and with whom."""

    days: int  # working days
    title: str
    href: str
    unit: str
    position: str
    is_vacant: bool = False
    answers: str = ""  # of a vacant position: who has its duties
    coming: str = ""  # how far a hand-in for it has come: sedang diperiksa
    reminded: int = 0  # how often it was asked for again


@dataclass(frozen=True)
class News:
    """One act that just happened, as a sentence."""

    at: datetime
    time: str
    text: str


@dataclass(frozen=True)
class Lamp:
    """One figure about the data themselves."""

    figure: str
    state: str
    word: str


@dataclass(frozen=True)
class BoardPage:
    """Context of command/board.html and of its fragment command/_board.html."""

    board: Board
    title: str
    figures: Sequence[Figure]
    map: TileMap | None
    map_source: str
    map_why: str
    overdue: Sequence[Overdue]
    overdue_count: int
    lamps: Sequence[Lamp]
    news: Sequence[News]
    now: datetime
    changed: str  # when anything on the board last changed, as people say it
    sequence: int  # of the ledger, when the page was made
    is_wall: bool
    zone: str  # Asia/Makassar
    zone_word: str  # WITA


def build(board: Board, *, actor: Actor | None, now: datetime, language: str, is_wall: bool = False) -> BoardPage:
    """Ask for everything on the board. The place in the ledger is read first, so that nothing can fall between."""
    sequence = Entry.objects.last_sequence()
    readings = read(board.codes, actor=actor)
    mapped = readings.get(board.map)
    overdue = _overdue(actor, now)
    return BoardPage(
        board=board,
        title=board.title_en if board.title_en and language.startswith("en") else board.title,
        figures=_figures(board.tiles, readings, now=now, language=language, is_wall=is_wall),
        map=_map(mapped, language=language) if mapped else None,
        map_source=words.source(mapped, now=now, brief=is_wall) if mapped else "",
        map_why=_why(board.map) if mapped and not is_wall else "",
        overdue=overdue[:_OVERDUE],
        overdue_count=len(overdue),
        lamps=_lamps(actor, mapped, overdue=len(overdue), now=now),
        news=_news(actor, now),
        now=now,
        changed=words.short(Version.objects.visible_to(actor).aggregate(at=Max("published_at"))["at"], now=now),
        sequence=sequence,
        is_wall=is_wall,
        zone=settings.TIME_ZONE,
        zone_word=settings.PROVINCE_ZONE.value,
    )


def _why(code: str) -> str:
    return reverse("command:why", args=[code])


def _figures(
    tiles: Sequence[Tile], readings: Mapping[str, Reading], *, now: datetime, language: str, is_wall: bool
) -> list[Figure]:
    shown = [(tile, readings[tile.indicator]) for tile in tiles if tile.indicator in readings]
    worst = _worst([reading for _tile, reading in shown])
    return [
        _figure(tile, reading, now=now, language=language, is_wall=is_wall, is_late=reading is worst)
        for tile, reading in shown
    ]


def _worst(readings: Sequence[Reading]) -> Reading | None:
    """The one number that is written in red: what is outside its limit by the largest part of the limit."""
    late = [reading for reading in readings if reading.state is State.LATE and not reading.indicator.dataset.conflict]

    def distance(reading: Reading) -> float:
        value = reading.now.value if reading.now else None
        bound = reading.indicator.thresholds.get("soon", reading.indicator.thresholds.get("good"))
        bounds = bound if isinstance(bound, list) else [bound]
        return min(abs((value or 0.0) - float(edge)) / max(abs(float(edge)), 1.0) for edge in bounds)

    return max(late, key=distance, default=None)


def _figure(tile: Tile, reading: Reading, *, now: datetime, language: str, is_wall: bool, is_late: bool) -> Figure:
    indicator = reading.indicator
    own = tile.title_en if tile.title_en and language.startswith("en") else tile.title
    state, word = words.state(reading, now=now)
    return Figure(
        key=indicator.code,
        label=own or indicator.title_here,
        value=words.written(reading.now.value if reading.now else None, indicator),
        unit=words.unit(indicator),
        source=words.source(reading, now=now, brief=is_wall),
        change=words.change(reading, brief=is_wall),
        state=state,
        state_word=word,
        series=[value.value for value in reading.series],
        limit=indicator.target,
        why="" if is_wall else _why(indicator.code),
        is_late=is_late,
    )


def _map(reading: Reading, *, language: str) -> TileMap:
    districts = Region.objects.filter(level=_DISTRICT, code__startswith=f"{settings.PROVINCE_CODE}.")
    names = dict(districts.values_list("code", "name"))
    values = {code: value.value for code, value in reading.regions.items() if value.value is not None}
    newest = reading.now
    return tile_map(
        title=reading.indicator.title_here,
        subtitle=_("By kabupaten and kota, %(period)s") % {"period": words.period(newest.period)}
        if newest and newest.period
        else _("By kabupaten and kota"),
        places=layout(settings.PROVINCE_CODE, names),
        names=names,
        values=values,
        unit=words.unit(reading.indicator),
        nothing=_("no data yet"),
        language=language,
    )


def _overdue(actor: Actor | None, now: datetime) -> list[Overdue]:
    """Datasets whose data are owed, with the position that owes them; the longest first."""
    owed = list(Dataset.objects.visible_to(actor).overdue(now).for_reading().order_by("due_at"))
    coming, asked = HandIn.objects.coming_for(owed), Owed.objects.first_of(owed)
    calendar, holders = province_calendar(), roster(now)
    return [
        _overdue_line(
            one, holders, days=calendar.days_late(one.due_at, now), coming=coming.get(one.pk), asked=asked.get(one.pk)
        )
        for one in owed
        if one.due_at is not None
    ]


def _overdue_line(
    dataset: Dataset, holders: Roster, *, days: int, coming: HandInState | None, asked: Owed | None
) -> Overdue:
    code = dataset.producer_code
    is_vacant = holders.is_vacant(code)
    answers = holders.responsible(code) if is_vacant else None
    return Overdue(
        days=days,
        title=dataset.title_here,
        href=reverse("portal:dataset", args=[dataset.name]),
        unit=dataset.unit.short or dataset.unit.name,
        position=str(dataset.producer),
        is_vacant=is_vacant,
        answers=answers.title if answers else "",
        coming=str(coming.in_public) if coming else "",
        reminded=int(getattr(asked, "reminded", 0)),
    )


def _lamps(actor: Actor | None, mapped: Reading | None, *, overdue: int, now: datetime) -> list[Lamp]:
    datasets = Dataset.objects.visible_to(actor)
    local = timezone.localtime(now)
    month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    fresh = Version.objects.visible_to(actor).published().filter(published_at__gte=month).count()
    disputed = datasets.exclude(conflict="").count()
    day = HandIn.objects.filter(dataset__in=datasets, received_at__gte=now - timedelta(days=1)).count()
    lamps = [
        Lamp(str(datasets.published().count()), "good", _("datasets published")),
        Lamp(str(fresh), "good", _("versions this month")),
        Lamp(str(day), "good" if day else "none", _("hand-ins in 24 hours")),
        Lamp(str(overdue), "late" if overdue else "good", _("data late")),
        Lamp(str(disputed), "conflict" if disputed else "good", _("data disputed")),
    ]
    if mapped and mapped.regions:
        whole = Region.objects.filter(level=_DISTRICT, code__startswith=f"{settings.PROVINCE_CODE}.").count()
        known = sum(value.value is not None for value in mapped.regions.values())
        lamps.append(Lamp(f"{known}/{whole}", "good" if known == whole else "soon", _("regions reported")))
    return lamps


_SAID = ("catalogue.publish", "catalogue.withdraw", "catalogue.roll-back")


def _news(actor: Actor | None, now: datetime) -> list[News]:
    """The newest public acts on datasets this actor may see."""
    titles = {dataset.name: dataset for dataset in Dataset.objects.visible_to(actor).select_related("unit")}
    newest = Entry.objects.visible_to(actor, now).filter(act__in=_SAID, sequence__isnull=False).order_by("-sequence")
    found = []
    for entry in newest[: _NEWS * 4]:
        dataset = titles.get(str(entry.data.get("dataset", "")))
        if dataset is None:
            continue
        facts = {"unit": dataset.unit.short or dataset.unit.name, "title": dataset.title_here,
                 "version": entry.data.get("version", "")}  # fmt: skip
        sentences = {
            "catalogue.publish": _("%(unit)s: %(title)s published, version %(version)s"),
            "catalogue.withdraw": _("%(unit)s: %(title)s, version %(version)s withdrawn"),
            "catalogue.roll-back": _("%(unit)s: %(title)s back to version %(version)s"),
        }
        found.append(News(entry.at, words.short(entry.at, now=now), sentences[entry.act] % facts))
    return found[:_NEWS]
