"""Things that happened, where they happened: joined when they lie close, each a link, all of them in a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from mapalus.doors.ui.charts.figure import Table
from mapalus.doors.ui.maps.choropleth import fit
from mapalus.engine.boundaries import Fitted, Outlines

__all__ = ["Dot", "Dots", "Heap", "heaps"]

_CLOSE = 18.0  # units between two dots that are joined


@dataclass(frozen=True)
class Dot:
    """One event. `region` is the code of the area it happened in, for maps without boundaries; `at` is written."""

    title: str
    lon: float | None
    lat: float | None
    at: str = ""
    href: str = ""
    region: str = ""
    place: str = ""  # its name
    is_late: bool = False


@dataclass(frozen=True)
class Dots:
    """`regions` are the codes and names of the ground they lie on."""

    title: str
    subtitle: str
    dots: tuple[Dot, ...]
    regions: tuple[tuple[str, str], ...]
    language: str
    outlines: Outlines | None = None
    nothing: str = ""  # when there is none: `Tidak ada kejadian dalam 24 jam`

    @property
    def said(self) -> str:
        return self.subtitle

    @property
    def table(self) -> Table:
        rows = tuple((dot.title, dot.place or "–", dot.at or "–") for dot in self.dots)
        return Table((_("Event"), _("Place"), _("Time")), rows, tuple(dot.href for dot in self.dots))

    @property
    def notes(self) -> tuple[str, ...]:
        """How many cannot be shown on the map, because nobody wrote where."""
        frame = self.frame
        lost = [dot for dot in self.dots if _place(dot, frame) is None] if frame else []
        if not lost:
            return ()
        said = ngettext("%(count)s without a place on this map.", "%(count)s without a place on this map.", len(lost))
        return (said % {"count": len(lost)},)

    @property
    def frame(self) -> Fitted | None:
        return fit(self.outlines, tuple(code for code, _name in self.regions)) if self.outlines else None

    def map(self, name: str) -> str:
        """The ground and the dots as SVG; empty without boundaries."""
        frame = self.frame
        if frame is None:
            return ""
        ground = "".join(f'<path class="area m-ground" d="{lines}"/>' for lines in frame.paths.values())
        marks = "".join(_mark(heap, f"{name}-list") for heap in heaps(self.dots, frame))
        return (
            f'<svg class="map" viewBox="-2 -2 {frame.width + 4:.0f} {frame.height + 4:.0f}" role="group"'
            f' aria-label="{escape(self.title)}" data-map>{ground}{marks}</svg>'
        )


@dataclass(frozen=True)
class Heap:
    """Dots that lie close, at their middle."""

    x: float
    y: float
    dots: tuple[Dot, ...]


def _place(dot: Dot, frame: Fitted) -> tuple[float, float] | None:
    if dot.lon is None or dot.lat is None:
        return None
    x, y = frame.place(dot.lon, dot.lat)
    margin = 12.0
    inside = -margin <= x <= frame.width + margin and -margin <= y <= frame.height + margin
    return (min(max(x, 0.0), frame.width), min(max(y, 0.0), frame.height)) if inside else None


def heaps(dots: Sequence[Dot], frame: Fitted) -> list[Heap]:
    """Dots joined with what lies within reach of the first of a heap; the same for the same dots."""
    found: list[tuple[float, float, list[Dot]]] = []
    for dot in dots:
        place = _place(dot, frame)
        if place is None:
            continue
        near = next((h for h in found if (h[0] - place[0]) ** 2 + (h[1] - place[1]) ** 2 < _CLOSE**2), None)
        if near:
            near[2].append(dot)
        else:
            found.append((*place, [dot]))
    return [Heap(x, y, tuple(inside)) for x, y, inside in found]


def _mark(heap: Heap, listed: str) -> str:
    late = " is-late" if any(dot.is_late for dot in heap.dots) else ""
    first = heap.dots[0]
    if len(heap.dots) == 1:
        label = ", ".join(part for part in (first.title, first.place, first.at) if part)
        drawn = f'<circle class="m-dot{late}" cx="{heap.x:.0f}" cy="{heap.y:.0f}" r="7"/>'
        href = first.href
    else:
        said = _("%(count)s events here: %(titles)s")
        label = said % {"count": len(heap.dots), "titles": "; ".join(dot.title for dot in heap.dots[:5])}
        radius = 10.0 if len(heap.dots) < 10 else 13.0
        drawn = (
            f'<circle class="m-dot{late}" cx="{heap.x:.0f}" cy="{heap.y:.0f}" r="{radius:.0f}"/><text class="m-count"'
            f' x="{heap.x:.0f}" y="{heap.y + 4.5:.1f}" text-anchor="middle">{len(heap.dots)}</text>'
        )
        href = f"#{listed}"
    body = f"{drawn}<title>{escape(label)}</title>"
    return f'<a href="{escape(href)}" aria-label="{escape(label)}">{body}</a>' if href else f"<g>{body}</g>"
