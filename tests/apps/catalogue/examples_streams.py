"""An example of each act of streams, for the test that walks all acts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from mapalus.apps.catalogue import compacting, places, retention, streaming
from mapalus.apps.catalogue.models import ContractVersion, Dataset, StreamKey, StreamSegment, Version
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.segments import Segment, place
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import NOW, declared, people
from tests.apps.catalogue.streaming import STREAMED

__all__ = ["EXAMPLES"]

Call = Callable[[], object]


def _streamed() -> Dataset:
    people()
    return declared(Path(tempfile.mkdtemp(prefix="example-", dir=settings.DATA_DIR)), text=STREAMED)


def _contract(dataset: Dataset) -> ContractVersion:
    assert dataset.contract is not None
    return dataset.contract


def _key(dataset: Dataset) -> StreamKey:
    made = StreamKey(dataset=dataset, name="RS", digest="0" * 64, hint="mpl_", position="dinkes.kadis", label="Kadis")
    made.issued_at = NOW
    made.save()
    return made


def _segment(dataset: Dataset) -> StreamSegment:
    path = place(streaming.streams(), dataset=dataset.name, sequence=1, sha256="ab" * 32)
    return StreamSegment.objects.create(
        dataset=dataset, sequence=1, folder=places.below(path), snapshot="ab" * 32, contract=_contract(dataset),
        lines=1, rows_good=1, rows_bad=0, at=NOW,
    )  # fmt: skip


def issue(by: Actor) -> Call:
    dataset = _streamed()
    return lambda: streaming.issue_key(dataset, name="RS", by=by, now=NOW)


def revoke(by: Actor) -> Call:
    key = _key(_streamed())
    return lambda: streaming.revoke_key(key, reason="diganti", by=by, now=NOW)


def receive(by: Actor) -> Call:
    dataset = _streamed()
    key, path = _key(dataset), place(streaming.streams(), dataset=dataset.name, sequence=1, sha256="ab" * 32)
    segment = Segment(path, "ab" * 32, lines=1, good=1, bad=0, flaws=(), bad_lines=frozenset())
    return lambda: streaming.receive_rows(
        dataset, segment=segment, sequence=1, contract=_contract(dataset), key=key, requests=(), by=by, now=NOW
    )


def begin(by: Actor) -> Call:
    dataset = _streamed()
    _segment(dataset)
    return lambda: compacting.begin_compaction(dataset, by=by, now=NOW)


def compact(by: Actor) -> Call:
    dataset = _streamed()
    segment = _segment(dataset)
    run = compacting.begin_compaction(dataset, by=PLATFORM, now=NOW)
    report = {"rows": 1, "good_rows": 1, "bad_rows": 0}
    return lambda: compacting.record_version(
        run, segments=[segment], folder=f"lake/{dataset.name}/v1", snapshot="ab" * 32, rows=1, report=report,
        quality={}, status="sementara", by=by, now=NOW,
    )  # fmt: skip


def remove(by: Actor) -> Call:
    version = compact(PLATFORM)()
    assert isinstance(version, Version)
    Dataset.objects.filter(pk=version.dataset_id).update(current=None)
    return lambda: retention.remove_version(version, reason="habis masa simpan", by=by, now=NOW)


EXAMPLES = {
    "catalogue.remove-version": remove,
    "catalogue.begin-compaction": begin,
    "catalogue.compact": compact,
    "catalogue.issue-stream-key": issue,
    "catalogue.receive-rows": receive,
    "catalogue.revoke-stream-key": revoke,
}
