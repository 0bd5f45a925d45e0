"""Charts as server-side SVG, drawn twice: 680 units wide, and 328 for telephones. Values in, markup out.

    chart = LineChart(title=finding.of_periods(...), subtitle="Beras medium", ...)
    drawn(chart, source="Dinas Pangan · 2 jam lalu", name="tile-3")

The title is the finding (`finding` words one that the data allow); one accent, the rest grey; labels stand on the
lines; bars begin at zero, a line that does not says so. Nothing here knows a model or an indicator.
"""

from __future__ import annotations

from mapalus.doors.ui.charts.bar import Bar, BarChart, GroupedBars, bars
from mapalus.doors.ui.charts.figure import Chart, Table, drawn
from mapalus.doors.ui.charts.line import LineChart, Series, lines
from mapalus.doors.ui.charts.marks import NARROW, WIDE
from mapalus.doors.ui.charts.multiples import Multiples, Small
from mapalus.doors.ui.charts.ranking import Ranked, Ranking
from mapalus.doors.ui.charts.tile import number_tile

__all__ = [
    "NARROW",
    "WIDE",
    "Bar",
    "BarChart",
    "Chart",
    "GroupedBars",
    "LineChart",
    "Multiples",
    "Ranked",
    "Ranking",
    "Series",
    "Small",
    "Table",
    "bars",
    "drawn",
    "lines",
    "number_tile",
]
