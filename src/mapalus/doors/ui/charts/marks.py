"""How a drawing is written: text, paths, shapes as strings. Colours are classes; nothing here knows a value's meaning.

Strings instead of templates, because a board holds two dozen drawings and each some hundred elements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import escape

__all__ = ["NARROW", "WIDE", "broken", "circle", "path", "points", "rect", "shape", "svg", "text", "width_of"]

WIDE, NARROW = 680, 328
Point = tuple[float, float]

# The width of characters in parts of the size; what is not named is as wide as a small letter.
_THIN = dict.fromkeys("iljtfrI.,:;'|!()[] -·\N{NO-BREAK SPACE}", 0.34)
_BROAD = dict.fromkeys("mwMW%@", 0.86)
_CAPITAL = dict.fromkeys("ABCDEFGHJKLNOPQRSTUVXYZ−–", 0.66)
_WIDTHS = _CAPITAL | _BROAD | _THIN
_LETTER = 0.555


@lru_cache(maxsize=4096)
def width_of(words: str, size: float = 13.0) -> float:
    """About how wide a text is drawn, in units; a little more than in most fonts, so that nothing touches."""
    return size * sum(_WIDTHS.get(letter, _LETTER) for letter in words)


def broken(words: str, room: float, *, size: float = 13.0, most: int = 2) -> list[str]:
    """A text in at most `most` lines of `room` units; what does not fit ends in an ellipsis."""
    if width_of(words, size) <= room:
        return [words]
    lines: list[str] = [""]
    for word in words.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if not lines[-1] or width_of(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    return [_cut(line, room, size) for line in lines]


def _cut(words: str, room: float, size: float) -> str:
    if width_of(words, size) <= room:
        return words
    kept = words
    while len(kept) > 1 and width_of(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def _n(value: float) -> str:
    """A coordinate, as short as it can be written: 12.3, 12."""
    written = f"{value:.1f}"
    return written[:-2] if written.endswith(".0") else written


def text(x: float, y: float, words: str, look: str = "", anchor: str = "") -> str:
    extra = f' class="{look}"' if look else ""
    if anchor and anchor != "start":
        extra += f' text-anchor="{anchor}"'
    return f'<text x="{_n(x)}" y="{_n(y)}"{extra}>{escape(words)}</text>'


def points(line: Iterable[Point]) -> str:
    return " ".join(f"{_n(x)} {_n(y)}" for x, y in line)


def path(line: Sequence[Point], look: str, *, closed: bool = False) -> str:
    return f'<path class="{look}" d="M{points(line)}{"Z" if closed else ""}"/>'


def rect(x: float, y: float, width: float, height: float, look: str) -> str:
    return f'<rect class="{look}" x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>'


def circle(x: float, y: float, radius: float, look: str) -> str:
    return f'<circle class="{look}" cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}"/>'


def shape(x: float, y: float, kind: str, look: str) -> str:
    """A mark of a state round a point: `conflict` a diamond, `provisional` a ring half filled, else a circle."""
    if kind == "conflict":
        return path([(x, y - 6.5), (x + 6.5, y), (x, y + 6.5), (x - 6.5, y)], look, closed=True)
    if kind == "provisional":
        ring = circle(x, y, 4.5, f"{look} c-open")
        return f'{ring}<path class="{look}" d="M{_n(x)} {_n(y - 4.5)}a4.5 4.5 0 0 1 0 9z"/>'
    return circle(x, y, 5, look)


def svg(width: float, height: float, sentence: str, parts: Iterable[str], *, look: str = "", data: str = "") -> str:
    """A drawing with its sentence for those who listen; `data` are attributes for the script that reads it out."""
    name = look or ("svg--wide" if width == WIDE else "svg--narrow")
    return (
        f'<svg class="{name}" viewBox="0 0 {_n(width)} {_n(height)}" role="img" aria-label="{escape(sentence)}"{data}>'
        f"{''.join(parts)}</svg>"
    )
