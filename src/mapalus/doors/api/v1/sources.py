"""Sources: for everybody those of open data, by name; for an official who is signed in, all that he may see."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Schema

from mapalus.apps.catalogue.models import Source
from mapalus.doors.api.v1.api import api
from mapalus.engine.ports import Actor

__all__ = ["SourceItem", "Sources", "list_sources"]


class SourceItem(Schema):
    name: str
    system: str = Field(description="As people call it")
    dataset: str
    kind: str = Field(description="upload (as a file), stream or connector")
    connector: str = Field(description="How it is fetched; empty for a file")
    answered_at: datetime | None = Field(description="When it last answered well")
    state: str | None = Field(None, description="For officials: new, well, held, retrying, broken, vanished, ...")
    schedule: str | None = Field(None, description="For officials: when it is asked")
    keeper: str | None = Field(None, description="For officials: the position that answers for it")
    next_at: datetime | None = Field(None, description="For officials: when it is asked next")


class Sources(Schema):
    count: int
    items: list[SourceItem]


@api.get("/sources", response=Sources, tags=["datasets"], summary="Where data come from")
def list_sources(request: HttpRequest, dataset: str = "") -> Any:
    """Systems behind the data. Settings and addresses are never told."""
    actor: Actor | None = getattr(request, "actor", None)
    found = (Source.objects.named_openly() if actor is None else Source.objects.visible_to(actor)).kept()
    if dataset:
        found = found.filter(dataset__name=dataset)
    items = [_item(one, actor) for one in found.select_related("dataset")[:1000]]
    return {"count": len(items), "items": items}


def _item(one: Source, actor: Actor | None) -> dict[str, Any]:
    open_facts = {
        "name": one.name,
        "system": one.title_here,
        "dataset": one.dataset.name,
        "kind": one.kind,
        "connector": one.connector,
        "answered_at": one.answered_at,
    }
    if actor is None:
        return open_facts
    own = {"state": one.standing, "schedule": one.schedule, "keeper": one.keeper_code, "next_at": one.next_at}
    return {**open_facts, **own}
