"""What one case is to another."""

from __future__ import annotations

from datetime import datetime

from mapalus.apps.cases.models import (
    Case,
    CaseLink,
    LinkKind,
    ReaderKind,
)
from mapalus.apps.cases.steps import add_reader, record, touch
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["join", "other", "restrict_alike"]


def other(case: Case, to: Case, *, by: Actor) -> Case:
    """The other case, which must be seen as well."""
    found = Case.objects.visible_to(by).filter(pk=to.pk).first()
    if found is None:
        raise NotFound
    if found.pk == case.pk:
        raise Invalid(fields={"to": _("Choose another case.")})
    return found


def join(case: Case, target: Case, kind: str, *, by: Actor, now: datetime) -> CaseLink:
    """Tie two cases, once; both stories say so."""
    if kind not in LinkKind.values:
        kind = LinkKind.RELATED
    made, is_new = CaseLink.objects.get_or_create(
        origin=case, target=target, kind=kind,
        defaults={"at": now, "position": by.position, "actor_label": by.label},
    )  # fmt: skip
    if is_new:
        record(case, kind, by=by, now=now, reason=target.number)
        record(target, kind, by=by, now=now, reason=case.number)
    return made


def restrict_alike(case: Case, source: Case) -> None:
    """What comes out of a restricted case is seen by nobody more."""
    case.is_restricted, case.is_published, case.published_at = True, False, None
    touch(case, "is_restricted", "is_published", "published_at")
    for code in source.readers.filter(kind=ReaderKind.RESTRICTED).values_list("code", flat=True):
        add_reader(case, code, ReaderKind.RESTRICTED)
