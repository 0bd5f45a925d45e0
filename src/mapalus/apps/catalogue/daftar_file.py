"""The daftar data as a spreadsheet: written in one order of columns, read by the names its columns have in practice.

Which headings count as which field, `data/daftar_columns.yml` says; it is data, to be changed where a province's form
differs. Nothing is taken from a line that does not fit: each comes back with its row and what is wrong.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings

from mapalus.apps.catalogue.models import Cadence, Classification, DataKind, PlanEntry
from mapalus.apps.directory.models import Position, Unit
from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.text import _

__all__ = ["COLUMNS", "HOUR", "KEYS", "LARGEST", "Line", "forget", "keep", "kept", "lines_of", "read_lines", "written"]

LARGEST = 5 * 1024**2  # bytes
HOUR = 3600  # seconds between showing what a file would change and taking it over
_MOST = 5_000  # lines
_FILE = Path(__file__).parent / "data" / "daftar_columns.yml"


@cache
def _rules() -> Mapping[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read


COLUMNS = tuple(str(one["title"]) for one in _rules()["columns"])  # as they are written, in this order
KEYS = tuple(re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") for name in COLUMNS)  # the same for machines


@dataclass(frozen=True)
class Line:
    """One line of a file: its row, what it says, and every reason why it cannot be taken over (message ids)."""

    row: int
    title: str
    unit: Unit | None
    producer: Position | None
    values: Mapping[str, Any]
    wrong: tuple[str, ...] = field(default=())


def lines_of(entries: Sequence[PlanEntry], *, states: Mapping[int, str]) -> list[list[str]]:
    """Every line of a plan in the order of `COLUMNS`; what was read can be read again."""
    fields = [str(one["field"]) for one in _rules()["columns"]]
    return [[_written(entry, name, states) for name in fields] for entry in entries]


def _written(entry: PlanEntry, name: str, states: Mapping[int, str]) -> str:
    match name:
        case "unit":
            return entry.unit.name
        case "producer":
            return entry.producer.title
        case "producer_code":
            return entry.producer_code
        case "unit_code":
            return entry.unit_code
        case "standing":
            return states.get(entry.pk, "")
        case "is_priority" | "is_survey":
            return "Ya" if getattr(entry, name) else "Tidak"
        case "cadence" | "classification" | "kind":
            return str(getattr(entry, name)).capitalize()
        case "year":
            return str(entry.plan.year)
    value = getattr(entry, name)
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


# --- between reading and taking over ---------------------------------------------------------------------------------


def keep(content: bytes) -> str:
    """Keep a file for the hour in which it may be taken over; its hash. What is older goes."""
    folder = _kept_in()
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - HOUR:
            path.unlink(missing_ok=True)
    sha256 = hashlib.sha256(content).hexdigest()
    fresh = folder / f"{sha256}.{uuid4().hex}"
    fresh.write_bytes(content)
    fresh.replace(folder / sha256)
    return sha256


def kept(sha256: str) -> bytes | None:
    path = _kept_in() / sha256
    return path.read_bytes() if re.fullmatch(r"[0-9a-f]{64}", sha256) and path.is_file() else None


def forget(sha256: str) -> None:
    (_kept_in() / sha256).unlink(missing_ok=True)


def _kept_in() -> Path:
    return Path(settings.DATA_DIR) / ".imports"


# --- reading ---------------------------------------------------------------------------------------------------------


def read_lines(name: str, content: bytes, *, unit: Unit | None) -> list[Line]:
    """Every line of a file. `unit`: whose file it is, where the lines do not say.

    Raises `Refused` for a file that is no table, `Invalid` where no column names the data.
    """
    if len(content) > LARGEST:
        raise Refused("too-large", _("A daftar data has at most 5 MB."))
    known = _Known()
    return [_line(row, cells, unit, known) for row, cells in _cells(name, content)]


def _cells(name: str, content: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    from mapalus.engine.data.reading import read, spool  # late: it brings the readers of all formats

    with tempfile.TemporaryDirectory(prefix="mapalus-daftar-") as folder:
        scratch = Path(folder)
        path = scratch / f"daftar{Path(name).suffix[:8]}"
        path.write_bytes(content)
        scan = read(path, scratch=scratch)
        columns = _columns(scan.titles or scan.columns)
        with spool(scan, scratch).path.open(encoding="utf-8", newline="") as file:
            for count, cells in enumerate(csv.reader(file)):
                if count >= _MOST:
                    raise Refused("too-large", _("A daftar data has at most 5,000 lines."))
                found = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
                if any(found.values()):
                    yield int(cells[0]), found


def _columns(titles: Sequence[str]) -> dict[str, int]:
    headings = {_bare(heading): one["field"] for one in _rules()["columns"] for heading in _headings(one)}
    found: dict[str, int] = {}
    for index, title in enumerate(titles):
        name = headings.get(_bare(title))
        if name and name not in found:
            found[name] = index + 2  # after row and flaw
    if "title" not in found:
        raise Invalid(
            _("The list needs a column that names the data."),
            fields={"file": _("No column was found for the name of the data: Nama Data or Judul Data.")},
        )
    return found


def _headings(one: Mapping[str, Any]) -> list[str]:
    return [str(one["title"]), *map(str, one.get("also", ()))]


def _bare(text: object) -> str:
    return re.sub(r"[^a-z0-9]+", " ", str(text or "").lower()).strip()


class _Known:
    """Agencies and positions by everything they are called; two queries a file."""

    def __init__(self) -> None:
        self.units: dict[str, Unit] = {}
        for unit in Unit.objects.all():
            for word in (unit.code, unit.name, unit.short):
                self.units.setdefault(_bare(word), unit)
        self.posts = {}
        self.heads: dict[str, Position] = {}
        for post in Position.objects.select_related("unit").order_by("code"):
            self.posts[_bare(post.code)] = self.posts[_bare(f"{post.unit_id} {post.title}")] = post
            if post.is_head:
                self.heads[str(post.unit_id)] = post


def _line(row: int, cells: Mapping[str, str], unit: Unit | None, known: _Known) -> Line:
    wrong: list[str] = []
    named = known.units.get(_bare(cells.get("unit_code"))) or known.units.get(_bare(cells.get("unit")))
    if named is None and (cells.get("unit") or cells.get("unit_code")):
        wrong.append(_("The agency is not known under this name."))
    own = named or (None if cells.get("unit") else unit)
    producer = known.posts.get(_bare(cells.get("producer_code")))
    if producer is None and own is not None:
        producer = known.posts.get(_bare(f"{own.code} {cells.get('producer', '')}"), known.heads.get(own.code))
    if own is None or producer is None:
        wrong.append(_("No producing position was found for this line."))
    values = _values(cells, wrong)
    if not values.get("title"):
        wrong.append(_("Name the data."))
    return Line(row, cells.get("title", ""), own, producer, values, tuple(wrong))


def _values(cells: Mapping[str, str], wrong: list[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, text in cells.items():
        match name:
            case "unit" | "unit_code" | "producer" | "producer_code" | "standing" | "year" | "code":
                continue
            case "is_priority" | "is_survey":
                values[name] = _bare(text) in ("ya", "yes", "1", "x", "v", "true", "prioritas", "survei")
            case "cadence":
                values[name] = _cadence(text)
            case "classification":
                values[name] = _word(text, Classification.values, Classification.OPEN)
            case "kind":
                values[name] = _word(text, DataKind.values, DataKind.STATISTIC)
            case "first_on":
                values[name] = _day(text, wrong)
            case _:
                values[name] = text
    restricted = values.get("classification", Classification.OPEN) != Classification.OPEN
    if restricted and not values.get("classification_ground"):
        wrong.append(_("Restricted data need the ground of the restriction."))
    return values


def _word(text: str, choices: Sequence[str], default: str) -> str:
    word = _bare(text)
    return next((one for one in choices if word.startswith(one[:6])), default) if word else default


def _cadence(text: str) -> str:
    word = _bare(text)
    if not word:
        return Cadence.YEARLY
    return next((str(code) for said, code in _rules()["cadences"].items() if word == _bare(said)), Cadence.OTHER)


_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d %H:%M:%S")


def _day(text: str, wrong: list[str]) -> date | None:
    if not text.strip():
        return None
    from mapalus.engine.data.months import to_english

    said = to_english(text.strip().lower())
    if re.fullmatch(r"[34]\d{4}(\.0)?", said):
        return date(1899, 12, 30) + timedelta(days=int(float(said)))  # as a spreadsheet counts days
    for form in _FORMS:
        try:
            return datetime.strptime(said, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    wrong.append(_("The planned day cannot be read; write it as 2027-03-31."))
    return None


def written(year: int, kind: str, lines: Sequence[Sequence[str]]) -> bytes:
    """The lines as a file: `xlsx` or `csv`."""
    from mapalus.engine.data.export import defused  # late: pages start without the data engine
    from mapalus.engine.data.listing import listing

    if kind == "xlsx":
        return listing(f"Daftar Data {year}", COLUMNS, lines)
    box = io.StringIO()
    writer = csv.writer(box, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([defused(cell) for cell in line] for line in lines)
    return box.getvalue().encode()
