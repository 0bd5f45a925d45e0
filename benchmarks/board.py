"""A board of 24 tiles: server time cold and warm, bytes, questions to the database. In a province of the demo.

python -m benchmarks.board --data-dir DIR      (a folder that `mapalus demo --no-serve` built)
"""

from __future__ import annotations

import argparse
import gzip
import os
import statistics
import time
from pathlib import Path
from typing import Any

TILES = [
    "LIV-02", "LIV-14", "GOV-05", "LIV-08", "BRD-01", "LIV-10", "ENV-08", "LIV-17", "GOV-18",
    {"kind": "map", "indicator": "LIV-08"}, {"kind": "overdue"}, {"kind": "news"}, {"kind": "state"},
    {"kind": "alarms"}, {"kind": "line", "indicator": "BRD-01"}, {"kind": "line", "indicator": "LIV-08"},
    {"kind": "ranking", "indicator": "LIV-02"}, {"kind": "bar", "indicator": "LIV-08"},
    {"kind": "table", "indicators": ["LIV-02", "LIV-08", "LIV-17"]}, {"kind": "cases", "what": "overdue"},
    {"kind": "ranking", "indicator": "LIV-17"}, {"kind": "map", "indicator": "LIV-02"},
    {"kind": "text", "text": "Catatan"}, {"kind": "line", "indicator": "GOV-05"},
]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description="A board of 24 tiles.")
    parser.add_argument("--data-dir", required=True)
    folder = Path(parser.parse_args().data_dir).resolve()
    os.environ |= {
        "MAPALUS_DATA_DIR": str(folder), "MAPALUS_SECRET_KEY": "bench", "MAPALUS_SAMPLE_DATA": "yes",
        "DJANGO_SETTINGS_MODULE": "mapalus.project.settings",
    }  # fmt: skip
    import django

    django.setup()
    from django.db import connection
    from django.test import Client

    from mapalus.apps.boards import standing
    from mapalus.doors.command import fragments
    from mapalus.engine.boards import board_of

    board = board_of({"title": "Ukur", "public": True, "tiles": TILES}, name="ukur")
    whole = {**standing.declared(), "ukur": board}
    standing.declared = lambda: whole  # type: ignore[assignment]
    client = Client(headers={"host": "localhost"})

    def ask(path: str = "/papan/ukur/", status: int = 200, **headers: str) -> tuple[float, bytes]:
        before = time.process_time()
        answer = client.get(path, headers=headers)
        assert answer.status_code == status, answer.status_code
        return (time.process_time() - before) * 1000, answer.content

    from django.core.handlers.wsgi import WSGIHandler

    from mapalus.project.warming import look_round

    before = time.process_time()
    look_round(WSGIHandler())
    start = (time.process_time() - before) * 1000
    first, body = ask()
    cold = []
    for _round in range(7):
        fragments.forget()
        cold.append(ask()[0])
    questions = []

    def count(execute: Any, sql: str, *rest: Any) -> Any:
        questions.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(count):
        fragments.forget()
        ask()
        asked = len(questions)
        ask()
        asked_warm = len(questions) - asked
    warm = [ask()[0] for _round in range(50)]
    tile = statistics.median(ask("/papan/ukur/ubin/1/")[0] for _round in range(50))
    print("| what | measured | aim |\n| --- | --- | --- |")
    print(f"| a new process looks round before it answers, ms CPU | {start:.0f} | |")
    print(f"| first request of a process, ms CPU | {first:.0f} | 300 |")
    print(f"| cold, ms CPU (median of 7) | {statistics.median(cold):.0f} | 300 |")
    print(f"| warm, ms CPU (median of 50) | {statistics.median(warm):.1f} | 50 |")
    print(f"| one tile, warm, ms CPU | {tile:.1f} | |")
    print(f"| page, kB (compressed) | {len(body) / 1000:.0f} ({len(gzip.compress(body)) / 1000:.0f}) | 150 |")
    print(f"| questions, cold and warm | {asked} and {asked_warm} | constant |")


if __name__ == "__main__":
    main()
