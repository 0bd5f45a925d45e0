"""Spending on applications without a clearance: lines of an RKA or SiRUP export against the clearances there are."""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.apps.cases.models import Case, CaseQuerySet
from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.table import Scan

__all__ = ["CLEARANCE", "LARGEST", "READ", "Finding", "Line", "Standing", "cleared", "compare", "evaluations"]

CLEARANCE = "rekomendasi-aplikasi"
READ = "cases.read-clearances"
LARGEST = 10 * 1024**2  # bytes of an export
_MOST, _CELL = 50_000, 500  # lines; characters kept of a cell
_GOOD = frozenset({"direkomendasikan", "gerbang", "digunakan"})
_GONE = frozenset({"ditolak", "dihentikan", "dibatalkan"})
_NUMBER = re.compile(r"\bRKA-\d{4}-\d{4,}\b", re.IGNORECASE)
_FILE = Path(__file__).parent / "data" / "spending.yml"


class Standing(StrEnum):
    """How a line of spending stands to the clearances."""

    CLEARED = "cleared"
    OTHER_YEAR = "other-year"  # there is a clearance, for another budget year
    PENDING = "pending"  # proposed, not decided
    REFUSED = "refused"
    UNKNOWN = "unknown"  # names a number nobody gave
    NONE = "none"


@dataclass(frozen=True)
class Line:
    """One line of spending on an application. `row` is the row the sender sees; `amount` as it was written."""

    row: int
    text: str
    why: str  # the word or account by which it was found
    account: str = ""
    amount: str = ""
    unit: str = ""
    plan: str = ""
    year: int | None = None


@dataclass(frozen=True)
class Finding:
    """A line, how it stands, and the clearance it was compared with."""

    line: Line
    standing: Standing
    number: str = ""
    href: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.standing is not Standing.CLEARED


def compare(name: str, content: bytes, *, year: int) -> list[Finding]:
    """Lines of spending on applications, those without a clearance first.

    `year`: the budget year of lines that name none. Raises `Refused` for a file that is no table, `Invalid` where no
    column says what is bought.
    """
    known = list(Case.objects.filter(pack_name=CLEARANCE).only("number", "state", "values"))
    by_number = {case.number.upper(): case for case in known}
    by_plan = {plan: case for case in known if (plan := _bare(case.values.get("kode_rup")))}
    found = [_finding(line, cells, by_number, by_plan, year) for line, cells in _lines(name, content)]
    return sorted(found, key=lambda one: (not one.is_wrong, one.line.row))


def cleared() -> CaseQuerySet:
    """Proposals and what became of them, newest first."""
    return Case.objects.filter(pack_name=CLEARANCE).for_list().order_by("-received_at", "-pk")


def evaluations(*, now: datetime) -> list[tuple[Case, datetime | None, bool]]:
    """Applications in use whose yearly evaluation is owed: the case, until when, whether that has passed."""
    found = []
    for case in cleared().filter(state="digunakan").prefetch_related("clocks"):
        clock = next((one for one in case.clocks.all() if one.name == "evaluasi"), None)
        due = clock.due_at if clock else None
        found.append((case, due, due is not None and due < now))
    return sorted(found, key=lambda one: (one[1] is None, one[1] or now, one[0].pk))


def _finding(
    line: Line, cells: Sequence[str], by_number: Mapping[str, Case], by_plan: Mapping[str, Case], year: int
) -> Finding:
    named = _NUMBER.search(" ".join(cells))
    case = by_number.get(named.group().upper()) if named else by_plan.get(_bare(line.plan))
    if case is None:
        return Finding(line, Standing.UNKNOWN if named else Standing.NONE, named.group() if named else "")
    standing = Standing.PENDING
    if case.state in _GONE:
        standing = Standing.REFUSED
    elif case.state in _GOOD:
        is_of_year = case.values.get("tahun_anggaran") == (line.year or year)
        standing = Standing.CLEARED if is_of_year else Standing.OTHER_YEAR
    return Finding(line, standing, case.number, case.number)


# --- reading ---------------------------------------------------------------------------------------------------------


@cache
def _rules() -> Mapping[str, Any]:
    import yaml

    read: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return read


@cache
def _pattern(which: str) -> re.Pattern[str]:
    words = sorted(_rules()[which], key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, words))})(?![a-z])")


def _bare(value: object) -> str:
    return re.sub(r"[^a-z0-9]+", " ", str(value or "").lower()).strip()


def _lines(name: str, content: bytes) -> Iterator[tuple[Line, Sequence[str]]]:
    from mapalus.engine.data.reading import read, spool  # late: it brings the readers of all formats

    if len(content) > LARGEST:
        raise Refused("too-large", _("An export of a budget has at most 10 MB; send it agency by agency."))
    with tempfile.TemporaryDirectory(prefix="mapalus-belanja-") as folder:
        scratch = Path(folder)
        path = scratch / f"belanja{Path(name).suffix[:8]}"
        path.write_bytes(content)
        scan = read(path, scratch=scratch)
        columns = _columns(scan)
        with spool(scan, scratch).path.open(encoding="utf-8", newline="") as file:
            for count, cells in enumerate(csv.reader(file)):
                if count >= _MOST:
                    raise Refused("too-large", _("An export of a budget has at most 50,000 lines."))
                if (line := _line(cells, columns)) is not None:
                    yield line, cells[2:]


def _columns(scan: Scan) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index, title in enumerate(scan.titles):
        for kind, titles in _rules()["columns"].items():
            if _bare(title) in titles:
                found.setdefault(kind, []).append(index + 2)
    if "text" not in found:
        raise Invalid(
            _("The list needs a column that says what is bought."),
            fields={"file": _("No column was found for the description: uraian, nama paket or rincian.")},
        )
    return found


def _line(cells: Sequence[str], columns: Mapping[str, list[int]]) -> Line | None:
    """The line, where it is spending on an application."""

    def cell(kind: str) -> str:
        texts = (cells[at].strip() for at in columns.get(kind, ()) if at < len(cells))
        return next((text[:_CELL] for text in texts if text), "")

    text = " · ".join(dict.fromkeys(cells[at].strip() for at in columns["text"] if at < len(cells) and cells[at]))
    account = re.sub(r"\s", "", cell("account"))
    told = next((code for code in _rules()["accounts"] if account.startswith(code)), "")
    word = _pattern("words").search(text.lower())
    if not told and (word is None or _pattern("never").search(text.lower())):
        return None
    year = re.search(r"20\d\d", cell("year"))
    return Line(
        row=int(cells[0]), text=text[:_CELL], why=told or (word.group() if word else ""), account=account,
        amount=cell("amount"), unit=cell("unit"), plan=cell("plan"), year=int(year.group()) if year else None,
    )  # fmt: skip
