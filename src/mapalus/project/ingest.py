"""`mapalus ingest SOURCE --dataset NAME`: fetch, check, version and publish, as the administrator's own act."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from uuid import uuid4

from mapalus.engine.errors import NotFound
from mapalus.engine.text import _, translate
from mapalus.project import env, home

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import Dataset, HandIn
    from mapalus.engine.data.snapshot import Snapshot

__all__ = ["main"]

LARGEST = 4 * 1024**3


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
    from mapalus.apps.catalogue.models import Dataset

    dataset = Dataset.objects.for_reading().filter(name=wish.dataset).first()
    if dataset is None:
        known = ", ".join(Dataset.objects.values_list("name", flat=True)[:20])
        raise NotFound(_("There is no dataset %(name)s. There are: %(known)s."), name=wish.dataset, known=known)
    with tempfile.TemporaryDirectory() as scratch:
        snapshot, name = _fetch(wish.source, Path(scratch))
        return _publish(dataset, snapshot, name, wish)


def _read(arguments: Sequence[str]) -> Wish:
    parser = argparse.ArgumentParser(prog="mapalus ingest", description=translate(_("fetch, check and publish")))
    parser.add_argument("source", help=translate(_("a file, or an http(s) address")))
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


def _fetch(source: str, scratch: Path) -> tuple[Snapshot, str]:
    """The bytes, kept as a snapshot, and what the file is called."""
    from mapalus.apps.catalogue import places
    from mapalus.engine.data import snapshot

    if source.startswith(("http://", "https://")):
        from mapalus.engine.web.fetch import fetch

        path = fetch(source, into=scratch, largest=LARGEST, allowed=env.listing("MAPALUS_FETCH_ALLOWED"))
        return snapshot.store(places.snapshots(), path, largest=LARGEST), Path(urlsplit(source).path).name or "data"
    path = Path(source)
    if not path.is_file():
        raise NotFound(_("There is no file %(path)s."), path=source)
    return snapshot.store(places.snapshots(), path, largest=LARGEST), path.name


def _publish(dataset: Dataset, snapshot: Snapshot, name: str, wish: Wish) -> int:
    from mapalus.apps.catalogue import actions, checking
    from mapalus.apps.catalogue.models import FigureStatus, HandInState
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.clock import now

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
    handin = checking.check(handin, now=now())
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
