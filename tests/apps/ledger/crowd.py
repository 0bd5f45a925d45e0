"""A crowd writes, two sealers compete and one of them is killed, a reader follows. Prints what happened as JSON.

python -m tests.apps.ledger.crowd WRITERS ACTS
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import django


def write(number: int, acts: int, told: Any) -> None:
    """Acts that hold their transaction open for a while, so that they commit in another order than they began."""
    from django.db import transaction

    from mapalus.apps.ledger.action import action
    from mapalus.engine import clock
    from mapalus.engine.ports import Actor
    from tests.apps.ledger.people import ADMINISTRATOR

    @action("tests.say")
    def say(word: str, *, by: Actor, now: datetime) -> None: ...

    dice, committed = random.Random(number), []
    for turn in range(acts):
        word = f"{number}-{turn}"
        with transaction.atomic():
            say(word, by=ADMINISTRATOR, now=clock.now())
            time.sleep(dice.random() * 0.01)
            is_taken_back = dice.random() < 0.1
            transaction.set_rollback(is_taken_back)
        if not is_taken_back:
            committed.append((word, time.time()))
        time.sleep(dice.random() * 0.004)
    told.put(committed)


def keep_sealing(folder: str) -> None:
    from mapalus.apps.ledger import sealer

    sealer.run(lock_file=Path(folder) / "sealer.lock", stopping=lambda: False)


def main(writers: int, acts: int) -> dict[str, object]:
    django.setup()
    # Models are imported before the fork, connections are opened after it.
    from mapalus.apps.ledger.models import Block, Entry
    from mapalus.apps.ledger.verify import verify

    fork = multiprocessing.get_context("fork")
    told = fork.Queue()
    folder = os.environ["MAPALUS_DATA_DIR"]
    sealers = [fork.Process(target=keep_sealing, args=(folder,), daemon=True) for _ in range(2)]
    people = [fork.Process(target=write, args=(number, acts, told), daemon=True) for number in range(writers)]
    for process in (*sealers, *people):
        process.start()
    seen: list[tuple[int, str, float]] = []
    by_id: list[str] = []
    last, last_id, committed = 0, 0, []
    quiet_since = time.monotonic()
    killed = False
    while time.monotonic() - quiet_since < 120:  # it ends as soon as everything was seen
        found = list(Entry.objects.after(last).values_list("sequence", "subject"))
        for key, subject in Entry.objects.filter(id__gt=last_id).order_by("id").values_list("id", "subject"):
            last_id = key
            by_id.append(subject)
        at = time.time()
        seen += [(sequence or 0, subject, at) for sequence, subject in found]
        if found:
            last, quiet_since = seen[-1][0], time.monotonic()
        if not killed and len(seen) > writers * acts // 3:
            # Whoever seals now dies in the middle of it; the other must go on.
            os.kill(sealers[0].pid or 0, signal.SIGKILL)
            killed = True
        while not told.empty():
            committed += told.get()
        if len(committed) and not any(p.is_alive() for p in people) and last == len(committed):
            break
        time.sleep(0.005)
    subjects = {subject: when for _sequence, subject, when in seen}
    late = sorted((subjects[word] - when) * 1000 for word, when in committed if word in subjects)
    verdict = verify()
    return {
        "committed": len(committed),
        "missed": len({word for word, _when in committed} - subjects.keys()),
        "ghosts": len(subjects.keys() - {word for word, _when in committed}),
        "twice": len(seen) - len(subjects),
        "in_order": [sequence for sequence, *_rest in seen] == list(range(1, len(seen) + 1)),
        "missed_by_id": len({word for word, _when in committed} - set(by_id)),
        "blocks": Block.objects.count(),
        "whole": verdict.is_whole,
        "said": verdict.say(language="en"),
        "sealer_killed": killed,
        "seen_after_ms": {"p50": round(late[len(late) // 2], 1), "p99": round(late[int(len(late) * 0.99)], 1)},
    }


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]), int(sys.argv[2]))))
