"""A stream for tests: the small province's cases of dengue as a dataset that takes rows one after another."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

from mapalus.apps.catalogue import actions, streaming
from mapalus.apps.catalogue.intake import Answer, Intake, Lane, Waiting
from mapalus.apps.catalogue.models import Dataset, FigureStatus, StreamKey
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue.cast import CONTRACT, GOOD, NOW, checked, declared, handed_in, people

STREAMED = CONTRACT.replace("mapalus:\n", "mapalus:\n  stream: {rows: 1000000, minutes: 600}\n")


def line(region: str, week: int, cases: Any, name: str = "Siti Contoh") -> dict[str, Any]:
    return {"kode_wilayah": region, "pelapor": name, "minggu": week, "kasus": cases}


def body(*rows: dict[str, Any]) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def begun(folder: Path, *, text: str = STREAMED) -> tuple[Dataset, StreamKey, str]:
    """A published dataset with a stream, and a key to it."""
    people()
    dataset = declared(folder, text=text)
    first = checked(handed_in(dataset, PLATFORM, text=GOOD))  # type: ignore[arg-type]
    actions.publish(first, status=FigureStatus.FINAL, by=PLATFORM, now=NOW)
    key, secret = streaming.issue_key(dataset, name="Aplikasi RS", by=PLATFORM, now=NOW)
    dataset.refresh_from_db()
    return dataset, key, secret


class Taking:
    """A lane in the test's own thread: each call is one group."""

    def __init__(self, dataset: Dataset, key: StreamKey, *, scratch: Path) -> None:
        self.key = key
        self.lane = Lane(Intake(scratch=scratch), dataset.pk)

    def follow(self) -> None:
        """Until readers take the file beside the current version."""
        self.lane.look(force=True)
        dataset = Dataset.objects.select_related("current").get(pk=self.lane.pk)
        while dataset.current is not None and self.lane.growing.version != dataset.current.number:
            time.sleep(0.01)
            self.lane.look(force=True)

    def send(self, *bodies: bytes, names: tuple[str, ...] = ()) -> list[Answer]:
        """Bodies that came at the same moment."""
        group = [
            Waiting.of(self.key.pk, names[n] if names else f"{self.lane.pk}-{n}-{id(one)}-{len(one)}", one)
            for n, one in enumerate(bodies)
        ]
        self.lane.serve(group)
        return [one.answer for one in group if one.answer is not None]

    def close(self) -> None:
        self.lane.growing.close()
