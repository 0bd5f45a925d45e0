"""What is asked: fields with their types, in steps. Values only; `clean` judges answers, the loader of packs builds it.

One list of fields feeds the page, the API, the table that is published and the export. Texts are Indonesian, their
English sibling ends in `_en`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

__all__ = ["By", "Field", "FieldType", "Form", "Option", "Privacy", "Step"]


class FieldType(StrEnum):
    """What kind of answer a field takes."""

    STRING = "string"  # one line
    TEXT = "text"  # several lines
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"  # rupiah
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    MULTICHOICE = "multichoice"
    AREA = "area"  # a dotted Kemendagri code: 71.01.05.2003
    POINT = "point"  # {lat, lon}
    SHAPE = "shape"  # a GeoJSON geometry
    FILE = "file"  # {ref, name, size, type}: bytes are kept elsewhere
    NIK = "nik"
    PHONE = "phone"  # +62...
    EMAIL = "email"
    PERSON = "person"  # the reference of a person
    ASSET = "asset"  # the reference of a thing
    TABLE = "table"  # rows of `fields`


class Privacy(StrEnum):
    """Who may see a value: everybody, officials, or those who handle the case."""

    PUBLIC = "public"
    INTERNAL = "internal"
    PERSONAL = "personal"


class By(StrEnum):
    """Who fills a field in."""

    APPLICANT = "applicant"
    STAFF = "staff"


@dataclass(frozen=True)
class Option:
    """One value that may be chosen."""

    value: str
    label: str
    label_en: str = ""


@dataclass(frozen=True)
class Field:
    """One question. Empty texts, None and () mean: not declared."""

    name: str
    type: FieldType
    label: str
    privacy: Privacy
    label_en: str = ""
    help: str = ""
    help_en: str = ""
    required: bool = False
    required_if: str = ""  # an expression
    show_if: str = ""  # an expression
    minimum: str = ""  # number, ISO date, `today`, `today-30`; rows of a table, choices of a multichoice
    maximum: str = ""
    min_length: int | None = None  # characters
    max_length: int | None = None
    pattern: str = ""  # the whole value must fit
    options: tuple[Option, ...] = ()
    options_from: str = ""  # lists/kategori.csv (already in `options`) or ref:wilayah (asked of the caller)
    by: By = By.APPLICANT
    prefill: str = ""  # profile.name, profile.email, ...
    multiple: bool = False  # the value is a list
    accept: tuple[str, ...] = ()  # media types or endings: image/*, .pdf
    max_size: int | None = None  # bytes of one file
    level: str = ""  # of an area: provinsi, kabkota, kecamatan, desa (the least)
    down_to: str = ""  # of an area: the finest that is asked; empty: the least
    must_agree: bool = False  # a boolean that must be true: a consent
    fields: tuple[Field, ...] = ()  # columns of a table

    @cached_property
    def choices(self) -> Mapping[str, Option]:
        return {option.value: option for option in self.options}

    @property
    def is_public(self) -> bool:
        return self.privacy is Privacy.PUBLIC

    @property
    def is_personal(self) -> bool:
        return self.privacy is Privacy.PERSONAL

    @property
    def is_list(self) -> bool:
        return self.multiple or self.type in (FieldType.MULTICHOICE, FieldType.TABLE)


@dataclass(frozen=True)
class Step:
    """One page of the form."""

    name: str
    title: str
    fields: tuple[str, ...]
    title_en: str = ""
    help: str = ""
    help_en: str = ""
    show_if: str = ""


@dataclass(frozen=True)
class Form:
    """All fields of a service, in order: those the applicant fills in steps, and those staff add later."""

    fields: tuple[Field, ...] = ()
    steps: tuple[Step, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {item.name: item for item in self.fields}

    @cached_property
    def step_of(self) -> Mapping[str, Step]:
        return {name: step for step in reversed(self.steps) for name in step.fields}

    def field(self, name: str) -> Field:
        return self.by_name[name]

    def of(self, by: By) -> Iterator[Field]:
        return (item for item in self.fields if item.by is by)

    @cached_property
    def types(self) -> Mapping[str, str]:
        """name -> type, as expressions are checked against."""
        return {item.name: str(item.type) for item in self.fields}
