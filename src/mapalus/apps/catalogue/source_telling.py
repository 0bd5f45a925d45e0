"""Who hears of a source: its keeper and the walidata, once for each thing that happened to it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext, override

from mapalus.apps.catalogue import facts
from mapalus.apps.catalogue.models import HarvestOutcome, HarvestRun, Shelf, Source
from mapalus.apps.catalogue.models.source import PATIENCE
from mapalus.apps.directory.roster import roster
from mapalus.apps.notices.actions import tell
from mapalus.engine.errors import Problem

__all__ = ["tell_gone", "tell_keeper", "tell_shelf"]

_LANGUAGE = "id"


def tell_keeper(source: Source, run: HarvestRun, problem: Problem | None, *, now: datetime) -> None:
    """Vanished, settings that do not fit, held back: at once. Nobody answers: when it has lasted for a while."""
    match run.stage:
        case HarvestOutcome.VANISHED:
            event, title = "vanished", _vanished
        case HarvestOutcome.REFUSED:
            event, title = f"refused:{problem.code if problem else ''}", _refused
        case HarvestOutcome.HELD:
            event, title = f"held:{run.snapshot[:16]}", _held
        case HarvestOutcome.FAILED if source.failures == PATIENCE:
            event, title = "failing", _failing
        case _:
            return
    since = source.failing_since.isoformat() if source.failing_since else ""
    with override(_LANGUAGE):
        subject = title(source)
        body = problem.say(language=_LANGUAGE) if problem else ""
    for position in _readers(source, now=now):
        tell(
            f"position:{position}", event=f"source:{source.pk}:{event}:{since}", subject=subject, body=body,
            url=reverse("desk:source", args=[source.name]), is_urgent=run.stage is HarvestOutcome.VANISHED, now=now,
        )  # fmt: skip


def tell_gone(source: Source, *, now: datetime) -> None:
    """Its shelf lists it no more."""
    with override(_LANGUAGE):
        subject = _vanished(source)
        body = gettext("The portal it came from lists it no more. What was published stays.")
    for position in _readers(source, now=now):
        tell(
            f"position:{position}", event=f"source:{source.pk}:gone:{now.date()}", subject=subject, body=body,
            url=reverse("desk:source", args=[source.name]), now=now,
        )  # fmt: skip


def tell_shelf(shelf: Shelf, problem: Problem, *, now: datetime) -> None:
    """Its list could not be read, for whatever waiting does not mend."""
    with override(_LANGUAGE):
        subject = gettext("Cannot be looked through: %(title)s") % {"title": shelf.title}
    tell(
        f"position:{shelf.position_code}", event=f"shelf:{shelf.pk}:{problem.code}:{now.date()}", subject=subject,
        body=problem.say(language=_LANGUAGE), url=reverse("desk:shelf", args=[shelf.name]), now=now,
    )  # fmt: skip


def _readers(source: Source, *, now: datetime) -> list[str]:
    """The keeper, whoever produces the data, and the walidata."""
    known = roster(now)
    named = (source.keeper_code, source.dataset.producer_code, facts.walidata(known))
    return [code for code in dict.fromkeys(named) if code and code in known.positions]


def _vanished(source: Source) -> str:
    return gettext("Source vanished: %(title)s") % {"title": _title(source)}


def _refused(source: Source) -> str:
    return gettext("Source needs you: %(title)s") % {"title": _title(source)}


def _held(source: Source) -> str:
    return gettext("Held back, please look: %(title)s") % {"title": _title(source)}


def _failing(source: Source) -> str:
    return gettext("Source does not answer, it is asked more rarely now: %(title)s") % {"title": _title(source)}


def _title(source: Source) -> str:
    return f"{source.dataset.title} ({source.title_here})"
