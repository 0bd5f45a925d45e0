"""Tiles beside the numbers: what happened where, words, links, the state of the data, what was just published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.indicator_datasets import PREFIX
from mapalus.apps.catalogue.models import Classification, Dataset, HandIn, Version
from mapalus.apps.directory.boundaries import outlines_within
from mapalus.apps.ledger.models import Entry
from mapalus.doors.command import words
from mapalus.doors.command.tiles.around import Around
from mapalus.doors.command.tiles.registry import Placed, Shown, kind, stamp_of
from mapalus.doors.ui.charts import Table
from mapalus.doors.ui.maps import Dot, Dots
from mapalus.engine.data.lake import VersionFolder
from mapalus.engine.data.query import Query, search
from mapalus.engine.data.references import read_labels
from mapalus.engine.errors import Problem
from mapalus.engine.ports import Actor

__all__ = ["Lamp", "News"]

_NEWS = 5
_MOST_DOTS = 200


@kind("text")
def text(tile: Placed, around: Around) -> Shown:
    """A few words, as they were written."""
    one = tile.tile
    said = one.text_en if one.text_en and around.language.startswith("en") else one.text
    return Shown(one.title_in(around.language), said=said, template="command/tiles/text.html", stamp=stamp_of(said))


@kind("link")
def link(tile: Placed, around: Around) -> Shown:
    """A camera, a stream, another page: its title, and a picture of this site. Nothing foreign is embedded."""
    one = tile.tile
    table = Table((_("Address"),), ((one.href,),))
    return Shown(
        one.title_in(around.language), table=table, template="command/tiles/link.html", context=one,
        stamp=stamp_of(one.href),
    )  # fmt: skip


# --- what happened where -----------------------------------------------------------------------------------------


@kind("incidents")
def incidents(tile: Placed, around: Around) -> Shown:
    """The newest hours of a dataset of events, as dots; reckoned from the newest event, as its indicator does."""
    one = tile.tile
    dataset = (
        Dataset.objects.visible_to(around.actor).filter(name=one.dataset).select_related("unit", "current").first()
    )
    if dataset is not None and around.is_wall and dataset.classification != Classification.OPEN:
        dataset = None  # rows tell of things one by one; a wall shows numbers
    title = one.title_in(around.language) or (dataset.title_here if dataset else one.dataset)
    if dataset is None or dataset.current is None:
        return Shown(title, said=_("no data yet"))
    version = dataset.current
    place = around.place_of(one)
    names = around.children(place)
    found = [dot for dot in _dots(tile, dataset, version, around) if not place or dot.region.startswith(place)]
    source = " · ".join([dataset.unit.short or dataset.unit.name, words.short(version.published_at, now=around.now)])
    shown = Dots(
        title=title,
        subtitle="" if one.title else _("the newest %(hours)s hours") % {"hours": f"{one.hours:g}"},
        dots=tuple(found),
        regions=tuple(names.items()),
        language=around.language,
        outlines=outlines_within(place or settings.PROVINCE_CODE),
        nothing=_("Nothing happened."),
    )
    return Shown(title, source, map=shown, stamp=stamp_of([(dot.title, dot.at) for dot in found]))


def _dots(tile: Placed, dataset: Dataset, version: Version, around: Around) -> list[Dot]:
    one = tile.tile
    try:
        rows, columns = _rows(tile, version)
        labels = read_labels(contracts.load(version.contract.path.parent), one.name) if one.name else {}
    except Problem:
        return []
    newest = max((at for at in (_moment(row.get(one.at)) for row in rows) if at), default=None)
    if newest is None:
        return []
    since, regions = newest - timedelta(hours=one.hours), around.children(around.place_of(one))
    level = len(next(iter(regions), "71.01"))
    found = []
    for row in rows:
        at = _moment(row.get(one.at))
        if at is None or at <= since:
            continue
        region = str(row.get(one.region_column) or "")[:level]
        what = str(row.get(one.name) or "") if one.name else ""
        found.append(
            Dot(
                labels.get(what, what) or dataset.title_here,
                _number(row.get(one.lon)), _number(row.get(one.lat)),
                at=f"{at:%d-%m-%Y %H.%M}",
                href="" if around.is_wall else _row_href(dataset, version, row, columns),
                region=region, place=regions.get(region, ""),
            )
        )  # fmt: skip
    return sorted(found, key=lambda dot: dot.at, reverse=True)


def _rows(tile: Placed, version: Version) -> tuple[list[dict[str, Any]], Sequence[str]]:
    one = tile.tile
    answer = search(
        VersionFolder(version.path).rows, Query(sort=f"{one.at} desc", limit=_MOST_DOTS, include_total=False)
    )
    names = [column.name for column in answer.columns]
    return [dict(zip(names, record, strict=True)) for record in answer.records], names


def _row_href(dataset: Dataset, version: Version, row: dict[str, Any], columns: Sequence[str]) -> str:
    """The rows of the dataset's page that begin with the first column of this one: its own number."""
    key = next((row[name] for name in columns if not name.startswith("_")), "")
    return f"{reverse('portal:dataset', args=[dataset.name])}?version={version.number}&q={key}#tabel"


def _moment(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        return None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


# --- the data themselves -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lamp:
    """One figure about the data themselves."""

    figure: str
    state: str
    word: str


@kind("state")
def state(tile: Placed, around: Around) -> Shown:
    """How the data stand: published, new, on their way, late, disputed."""
    lamps = _lamps(around)
    rows = tuple((one.word, one.figure) for one in lamps)
    return Shown(
        tile.tile.title_in(around.language) or _("State of the data"), "Mapalus",
        table=Table((_("What"), _("How many")), rows), template="command/tiles/state.html", context=lamps,
        stamp=stamp_of(rows),
    )  # fmt: skip


def _lamps(around: Around) -> list[Lamp]:
    now, actor = around.now, around.actor
    datasets = Dataset.objects.visible_to(actor)
    month = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    fresh = Version.objects.visible_to(actor).published().filter(published_at__gte=month).count()
    disputed, late = datasets.exclude(conflict="").count(), datasets.overdue(now).count()
    day = HandIn.objects.filter(dataset__in=datasets, received_at__gte=now - timedelta(days=1)).count()
    lamps = [
        Lamp(str(datasets.published().count()), "good", _("datasets published")),
        Lamp(str(fresh), "good", _("versions this month")),
        Lamp(str(day), "good" if day else "none", _("hand-ins in 24 hours")),
        Lamp(str(late), "late" if late else "good", _("data late")),
        Lamp(str(disputed), "conflict" if disputed else "good", _("data disputed")),
    ]
    mapped = next((around.reading(one) for one in around.board.tiles if one.kind == "map"), None)
    if mapped is not None and mapped.expected:
        whole = "good" if mapped.known == mapped.expected else "soon"
        lamps.append(Lamp(f"{mapped.known}/{mapped.expected}", whole, _("regions reported")))
    return lamps


@dataclass(frozen=True)
class News:
    """One act that just happened, as a sentence."""

    at: datetime
    time: str
    text: str


_SAID = ("catalogue.publish", "catalogue.withdraw", "catalogue.roll-back")


@kind("news")
def news(tile: Placed, around: Around) -> Shown:
    """The newest public acts on datasets the reader may see."""
    found = _news(around.actor, around.now, tile.tile.most or _NEWS)
    rows = tuple((one.time, one.text) for one in found)
    return Shown(
        tile.tile.title_in(around.language) or _("Just now"), "Mapalus", table=Table((_("Time"), _("What")), rows),
        template="command/tiles/news.html", context=found, stamp=stamp_of(rows),
    )  # fmt: skip


def _news(actor: Actor | None, now: datetime, most: int) -> list[News]:
    newest = Entry.objects.visible_to(actor, now).filter(act__in=_SAID, sequence__isnull=False).order_by("-sequence")
    entries = list(newest[: most * 20])
    # The values of indicators are published after each of their datasets: that one is the news.
    wanted = {name for entry in entries if not (name := str(entry.data.get("dataset", ""))).startswith(PREFIX)}
    visible = Dataset.objects.visible_to(actor).filter(name__in=wanted).select_related("unit")
    titles = {dataset.name: dataset for dataset in visible}
    found = []
    for entry in entries:
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
    return found[:most]
