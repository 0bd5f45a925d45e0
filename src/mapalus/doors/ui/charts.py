"""Charts as server-side SVG, drawn twice: 680 units wide, and 328 for telephones. Colours come from classes.

The title is the finding; one accent, the rest grey; labels stand on the lines; bars begin at zero, a line that does
not says so. Nothing here decides what is found: that is the caller's sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mapalus.doors.ui import figures, scale

__all__ = ["NARROW", "WIDE", "Bar", "BarChart", "LineChart", "Series", "bars", "lines"]

WIDE, NARROW = 680, 328
_LINE_GAP = 16  # between two labels at the ends of lines
_HEIGHT = {WIDE: 300, NARROW: 260}


@dataclass(frozen=True)
class Series:
    """One line; None is a gap. At most one series of a chart is the accent."""

    name: str
    values: tuple[float | None, ...]
    is_accent: bool = False
    is_labelled: bool = True


@dataclass(frozen=True)
class LineChart:
    """Context of ui/line_chart.html. `labels` are the periods as people say them, one per value."""

    title: str
    subtitle: str
    sentence: str  # what the drawing says, for those who listen
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    language: str
    unit: str = ""
    provisional_from: int | None = None  # index from which values are provisional
    provisional_word: str = ""
    plan: float | None = None
    plan_name: str = ""
    table_name: str = ""  # head of the first column of the table

    @property
    def known(self) -> list[float]:
        found = [value for one in self.series for value in one.values if value is not None]
        return [*found, self.plan] if self.plan is not None else found

    @property
    def unit_said(self) -> str:
        """The unit with the word that its numbers were divided by: `ribu jiwa`."""
        return f"{scale.scaled(self.known, language=self.language, digits=5).word} {self.unit}".strip()

    @property
    def axis_note(self) -> str:
        """Where the axis begins, when that is not zero."""
        low = self.range[0]
        if low <= 0:
            return ""
        form = scale.scaled(self.known, language=self.language, digits=5)
        start = figures.number(low / form.factor, language=self.language, decimals=form.decimals)
        return _("The axis begins at %(start)s.") % {"start": start}

    @property
    def range(self) -> tuple[float, float]:
        """From zero when the values come near it, else from below the least of them."""
        low, high = min(self.known), max(self.known)
        if low >= 0 and low <= 0.6 * high:
            return 0.0, high or 1.0
        # a change of a thousandth must not fill the page: the range is at least a twentieth of the value
        pad = max((high - low) * 0.12, (0.05 * abs(high) - (high - low)) / 2, 0.0) or 1.0
        return low - pad, high + pad

    @property
    def rows(self) -> list[tuple[str, list[float | None]]]:
        """The same as a table: a row per period."""
        return [(label, [one.values[index] for one in self.series]) for index, label in enumerate(self.labels)]

    @property
    def wide(self) -> SafeString:
        return lines(self, WIDE)

    @property
    def narrow(self) -> SafeString:
        return lines(self, NARROW)


@dataclass(frozen=True)
class Bar:
    name: str
    value: float | None
    look: str = ""  # accent (default), rest, bad


@dataclass(frozen=True)
class BarChart:
    """Context of ui/bar_chart.html: lying bars, the largest first as the caller orders them."""

    title: str
    subtitle: str
    sentence: str
    bars: tuple[Bar, ...]
    language: str
    unit: str = ""
    plan: float | None = None
    plan_name: str = ""
    table_name: str = ""

    @property
    def unit_said(self) -> str:
        known = [bar.value for bar in self.bars if bar.value is not None]
        return f"{scale.scaled(known, language=self.language, digits=5).word} {self.unit}".strip()

    @property
    def wide(self) -> SafeString:
        return bars(self, WIDE)

    @property
    def narrow(self) -> SafeString:
        return bars(self, NARROW)


def _text(x: float, y: float, text: str, *, look: str = "", anchor: str = "") -> SafeString:
    extra = format_html(' class="{}"', look) if look else mark_safe("")
    extra += format_html(' text-anchor="{}"', anchor) if anchor else mark_safe("")
    return format_html('<text x="{}" y="{}"{}>{}</text>', f"{x:.0f}", f"{y:.1f}", extra, text)


def _path(points: Sequence[tuple[float, float]], look: str) -> SafeString:
    return format_html(
        '<path class="{}" d="M{}"/>',
        look,
        mark_safe(" ".join(f"{x:.1f} {y:.1f}" for x, y in points)),  # noqa: S308
    )


def _svg(width: int, height: float, sentence: str, parts: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="svg--{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        "wide" if width == WIDE else "narrow",
        width,
        f"{height:.0f}",
        sentence,
        format_html_join("", "{}", ((part,) for part in parts)),
    )


# lines


def lines(chart: LineChart, width: int) -> SafeString:
    """The drawing of a line chart, 680 or 328 units wide."""
    frame = _Frame(chart, width)
    parts = [*_background(chart, frame), *_grid(chart, frame)]
    for one in sorted(chart.series, key=lambda one: one.is_accent):
        parts += _series(chart, frame, one)
    return _svg(width, frame.height, chart.sentence, [*parts, *_end_labels(chart, frame), *_tick_labels(chart, frame)])


class _Frame:
    """Where the values of a line chart lie."""

    def __init__(self, chart: LineChart, width: int) -> None:
        self.width, self.height = width, float(_HEIGHT[width])
        self.low, self.high = chart.range
        form = scale.scaled(chart.known, language=chart.language, digits=5)
        self.form = form
        room = max((len(self.label(chart, one)) for one in chart.series if one.is_labelled), default=0)
        most = 200 if width == WIDE else 118
        ticks = max(len(self.write(tick, chart.language)) for tick in (*scale.ticks(self.low, self.high), self.high))
        self.left, self.right = 10 + ticks * 7.4, width - min(most, 16 + room * 7.2)
        self.top, self.bottom = 16.0, self.height - 26
        self.count = len(chart.labels)

    def label(self, chart: LineChart, one: Series) -> str:
        last = next((value for value in reversed(one.values) if value is not None), None)
        if last is None:
            return one.name
        number = self.write(last, chart.language)
        if self.width == NARROW and not one.is_accent and one.name:
            return one.name
        return f"{one.name} {number}".strip()

    def write(self, value: float, language: str) -> str:
        return figures.number(value / self.form.factor, language=language, decimals=self.form.decimals)

    def x(self, index: int) -> float:
        return self.left + (self.right - self.left) * (index / (self.count - 1) if self.count > 1 else 0.5)

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def _background(chart: LineChart, frame: _Frame) -> list[SafeString]:
    start = chart.provisional_from
    if start is None or start >= frame.count:
        return []
    left = frame.x(max(0, start - 1)) if frame.count > 1 else frame.left
    parts = [
        format_html(
            '<rect class="c-wait" x="{}" y="{}" width="{}" height="{}"/>',
            f"{left:.0f}",
            f"{frame.top - 6:.0f}",
            f"{frame.right - left:.0f}",
            f"{frame.bottom - frame.top + 6:.0f}",
        )
    ]
    if chart.provisional_word:
        parts.append(_text(frame.right - 4, frame.bottom - 6, chart.provisional_word, anchor="end"))
    return parts


def _grid(chart: LineChart, frame: _Frame) -> list[SafeString]:
    parts = []
    for tick in scale.ticks(frame.low, frame.high):
        look = "c-zero" if tick == 0 else "c-grid"
        y = frame.y(tick)
        parts.append(_path([(0, y), (frame.right, y)], look))
    if chart.plan is not None:
        y = frame.y(chart.plan)
        parts.append(_path([(frame.left, y), (frame.right, y)], "c-limit"))
    return parts


def _decimals(ticks: Sequence[float]) -> int:
    """As few as tell the ticks apart and exactly."""
    return next((count for count in range(5) if all(abs(round(tick, count) - tick) < 1e-9 for tick in ticks)), 5)


def _tick_labels(chart: LineChart, frame: _Frame) -> list[SafeString]:
    """Numbers over their lines on the left, periods below; as many periods as fit without touching."""
    ticks = scale.ticks(frame.low, frame.high)
    decimals = _decimals([tick / frame.form.factor for tick in ticks])
    parts = []
    for tick in ticks:
        text = figures.number(tick / frame.form.factor, language=chart.language, decimals=decimals)
        parts.append(_text(0, frame.y(tick) - 5, text))
    if chart.plan is not None and chart.plan_name:
        parts.append(_text(frame.right, frame.y(chart.plan) - 6, chart.plan_name, look="c-strong", anchor="end"))
    room = max((len(label) for label in chart.labels), default=1) * 7.4 + 14
    every = max(1, -(-int(room * (frame.count - 1 or 1)) // int(frame.right - frame.left)))
    shown = [index for index in range(frame.count) if index % every == 0]
    if frame.count - 1 - shown[-1] > every // 2 + 1:
        shown.append(frame.count - 1)
    for index in shown:
        anchor = "start" if index == 0 and frame.count > 1 else "end" if index == frame.count - 1 else "middle"
        parts.append(_text(frame.x(index), frame.height - 6, chart.labels[index], anchor=anchor))
    return parts


def _series(chart: LineChart, frame: _Frame, one: Series) -> list[SafeString]:
    look = "c-line" if one.is_accent else "c-context"
    points = [(index, value) for index, value in enumerate(one.values) if value is not None]
    start = chart.provisional_from if chart.provisional_from is not None else frame.count
    parts: list[SafeString] = []
    firm: list[tuple[float, float]] = []
    for (index, value), (following, next_value) in pairwise(points):
        here, there = (frame.x(index), frame.y(value)), (frame.x(following), frame.y(next_value))
        broken = following - index > 1
        if following >= start or broken:
            parts += [_path(firm, look)] if len(firm) > 1 else []
            parts += [] if broken else [_path([here, there], f"{look} c-dash")]
            firm = []
        else:
            firm = [*(firm or [here]), there]
    parts += [_path(firm, look)] if len(firm) > 1 else []
    if points and (one.is_accent or len(points) == 1):
        x, y = frame.x(points[-1][0]), frame.y(points[-1][1])
        dot = "c-dot" if one.is_accent else "c-dot-context"
        parts.append(format_html('<circle class="{}" cx="{}" cy="{}" r="5"/>', dot, f"{x:.1f}", f"{y:.1f}"))
    return parts


def _end_labels(chart: LineChart, frame: _Frame) -> list[SafeString]:
    """Names at the ends of the lines, pushed apart where they would touch."""
    ends: list[tuple[float, Series]] = []
    for one in chart.series:
        last = next((value for value in reversed(one.values) if value is not None), None)
        if last is not None and one.is_labelled:
            ends.append((frame.y(last) + 4, one))
    placed: list[SafeString] = []
    floor = -100.0
    for wanted, one in sorted(ends, key=lambda end: end[0]):
        floor = max(wanted, floor + _LINE_GAP)
        placed.append(_text(frame.right + 10, floor, frame.label(chart, one), look="c-label" if one.is_accent else ""))
    return placed


# bars


def bars(chart: BarChart, width: int) -> SafeString:
    """The drawing of lying bars; a bar without a value is hatched out by its word alone."""
    known = [bar.value for bar in chart.bars if bar.value is not None]
    highest = max([*known, *([chart.plan] if chart.plan is not None else []), 0.0]) or 1.0
    form = scale.scaled(known, language=chart.language, digits=5)
    step = 28.0
    top = 22.0 if chart.plan is not None else 2.0
    longest = max((len(bar.name) for bar in chart.bars), default=0)
    left = min(190.0 if width == WIDE else 128.0, longest * 7.0 + 12)
    right = width - 66.0
    parts: list[SafeString] = []
    for index, bar in enumerate(chart.bars):
        y = top + index * step
        parts.append(_text(0, y + 17, _cut(bar.name, left), look="c-strong" if bar.look in ("", "accent") else ""))
        if bar.value is None:
            parts.append(_text(left + 6, y + 17, "–"))
            continue
        length = max(0.0, bar.value) / highest * (right - left)
        look = {"rest": "c-bar-rest", "bad": "c-bar-bad"}.get(bar.look, "c-bar")
        parts.append(
            format_html(
                '<rect class="{}" x="{}" y="{}" width="{}" height="18"/>',
                look,
                f"{left:.0f}",
                f"{y + 3:.0f}",
                f"{length:.1f}",
            )
        )
        number = figures.number(bar.value / form.factor, language=chart.language, decimals=form.decimals)
        parts.append(_text(left + length + 6, y + 17, number, look="c-strong"))
    height = top + len(chart.bars) * step + 4
    parts.append(_path([(left, top - 2), (left, height)], "c-zero"))
    if chart.plan is not None:
        x = left + chart.plan / highest * (right - left)
        parts.append(_path([(x, 16), (x, height)], "c-limit"))
        parts.append(_text(x, 12, chart.plan_name, look="c-strong", anchor="middle"))
    return _svg(width, height, chart.sentence, parts)


def _cut(name: str, room: float) -> str:
    most = int(room / 6.6)
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"
