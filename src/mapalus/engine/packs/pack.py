"""A pack as values: what its folder declares, read and checked. Built by `loader`; nothing here reads or judges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mapalus.engine.clock import Zone
from mapalus.engine.forms.form import Form

if TYPE_CHECKING:
    from mapalus.engine.flow.process import Process

__all__ = [
    "FORMAT",
    "Auth",
    "CodeList",
    "Expected",
    "Given",
    "Message",
    "Pack",
    "PackDataset",
    "Player",
    "Promise",
    "Rows",
    "Story",
    "StoryStep",
]

FORMAT = 1  # the format this engine writes and runs; `upgrade` brings older ones here


@dataclass(frozen=True)
class Auth:
    """Who may start: `level` none, account or official. `on_behalf`: for somebody else, with a power of attorney.

    `by_code_only`: no trace leads from a case to an account, even where the applicant was signed in.
    """

    level: str = "account"
    may_be_anonymous: bool = False
    may_be_secret: bool = False
    on_behalf: bool = False
    by_code_only: bool = False


@dataclass(frozen=True)
class Promise:
    """How soon an answer is promised, for the service list. One of the two, or none."""

    working_days: int | None = None
    hours: int | None = None


@dataclass(frozen=True)
class Message:
    """A notice. `{number}`, `{title}`, `{due}`, `{state}`, `{reason}` and `{field}` are filled in."""

    key: str
    subject: str
    body: str
    subject_en: str = ""
    body_en: str = ""


@dataclass(frozen=True)
class CodeList:
    """A CSV of the pack. `rows` by the value of its key column (`kode` or `code`, else the first), in file order."""

    path: str
    columns: tuple[str, ...]
    rows: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Rows:
    """How cases become rows of a published dataset: column -> name of a public field, or `$` and a system column."""

    columns: Mapping[str, str]
    where: str = ""  # an expression over fields and system columns
    hold_days: int = 0
    by: tuple[str, ...] = ()  # columns that make a group: counts (`$count`) are published instead of cases
    min_group: int = 0  # smaller groups are not shown


@dataclass(frozen=True)
class PackDataset:
    """A contract (its descriptor, untouched) and, when cases fill it, how."""

    name: str
    path: str
    descriptor: Mapping[str, Any]
    rows: Rows | None = None


@dataclass(frozen=True)
class Player:
    """Who acts in a story: in the role, as the person (two roles with one person are one human being)."""

    role: str
    person: str = ""
    unit: str = ""  # acts for this unit, where the role is one of a unit


@dataclass(frozen=True)
class Expected:
    """What must be so. None: not said. `clocks` by name: due, late, paused, ended (ISO texts and booleans)."""

    state: str | None = None
    public: str | None = None
    turn: str | None = None
    effects: tuple[str, ...] | None = None  # of the step, at the end of the whole story: notify:diterima, open:ppid
    clocks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    possible: tuple[str, ...] | None = None  # acts that are open to whoever acts next
    line: int = 1


@dataclass(frozen=True)
class Given:
    """How a story begins. `holidays` are closed days beside weekends; nothing else is a holiday in a story."""

    at: datetime
    zone: Zone
    values: Mapping[str, Any]
    by: Player
    holidays: tuple[date, ...] = ()


@dataclass(frozen=True)
class StoryStep:
    """An act, or (`tick`) time that passes. `refused`: the code with which it must be refused."""

    at: datetime
    act: str = ""
    tick: bool = False
    by: Player | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    refused: str = ""
    then: Expected | None = None
    line: int = 1


@dataclass(frozen=True)
class Story:
    """Given, when, then: a test, demo data and documentation at once."""

    name: str  # of its file, without .yml
    title: str
    given: Given
    steps: tuple[StoryStep, ...]
    then: Expected
    title_en: str = ""
    path: str = ""


@dataclass(frozen=True)
class Pack:
    """A declared service (or, without `process`, datasets, indicators and boards only).

    `files` are its texts as read: a running case keeps the version it began with, and `load_texts` builds it again.
    `digest` is the SHA-256 of names and texts; it does not depend on line ends.
    """

    name: str
    version: str
    title: str
    owner: str  # pos:<unit>.<post>
    digest: str
    files: Mapping[str, str]
    format: int = FORMAT
    runs: str = "case"  # or hand-in: its process is that of a setoran, and the states say their `stage`
    title_en: str = ""
    description: str = ""
    description_en: str = ""
    audience: tuple[str, ...] = ("anyone",)
    auth: Auth = Auth()
    legal_basis: tuple[str, ...] = ()
    fee: str = ""
    fee_en: str = ""
    promise: Promise = Promise()
    calendar: str = "pemerintah"
    number: str = ""  # ADU-{year}-{seq:06}
    retention: str = ""
    category: str = ""
    life_event: str = ""
    channels: tuple[str, ...] = ()
    form: Form = field(default_factory=Form)
    process: Process | None = None
    messages: Mapping[str, Message] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)  # path -> text
    lists: Mapping[str, CodeList] = field(default_factory=dict)  # path -> list
    datasets: Mapping[str, PackDataset] = field(default_factory=dict)
    indicators: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    stories: Mapping[str, Story] = field(default_factory=dict)

    @cached_property
    def is_service(self) -> bool:
        return self.process is not None
