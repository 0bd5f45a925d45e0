"""Values over time as lines: at most five, one of them the accent, names at their ends.

Gaps stay gaps, provisional values are dotted on a quiet band, intervals are bands, a target is a dashed line.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.figure import Table
from mapalus.doors.ui.charts.marks import NARROW, WIDE, broken, path, points, rect, shape, svg, text, width_of
from mapalus.doors.ui.charts.scales import Numbers, finite, span

__all__ = ["LineChart", "Series", "lines"]

MOST_LABELLED = 5
_HEIGHT = {WIDE: 300, NARROW: 260}
_ROOM = {WIDE: 190.0, NARROW: 112.0}  # at most this much for the names
_LOW = 190.0  # a drawing less high has fewer lines across
_LINE = 15.0  # between two lines of a label
_MIDDLE = 5  # of a letter over its line
Interval = tuple[float, float]


@dataclass(frozen=True)
class Series:
    """One line, a value per period; None is a gap. At most one series of a chart is the accent.

    `provisional` and `conflicts` are indices of values; `band` is the interval of each value (95 per cent).
    """

    name: str
    values: tuple[float | None, ...]
    is_accent: bool = False
    is_labelled: bool = True
    provisional: frozenset[int] = frozenset()
    conflicts: frozenset[int] = frozenset()
    band: tuple[Interval | None, ...] = ()

    @property
    def last(self) -> int | None:
        """Index of the newest value."""
        return next((at for at in range(len(self.values) - 1, -1, -1) if self.values[at] is not None), None)


@dataclass(frozen=True)
class LineChart:
    """`labels` are the periods as people say them, one per value; `sentence` is read out in place of the drawing."""

    title: str
    subtitle: str
    sentence: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    language: str
    unit: str = ""
    provisional_from: int | None = None  # index from which every series is provisional
    provisional_word: str = ""
    plan: float | None = None  # one target for all periods
    plan_name: str = ""
    table_name: str = ""  # head of the first column of the table
    targets: tuple[float | None, ...] = ()  # a target per period, instead of `plan`
    is_grouped: bool = False  # the groups are the story: a colour each
    notes: tuple[str, ...] = ()

    @cached_property
    def known(self) -> tuple[float, ...]:
        found = [value for one in self.series for value in finite(one.values) if value is not None]
        found += [edge for one in self.series for pair in one.band if pair for edge in pair]
        found += [value for value in (self.plan, *self.targets) if value is not None]
        return tuple(found)

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(self.known, self.language)

    @cached_property
    def range(self) -> tuple[float, float]:
        return span(self.known)

    @property
    def unit_said(self) -> str:
        return self.numbers.unit(self.unit)

    @property
    def axis_note(self) -> str:
        return self.numbers.axis_note(self.range[0]) if self.known else ""

    @property
    def said(self) -> str:
        parts = ", ".join(part for part in (self.subtitle, self.unit_said) if part)
        return ". ".join(part for part in (parts, self.axis_note) if part)

    @property
    def table(self) -> Table:
        """A row per period; provisional and disputed values carry their word."""
        head = (self.table_name, *(one.name or self.unit for one in self.series))
        rows = tuple(
            (label, *(self._cell(one, at) for one in self.series), *self._target_cell(at))
            for at, label in enumerate(self.labels)
        )
        return Table((*head, self.plan_name or _("Target")) if any(self.targets) else head, rows)

    def _cell(self, one: Series, at: int) -> str:
        value = one.values[at] if at < len(one.values) else None
        if value is None:
            return "–"
        words = [self.numbers.write(value)]
        if at < len(one.band) and (pair := one.band[at]):
            words.append(f"({self.numbers.write(pair[0])}–{self.numbers.write(pair[1])})")
        if at in one.conflicts:
            words.append(_("disputed"))
        elif is_provisional(self, one, at):
            words.append(self.provisional_word or _("provisional"))
        return " ".join(words)

    def _target_cell(self, at: int) -> tuple[str, ...]:
        if not any(self.targets):
            return ()
        value = self.targets[at] if at < len(self.targets) else None
        return ("–" if value is None else self.numbers.write(value),)

    def drawing(self, width: int, tall: float = 0.0) -> str:
        """As SVG; `tall` is its height where a picture asks for one."""
        return lines(self, width, tall) if any(one.last is not None for one in self.series) else ""


def is_provisional(chart: LineChart, one: Series, at: int) -> bool:
    return at in one.provisional or (chart.provisional_from is not None and at >= chart.provisional_from)


def lines(chart: LineChart, width: int, tall: float = 0.0) -> str:
    """The drawing of a line chart, 680 or 328 units wide."""
    frame = _Frame(chart, width, tall)
    parts = [*_waiting(chart, frame), *_grid(chart, frame), *_targets(chart, frame)]
    order = sorted(range(len(chart.series)), key=lambda at: chart.series[at].is_accent)
    parts += [part for at in order for part in _series(chart, frame, at)]
    parts += [*_tick_labels(chart, frame), *_end_labels(chart, frame)]
    data = f' data-x="{frame.left:.1f} {frame.right:.1f}" data-y="{frame.top:.0f} {frame.bottom:.0f}"'
    return svg(width, frame.height, chart.sentence or chart.title, parts, data=data)


class _Frame:
    """Where the values of a line chart lie."""

    def __init__(self, chart: LineChart, width: int, tall: float) -> None:
        self.width, self.height = width, tall or float(_HEIGHT[width])
        self.low, self.high = chart.range
        self.ticks = chart.numbers.ticks(self.low, self.high, is_low=self.height < _LOW)
        self.names = {at: self._name(chart, one) for at, one in enumerate(chart.series) if one.is_labelled}
        room = max((width_of(line) for names in self.names.values() for line in names), default=0.0)
        self.left = 14 + max((width_of(words) for _value, words in self.ticks), default=0.0)
        self.right = width - (room + 18 if room else 10)
        self.top, self.bottom = 18.0, self.height - 28
        self.count = len(chart.labels)

    def _name(self, chart: LineChart, one: Series) -> list[str]:
        """The name at the end of a line, with its last number where there is room for both."""
        at = one.last
        if at is None:
            return []
        number = chart.numbers.write(one.values[at] or 0.0)
        room = _ROOM[self.width]
        if not one.name:
            return [number]
        names = broken(one.name, room)
        if self.width == NARROW and not one.is_accent and not chart.is_grouped:
            return names
        joined = f"{names[-1]} {number}"
        return [*names[:-1], joined] if width_of(joined) <= room else [*names, number]

    def x(self, index: int) -> float:
        return self.left + (self.right - self.left) * (index / (self.count - 1) if self.count > 1 else 0.5)

    def y(self, value: float) -> float:
        height = self.bottom - self.top
        return self.bottom - height * (value / (self.high - self.low) - self.low / (self.high - self.low))


def _waiting(chart: LineChart, frame: _Frame) -> list[str]:
    """The quiet band behind the provisional tail, with its word."""
    accent = next((one for one in chart.series if one.is_accent), chart.series[0] if chart.series else None)
    start = chart.provisional_from
    if start is None and accent is not None and accent.last is not None and accent.last in accent.provisional:
        start = accent.last
        while start - 1 in accent.provisional:
            start -= 1
    if start is None or start >= frame.count:
        return []
    step = (frame.right - frame.left) / max(1, frame.count - 1)
    left = frame.x(start) - (step / 2 if start > 0 else 0) if frame.count > 1 else frame.left
    parts = [rect(left, frame.top - 8, frame.right + 6 - left, frame.bottom - frame.top + 8, "c-wait")]
    if chart.provisional_word:
        parts.append(text(frame.right + 4, frame.bottom - 7, chart.provisional_word, anchor="end"))
    return parts


def _grid(chart: LineChart, frame: _Frame) -> list[str]:
    return [
        path([(0, frame.y(value)), (frame.right + 6, frame.y(value))], "c-grid" if value else "c-zero")
        for value, _words in frame.ticks
    ]


def _targets(chart: LineChart, frame: _Frame) -> list[str]:
    """The promise: a dashed line of ink, one for all periods or stepping from period to period."""
    if chart.plan is not None:
        y = frame.y(chart.plan)
        return [path([(frame.left, y), (frame.right, y)], "c-limit")]
    half = (frame.right - frame.left) / max(1, frame.count - 1) / 2
    runs: list[list[tuple[float, float]]] = [[]]
    for at, value in enumerate(chart.targets[: frame.count]):
        if value is None:
            runs.append([])
            continue
        x, y = frame.x(at), frame.y(value)
        runs[-1] += [(max(frame.left, x - half), y), (min(frame.right, x + half), y)]
    return [path(run, "c-limit c-hollow") for run in runs if run]


def _tick_labels(chart: LineChart, frame: _Frame) -> list[str]:
    """Numbers over their lines on the left, periods below; as many periods as fit without touching."""
    parts = [text(0, frame.y(value) - _MIDDLE, words) for value, words in frame.ticks]
    promised = chart.plan if chart.plan is not None else next((v for v in reversed(chart.targets) if v), None)
    if promised is not None and chart.plan_name:
        parts.append(text(frame.right, frame.y(promised) - 6, chart.plan_name, "c-strong", "end"))
    for at in _shown(chart, frame):
        half = width_of(chart.labels[at]) / 2
        x = min(max(frame.x(at), half), frame.width - half)
        parts.append(text(x, frame.height - 8, chart.labels[at], anchor="middle"))
    return parts


def _shown(chart: LineChart, frame: _Frame) -> list[int]:
    if not frame.count:
        return []
    room = max(width_of(label) for label in chart.labels) + 14
    every = max(1, -(-int(room * (frame.count - 1 or 1)) // max(1, int(frame.right - frame.left))))
    shown = list(range(0, frame.count, every))
    if frame.count - 1 - shown[-1] > every // 2 + 1:
        shown.append(frame.count - 1)
    return shown


def _look(chart: LineChart, at: int) -> str:
    if chart.is_grouped:
        return f"c-group c-cat{at % 5 + 1}"
    return "c-line" if chart.series[at].is_accent else "c-context"


def _series(chart: LineChart, frame: _Frame, number: int) -> list[str]:
    one, look = chart.series[number], _look(chart, number)
    values = finite(one.values)[: frame.count]
    spots = [(at, (frame.x(at), frame.y(value))) for at, value in enumerate(values) if value is not None]
    parts = _band(one, frame)
    firm: list[tuple[float, float]] = []
    dotted: list[tuple[float, float]] = []

    def close(run: list[tuple[float, float]], kind: str) -> None:
        if len(run) > 1:
            parts.append(path(run, kind))
        run.clear()

    for (at, here), (following, there) in pairwise(spots):
        if following - at > 1:
            close(firm, look)
            close(dotted, f"{look} c-dash")
        elif is_provisional(chart, one, following):
            close(firm, look)
            dotted += [there] if dotted else [here, there]
        else:
            close(dotted, f"{look} c-dash")
            firm += [there] if firm else [here, there]
    close(firm, look)
    close(dotted, f"{look} c-dash")
    return [*parts, *_dots(chart, one, spots, look)]


def _band(one: Series, frame: _Frame) -> list[str]:
    """The interval, as an area; a gap divides it."""
    runs: list[list[tuple[int, Interval]]] = [[]]
    for at, pair in enumerate(one.band[: frame.count]):
        if pair is None:
            runs.append([])
        else:
            runs[-1].append((at, pair))
    parts = []
    for run in runs:
        upper = [(frame.x(at), frame.y(high)) for at, (_low, high) in run]
        lower = [(frame.x(at), frame.y(low)) for at, (low, _high) in reversed(run)]
        if len(run) == 1:
            x = upper[0][0]
            parts.append(f'<path class="c-whisker" d="M{points([(x, lower[0][1]), (x, upper[0][1])])}"/>')
        elif run:
            parts.append(path([*upper, *lower], "c-band", closed=True))
    return parts


def _dots(chart: LineChart, one: Series, spots: list[tuple[int, tuple[float, float]]], look: str) -> list[str]:
    """The end of the accent, values that stand alone, and disputed ones."""
    dot = look.replace("c-line", "c-dot").replace("c-context", "c-dot-context").replace("c-group", "c-dot-group")
    parts = []
    places = {at for at, _spot in spots}
    for at, (x, y) in spots:
        alone = at - 1 not in places and at + 1 not in places
        is_end = at == spots[-1][0] and (one.is_accent or chart.is_grouped)
        if at in one.conflicts:
            parts.append(shape(x, y, "conflict", "c-conflict"))
        elif is_end and is_provisional(chart, one, at):
            parts.append(shape(x, y, "provisional", dot))
        elif is_end or alone:
            parts.append(shape(x, y, "", dot))
    return parts


def _end_labels(chart: LineChart, frame: _Frame) -> list[str]:
    """Names at the ends of the lines, pushed apart where they would touch, and kept inside the drawing."""
    blocks: list[tuple[float, int, list[str]]] = []
    for at, names in frame.names.items():
        one = chart.series[at]
        if names and one.last is not None:
            value = finite(one.values)[one.last]
            if value is not None:
                blocks.append((frame.y(value) + 4 - _LINE * (len(names) - 1) / 2, at, names))
    blocks.sort(key=lambda block: block[0])
    tops, floor = [], 10.0
    for wanted, _at, names in blocks:
        tops.append(max(wanted, floor))
        floor = tops[-1] + _LINE * len(names)
    ceiling = frame.bottom + 4
    for index in range(len(blocks) - 1, -1, -1):
        tops[index] = min(tops[index], ceiling - _LINE * (len(blocks[index][2]) - 1))
        ceiling = tops[index] - _LINE
    return [
        text(frame.right + 12, top + _LINE * line, words, "c-label" if chart.series[at].is_accent else "")
        for top, (_wanted, at, names) in zip(tops, blocks, strict=True)
        for line, words in enumerate(names)
    ]
