"""The smallest drawings: a series as a shape, a share as a bar. Server-side SVG, coloured by class."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

__all__ = ["bar", "spark"]

WIDTH, HEIGHT, EDGE = 120.0, 32.0, 2.0


def spark(values: Sequence[float | None], *, limit: float | None = None) -> SafeString:
    """The shape of a series; gaps (None) stay gaps. Nothing at all below two values."""
    known = [float(value) for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min([*known, *([limit] if limit is not None else [])]), max([*known, *([limit] if limit else [])])
    step = WIDTH / (len(values) - 1)
    runs = _runs(values, step, low, (high - low) or 1.0)
    area = "".join(f"M{_line(run)}L{run[-1][0]:.1f} {HEIGHT:.0f}L{run[0][0]:.1f} {HEIGHT:.0f}Z" for run in runs)
    line = "".join(f"M{_line(run)}" for run in runs)
    plan = ""
    if limit is not None:
        plan = format_html(
            '<path class="spark__limit" d="M0 {}H120"/>', f"{_height(limit, low, high - low or 1.0):.1f}"
        )
    return format_html(
        '<svg class="spark" viewBox="0 0 120 32" preserveAspectRatio="none" aria-hidden="true">'
        '<path class="spark__area" d="{}"/>{}<path d="{}"/></svg>',
        area,
        mark_safe(plan),  # noqa: S308 - formatted above
        line,
    )


def _height(value: float, low: float, span: float) -> float:
    return HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE)


def _runs(values: Sequence[float | None], step: float, low: float, span: float) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((index * step, _height(float(value), low, span)))
    return [run for run in runs if len(run) > 1]


def _line(run: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f} {y:.1f}" for x, y in run)


def bar(value: float, total: float, *, look: str = "") -> SafeString:
    """A share of a total as a bar on its bed; `look` is good, soon or bad."""
    width = 0.0 if total <= 0 else max(0.0, min(100.0, 100.0 * value / total))
    return format_html(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar__bed" width="100" height="6"/><rect width="{}" height="6"{}/></svg>',
        f"{width:.2f}",
        format_html(' class="bar__{}"', look) if look else "",
    )
