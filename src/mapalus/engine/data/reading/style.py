"""How a delimited text is written: its delimiter, quote and escape, from a sample or as declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from mapalus.engine.data.reading.declared import Declared
from mapalus.engine.data.reading.raw import Notes, is_blank
from mapalus.engine.data.reading.tolerant import Style, records
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["settled"]

_CANDIDATES = ("\t", ";", "|", ",")
_RARE = ("~", "^", "\x1f", "\x01")
_NAMES = {"\t": "tab"}
_UNLIKE = 0.34  # share of lines below which nothing divides them alike
_ROWS = 3  # lines of a table below titles: a header and two rows
_COLON = ":"  # also stands in times and after words: taken where nothing else divides, and all lines alike


def settled(lines: Sequence[str], *, declared: Declared, notes: Notes) -> tuple[Style, int]:
    """The style, and how many lines at the top only speak of it (`sep=;`)."""
    said = _said(lines)
    quote = declared.quote if declared.quote is not None else _quote(lines, notes)
    escape = declared.escape or (quote if declared.double_quote else "\\")
    if declared.escape is None and declared.double_quote and quote:
        escape = _escape(lines, quote, notes)
    delimiter = declared.delimiter or said
    if said and not declared.delimiter:
        notes.guess("delimiter", said, _("The first line of the file says so."), 1.0)
    if delimiter is None:
        delimiter = _delimiter(lines, quote, escape, notes)
    style = Style(
        delimiter=delimiter,
        quote=quote,
        escape=escape or quote,
        skip_space=declared.skip_space,
        comment=declared.comment,
    )
    if not style.skip_space and quote and _spaces_before_quotes(lines, style):
        style = Style(**{**style.__dict__, "skip_space": True})
    return style, 1 if said else 0


def _said(lines: Sequence[str]) -> str | None:
    first = lines[0].strip("\r\n").lstrip("\ufeff") if lines else ""
    first = first.strip('"') if first[:5].lower() == '"sep=' else first
    if first[:4].lower() == "sep=" and len(first) == 5:
        return first[4]
    return None


def _quote(lines: Sequence[str], notes: Notes) -> str:
    text = "".join(lines)
    first = next((line for line in lines if line.strip()), "")
    if '"' in text or text.count("'") < 4:
        return '"'
    if not first.startswith("'"):
        return "'" if _only_with_single_quotes(lines, notes) else '"'
    edges = Counter()  # type: Counter[str]
    for line in lines:
        for delimiter in _CANDIDATES:
            for cell in line.strip("\r\n").split(delimiter):
                if len(cell) > 1 and cell[0] == cell[-1] == "'":
                    edges[delimiter] += 1
    if edges and edges.most_common(1)[0][1] >= max(2, len(lines) // 2):
        notes.guess("quote", "'", _("Cells stand between single quotes."), 0.8)
        return "'"
    return '"'


def _only_with_single_quotes(lines: Sequence[str], notes: Notes) -> bool:
    """Whether every line has as many cells only where single quotes hold some of them together."""
    for delimiter in _CANDIDATES:
        if any(f"{delimiter}'" in line for line in lines):
            plain, quoted = (_score(lines, delimiter, quote, quote) for quote in ('"', "'"))
            if quoted[0] == 1 > plain[0] and quoted[1] > 1:
                notes.guess("quote", "'", _("Cells stand between single quotes."), 0.8)
                return True
    return False


def _escape(lines: Sequence[str], quote: str, notes: Notes) -> str:
    text = "".join(lines)
    slashed = text.count("\\" + quote)
    # a path such as "C:\" ends in a backslash before its closing quote: that is no escape
    closing = sum(text.count("\\" + quote + end) for end in (*_CANDIDATES, "\n", "\r"))
    if slashed > closing and text.count(quote * 2) <= slashed - closing:
        notes.guess("escape", "\\", _("Quotes inside cells have a backslash before them."), 0.8)
        return "\\"
    return quote


def _delimiter(lines: Sequence[str], quote: str, escape: str, notes: Notes) -> str:
    best, runner = ("", 0.0, 0), 0.0
    for candidate in (*_CANDIDATES, *_RARE):
        score, width = _score(lines, candidate, quote, escape)
        if candidate in _RARE:
            score *= 0.8
        if width > 1 and score > best[1] + 1e-9:
            best, runner = (candidate, score, width), best[1]
    hollow = _only_delimiters(lines)
    if hollow:
        return hollow
    if best[1] < 0.5 and _colons_divide(lines, quote, escape):
        best, runner = (_COLON, 1.0, _score(lines, _COLON, quote, escape)[1]), 0.8
    if best[1] < _UNLIKE and (below := _below_titles(lines, quote, escape)):
        best, runner = below, 0.8
    if best[1] < 0.75:
        _refuse_prose(lines)
    if not best[0] or best[1] < _UNLIKE:
        notes.guess("delimiter", ",", _("No delimiter divides the lines alike: the file has one column."), 0.5)
        return ","
    notes.guess(
        "delimiter",
        best[0],
        _("It divides %(share)s %% of the lines into %(width)s cells."),
        min(1.0, max(0.5, best[1] - runner / 4)),
        share=round(100 * min(1.0, best[1])),
        width=best[2],
        name=_NAMES.get(best[0], best[0]),
    )
    return best[0]


def _below_titles(lines: Sequence[str], quote: str, escape: str) -> tuple[str, float, int] | None:
    """The delimiter of a table that stands below more lines of titles than it has rows."""
    for candidate in _CANDIDATES:
        start = next((place for place, line in enumerate(lines) if candidate in line), 0)
        rest = [line for line in lines[start:] if line.strip()]
        share, width = _score(rest, candidate, quote, escape)
        # commas also stand in the words of titles, and at the end of a letter
        if start and len(rest) >= _ROWS and share >= 0.8 and width > (2 if candidate == "," else 1):
            return candidate, share, width
    return None


def _only_delimiters(lines: Sequence[str]) -> str:
    """The delimiter of a text that holds nothing else, or nothing."""
    text = "".join(lines)
    return next((sign for sign in _CANDIDATES if sign in text and not text.strip(f"{sign}\r\n ")), "")


def _colons_divide(lines: Sequence[str], quote: str, escape: str) -> bool:
    filled = [line for line in lines if line.strip()]
    share, width = _score(filled, _COLON, quote, escape)
    return len(filled) > 2 and share == 1 and width > 2


def _refuse_prose(lines: Sequence[str]) -> None:
    """A letter or an article is no table of one column."""
    filled = [line for line in lines if line.strip()]
    wordy = sum(1 for line in filled if len(line.split()) >= 6)
    if len(filled) > 2 and 2 * wordy > len(filled):
        raise Refused(
            "not-tabular",
            _("This is plain text, not a table: nothing divides its lines into cells."),
            advice=_("Hand in the table itself, as a spreadsheet or CSV."),
        )


def _score(lines: Sequence[str], candidate: str, quote: str, escape: str) -> tuple[float, int]:
    """Share of the lines that have as many cells as most, and that number."""
    if not any(candidate in line for line in lines):
        return 0.0, 1
    widths = [len(cells) for cells in _parsed(lines, Style(delimiter=candidate, quote=quote, escape=escape))]
    if not widths:
        return 0.0, 1
    counts = Counter(width for width in widths if width > 1)
    if not counts:
        return 0.0, 1
    width, times = max(counts.items(), key=lambda item: (item[1] * item[0] ** 0.25, item[0]))
    near = sum(number for other, number in counts.items() if abs(other - width) <= 1 and width > 2)
    share = (times + 0.5 * (max(near, times) - times)) / len(widths)
    # a header divided like its rows speaks for a delimiter; cells left whole by it speak against
    return share, width


def _parsed(lines: Sequence[str], style: Style) -> Iterator[list[str]]:
    try:
        for _number, cells, _flaw in records(iter(lines), style=style):
            if not is_blank(cells):
                yield cells
    except Refused:
        return


def _spaces_before_quotes(lines: Sequence[str], style: Style) -> bool:
    text = "".join(lines)
    padded = text.count(f"{style.delimiter} {style.quote}")
    return padded > 1 and padded > text.count(f"{style.delimiter}{style.quote}")
