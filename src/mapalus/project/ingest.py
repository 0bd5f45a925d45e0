"""`mapalus ingest SOURCE --dataset NAME`: fetch, check, version and publish, as the administrator's own act."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from mapalus.engine.errors import Invalid, NotFound, Unavailable
from mapalus.engine.text import _, translate
from mapalus.project import env, home

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import Dataset, HandIn, Source
    from mapalus.engine.data.snapshot import Snapshot

__all__ = ["main"]

LARGEST = 4 * 1024**3
_SETTING = re.compile(r"(?:^|,)\s*([a-z][a-z0-9_]*)=")


@dataclass(frozen=True)
class Wish:
    """What the command line asked for."""

    source: str
    dataset: str
    period: str
    note: str
    status: str
    data_dir: str


def main(arguments: Sequence[str]) -> int:
    """Exit 0: published, every row good; 1: some rows are bad, published without them or not at all; 2: impossible."""
    wish = _read(arguments)
    home.enter(wish.data_dir)
    from mapalus.apps.catalogue.models import Dataset, Source

    dataset = Dataset.objects.for_reading().filter(name=wish.dataset).first()
    if dataset is None:
        known = ", ".join(Dataset.objects.values_list("name", flat=True)[:20])
        raise NotFound(_("There is no dataset %(name)s. There are: %(known)s."), name=wish.dataset, known=known)
    source = Source.objects.for_reading().fetched().kept().filter(name=wish.source).first()
    if source is not None and not Path(wish.source).is_file():
        return _harvest(source, dataset, wish)
    with tempfile.TemporaryDirectory() as scratch:
        fetched = _fetch(wish.source, dataset, Path(scratch))
        if fetched is None:
            raise NotFound(_("There is no file %(path)s."), path=wish.source)
        snapshot, name = fetched
        return _publish(dataset, snapshot, name, wish)


def _read(arguments: Sequence[str]) -> Wish:
    parser = argparse.ArgumentParser(prog="mapalus ingest", description=translate(_("fetch, check and publish")))
    parser.add_argument(
        "source",
        help=translate(_("a file, an http(s) address, the name of a source, or connector:setting=value,setting=value")),
    )
    parser.add_argument("--dataset", required=True, help=translate(_("name of the dataset")))
    parser.add_argument("--period", default="", help=translate(_("the period: 2026-10, 2026-Q3, 2026")))
    parser.add_argument("--note", default="", help=translate(_("what the ledger should say")))
    parser.add_argument(
        "--status", default="sementara", choices=("sangat-sementara", "sementara", "tetap"),
        help=translate(_("status of the figures")),
    )  # fmt: skip
    parser.add_argument("--data-dir", default="")
    read = parser.parse_args(list(arguments))
    return Wish(read.source, read.dataset, read.period, read.note, read.status, read.data_dir)


# --- a declared source -----------------------------------------------------------------------------------------------


def _harvest(source: Source, dataset: Dataset, wish: Wish) -> int:
    """Its own way, with its mark and its history; what it brought is published, unless it is held back."""
    from mapalus.apps.catalogue.harvesting import harvest
    from mapalus.apps.catalogue.models import HarvestOutcome
    from mapalus.engine.clock import now
    from mapalus.project.source import told

    if source.dataset_id != dataset.pk:
        raise Invalid(
            _("The source %(name)s belongs to %(dataset)s."), name=source.name, dataset=source.dataset.name
        )  # fmt: skip
    run = harvest(source, now=now())
    if run is None:
        raise Unavailable(_("This source is being asked this very moment."), advice="")
    print(told(run))
    handin = run.handin
    if run.stage is HarvestOutcome.UNCHANGED:
        return 0
    if run.stage is not HarvestOutcome.BROUGHT or handin is None:
        return 1 if run.stage is HarvestOutcome.HELD else 2
    return 0 if handin.stage.value == "published" else _decide(handin, dataset, wish)


# --- a file, an address, a connector ---------------------------------------------------------------------------------


def _fetch(source: str, dataset: Dataset, scratch: Path) -> tuple[Snapshot, str] | None:
    """The bytes, kept as a snapshot, and what the file is called; None: there is nothing of this name."""
    from mapalus.apps.catalogue import places
    from mapalus.engine.data import snapshot

    if source.startswith(("http://", "https://")):
        from mapalus.engine.web.fetch import fetch

        path = fetch(source, into=scratch, largest=LARGEST, allowed=env.listing("MAPALUS_FETCH_ALLOWED"))
        return snapshot.store(places.snapshots(), path, largest=LARGEST), _name_of(source)
    if (asked := _connector(source)) is not None and not Path(source).is_file():
        return _brought(*asked, dataset, scratch)
    path = Path(source)
    if not path.is_file():
        return None
    return snapshot.store(places.snapshots(), path, largest=LARGEST), path.name


def _name_of(address: str) -> str:
    from urllib.parse import urlsplit

    return Path(urlsplit(address).path).name or "data"


def _connector(source: str) -> tuple[str, dict[str, str]] | None:
    """`sql:kind=sqlite,database=/x.db,table=y`; None where it is none of that form."""
    name, colon, rest = source.partition(":")
    if not colon or not re.fullmatch(r"[a-z][a-z0-9]*", name):
        return None
    found = list(_SETTING.finditer(rest))
    if not found and rest:
        return None
    ends = [one.start() for one in found[1:]] + [len(rest)]
    return name, {one[1]: rest[one.end() : end] for one, end in zip(found, ends, strict=True)}


def _brought(name: str, options: dict[str, str], dataset: Dataset, scratch: Path) -> tuple[Snapshot, str]:
    from mapalus.apps.catalogue import connecting, places
    from mapalus.engine.data import snapshot

    connector = connecting.connector_named(name)
    opened = connecting.open_source(name, connecting.cleaned(connector, options), unit=dataset.unit_code)
    brought = opened.harvest(mark="", into=scratch)
    if brought is None:
        raise Unavailable(_("The source says that it has nothing, although it was asked for everything."), advice="")
    return snapshot.store(places.snapshots(), brought.path, largest=LARGEST), brought.name


def _publish(dataset: Dataset, snapshot: Snapshot, name: str, wish: Wish) -> int:
    from mapalus.apps.catalogue import actions, afar, checking, places
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now
    from mapalus.engine.data import lake
    from mapalus.engine.data.wordindex import Later

    handin = _waiting(dataset, snapshot, wish) or actions.hand_in(
        dataset,
        snapshot=snapshot,
        file_name=name,
        period=wish.period or dataset.expected_period,
        key=uuid4().hex,
        remark=wish.note,
        is_queued=False,
        by=PLATFORM,
        now=now(),
    )
    places.workshop().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=places.workshop()) as folder, Later(Path(folder)) as later:
        handin = checking.check(handin, now=now(), later=later)
        code = _decide(handin, dataset, wish)
        if later.index is not None and (version := handin.versions.first()) is not None:
            lake.index_rows(lake.VersionFolder(version.path), later=later)
            afar.bring(version.lies_at)
    return code


def _decide(handin: HandIn, dataset: Dataset, wish: Wish) -> int:
    """Publish what awaits it, as the administrator; else say why not."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import FigureStatus, HandInState
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now

    if handin.stage != HandInState.AWAITING_CONFIRMATION:
        print(f"{handin.receipt}: {handin.verdict}", file=sys.stderr)
        return 2 if handin.stage == HandInState.REFUSED else 1
    version = actions.publish(handin, status=FigureStatus(wish.status), remark=wish.note, by=PLATFORM, now=now())
    said = translate(
        _("%(receipt)s: %(dataset)s version %(number)s is published: %(good)s good rows, %(bad)s kept back.")
    )
    print(
        said
        % {
            "receipt": handin.receipt,
            "dataset": dataset.name,
            "number": version.number,
            "good": version.rows_good,
            "bad": version.rows_bad,
        }
    )
    return 1 if version.rows_bad else 0


def _waiting(dataset: Dataset, snapshot: Snapshot, wish: Wish) -> HandIn | None:
    """A hand-in that an earlier, killed ingest of the same file left: it is taken up."""
    from mapalus.apps.catalogue.models import HandInState
    from mapalus.apps.catalogue.periods import canonical

    period = canonical(wish.period or dataset.expected_period)
    same = dataset.handins.filter(snapshot=snapshot.sha256, period=period, position="system")
    return same.filter(
        state__in=(HandInState.RECEIVED, HandInState.CHECKING, HandInState.AWAITING_CONFIRMATION)
    ).first()
