"""A message as a mail shows it: the same words as its plain text, laid out. What has no line there has none here.

Styles stand in the elements, since mail programs drop the others. No grounds and no colours for text: whoever reads
in the dark keeps his own. A line of a figure (`Kasus DBD: 120 kasus · turun 4 · …`) becomes a row, its number large.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext

__all__ = ["letter"]

_FIGURE = re.compile(r"(?P<label>[^:]{1,90}): (?P<value>(?:[+−]?(?:Rp\s?)?\d|–)[^·]{0,40}?) · (?P<rest>.+)")
_LINK = re.compile(r"https?://\S+")
_FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;font-size:16px;line-height:1.5"
_SMALL = "font-size:13px"
_LINE = "border-top:1px solid #75837f"  # 3:1 and more on white and on black


def letter(subject: str, body: str, link: str) -> SafeString:
    """A page for a mail, in the language that is spoken at this moment."""
    blocks = [block.splitlines() for block in body.split("\n\n") if block.strip()]
    return format_html(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<meta name="color-scheme" content="light dark"><title>{}</title></head>'
        '<body style="margin:0;padding:16px;{}"><div style="max-width:640px;margin:0 auto">'
        '<p style="margin:0 0 8px;padding-top:12px;border-top:3px solid #f8c31c;font-weight:700;{}">Mapalus</p>'
        '<h1 style="margin:0 0 16px;font-size:22px;line-height:1.25">{}</h1>{}{}</div></body></html>',
        (get_language() or "id")[:2], subject, _FONT, _SMALL, subject,
        format_html_join("", "{}", ((_block(lines),) for lines in blocks)), _button(link),
    )  # fmt: skip


def _block(lines: list[str]) -> SafeString:
    first, *others = lines
    if others and all(line.startswith("- ") for line in others):
        rows = format_html_join(
            "", '<li style="margin:0;padding:6px 0;{};{}">{}</li>',
            ((_LINE, "list-style:none", _linked(line[2:])) for line in others),
        )  # fmt: skip
        return format_html(
            '<h2 style="margin:24px 0 6px;font-size:17px">{}</h2><ul style="margin:0;padding:0">{}</ul>', first, rows
        )
    found = [_FIGURE.fullmatch(line) for line in lines]
    if not all(found):
        return format_html('<p style="margin:0 0 12px">{}</p>', format_html_join(SafeString("<br>"), "{}", (
            (_linked(line),) for line in lines)))  # fmt: skip
    rows = format_html_join("", "{}", ((_row(one),) for one in found if one))
    return format_html(
        '<table role="presentation" style="width:100%;border-collapse:collapse;margin:0 0 16px">{}</table>', rows
    )


def _row(one: re.Match[str]) -> SafeString:
    """Name and what is said of the number on the left, the number on the right, which way it went at once below it."""
    rest = one["rest"].split(" · ")
    moved = rest.pop(0) if len(rest) > 1 else ""
    return format_html(
        '<tr><td style="padding:8px 12px 8px 0;vertical-align:top;{}"><b>{}</b><br><span style="{}">{}</span></td>'
        '<td style="padding:8px 0;vertical-align:top;text-align:right;{}"><span style="font-size:22px;font-weight:700;'
        'white-space:nowrap">{}</span><br><span style="{}">{}</span></td></tr>',
        _LINE, one["label"], _SMALL, " · ".join(rest), _LINE, one["value"], _SMALL, moved,
    )  # fmt: skip


def _linked(text: str) -> SafeString:
    return format_html_join("", "{}", _parts(text))


def _parts(text: str) -> Iterator[tuple[SafeString | str]]:
    at = 0
    for link in _LINK.finditer(text):
        yield (text[at : link.start()],)
        yield (format_html('<a href="{}">{}</a>', link[0], link[0]),)
        at = link.end()
    yield (text[at:],)


def _button(link: str) -> SafeString | str:
    if not link:
        return ""
    return format_html(
        '<p style="margin:24px 0"><a href="{}" style="display:inline-block;padding:12px 16px;background:#005f7b;'
        'color:#ffffff;font-weight:700;text-decoration:none;border-radius:3px">{}</a></p><p style="{}">{}</p>',
        link, gettext("Open in Mapalus"), _SMALL, link,
    )  # fmt: skip
