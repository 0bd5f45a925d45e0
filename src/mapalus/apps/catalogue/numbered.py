"""A published version of a dataset by its number, for every door; what was withdrawn is gone, and says why."""

from __future__ import annotations

from mapalus.apps.catalogue.models import Dataset, Version
from mapalus.engine.errors import NotFound, Problem
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["Withdrawn", "public_version", "withdrawn_of"]


class Withdrawn(Problem):
    """The version was public once and is not any more."""

    code = "version-withdrawn"
    status = 410
    text = _("Version %(n)s was withdrawn: %(reason)s")
    advice = _("The dataset itself is still there, with what counts now.")


def withdrawn_of(version: Version) -> Withdrawn:
    """Who cited it learns what became of it."""
    return Withdrawn(n=version.number, reason=version.withdrawn_reason or version.removed_reason)


def public_version(dataset: Dataset, number: str | int | None = None, *, reader: Actor | None = None) -> Version:
    """The version of that number as anybody may read it; without one the present version.

    reader: an application that may read more than is open; of that, too, it reads what is published.

    Raises `NotFound`, and `Withdrawn` (410) with the reason where it was taken out of sight.
    """
    seen = Version.objects.visible_to(reader).published().filter(dataset=dataset).select_related("dataset")
    if not number:
        found = seen.filter(pk=dataset.current_id).first() if dataset.current_id else None
    else:
        asked = int(number) if str(number).isascii() and str(number).isdecimal() and len(str(number)) < 10 else 0
        found = seen.filter(number=asked).first()
        gone = None if found else Version.objects.taken_from_public().filter(dataset=dataset, number=asked).first()
        if gone is not None:
            raise withdrawn_of(gone)
    if found is None:
        raise NotFound
    return found
