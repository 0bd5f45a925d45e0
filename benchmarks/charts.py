"""How long the drawings of a board take: 24 charts of four kinds, each drawn twice with its table.

uv run python -m benchmarks.charts
"""

from __future__ import annotations

import math
import os
import sys
import time
from statistics import median

AIM = 25.0  # milliseconds of CPU for all of them


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    runs = sorted(_once() for _run in range(15))
    took, weight = median(run[0] for run in runs), runs[0][1]
    print(f"24 charts: {took:.1f} ms of CPU (aim {AIM:.0f}), {weight / 24 / 1000:.1f} kB each")
    return 0 if took <= AIM else 1


def _once() -> tuple[float, int]:
    from mapalus.doors.ui.charts import Bar, BarChart, Chart, LineChart, Ranked, Ranking, Series, drawn

    def line(number: int) -> LineChart:
        values = tuple(50 + number + 10 * math.sin(at / 3) for at in range(24))
        series = (Series("Manado", values, is_accent=True), Series("Bitung", tuple(value + 3 for value in values)))
        labels = tuple(f"Bln {at}" for at in range(24))
        return LineChart(
            f"T{number}",
            "S",
            "K",
            labels,
            series,
            "id",
            unit="persen",
            provisional_from=22,
            plan=60.0,
            plan_name="target",
        )

    def ranking(number: int) -> Ranking:
        places = tuple(Ranked(f"Kab. Bolaang Mongondow {at}", 10.0 + at + number) for at in range(15))
        return Ranking(f"T{number}", "S", "K", places, "id", unit="persen", target=15.0, target_name="target")

    def bar(number: int) -> BarChart:
        bars = tuple(Bar(f"Golongan {at}", 10.0 + at + number) for at in range(8))
        return BarChart(f"T{number}", "S", "K", bars, "id", unit="persen")

    charts: list[Chart] = [*map(line, range(12)), *map(ranking, range(6)), *map(bar, range(6))]
    began = time.process_time()
    weight = sum(len(drawn(chart)) for chart in charts)
    return (time.process_time() - began) * 1000, weight


if __name__ == "__main__":
    sys.exit(main())
