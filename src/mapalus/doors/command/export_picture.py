"""A tile, or a whole board, as one picture for a slide: title, drawing, source and date in it. SVG, and PNG from it.

1920 by 1080 units. No browser draws it: our own SVG in the colours of the light theme, and resvg (the extra
`pictures`) makes the PNG.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape

from django.utils.translation import gettext as _

from mapalus.doors.ui import icons, sparks
from mapalus.doors.ui.charts import NARROW, WIDE, Chart, LineChart, Multiples, Ranking, Table
from mapalus.doors.ui.charts.marks import broken, width_of
from mapalus.doors.ui.charts.standalone import FONTS, FONTS_DISPLAY, colour, rules
from mapalus.doors.ui.maps import Choropleth, Dots
from mapalus.doors.ui.maps.still import still_legend, still_patterns, still_tiles
from mapalus.doors.ui.parts import Figure
from mapalus.engine.errors import Unavailable
from mapalus.engine.text import _ as mark

__all__ = [
    "HEIGHT",
    "PER_SLIDE",
    "WIDTH",
    "NoPictures",
    "Pictured",
    "Place",
    "board_picture",
    "paper",
    "picture",
    "png",
]

WIDTH, HEIGHT = 1920, 1080
PER_SLIDE = 6  # tiles; more are not read from the back of a room
_EDGE = 80.0
_SMALL = 900.0  # units; a narrower place takes the drawing for telephones
_STYLE = f"text {{ font-family: {FONTS}; }} .d {{ font-family: {FONTS_DISPLAY}; font-weight: 700; }}"
_STATES = {"late": "--color-negative", "soon": "--color-soon", "good": "--color-good", "conflict": "--color-conflict"}


class NoPictures(Unavailable):
    """Pictures need the extra `pictures`, which is not installed here."""

    code = "no-pictures"
    text = mark("This server does not make PNG pictures.")
    advice = mark("The administrator adds the extra: mapalus[pictures]. The same tile is there as SVG.")


@dataclass(frozen=True)
class Pictured:
    """What a tile shows, as a picture is made of it. One of figure, chart, map or table; else its words alone."""

    title: str
    source: str
    said: str = ""
    figure: Figure | None = None
    chart: Chart | None = None
    map: Choropleth | Dots | None = None
    table: Table | None = None
    words: tuple[str, ...] = ()
    why: str = ""  # address of the page that explains it


@dataclass(frozen=True)
class Place:
    """Where a picture was made: board, province, the moment in words, and whether the numbers are invented."""

    board: str
    province: str
    at: str
    is_sample: bool
    page: str = ""  # 2/3, where there are several


def picture(tile: Pictured, place: Place) -> str:
    """One tile as SVG, 1920 by 1080."""
    parts = [_head(place), _cell(tile, _EDGE, 150.0, WIDTH - 2 * _EDGE, HEIGHT - 150.0 - 90.0, scale=1.0), _foot(place)]
    return _sheet(parts, f"{tile.title}. {tile.source}")


def board_picture(tiles: Sequence[Pictured], place: Place) -> str:
    """One slide of a board: up to six tiles in a grid that fits their number."""
    shown = list(tiles)[:PER_SLIDE]
    columns = next(count for count, most in ((1, 1), (2, 4), (3, PER_SLIDE)) if len(shown) <= most)
    rows = max(1, math.ceil(len(shown) / columns))
    gap = 40.0
    wide = (WIDTH - 2 * _EDGE - gap * (columns - 1)) / columns
    tall = (HEIGHT - 150.0 - 90.0 - gap * (rows - 1)) / rows
    parts = [_head(place)]
    for at, tile in enumerate(shown):
        x, y = _EDGE + (at % columns) * (wide + gap), 150.0 + (at // columns) * (tall + gap)
        parts.append(_cell(tile, x, y, wide, tall, scale=min(wide / 1760, tall / 840)))
    return _sheet([*parts, _foot(place)], place.board)


def paper(tiles: Sequence[Pictured]) -> str:
    """Up to six tiles as one drawing for a page of paper, without head and foot."""
    columns = 1 if len(tiles) == 1 else 2 if len(tiles) <= 4 else 3
    rows = max(1, math.ceil(len(tiles) / columns))
    gap, width = 56.0, WIDTH - 2 * _EDGE
    height = 500.0 * rows
    wide = (width - gap * (columns - 1)) / columns
    tall = (height - gap * (rows - 1)) / rows
    parts = [
        _cell(tile, (at % columns) * (wide + gap), (at // columns) * (tall + gap), wide, tall, scale=wide / 1150)
        for at, tile in enumerate(tiles)
    ]
    said = escape("; ".join(tile.title for tile in tiles))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img"'
        f' aria-label="{said}">'
        f"<style>{rules(has_halo=False)}\n{_STYLE}</style>{still_patterns()}{''.join(parts)}</svg>"
    )


def png(drawing: str, *, twice: bool = False) -> bytes:
    """The picture in pixels, 1920 by 1080 or twice that. Raises `NoPictures`."""
    try:
        from resvg_py import svg_to_bytes  # late: an extra
    except ImportError as error:
        raise NoPictures from error
    return bytes(svg_to_bytes(svg_string=drawing, width=WIDTH * (2 if twice else 1)))


def _sheet(parts: Sequence[str], sentence: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
        f' role="img" aria-label="{escape(sentence)}"><style>{rules()}\n{_STYLE}</style>{still_patterns()}'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{colour("--color-page")}"/>{"".join(parts)}</svg>'
    )


def _text(
    x: float, y: float, words: str, size: float, *, look: str = "", fill: str = "--color-text", end: bool = False
) -> str:
    """A line of text. The halo of charts is for charts."""
    named = ' class="d"' if look == "d" else ' font-weight="600"' if look == "b" else ""
    anchor = ' text-anchor="end"' if end else ""
    place = f'x="{x:.1f}" y="{y:.1f}" fill="{colour(fill)}" font-size="{size:.1f}"'
    return f"<text {place}{named}{anchor}>{escape(words)}</text>"


def _head(place: Place) -> str:
    field = f'fill="{colour("--color-turn")}"'
    hands = re.sub(r"^<svg[^>]*>|</svg>$", "", str(icons.mark())).replace('class="mark__field"', field)
    ink = colour("--color-bund")
    parts = [
        f'<g transform="translate({_EDGE} 48) scale(1.5)" fill="{ink}" color="{ink}">{hands}</g>',
        _text(_EDGE + 68, 82, place.board, 34, look="d"),
    ]
    parts.append(_text(WIDTH - _EDGE, 82, place.province, 26, fill="--color-muted", end=True))
    parts.append(f'<rect x="{_EDGE}" y="116" width="{WIDTH - 2 * _EDGE}" height="5" fill="{ink}"/>')
    return "".join(parts)


def _foot(place: Place) -> str:
    y = HEIGHT - 40.0
    at = f"{place.at} · {place.page}" if place.page else place.at
    parts = [_text(WIDTH - _EDGE, y, at, 24, fill="--color-muted", end=True)]
    if place.is_sample:
        words = _("Sample data")
        wide = width_of(words, 24) + 36
        ground = colour("--color-turn-tint")
        parts.append(f'<rect x="{_EDGE}" y="{y - 32}" width="{wide:.0f}" height="46" fill="{ground}"/>')
        parts.append(_text(_EDGE + 16, y, words, 24, look="b", fill="--color-turn-text"))
    return "".join(parts)


def _cell(tile: Pictured, x: float, y: float, wide: float, tall: float, *, scale: float) -> str:
    """A tile in its place: finding, measure, drawing, source."""
    size = max(22.0, 54 * scale**0.7)
    small = max(15.0, 27 * scale**0.7)
    lines = broken(tile.title, wide, size=size * 0.82, most=2)
    parts = [_text(x, y + size * (1.05 * at + 0.95), line, size, look="d") for at, line in enumerate(lines)]
    top = y + size * (1.05 * len(lines) + 0.3)
    said = tile.said or (tile.chart.said if tile.chart else tile.map.said if tile.map else "")
    if said:
        parts.append(_text(x, top + small, broken(said, wide, size=small, most=1)[0], small, fill="--color-muted"))
        top += small * 1.5
    floor = y + tall - small * 1.6
    parts.append(_text(x, y + tall - small * 0.4, broken(tile.source, wide, size=small * 0.9, most=1)[0], small * 0.9,
                       fill="--color-muted"))  # fmt: skip
    parts.append(_body(tile, x, top + small * 0.4, wide, floor - top - small * 0.6, scale))
    return "".join(parts)


def _body(tile: Pictured, x: float, y: float, wide: float, tall: float, scale: float) -> str:
    if tile.figure:
        return _figure(tile.figure, x, y, wide, tall, scale)
    if tile.chart:
        return _placed(_drawn(tile.chart, wide, tall), x, y, wide, tall) or _nothing(x, y, scale)
    if tile.map:
        key = still_legend(tile.map, x, y, scale=max(0.5, scale)) if isinstance(tile.map, Choropleth) else ""
        # In a small place the words of a drawing are not read: equal plots where there is a layout.
        plots = still_tiles(tile.map)
        drawing = plots if plots and wide <= _SMALL else tile.map.map(f"p{x:.0f}-{y:.0f}") or plots
        align = "xMidYMid" if wide > _SMALL else "xMaxYMid"  # the legend stands on the left
        return _placed(drawing, x, y, wide, tall, align=align) + key
    if tile.table:
        return _table(tile.table, x, y, wide, tall, scale)
    size = max(16.0, 34 * scale**0.6)
    lines = [line for words in tile.words for line in broken(words, wide, size=size, most=4)]
    most = max(1, int(tall / (size * 1.4)))
    return "".join(_text(x, y + size * 1.4 * (at + 1), line, size) for at, line in enumerate(lines[:most]))


def _drawn(chart: Chart, wide: float, tall: float) -> str:
    """The drawing in the shape of its place: the narrow one in a small place, so that its words stay readable."""
    width = WIDE if wide > _SMALL else NARROW
    height = width * tall / wide
    if isinstance(chart, LineChart):
        return chart.drawing(width, max(height, 120.0))
    if isinstance(chart, Ranking):
        return replace(chart, most=max(3, min(chart.most, int(height / 27)))).drawing(width)
    return chart.drawing(WIDE if isinstance(chart, Multiples) else width)


def _nothing(x: float, y: float, scale: float) -> str:
    size = max(16.0, 34 * scale**0.6)
    return _text(x, y + size * 1.6, _("No data yet."), size, fill="--color-muted")


def _placed(drawing: str, x: float, y: float, wide: float, tall: float, *, align: str = "xMinYMin") -> str:
    """A drawing of a page, fitted into its place."""
    found = re.match(r'<svg class="([^"]*)" viewBox="([^"]*)"[^>]*>(.*)</svg>$', drawing, re.DOTALL)
    if not found:
        return ""
    return (
        f'<g class="drawn"><svg class="{found[1]}" fill="none" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}"'
        f' height="{max(tall, 1):.1f}" viewBox="{found[2]}" preserveAspectRatio="{align} meet">'
        f"{_unlinked(found[3])}</svg></g>"
    )


def _unlinked(drawing: str) -> str:
    return re.sub(r"</?a\b[^>]*>", "", drawing)


def _figure(figure: Figure, x: float, y: float, wide: float, tall: float, scale: float) -> str:
    size = min(tall * 0.42, max(40.0, 230 * scale**0.85), wide / max(1.0, width_of(figure.value, 1.0) * 0.95))
    small = max(15.0, 44 * scale**0.75)
    look = "--color-negative" if figure.is_late else "--color-text"
    parts = [_text(x, y + size * 0.9, figure.value, size, look="d", fill=look)]
    after = x + width_of(figure.value, size) * 0.86 + small * 0.5
    fits = after + width_of(figure.unit, small) < x + wide
    top = y + size * 1.04
    if fits:
        parts.append(_text(after, y + size * 0.9, figure.unit, small, fill="--color-muted"))
    elif figure.unit:
        top += small * 1.3
        parts.append(_text(x, top, figure.unit, small, fill="--color-muted"))
    for line in broken(figure.change, wide, size=small, most=2) if figure.change else []:
        top += small * 1.3
        parts.append(_text(x, top, line, small, fill="--color-muted"))
    if figure.state_word:
        top += small * 1.4
        state = _STATES.get(figure.state, "--color-muted")
        parts.append(_shape(figure.state, x, top - small * 0.72, small * 0.7, colour(state)))
        parts.append(_text(x + small, top, figure.state_word, small, look="b", fill=state))
    left = y + tall - top - small * 0.5
    shape = re.sub(r'\bpreserveAspectRatio="none" ?', "", str(sparks.spark(figure.series, limit=figure.limit)))
    found = re.match(r"<svg[^>]*>(.*)</svg>$", shape, re.DOTALL)
    if found and left > 12:
        high = min(left, 260 * max(scale, 0.3))
        parts.append(_spark(found[1], x, y + tall - high, wide, high))
    return "".join(parts)


def _shape(state: str, x: float, y: float, size: float, ink: str) -> str:
    inner = re.sub(r"^<svg[^>]*>|</svg>$", "", str(icons.shape(state)))
    place = f'x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}"'
    return f'<svg {place} viewBox="0 0 12 12" fill="{ink}" color="{ink}">{inner}</svg>'


def _spark(inner: str, x: float, y: float, wide: float, tall: float) -> str:
    """The shape of a series across the whole width; lines keep their strength."""
    inner = inner.replace("<path ", '<path vector-effect="non-scaling-stroke" ')
    return (
        f'<g class="drawn"><svg class="spark" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}"'
        f' viewBox="0 0 120 32" preserveAspectRatio="none">{inner}</svg></g>'
    )


def _table(table: Table, x: float, y: float, wide: float, tall: float, scale: float) -> str:
    """As many rows as there is room for; how many are left out is said."""
    size = max(14.0, 30 * scale**0.7)
    table = _fitting(table, wide, size)
    size = _grown(table, wide, tall, size)
    step = size * 1.75
    most = max(1, int(tall / step) - 1)
    rows = list(table.rows)[: most if len(table.rows) <= most else most - 1]
    widths = _widths(table, rows, wide, size)
    is_number = [_is_number([row[at] for row in rows]) for at in range(len(table.head))]
    parts = [_row(table.head, x, y + size, widths, is_number, size * 0.85, fill="--color-muted")]
    line = f'<rect x="{x:.1f}" y="{y + size * 1.4:.1f}" width="{wide:.1f}" height="2" fill="{colour("--color-text")}"/>'
    parts.append(line)
    for at, row in enumerate(rows):
        top = y + step * (at + 2) - size * 0.35
        parts.append(_row(row, x, top, widths, is_number, size))
        ground = colour("--color-line")
        parts.append(f'<rect x="{x:.1f}" y="{top + size * 0.55:.1f}" width="{wide:.1f}" height="1" fill="{ground}"/>')
    if len(rows) < len(table.rows):
        said = _("and %(count)s more") % {"count": len(table.rows) - len(rows)}
        parts.append(_text(x, y + step * (len(rows) + 2) - size * 0.35, said, size * 0.9, fill="--color-muted"))
    return "".join(parts)


def _fitting(table: Table, wide: float, size: float) -> Table:
    """Without the columns of words that would leave no room for the others: half a word says nothing on a slide."""
    kept = list(range(len(table.head)))
    while len(kept) > 2 and sum(needs := [_need(table, at, size) for at in kept]) > wide:
        words = [at for at in kept[1:] if not _is_number([row[at] for row in table.rows])]
        if len(words) < 2:
            break
        kept.remove(max(words, key=lambda at: needs[kept.index(at)]))
    rows = tuple(tuple(row[at] for at in kept) for row in table.rows)
    return replace(table, head=tuple(table.head[at] for at in kept), rows=rows)


def _grown(table: Table, wide: float, tall: float, size: float) -> float:
    """As large as all of it still fits, and never smaller than it was."""
    need = sum(_need(table, at, 1.0) for at in range(len(table.head)))
    return max(size, min(26.0, wide / max(need, 1.0), tall / (1.75 * (len(table.rows) + 1))))


def _need(table: Table, at: int, size: float) -> float:
    return max(width_of(row[at], size) for row in [table.head, *table.rows]) + size


def _widths(table: Table, rows: Sequence[Sequence[str]], wide: float, size: float) -> list[float]:
    """Columns as wide as they need, in proportion where that is too much."""
    needs = [
        max(width_of(row[at], size) for row in [table.head, *rows]) + size for at in range(max(len(table.head), 1))
    ]
    least = [min(need, wide * 0.22) for need in needs]
    spare = max(0.0, wide - sum(least))
    more = [need - one for need, one in zip(needs, least, strict=True)]
    share = min(1.0, spare / sum(more)) if sum(more) > 0 else 0.0
    widths = [one + extra * share for one, extra in zip(least, more, strict=True)]
    widths[0] += max(0.0, wide - sum(widths))
    return widths


def _is_number(cells: Sequence[str]) -> bool:
    return bool(cells) and all(cell[:1].isdigit() or cell[:1] in "–−+" for cell in cells)


def _row(
    cells: Sequence[str],
    x: float,
    y: float,
    widths: Sequence[float],
    is_number: Sequence[bool],
    size: float,
    *,
    fill: str = "--color-text",
) -> str:
    parts = []
    left = x
    for at, cell in enumerate(cells):
        end = is_number[at] and at > 0
        said = broken(cell, widths[at] - size * 0.6, size=size, most=1)[0]
        parts.append(_text(left + widths[at] if end else left, y, said, size, fill=fill, end=end))
        left += widths[at]
    return "".join(parts)
