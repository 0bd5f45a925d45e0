"""The frame round a drawing: the finding as its title, measure and unit below, source and table at its foot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Protocol

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.marks import NARROW, WIDE

__all__ = ["Chart", "Table", "drawn", "saved", "table_of"]


@dataclass(frozen=True)
class Table:
    """A chart as a table: written cells; the first of each row is its head. `links` lead on, by row."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    links: tuple[str, ...] = ()


class Chart(Protocol):
    """What every chart can say of itself. Title: the finding; subtitle: measure and place, without the unit."""

    @property
    def title(self) -> str: ...
    @property
    def said(self) -> str:
        """The subtitle with unit and beginning of the axis."""
        ...

    @property
    def notes(self) -> Sequence[str]:
        """What the drawing cannot show: who has not reported, which two numbers disagree."""
        ...

    @property
    def table(self) -> Table: ...

    def drawing(self, width: int) -> str:
        """As SVG, 680 or 328 units wide."""
        ...


def drawn(
    chart: Chart, *, source: str = "", name: str = "chart", level: int = 2, titled: bool = True, picture: str = ""
) -> SafeString:
    """The whole figure. `source` is the source line (markup if safe), `name` an id on the page, `level` of the title.

    Without `titled` the title is left to what stands round the chart; it still names the figure. `picture` is the
    address of the same as a picture.
    """
    title = escape(chart.title)
    label = f' aria-labelledby="{name}"' if titled else f' aria-label="{title}"'
    head = f'<h{level} class="chart__title" id="{name}">{title}</h{level}>' if titled else ""
    said = f'<p class="chart__sub">{escape(chart.said)}</p>' if chart.said else ""
    # A drawing with nothing in it says so in words.
    body = chart.drawing(WIDE) + chart.drawing(NARROW)
    nothing = escape(_("No data yet."))
    body = body or f'<p class="chart__none">{nothing}</p>'
    notes = "".join(f'<p class="chart__note">{escape(note)}</p>' for note in chart.notes)
    foot = f'<p class="source">{conditional_escape(source)}</p>' if source else ""
    return mark_safe(  # noqa: S308 - every part was escaped where it was written
        f'<figure class="chart plot"{label} data-chart><figcaption>{head}{said}</figcaption>'
        f'{body}{notes}<div class="chart__foot">{foot}{table_of(chart.table, title)}'
        f"{saved(picture, title)}</div></figure>"
    )


def saved(picture: str, title: str) -> str:
    """The way to the same as a picture; `title` is already escaped."""
    if not picture:
        return ""
    words = escape(_("Save as picture"))
    return (
        f'<p class="chart__save"><a href="{escape(picture)}">{words}'
        f'<span class="visually-hidden"> {title}</span></a></p>'
    )


def table_of(table: Table, title: str, name: str = "") -> str:
    """`Lihat sebagai tabel`: the same numbers as rows; `name` is its id on the page, `title` already escaped."""
    if not table.rows:
        return ""
    first, *others = table.head
    head = f'<th scope="col">{escape(first)}</th>' + "".join(
        f'<th scope="col" class="r">{escape(one)}</th>' for one in others
    )
    links: Iterable[str] = table.links or ("",) * len(table.rows)
    rows = "".join(
        f'<tr><th scope="row">{_linked(row[0], link)}</th>'
        + "".join(f'<td class="r">{escape(cell)}</td>' for cell in row[1:])
        + "</tr>"
        for row, link in zip(table.rows, links, strict=True)
    )
    named = f' id="{name}"' if name else ""
    words = escape(_("See as a table"))
    return (
        f'<details class="chart__table"{named}><summary>{words}</summary>'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{title}"><table class="table table--dense">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _linked(words: str, link: str) -> str:
    return f'<a href="{escape(link)}">{escape(words)}</a>' if link else escape(words)
