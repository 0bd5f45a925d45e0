"""What one instance asks another: the province its districts, a district its province. With a key, by agreement.

Everybody may read `/api/v1/districts`. The addresses below `/api/v1/federation` answer only to the key of one other end
and tell no more than the agreement shares at that moment; what is not shared is not there (404).
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Query, Schema

from mapalus.apps.federation import about, joining, pinging, sharing, standing
from mapalus.doors.api.open import site
from mapalus.doors.api.v1 import schemas
from mapalus.doors.api.v1.api import api
from mapalus.engine import clock

__all__ = ["Hello", "ask_about", "ask_rows", "join", "list_districts", "ping", "say_hello"]

_problems: dict[Any, Any] = {401: schemas.ProblemDetail, 404: schemas.ProblemDetail, 422: schemas.ProblemDetail}


class SharedDataset(Schema):
    name: str
    title: str
    title_en: str
    description: str
    cadence: str
    license: str
    themes: list[str]
    version: int = Field(description="Number of the present version")
    period: str
    status: str
    rows: int
    published_at: datetime | None
    due_at: datetime | None = Field(description="When it owes newer data; null: nothing is owed")
    fields: list[dict[str, Any]] = Field(description="name, title, type, masked, mark (unit, role, code_list)")
    key: list[str]
    is_changed: bool = Field(description="Whether anything happened to it behind `since`")


class Hello(Schema):
    region: str = Field(description="Dotted code of the region whose instance this is")
    software: str
    sequence: int = Field(description="How far its ledger is; give it as `since` once all is stored")
    sample: bool = Field(description="Its data are samples")
    agreement: dict[str, Any] | None = Field(description="The agreement as this side holds it")
    latest: dict[str, Any] | None = Field(None, description="Newer terms that were proposed or refused here; else null")
    datasets: list[SharedDataset]


class HelloAsked(Schema):
    since: int = Field(0, ge=0)


class SharedVersion(Schema):
    number: int
    period: str
    rows: int
    status: str
    published_at: datetime | None
    is_current: bool


class SharedRows(Schema):
    dataset: str
    version: int
    total: int
    offset: int
    rows: list[dict[str, Any]]


class SharedRowsAsked(Schema):
    offset: int = Field(0, ge=0, le=100_000_000)
    limit: int = Field(1000, ge=1, le=sharing.MOST_ROWS)


class SharedIndicatorValue(Schema):
    indicator: str
    title: str
    unit: str
    region: str
    period: str
    value: float | None = Field(description="null: no data, never 0")
    status: str
    published_at: datetime | None
    dataset: str
    version: int
    address: str = Field(description="Page of the version it was worked out from")


class SharedValues(Schema):
    count: int
    items: list[SharedIndicatorValue]


class Ping(Schema):
    sequence: int = Field(0, ge=0, description="How far the ledger of who pings is")


class Pinged(Schema):
    is_coming: bool = Field(description="Whether an exchange was brought forward by it")


class Joining(Schema):
    invitation: str = Field(max_length=32, description="Name of the invitation, derived from its code")
    sealed: str = Field(max_length=16_384, description="Who asks, sealed with the code; see reference/federation.md")


class JoiningAnswer(Schema):
    state: str = Field(description="joined, unknown, used, expired, withdrawn, other-region, other-host")
    at: datetime | None = Field(description="When it was used, ended or withdrawn")
    region: str = Field(description="For whom the invitation is; told to who knows its code")
    sealed: str = Field(description="The answer, sealed with the code; empty unless joined")


class OwnCompliance(Schema):
    is_shared: bool
    owed: int = Field(description="Datasets with a due day, of those it shares")
    late: list[str] = Field(description="Titles of those that are late, as the district says itself")


class DistrictItem(Schema):
    region: str
    name: str
    kind: str | None = Field(description="mapalus, ckan, files; null: takes part through the agencies alone")
    state: str = Field(description="well, away, broken, resting, by-file, new, unagreed, none")
    answered_at: datetime | None
    lines: list[dict[str, Any]] = Field(description="kind, code, title, state (shared, embargo, not-shared, late, "
                                        "waiting, gone, ended), until, period, published_at: there")  # fmt: skip
    compliance: OwnCompliance | None = Field(description="How it keeps its own due days; null: nobody agreed on that")


class Districts(Schema):
    count: int
    items: list[DistrictItem]


def _scope(request: HttpRequest) -> sharing.Scope:
    other = sharing.instance_of_key(request.headers.get("Authorization", ""))
    return sharing.scope_of(other, now=clock.now())


@api.get("/federation", response={200: Hello, **_problems}, tags=["federation"], summary="Who this instance is, and what it shares")  # noqa: E501  # fmt: skip
def say_hello(request: HttpRequest, asked: Query[HelloAsked]) -> Any:
    """The first question of every exchange."""
    return sharing.hello(_scope(request), since=asked.since)


@api.get("/federation/agreement", response={200: dict[str, Any], **_problems}, tags=["federation"], summary="The agreement as this side holds it")  # noqa: E501  # fmt: skip
def show_agreement(request: HttpRequest) -> Any:
    """Terms, shares, and which positions agreed; empty where there is none."""
    return sharing.hello(_scope(request), since=2**62)["agreement"] or {}


@api.get("/federation/datasets/{name}/versions", response={200: list[SharedVersion], **_problems}, tags=["federation"], summary="Versions of a shared dataset, the oldest first")  # noqa: E501  # fmt: skip
def ask_versions(request: HttpRequest, name: str) -> Any:
    return sharing.versions_of(_scope(request), name)


@api.get("/federation/datasets/{name}/versions/{number}/rows", response={200: SharedRows, **_problems}, tags=["federation"], summary="Rows of one version, page by page")  # noqa: E501  # fmt: skip
def ask_rows(request: HttpRequest, name: str, number: int, asked: Query[SharedRowsAsked]) -> Any:
    """As published: personal fields masked. A district gets the rows of its own region."""
    return sharing.rows_of(_scope(request), name, number, offset=asked.offset, limit=asked.limit)


@api.get("/federation/indicators", response={200: SharedValues, **_problems}, tags=["federation"], summary="Numbers of the shared indicators")  # noqa: E501  # fmt: skip
def ask_values(request: HttpRequest) -> Any:
    items = list(sharing.values_of(_scope(request), site=site(request), now=clock.now()))
    return {"count": len(items), "items": items}


@api.get("/federation/compliance", response={200: dict[str, Any], **_problems}, tags=["federation"], summary="What is owed of the shared datasets, and what is late")  # noqa: E501  # fmt: skip
def ask_compliance(request: HttpRequest) -> Any:
    return about.compliance_of(_scope(request), now=clock.now())


@api.get("/federation/about", response={200: dict[str, Any], **_problems}, tags=["federation"], summary="What this instance holds about the one that asks")  # noqa: E501  # fmt: skip
def ask_about(request: HttpRequest) -> Any:
    """Datasets with rows of its region, numbers, conflicts, what is late, its compliance."""
    scope = _scope(request)
    return about.told(about.about(scope.instance, now=clock.now(), site=site(request)))


@api.post("/federation/ping", response={200: Pinged, **_problems}, tags=["federation"], summary="Say that something was published")  # noqa: E501  # fmt: skip
def ping(request: HttpRequest, said: Ping) -> Any:
    """The one who is pinged comes and asks; nothing that is said here is believed."""
    other = sharing.instance_of_key(request.headers.get("Authorization", ""))
    return {"is_coming": pinging.pinged(other, now=clock.now())}


@api.post("/federation/join", response={200: JoiningAnswer, 422: schemas.ProblemDetail}, tags=["federation"], summary="Join this province with the code of an invitation")  # noqa: E501  # fmt: skip
def join(request: HttpRequest, said: Joining) -> Any:
    """Without a key. Neither side's key travels unsealed; nothing counts until both sides have compared the digits."""
    return asdict(joining.answer_to(said.invitation, said.sealed, now=clock.now()))


@api.get("/districts", response=Districts, tags=["federation"], summary="Every kabupaten and kota: how it is connected, what it shares")  # noqa: E501  # fmt: skip
def list_districts(request: HttpRequest) -> Any:
    """Who is late and who holds back; never more, and no ranking."""
    items = [standing.plain(one) for one in standing.districts(str(settings.PROVINCE_CODE), now=clock.now())]
    return {"count": len(items), "items": items}
