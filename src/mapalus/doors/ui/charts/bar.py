"""Values side by side as lying bars from zero; and groups of them, a colour each.

A bar without a value is its word, never a bar of nothing. What does not fit is in the table, and is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.figure import Table
from mapalus.doors.ui.charts.marks import WIDE, broken, path, rect, shape, svg, text, width_of
from mapalus.doors.ui.charts.scales import Numbers, finite

__all__ = ["MOST", "Bar", "BarChart", "GroupedBars", "Lying", "bars"]

MOST = 24  # drawn; all of them stand in the table
_LINE = 15.0


@dataclass(frozen=True)
class Bar:
    """`look`: accent (default), rest, bad; `state`: provisional, conflict; `word` in place of a missing value."""

    name: str
    value: float | None
    look: str = ""
    state: str = ""
    word: str = ""
    href: str = ""


@dataclass(frozen=True)
class BarChart:
    """Lying bars, in the order the caller gives: by size, unless the order itself says something."""

    title: str
    subtitle: str
    sentence: str
    bars: tuple[Bar, ...]
    language: str
    unit: str = ""
    plan: float | None = None
    plan_name: str = ""
    table_name: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def known(self) -> tuple[float, ...]:
        return tuple(value for value in finite([bar.value for bar in self.bars]) if value is not None)

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(self.known, self.language)

    @property
    def unit_said(self) -> str:
        return self.numbers.unit(self.unit)

    @property
    def said(self) -> str:
        parts = [", ".join(part for part in (self.subtitle, self.unit_said) if part)]
        if len(self.bars) > MOST:
            parts.append(_("%(count)s more in the table") % {"count": len(self.bars) - MOST})
        return ". ".join(part for part in parts if part)

    @property
    def table(self) -> Table:
        return Table(
            (self.table_name, self.unit_said or _("Value")),
            tuple((bar.name, _cell(bar, self.numbers)) for bar in self.bars),
            tuple(bar.href for bar in self.bars),
        )

    def drawing(self, width: int) -> str:
        return bars(self, width) if self.bars else ""


def _cell(bar: Bar, numbers: Numbers) -> str:
    if bar.value is None:
        return bar.word or "–"
    return " ".join(part for part in (numbers.write(bar.value), state_word(bar.state)) if part)


def state_word(state: str) -> str:
    return _("provisional") if state == "provisional" else _("disputed") if state == "conflict" else ""


class Lying:
    """Where lying bars stand: names on the left, values at their ends, zero between negative and positive ones."""

    def __init__(
        self, width: int, names: list[str], known: tuple[float, ...], *, numbers: Numbers, plan: float | None = None
    ) -> None:
        most = 184.0 if width == WIDE else 112.0
        self.names = [broken(name, most) for name in names]
        self.left = 12 + max((width_of(line) for lines in self.names for line in lines), default=0.0)
        widest = max((width_of(numbers.write(value)) for value in known), default=10.0)
        reach = [*known, 0.0, *([plan] if plan is not None else [])]
        self.low, self.high = min(reach), max(reach)
        if self.low < 0:
            self.left += widest + 8
        self.right = width - widest - 30
        self.span = (self.high - self.low) or 1.0
        self.width = width

    def x(self, value: float) -> float:
        return self.left + (value / self.span - self.low / self.span) * (self.right - self.left)

    def number(self, value: float, y: float, words: str, look: str = "c-strong", state: str = "") -> str:
        """The number at the end of its bar, with the shape of its state."""
        x, away = self.x(value), width_of(words) + 16
        said = text(x - 6, y, words, look, "end") if value < 0 else text(x + 6, y, words, look)
        if state not in ("provisional", "conflict"):
            return said
        return said + shape(x - away if value < 0 else x + away, y - 4.5, state, f"c-mark-{state}")

    def bar(self, value: float, y: float, height: float, look: str) -> str:
        zero, end = self.x(0.0), self.x(value)
        return rect(min(zero, end), y, max(abs(end - zero), 0.0), height, look)

    def name(self, index: int, y: float, look: str) -> list[str]:
        lines = self.names[index]
        top = y - _LINE * (len(lines) - 1) / 2
        return [text(0, top + _LINE * line, words, look) for line, words in enumerate(lines)]

    def promise(self, plan: float | None, name: str, height: float) -> list[str]:
        if plan is None:
            return []
        x = self.x(plan)
        half = width_of(name) / 2
        anchor = "start" if x < half else "end" if x + half > self.width else "middle"
        return [path([(x, 17), (x, height)], "c-limit"), text(x, 12, name, "c-strong", anchor)]


_LOOKS = {"rest": "c-bar-rest", "bad": "c-bar-bad"}
_STEP = 28.0


def bars(chart: BarChart, width: int) -> str:
    """The drawing of lying bars, 680 or 328 units wide."""
    shown = chart.bars[:MOST]
    frame = Lying(width, [bar.name for bar in shown], chart.known, numbers=chart.numbers, plan=chart.plan)
    top = 24.0 if chart.plan is not None else 2.0
    heights = [max(_STEP, _LINE * len(lines) + 6) for lines in frame.names]
    parts: list[str] = frame.promise(chart.plan, chart.plan_name, top + sum(heights) + 2)
    y = top
    for index, bar in enumerate(shown):
        step = heights[index]
        middle = y + step / 2
        parts += frame.name(index, middle + 4.5, "c-strong" if bar.look in ("", "accent") else "")
        value = finite([bar.value])[0]
        if value is None:
            parts.append(text(frame.x(0.0) + 6, middle + 4.5, bar.word or "–"))
        else:
            parts.append(frame.bar(value, middle - 9, 18, _look(bar)))
            parts.append(frame.number(value, middle + 4.5, chart.numbers.write(value), state=bar.state))
        y += step
    parts.append(path([(frame.x(0.0), top - 2), (frame.x(0.0), y + 2)], "c-zero"))
    return svg(width, y + 4, chart.sentence or chart.title, parts)


def _look(bar: Bar) -> str:
    look = _LOOKS.get(bar.look, "c-bar")
    return (
        f"{look} c-bar-wait"
        if bar.state == "provisional"
        else f"{look} c-bar-conflict"
        if bar.state == "conflict"
        else look
    )


@dataclass(frozen=True)
class GroupedBars:
    """Bars by place and group (at most five): the groups are the story, each has its colour, named beside the first."""

    title: str
    subtitle: str
    sentence: str
    names: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]  # a row per name, a column per group
    language: str
    unit: str = ""
    table_name: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(tuple(v for row in self.values for v in finite(row) if v is not None), self.language)

    @property
    def said(self) -> str:
        parts = [", ".join(part for part in (self.subtitle, self.numbers.unit(self.unit)) if part)]
        if len(self.names) > self.most:
            parts.append(_("%(count)s more in the table") % {"count": len(self.names) - self.most})
        return ". ".join(part for part in parts if part)

    @property
    def most(self) -> int:
        return max(1, MOST // max(1, len(self.groups)))

    @property
    def table(self) -> Table:
        rows = tuple(
            (name, *("–" if value is None else self.numbers.write(value) for value in row))
            for name, row in zip(self.names, self.values, strict=True)
        )
        return Table((self.table_name, *self.groups), rows)

    def drawing(self, width: int) -> str:
        if not self.numbers.known:
            return ""
        shown = self.names[: self.most]
        frame = Lying(width, list(shown), self.numbers.known, numbers=self.numbers)
        words = [width_of(group) for group in self.groups]
        frame.right -= min(max(words, default=0.0), 110.0) + 4
        parts: list[str] = []
        y = 2.0
        for index in range(len(shown)):
            height = 15.0 * len(self.groups)
            parts += frame.name(index, y + height / 2 + 4.5, "c-strong")
            for at, value in enumerate(finite(self.values[index])):
                top = y + 15.0 * at
                group = broken(self.groups[at], 110.0, most=1)[0] if index == 0 else ""
                if value is None:
                    parts.append(text(frame.x(0.0) + 6, top + 11.5, f"– {group}".strip()))
                    continue
                parts.append(frame.bar(value, top + 1, 13, f"c-bar c-cat{at % 5 + 1}"))
                parts.append(frame.number(value, top + 11.5, f"{self.numbers.write(value)} {group}".strip(), ""))
            y += height + 14
        parts.append(path([(frame.x(0.0), 0), (frame.x(0.0), y - 10)], "c-zero"))
        return svg(width, y - 6, self.sentence or self.title, parts)
