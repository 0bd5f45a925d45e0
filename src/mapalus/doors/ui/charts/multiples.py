"""The same measure of many places, a small line each, all on one axis; read by shape, compared by height."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.figure import Table
from mapalus.doors.ui.charts.marks import WIDE, broken, path, shape, svg, text, width_of
from mapalus.doors.ui.charts.scales import Numbers, finite, span

__all__ = ["Multiples", "Small"]

_COLUMNS = {WIDE: 5}
_TALL, _GAP = 86.0, 12.0


@dataclass(frozen=True)
class Small:
    """One of them; None is a gap. `missing` says what is there instead of a line."""

    name: str
    values: tuple[float | None, ...]
    is_here: bool = False
    is_provisional: bool = False  # the last value
    missing: str = ""
    href: str = ""


@dataclass(frozen=True)
class Multiples:
    title: str
    subtitle: str
    sentence: str
    labels: tuple[str, ...]  # the periods
    smalls: tuple[Small, ...]
    language: str
    unit: str = ""
    table_name: str = ""
    notes: tuple[str, ...] = ()

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(tuple(v for one in self.smalls for v in finite(one.values) if v is not None), self.language)

    @property
    def said(self) -> str:
        parts = [", ".join(part for part in (self.subtitle, self.numbers.unit(self.unit)) if part)]
        if self.numbers.known:
            low, high = span(self.numbers.known)
            edges = {"low": self.numbers.write(low), "high": self.numbers.write(high)}
            parts.append(_("One axis for all, %(low)s to %(high)s") % edges)
        return ". ".join(part for part in parts if part)

    @property
    def table(self) -> Table:
        rows = tuple(
            (one.name, *("–" if value is None else self.numbers.write(value) for value in one.values))
            for one in self.smalls
        )
        return Table((self.table_name, *self.labels), rows, tuple(one.href for one in self.smalls))

    def drawing(self, width: int) -> str:
        if not self.numbers.known:
            return ""
        columns = _COLUMNS.get(width, 2)
        wide = (width - _GAP * (columns - 1)) / columns
        low, high = span(self.numbers.known)
        parts = []
        for index, one in enumerate(self.smalls):
            left = (index % columns) * (wide + _GAP)
            parts.append(self._small(one, left, (index // columns) * (_TALL + _GAP), wide, (low, high)))
        rows = -(-len(self.smalls) // columns)
        return svg(width, rows * (_TALL + _GAP), self.sentence or self.title, parts)

    def _small(self, one: Small, left: float, top: float, wide: float, edges: tuple[float, float]) -> str:
        low, high = edges
        values = finite(one.values)
        last = next((value for value in reversed(values) if value is not None), None)
        written = self.numbers.write(last) if last is not None else one.missing or _("no data yet")
        room = wide - (width_of(written) + 8 if last is not None else 0)
        name = broken(one.name, room, most=1)[0]
        look = "c-label" if one.is_here else "c-strong"
        floor, tall = top + _TALL - 8, _TALL - 34
        parts = [text(left, top + 13, name, look), path([(left, floor), (left + wide, floor)], "c-grid")]
        if last is None:
            return "".join([*parts, text(left, floor - 8, written)])
        parts.append(text(left + wide, top + 13, written, anchor="end"))
        step = wide / max(1, len(values) - 1)
        run: list[tuple[float, float]] = []
        kind = "c-line" if one.is_here else "c-plain"
        spots: list[tuple[float, float] | None] = [
            None if value is None else (left + at * step, floor - (value / (high - low) - low / (high - low)) * tall)
            for at, value in enumerate(values)
        ]
        for spot in [*spots, None]:
            if spot is not None:
                run.append(spot)
                continue
            if len(run) > 1:
                parts.append(path(run, kind))
            elif run:
                parts.append(shape(*run[0], "", "c-dot-context"))
            run = []
        if one.is_provisional and spots and (end := spots[-1]) is not None:
            parts.append(shape(*end, "provisional", "c-dot" if one.is_here else "c-dot-context"))
        return "".join(parts)
