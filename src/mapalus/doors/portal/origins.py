"""Where this comes from: the systems behind a dataset, as everybody may know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import Dataset, Source, SourceKind

__all__ = ["OriginLine", "origins"]


@dataclass(frozen=True)
class OriginLine:
    """One system: its name, how it comes, when it brought something last."""

    system: str
    how: str
    brought_at: datetime | None


def origins(dataset: Dataset) -> tuple[OriginLine, ...]:
    """One query. Neither addresses nor settings: only what people call the system."""
    newest = F("brought_at").desc(nulls_last=True)
    found = Source.objects.named_openly().kept().filter(dataset=dataset).order_by(newest, "name")
    return tuple(OriginLine(one.title_here, _how(one), one.answered_at) for one in found)


def _how(source: Source) -> str:
    match source.kind:
        case SourceKind.UPLOAD:
            return _("as a file")
        case SourceKind.STREAM:
            return _("as a stream")
        case _:
            return _("fetched by the platform")
