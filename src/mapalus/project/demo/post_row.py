"""`mapalus demo post-row`: one hospital reports its beds again, and the board moves before the guests' eyes.

The row goes the way of every row: handed in, checked, published by the platform, since a stream waits for nobody.
"""

from __future__ import annotations

import argparse
import io
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from mapalus.engine.clock import Zone, now
from mapalus.engine.errors import Conflict
from mapalus.engine.text import _, translate
from mapalus.project import home

__all__ = ["main", "post"]

DATASET = "tempat-tidur-rs"


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mapalus demo post-row")
    parser.add_argument("--data-dir", default="")
    parser.add_argument("--hospital", default="", help=translate(_("code of the hospital (default: the largest)")))
    parser.add_argument("--taken", type=int, default=-1, help=translate(_("beds taken (default: 40 more)")))
    given = parser.parse_args(arguments)
    home.enter(str(Path(given.data_dir or os.environ.get("MAPALUS_DATA_DIR") or ".mapalus").resolve()))
    print(post(hospital=given.hospital, taken=given.taken, at=now()))
    return 0


def post(*, hospital: str, taken: int, at: datetime) -> str:
    """Hand in the last sending again with one row changed. Returns the sentence for the presenter."""
    from mapalus.apps.catalogue import actions, checking, places
    from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandInState
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.data import snapshot

    dataset = Dataset.objects.select_related("current", "current__handin").filter(name=DATASET).first()
    if dataset is None or dataset.current is None or dataset.current.handin is None:
        raise Conflict(_("There is no sample province in this folder."), advice=_("Run `mapalus demo` first."))
    last = snapshot.find(places.snapshots(), dataset.current.snapshot)
    rows = [json.loads(line) for line in last.path.read_text(encoding="utf-8").splitlines() if line]
    row = _changed(rows, hospital=hospital, taken=taken, at=at)
    body = "\n".join(json.dumps(one) for one in rows) + "\n"
    kept = snapshot.store(places.snapshots(), io.BytesIO(body.encode()))
    local = at.astimezone(Zone.WITA.tzinfo)
    handin = actions.hand_in(
        dataset, snapshot=kept, file_name="kiriman.ndjson", period=f"{local:%Y-%m-%d %H:%M:%S}",
        key=f"post-row-{at.isoformat()}", by=PLATFORM, now=at, remark="data contoh", is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=at)
    if handin.stage is not HandInState.AWAITING_CONFIRMATION:
        raise Conflict(_("The row was not accepted: %(verdict)s"), advice="", verdict=handin.verdict)
    actions.publish(handin, status=FigureStatus.VERY_PROVISIONAL, by=PLATFORM, now=at)
    return translate(_("%(hospital)s, class %(kind)s: %(taken)s of %(beds)s beds taken, sent at %(clock)s.")) % {
        "hospital": row["kode_rs"], "kind": row["kelas"], "taken": row["terisi"], "beds": row["kapasitas"],
        "clock": f"{local:%H.%M.%S}",
    }  # fmt: skip


def _changed(rows: list[dict[str, object]], *, hospital: str, taken: int, at: datetime) -> dict[str, object]:
    own = [row for row in rows if not hospital or row["kode_rs"] == hospital]
    if not own:
        raise Conflict(_("No hospital has the code %(code)s."), advice="", code=hospital)
    row = max(own, key=lambda one: int(str(one["kapasitas"])))
    beds, before = int(str(row["kapasitas"])), int(str(row["terisi"]))
    wanted = taken if taken >= 0 else before + 40 if before + 40 <= beds else max(0, before - 60)
    row["terisi"] = min(wanted, beds)
    row["waktu"] = at.astimezone(Zone.WITA.tzinfo).isoformat(timespec="seconds")
    return row
