"""A small real connector for the tests of sources: a folder with `rows.csv`; the file `says` tells how it behaves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from mapalus.apps.catalogue import source_acts
from mapalus.apps.catalogue.models import Dataset, Source, SourceWay
from mapalus.apps.directory.models import Position
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.errors import Invalid, Misconfigured, Unavailable
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Extent, Harvest, Offering, Option, OptionKind, Surroundings, Vanished
from mapalus.engine.harvest.connector import Source as Opened
from mapalus.engine.text import Label
from tests.apps.catalogue.cast import NOW

__all__ = ["DROP", "Drop", "installed", "put", "reread", "source"]


class _Table:
    """`rows.csv` of a folder. Its mark is the time it was changed; a copy half made is gone on with."""

    def __init__(self, options: Mapping[str, object], surroundings: Surroundings) -> None:
        self.folder = Path(str(options["folder"]))
        self.surroundings = surroundings
        self.secret = str(options.get("secret") or "")

    def check(self) -> None:
        self._says()

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        says = self._says()
        if self.secret:
            self.surroundings.secret(self.secret)
        path = self.folder / str(says.get("file", "rows.csv"))
        stamp = str(says.get("mark") or path.stat().st_mtime_ns)
        if mark == stamp:
            return None
        half = into / "half.csv"
        content = path.read_bytes()
        begun = half.stat().st_size if half.exists() else 0
        with half.open("ab") as file:
            for at in range(begun, len(content), 16):
                file.write(content[at : at + 16])
                file.flush()
                self.surroundings.tell("Fetching the file", at / len(content))
                if says.get("hang") and at >= int(says["hang"]):
                    (self.folder / "there").write_text(str(begun))
                    time.sleep(600)
        (self.folder / "resumed").write_text(str(begun))
        if mark and says.get("changes"):
            return self._changed(says, stamp, into)
        return Harvest(half, path.name, mark=stamp, facts={"changed": stamp})

    def _changed(self, says: dict[str, Any], stamp: str, into: Path) -> Harvest:
        path, gone = into / "changes.ndjson", into / "gone.ndjson"
        path.write_text("".join(json.dumps(one) + "\n" for one in says["changes"] if one))
        gone.write_text("".join(json.dumps(one) + "\n" for one in says.get("deleted", ())))
        return Harvest(path, path.name, Extent.CHANGES, stamp, gone if says.get("deleted") else None)

    def _says(self) -> dict[str, Any]:
        self.surroundings.tell("Asking", 0.0)
        path = self.folder / "says"
        says: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        match says.get("wrong"):
            case "away":
                raise Unavailable(host="contoh")
            case "gone":
                raise Vanished()
            case "settings":
                raise Misconfigured()
            case "bug":
                raise ValueError("of ours")
            case _:
                return says


class _List:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def check(self) -> None: ...

    def offered(self) -> Iterator[Offering]:
        if (self.folder / "away").exists():
            raise Unavailable(host="contoh")
        for one in json.loads((self.folder / "list.json").read_text()):
            given = {"options": {"folder": str(self.folder / one["key"])}, "title": one["key"], **one}
            yield Offering(**given)


class Drop:
    name = "contoh"
    title = Label("Folder contoh", "Sample folder")
    summary = Label("Satu berkas di sebuah folder.", "One file in a folder.")
    options = (
        Option("folder", Label("Folder", "Folder"), is_required=True),
        Option("secret", Label("Kata sandi", "Password"), kind=OptionKind.SECRET),
    )

    def open(self, options: Mapping[str, object], surroundings: Surroundings) -> Opened:
        if not str(options.get("folder", "")).startswith("/"):
            raise Invalid(fields={"folder": "Write the whole path."})
        return _Table(options, surroundings)

    def shelf(self, options: Mapping[str, object], surroundings: Surroundings) -> _List | None:
        return _List(Path(str(options["folder"])))


DROP = Drop()


def installed() -> dict[str, EntryPoint]:
    """As if it were installed: what `registry` finds."""
    return {"contoh": EntryPoint("contoh", "tests.apps.catalogue.sourcing:DROP", registry.GROUP)}


def put(folder: Path, text: str = "", **says: object) -> Path:
    """What the system holds, and how it behaves."""
    folder.mkdir(parents=True, exist_ok=True)
    if text:
        (folder / "rows.csv").write_text(text)
    (folder / "says").write_text(json.dumps(says))
    return folder


def source(
    dataset: Dataset,
    folder: Path,
    *,
    schedule: str = "hourly",
    way: SourceWay = SourceWay.DIRECT,
    now: datetime = NOW,
    **options: object,
) -> Source:
    made = source_acts.add_source(
        dataset, connector="contoh", options={"folder": str(folder), **options}, schedule=schedule,
        keeper=Position.objects.get(pk="dinkes.kabid-p2p"), title="Sistem Contoh", by=PLATFORM, now=now,
    )  # fmt: skip
    if way != made.way:
        made = source_acts.trust_source(made, way=way, reason="Kesepakatan contoh", by=PLATFORM, now=now)
    return made


def reread(source: Source) -> Source:
    return Source.objects.for_reading().get(pk=source.pk)
