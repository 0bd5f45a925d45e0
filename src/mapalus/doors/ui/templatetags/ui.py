"""Tags and filters of the design system. `{% load ui %}` brings all of them.

Drawings: icon, shape, mark, spark, bar. States: status. Places: nav, pages. Forms: field, error_summary.
Figures: number, change, rupiah, compact, percent, filesize. Times: day, moment, ago, period.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField, Textarea
from django.template import Context
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from mapalus.doors.ui import figures, icons, sparks
from mapalus.doors.ui.charts import BarChart, Chart, LineChart, drawn, number_tile
from mapalus.doors.ui.maps import Choropleth, Dots, drawn_map
from mapalus.doors.ui.maps.tiles import tile_list
from mapalus.doors.ui.parts import Figure
from mapalus.doors.ui.tilemaps import TileMap
from mapalus.engine import clock

register = template.Library()


def _language() -> str:
    return translation.get_language() or "id"


# drawings


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "download" %}`; `label` where no word stands beside it."""
    return icons.icon(name, label=label)


@register.simple_tag
def shape(state: str) -> SafeString:
    """`{% shape "late" %}`: the shape of a state, without its word."""
    return icons.shape(state)


@register.simple_tag
def mark(busy: bool = False) -> SafeString:
    return icons.mark(busy=busy)


@register.simple_tag
def status(state: str, text: object) -> SafeString:
    """`{% status "late" "Lewat 2 hari" %}`: good, soon, late, conflict, none, provisional; `turn` has no shape."""
    if state == "turn":
        return format_html('<span class="status status--turn">{}</span>', text)
    look = "none" if state == "provisional" else state
    return format_html('<span class="status status--{}">{}{}</span>', look, icons.shape(state), text)


@register.simple_tag
def spark(values: Sequence[float | None], limit: float | None = None) -> SafeString:
    """`{% spark values limit=76 %}`: the shape of a series, no axis; a dashed line is the plan."""
    return sparks.spark(values, limit=limit)


@register.simple_tag
def bar(value: float, total: float, look: str = "") -> SafeString:
    """`{% bar 17 24 "bad" %}`: a share of a total; looks: good, soon, bad."""
    return sparks.bar(value, total, look=look)


# figures


@register.filter(name="number")
def number_(value: object, decimals: int | None = None) -> str:
    return figures.number(value, language=_language(), decimals=decimals)


@register.filter
def change(value: object, decimals: int | None = None) -> str:
    return figures.change(value, language=_language(), decimals=decimals)


@register.filter
def rupiah(value: object) -> str:
    return figures.rupiah(value, language=_language())


@register.filter
def compact(value: object) -> str:
    return figures.compact(value, language=_language())


@register.filter
def percent(value: object, decimals: int | None = None) -> str:
    """In a sentence: `2,41 persen`."""
    return figures.percent(value, language=_language(), decimals=decimals)


@register.filter
def percent_sign(value: object, decimals: int | None = None) -> str:
    """In a table: `2,41 %`."""
    return figures.percent(value, language=_language(), decimals=decimals, sign=True)


@register.filter
def filesize(value: int) -> str:
    return figures.bytes_(value, language=_language())


# times; every one of them is a <time datetime>


@register.filter
def day(value: date | None, form: str = "long") -> str | SafeString:
    """A day: `long`, `weekday`, `short` or `table`. Moments are taken in the province's zone."""
    if value is None:
        return "–"
    local = value.astimezone(timezone.get_current_timezone()).date() if isinstance(value, datetime) else value
    text = figures.day(local, language=_language(), form=form)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), text)


@register.filter
def moment(value: datetime | None, form: str = "long") -> str | SafeString:
    """A moment with its zone: `long` with the day, `time` without, `bare` time without zone,
    `near` the time of today, else the day: `09.47`, `20 Nov`."""
    if value is None:
        return "–"
    zone, language = timezone.get_current_timezone(), _language()
    if form == "long":
        text = figures.moment(value, language=language, zone=zone)
    elif form == "near" and value.astimezone(zone).date() != clock.now().astimezone(zone).date():
        text = figures.day(value.astimezone(zone).date(), language=language, form="short")
    else:
        text = figures.clock(value, language=language, zone=zone, named=form not in ("bare", "near"))
    return format_html('<time datetime="{}">{}</time>', value.astimezone(zone).isoformat(timespec="seconds"), text)


@register.filter
def ago(value: datetime | None) -> str | SafeString:
    """How long since: `2 jam lalu`; the whole moment in `title`."""
    if value is None:
        return "–"
    zone, language = timezone.get_current_timezone(), _language()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        value.astimezone(zone).isoformat(timespec="seconds"),
        figures.moment(value, language=language, zone=zone),
        figures.ago(value, now=clock.now(), language=language, zone=zone),
    )


@register.filter
def code(text: str) -> SafeString:
    """What a sentence puts between backticks, as `<code>`."""
    return format_html_join(
        "", "{}", ((format_html("<code>{}</code>", one) if n % 2 else one,) for n, one in enumerate(text.split("`")))
    )


@register.filter
def period(value: str) -> str:
    """`2026-10` as `Oktober 2026`, `2026-Q3` as `triwulan III 2026`."""
    return figures.period(str(value), language=_language())


# places


@register.inclusion_tag("ui/_nav_link.html", takes_context=True)
def nav_link(
    context: Context, address: str, text: str, count: int | None = None, exact: bool = False
) -> dict[str, object]:
    """One place of the masthead or the rail; the current one is marked by comparing addresses."""
    path = context["request"].path if "request" in context else ""
    here = path == address if exact else path.startswith(address)
    return {"address": address, "text": text, "count": count, "here": here, "page": path == address}


@register.inclusion_tag("ui/_pages.html", takes_context=True)
def pages(context: Context, page: Page[Any], name: str = "page") -> dict[str, object]:
    """`{% pages page_obj %}`: numbers, previous, next; keeps the other parameters of the address."""
    paginator = page.paginator
    return {
        "request": context["request"],
        "page": page,
        "name": name,
        "numbers": list(paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)),
        "gap": paginator.ELLIPSIS,
    }


# forms


@register.inclusion_tag("ui/field.html")
def field(bound: BoundField, hint: str = "") -> dict[str, object]:
    """A form field: label, hint, error, input, in that order."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", "")
    several = kind in ("radio", "checkbox") and hasattr(bound.field, "choices")
    described = [f"{bound.id_for_label}-hint"] if hint or bound.help_text else []
    described += [f"{bound.id_for_label}-error"] if bound.errors else []
    attributes: dict[str, str | bool] = {"class": "" if kind in ("radio", "checkbox", "file") else "input"}
    if isinstance(widget, Textarea):
        attributes["rows"] = "4"
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if bound.errors:
        attributes["aria-invalid"] = "true"
    return {
        "field": bound,
        "hint": hint or bound.help_text,
        "kind": kind,
        "several": several,
        "input": mark_safe("") if several else bound.as_widget(attrs=attributes),
    }


@register.inclusion_tag("ui/_error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """What is wrong with the whole form, on top, each with a link to its field; focused when the page loads."""
    found = [
        (form[name], str(form[name].label).rstrip("?: "), errors)
        for name, errors in form.errors.items()
        if name in form.fields
    ]
    return {
        "fields": found,
        "general": form.non_field_errors(),
        "count": sum(len(errors) for _field, _label, errors in found) + len(form.non_field_errors()),
    }


# charts and maps


@register.simple_tag
def tile_map(tiles: TileMap, mini: bool = False, level: int = 2, titled: bool = True) -> SafeString:
    """`{% tile_map map %}`: an HTML list of links on a grid; `mini` is a small locator without text."""
    return mark_safe(tile_list(tiles, mini=mini, level=level, titled=titled))  # noqa: S308 - escaped where written


@register.simple_tag(name="drawn_map")
def drawn_map_(
    shown: Choropleth | Dots, source: str = "", name: str = "map", level: int = 2, titled: bool = True
) -> SafeString:
    """`{% drawn_map map source name="tile-4" level=3 %}`: values by region, or things that happened."""
    return drawn_map(shown, source=source, name=name, level=level, titled=titled)


@register.simple_tag
def line_chart(chart: LineChart, source: str = "", name: str = "chart") -> SafeString:
    """`{% line_chart chart source name="by-period" %}`: `source` is the source line, `name` an id on the page."""
    return drawn(chart, source=source, name=name)


@register.simple_tag
def bar_chart(chart: BarChart, source: str = "", name: str = "chart") -> SafeString:
    return drawn(chart, source=source, name=name)


@register.simple_tag(name="drawn")
def drawn_(chart: Chart, source: str = "", name: str = "chart", level: int = 2, titled: bool = True) -> SafeString:
    """`{% drawn chart source name="tile-3" level=3 %}`: any chart as a figure with its table."""
    return drawn(chart, source=source, name=name, level=level, titled=titled)


@register.simple_tag(name="number_tile")
def number_tile_(figure: Figure, level: int = 3) -> SafeString:
    """`{% number_tile figure %}`: a number with its change, state, shape and source."""
    return number_tile(figure, level=level)
