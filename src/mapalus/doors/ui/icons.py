"""The drawings: icons (grid 24), shapes of states (grid 12) and the mark. Inlined, so they cost no request."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

__all__ = ["SHAPES", "icon", "mark", "names", "shape"]

_SYMBOL = re.compile(r'<symbol id="(?P<name>[a-z-]+)" viewBox="(?P<box>[\d ]+)">(?P<drawing>.*?)</symbol>', re.DOTALL)

# state -> shape: a state never speaks by colour alone
SHAPES = {
    "good": "ok",
    "soon": "tri",
    "late": "sq",
    "conflict": "dia",
    "none": "none",
    "provisional": "half",
}


@cache
def _drawings() -> dict[str, str]:
    text = (Path(__file__).parent / "icons.svg").read_text(encoding="utf-8")
    return {found["name"]: found["drawing"] for found in _SYMBOL.finditer(text)}


def names() -> tuple[str, ...]:
    """All icons, without the shapes of states."""
    return tuple(name for name in _drawings() if not name.startswith("shape-"))


def icon(name: str, *, label: str = "") -> SafeString:
    """An icon; `label` is read out where no word stands beside it. KeyError if there is no such drawing."""
    svg = format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{}</svg>',
        mark_safe(_drawings()[name]),  # noqa: S308 - our own file
    )
    return format_html('{}<span class="visually-hidden">{}</span>', svg, label) if label else svg


def shape(state: str) -> SafeString:
    """The small shape of a state (`good`, `soon`, `late`, `conflict`, `none`, `provisional`)."""
    return format_html(
        '<svg class="shape" viewBox="0 0 12 12" aria-hidden="true">{}</svg>',
        mark_safe(_drawings()[f"shape-{SHAPES[state]}"]),  # noqa: S308 - our own file
    )


def mark(*, busy: bool = False) -> SafeString:
    """Four hands round one field. `busy`: while something runs the hands light up in turn."""
    return format_html(
        '<svg class="mark{}" viewBox="0 0 32 32" aria-hidden="true">'
        '<path class="mark__hand" d="M0 7a7 7 0 0 1 7-7h13v10H0z"/>'
        '<path class="mark__hand" d="M22 0h3a7 7 0 0 1 7 7v13H22z"/>'
        '<path class="mark__hand" d="M12 22h20v3a7 7 0 0 1-7 7H12z"/>'
        '<path class="mark__hand" d="M0 12h10v20H7a7 7 0 0 1-7-7z"/>'
        '<path class="mark__field" d="M12 12h8v8h-8z"/></svg>',
        " mark--busy" if busy else "",
    )
