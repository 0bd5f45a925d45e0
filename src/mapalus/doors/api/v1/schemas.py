"""What the API answers; each field's sentence is its documentation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ninja import Field, Schema

__all__ = [
    "Agency",
    "Dataset",
    "DatasetDetail",
    "DatasetField",
    "Datasets",
    "DatasetsAsked",
    "Difference",
    "Differences",
    "DifferencesAsked",
    "File",
    "Indicator",
    "IndicatorDetail",
    "IndicatorValue",
    "Lineage",
    "LineageInput",
    "LineageRow",
    "Origin",
    "OriginAsked",
    "ProblemDetail",
    "Refusal",
    "Rows",
    "RowsAsked",
    "Taken",
    "Version",
]


class DatasetsAsked(Schema):
    q: str = Field("", description="Words, in the syntax of package_search")
    agency: str = Field("", description="Code of an agency")
    theme: str = Field("", description="Name of a theme")
    limit: int = Field(100, ge=0, le=1000)
    offset: int = Field(0, ge=0)


class RowsAsked(Schema):
    version: int = Field(0, ge=0, description="0: the present one")
    filters: str = Field("{}", description='JSON, such as {"tahun": {"gte": 2024}, "kode_wilayah": ["71.01", "71.72"]}')
    q: str = Field("", description="Words anywhere in the row, by their Indonesian stem")
    fields: str = Field("", description="Names, separated by commas")
    sort: str = Field("", description="Such as `tahun desc, kode_wilayah`")
    limit: int = Field(100, ge=0, le=10_000)
    offset: int = Field(0, ge=0)


class ProblemDetail(Schema):
    """RFC 9457."""

    type: str = Field(description="Address of the page that explains this kind of problem")
    title: str
    status: int
    detail: str = Field(description="What went wrong, and what to do")
    fields: dict[str, str] = Field(default={}, description="Sentence per field that does not fit")


class Agency(Schema):
    code: str
    name: str
    datasets: int = Field(description="How many open datasets it has")
    url: str


class Dataset(Schema):
    name: str
    title: str
    description: str
    agency: str = Field(description="Code of the agency that produces it")
    themes: list[str]
    cadence: str = Field(description="How often new data are owed: harian, mingguan, bulanan, ...")
    license: str
    version: int = Field(description="Number of the present version")
    period: str
    rows: int
    published_at: datetime
    notice: str = Field(default="", description="`data contoh` in a sample province")
    url: str


class Datasets(Schema):
    count: int = Field(description="How many fit in all")
    items: list[Dataset]


class DatasetField(Schema):
    name: str
    title: str
    type: str = Field(description="Type of Table Schema, as published")
    description: str
    unit: str
    masked: bool = Field(description="Personal: its values are masked")
    suppressed: bool = Field(description="Small counts are left empty")


class File(Schema):
    format: str
    media_type: str
    url: str
    size: int | None = Field(description="Bytes, where the file lies ready")


class Version(Schema):
    number: int
    period: str
    rows: int
    status: str = Field(description="Status of the figures: sangat-sementara, sementara, tetap")
    published_at: datetime
    quality: dict[str, Any] = Field(description="Completeness, validity, uniqueness, consistency, timeliness")


class DatasetDetail(Dataset):
    fields: list[DatasetField]
    files: list[File]
    profile: dict[str, Any] = Field(description="Per field: count, missing, min, max, distinct, top")
    quality: dict[str, Any]


class Rows(Schema):
    dataset: str
    version: int
    total: int
    limit: int
    offset: int
    fields: list[str]
    rows: list[dict[str, Any]]
    notice: str = ""


class OriginAsked(Schema):
    version: int = Field(0, ge=0, description="0: the present one")


class Origin(Schema):
    dataset: str
    version: int
    row: int = Field(description="`_id` of the row in that version")
    sha256: str = Field(description="Of the file as it was received; who holds the file can prove the row by it")
    line: int = Field(description="Row of that file as its producer sees it; in NDJSON the line")
    received_on: str
    is_waiting: bool = Field(description="It came in a stream and is not yet part of a version")
    sheet: str = Field("", description="Of a workbook")
    cells: dict[str, str] = Field({}, description="Of a workbook: the cell in which each field stood, such as F17")


class DifferencesAsked(Schema):
    old: int = Field(ge=1, description="Number of a version")
    new: int = Field(0, ge=0, description="0: the present one")
    kind: str = Field("", description="changed, added or removed; empty: all")
    field: str = Field("", description="Only rows in which this field changed")
    limit: int = Field(100, ge=0, le=1000)
    offset: int = Field(0, ge=0)


class Difference(Schema):
    kind: str = Field(description="changed, added or removed")
    fields: list[str] = Field(description="What changed")
    old: dict[str, Any] | None
    new: dict[str, Any] | None


class Differences(Schema):
    dataset: str
    old: int
    new: int
    is_ready: bool = Field(description="false: it is being worked out")
    by: list[str] = Field(default=[], description="The key by which rows are matched; empty: by the whole row")
    counts: dict[str, int] = Field(default={}, description="changed, added, removed, unchanged")
    fields: dict[str, int] = Field(default={}, description="Changed cells per field")
    total: int = Field(default=0, description="How many rows fit what was asked for")
    rows: list[Difference] = []


class Refusal(Schema):
    line: int = Field(description="Of the request, from 1; empty lines do not count")
    field: str
    code: str = Field(description="As in Table Schema: type-error, constraint-error, parse-error, ...")
    rule: str
    message: str


class Taken(Schema):
    """What became of the rows that were sent."""

    dataset: str
    request: str = Field(description="The Idempotency-Key; where none was sent, one that was made up")
    received: int
    accepted: int
    rejected: int
    sequence: int = Field(description="Place in the stream; grows by one with each acknowledged batch")
    visible: bool = Field(
        description="Whether the rows can be read by now; false where only the next version shows them"
    )
    errors: list[Refusal] = Field(description="At most 100 wrong lines")


class Indicator(Schema):
    code: str
    title: str
    unit: str
    better: str = Field(description="up, down or neither")
    target: float | None
    source: str
    dataset: str


class IndicatorValue(Schema):
    period: str
    region: str = Field(description="Dotted code; empty: the whole province")
    dimension: str = Field(default="", description="jenis_kelamin=L; empty: all together")
    value: float | None = Field(description="null: no data, never 0")
    status: str
    version: int
    is_incomplete: bool = Field(default=False, description="Some of what is added is not there")


class AbsentRegion(Schema):
    region: str
    why: str = Field(description="no-data; of what districts share themselves: not-shared, embargo, waiting, away, "
                     "unagreed")  # fmt: skip
    until: datetime | None = Field(default=None, description="End of an embargo")


class Covered(Schema):
    period: str
    expected: int = Field(description="Regions that should have a value; 0: nobody said")
    known: int
    missing: list[AbsentRegion]


class DistrictsOwn(Schema):
    region: str
    period: str
    value: float | None
    status: str
    published_at: datetime | None = Field(description="There, by the district")
    source: str
    is_quoted: bool = Field(description="Quoted first for the district; false: the province's, by a decision")
    conflict: str = Field(description="Empty, open, or which is quoted: district, province, both")


class IndicatorDetail(Indicator):
    values: list[IndicatorValue]
    newest: Covered | None = Field(description="Who is in the newest value of the province and who is not")
    districts: list[DistrictsOwn] = Field(description="The same number as districts publish it; never mixed in")


class LineageRow(Schema):
    row: int = Field(description="`_id` of the row in the version")
    line: int = Field(description="Row of the file as its producer sees it")
    snapshot: str = Field(description="SHA-256 of the file as received")
    file: str = Field(description="What the catalogue calls the file")
    received_on: str


class LineageInput(Schema):
    name: str = Field(description="Of the input in the formula; empty: the only one")
    earlier: bool = Field(description="Of an earlier period, where a window reaches over several")
    dataset: str
    version: int
    address: str
    snapshot: str
    status: str
    period: str
    region: str
    value: float | None
    numerator: float | None
    denominator: float | None
    rows: int = Field(description="That were counted")
    total: int = Field(description="That can be listed")
    listable: bool = Field(description="Whether the published rows show what was asked")
    listed: list[LineageRow]


class Lineage(Schema):
    code: str
    title: str
    period: str
    region: str
    dimension: str
    value: float | None
    incomplete: bool
    suppressed: bool
    conflicting: bool
    formula: str
    inputs: list[LineageInput]
    indicators: list[Lineage] = Field(description="Values of other indicators it stands on, with theirs")
