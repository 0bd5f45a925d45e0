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
_TALL, _GAP = 108.0, 14.0


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
        last = next((at for at in range(len(values) - 1, -1, -1) if values[at] is not None), None)
        look = "c-label" if one.is_here else "c-strong"
        names = broken(one.name, wide)
        parts = [text(left, top + 13 + 15 * at, words, look) for at, words in enumerate(names)]
        floor = top + _TALL - 8
        tall = _TALL - 52
        parts.append(path([(left, floor), (left + wide, floor)], "c-grid"))
        if last is None:
            return "".join([*parts, text(left, floor - 8, one.missing or _("no data yet"))])
        written = self.numbers.write(values[last] or 0.0)
        run = wide - width_of(written) - 12
        step = run / max(1, len(values) - 1)
        spots = [
            None if value is None else (left + at * step, floor - (value - low) / (high - low) * tall)
            for at, value in enumerate(values)
        ]
        parts += _lines(spots, "c-line" if one.is_here else "c-plain")
        x, y = spots[last] or (left, floor)
        state = "provisional" if one.is_provisional and last == len(values) - 1 else ""
        parts.append(shape(x, y, state, "c-dot" if one.is_here else "c-dot-context"))
        parts.append(text(left + wide, min(y + 4.5, floor - 4), written, look if one.is_here else "", "end"))
        return "".join(parts)


def _lines(spots: list[tuple[float, float] | None], look: str) -> list[str]:
    """Runs without a gap; a value that stands alone is a dot."""
    parts: list[str] = []
    run: list[tuple[float, float]] = []
    for spot in [*spots, None]:
        if spot is not None:
            run.append(spot)
            continue
        if len(run) > 1:
            parts.append(path(run, look))
        elif run:
            parts.append(shape(*run[0], "", "c-dot-context"))
        run = []
    return parts
