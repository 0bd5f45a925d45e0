"""A number people steer by: label, figure and unit, change, state with its shape, the series as a shape, the source."""

from __future__ import annotations

from html import escape

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from mapalus.doors.ui import icons, sparks
from mapalus.doors.ui.parts import Figure

__all__ = ["number_tile"]


def number_tile(figure: Figure, *, level: int = 3) -> SafeString:
    """The tile as markup; what is said of `figure` is written by the caller."""
    late = " is-late" if figure.is_late else ""
    key = f' data-tile="{escape(figure.key)}" data-value="{escape(figure.value)}"' if figure.key else ""
    unit = f"<small> {escape(figure.unit)}</small>" if figure.unit else ""
    state = f" {_state(figure.state, figure.state_word)}" if figure.state else ""
    asked = escape(_("Why?"))
    why = (
        f'&nbsp;· <a href="{escape(figure.why)}">{asked}'
        f'<span class="visually-hidden"> {escape(figure.label)}</span></a>'
        if figure.why
        else ""
    )
    shape = sparks.spark(figure.series, limit=figure.limit)
    return mark_safe(  # noqa: S308 - every part was escaped where it was written
        f'<article class="tile{late}"{key}><h{level} class="tile__label">{escape(figure.label)}</h{level}>'
        f'<p class="tile__value">{escape(figure.value)}{unit}</p>'
        f'<p class="tile__change">{escape(figure.change)}{state}</p>'
        f'<div>{shape}<p class="source">{conditional_escape(figure.source)}{why}</p></div></article>'
    )


def _state(state: str, word: str) -> str:
    if state == "turn":
        return f'<span class="status status--turn">{escape(word)}</span>'
    look = "none" if state == "provisional" else state
    return f'<span class="status status--{escape(look)}">{icons.shape(state)}{escape(word)}</span>'
