"""Why data are not open: an article of law, a test of consequences, a day on which it ends, an entry in the DIK.

Sources: UU 14/2008 Pasal 17 (what may be exempt), 19 (the test comes first) and 20 (not for ever); Perki 1/2021.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override

from mapalus.apps.catalogue import contracts, facts, steps
from mapalus.apps.catalogue.models import Classification, Dataset, Restriction
from mapalus.apps.directory.roster import roster
from mapalus.apps.jobs.job import job
from mapalus.apps.jobs.schedule import schedule
from mapalus.apps.ledger.action import action, note
from mapalus.apps.notices.actions import tell
from mapalus.engine import clock
from mapalus.engine.data.contract import Contract
from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "SOON", "Ground", "ending", "follow_ends", "ground_of", "know_entries", "open_up", "restrict", "restrict_by",
    "tell_ends",
]  # fmt: skip

SOON = timedelta(days=60)  # before its end a ground is looked at again
_STEPS = (60, 14, 0)  # days before the end on which somebody is told
_KEYS = {  # of `mapalus.ground`
    "article": ("article", "pasal"),
    "test": ("test", "uji_konsekuensi", "uji"),
    "until": ("until", "sampai"),
    "entry": ("dik", "entry"),
}


@dataclass(frozen=True)
class Ground:
    """All four are needed; without one of them data cannot be closed."""

    article: str
    test: str
    until: date
    entry: str

    def __str__(self) -> str:
        return f"{self.article}; uji konsekuensi {self.test}; sampai {self.until:%d-%m-%Y}; DIK {self.entry}"[:400]

    def declared(self) -> dict[str, str]:
        """As a contract writes it."""
        return {"article": self.article, "test": self.test, "until": self.until.isoformat(), "dik": self.entry}


# Whether an entry stands in the DIK: True, False, or None where it is not of a kind that this register keeps.
_registers: list[Callable[[str], bool | None]] = []


def know_entries(register: Callable[[str], bool | None]) -> None:
    """A register of exempt information that can say whether it holds an entry."""
    _registers.append(register)


def ground_of(contract: Contract) -> Ground | None:
    """The ground a contract names; None for open data. Raises `Invalid` with everything that is missing."""
    marks = contract.mapalus
    if (marks.get("classification") or Classification.OPEN) == Classification.OPEN:
        return None
    declared = marks.get("ground") or marks.get("classification_ground")
    return read_ground(declared if isinstance(declared, Mapping) else {"article": declared or ""})


def read_ground(values: Mapping[str, Any]) -> Ground:
    """A ground from what somebody wrote."""
    given = {
        name: next((str(values[key]).strip() for key in keys if values.get(key)), "") for name, keys in _KEYS.items()
    }
    wrong = {name: _MISSING[name] for name, text in given.items() if not text}
    until = _day(given["until"])
    if until is None and "until" not in wrong:
        wrong["until"] = _("Write the day as 2027-12-31.")
    if given["entry"] and any(known(given["entry"]) is False for known in _registers):
        wrong["entry"] = _("This entry does not stand in the list of exempt information.")
    if wrong or until is None:
        raise Invalid(
            _("Data can be closed only on a ground: article, test of consequences, end, and entry in the DIK."),
            fields=wrong,
        )
    return Ground(given["article"][:240], given["test"][:240], until, given["entry"][:240])


_MISSING = {
    "article": _("Name the article of the law that exempts it."),
    "test": _("Name the test of consequences (uji konsekuensi): its number and day."),
    "until": _("Say until when it is exempt."),
    "entry": _("Name its entry in the list of exempt information (DIK)."),
}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


# --- acts ------------------------------------------------------------------------------------------------------------


def restrict_by(dataset: Dataset, contract: Contract, *, by: Actor, now: datetime) -> Restriction | None:
    """Write down on what ground a contract closes its dataset, or that it is open. For acts, in their transaction."""
    ground = ground_of(contract)
    today = timezone.localtime(now).date()
    if ground is not None and ground.until < today:
        raise Invalid(fields={"until": _("The ground has ended already; the data are open, or need another one.")})
    current = dataset.restrictions.in_force().first()
    classification = str(contract.mapalus.get("classification") or Classification.OPEN)
    if current is not None and ground is not None:
        same = Ground(current.article, current.test, current.until, current.entry)
        if same == ground and current.classification == classification:
            return current
    if current is not None:
        current.ended_at = now
        current.save(update_fields=["ended_at"])
    if ground is None:
        return None
    return Restriction.objects.create(
        dataset=dataset, classification=classification, article=ground.article, test=ground.test, until=ground.until,
        entry=ground.entry, position=by.position, label=by.label, since=now,
    )  # fmt: skip


@action("catalogue.restrict", public=True)
def restrict(
    dataset: Dataset, *, classification: str, ground: Mapping[str, Any], reason: str, by: Actor, now: datetime
) -> Dataset:
    """Close or half close a dataset, or give it another ground; refused where the ground is not whole."""
    if classification not in (Classification.RESTRICTED, Classification.CLOSED):
        raise Invalid(fields={"classification": _("Choose restricted or closed.")})
    found = read_ground(ground)
    return _classify(dataset, classification, found, reason=reason, by=by, now=now)


@action("catalogue.open-up", public=True)
def open_up(dataset: Dataset, *, reason: str, by: Actor, now: datetime) -> Dataset:
    """Make a restricted dataset open: its ground has ended or does not hold."""
    if dataset.is_open:
        raise Conflict(_("This dataset is open already."), advice="")
    return _classify(dataset, Classification.OPEN, None, reason=reason, by=by, now=now)


def _classify(
    dataset: Dataset, classification: str, ground: Ground | None, *, reason: str, by: Actor, now: datetime
) -> Dataset:
    """Written into the contract, where classification and ground stand; it asks nobody: the law does not wait."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why; everybody reads this.")})
    dataset = steps.locked(dataset)
    if dataset.contract is None:
        raise Conflict(_("This dataset has no contract."), advice="")
    read = contracts.load(dataset.contract.path.parent)
    others = {key: one for key, one in read.mapalus.items() if key not in ("ground", "classification_ground")}
    marks = {**others, "classification": str(classification), **({"ground": ground.declared()} if ground else {})}
    changed = replace(read, mapalus=marks)
    kept = contracts.keep_loaded(changed, dataset=dataset.name, text=contracts.written(changed))
    restrict_by(dataset, changed, by=by, now=now)
    dataset.classification, dataset.classification_ground = classification, str(ground) if ground else ""
    steps.add_contract(dataset, kept, by=by, reason=reason.strip(), now=now)
    note(
        dataset=dataset.name, unit=dataset.unit_code, classification=classification, reason=reason.strip(),
        ground=ground.declared() if ground else {},
    )  # fmt: skip
    return dataset


# --- its end ---------------------------------------------------------------------------------------------------------


def ending(*, now: datetime) -> QuerySet[Restriction]:
    """Grounds in force that end soon or have ended, the first first."""
    last = timezone.localtime(now).date() + SOON
    return Restriction.objects.in_force().filter(until__lte=last).select_related("dataset__unit").order_by("until")


def tell_ends(*, now: datetime) -> int:
    """Tell the producer and walidata of every ground that ends; each step once. How many grounds."""
    today, told = timezone.localtime(now).date(), 0
    for one in ending(now=now):
        left = (one.until - today).days
        step = min((days for days in _STEPS if left <= days), default=None)
        if step is None:
            continue
        told += 1
        for position in sorted({one.dataset.producer_code, facts.walidata(roster(now))} - {""}):
            _tell(one, step, position, now=now)
    return told


def _tell(one: Restriction, step: int, position: str, *, now: datetime) -> None:
    with override("id"):
        if step:
            subject = gettext("The ground for restricting ends on %(day)s: %(title)s")
        else:
            subject = gettext("The ground for restricting ended on %(day)s: %(title)s")
        subject %= {"day": f"{one.until:%d-%m-%Y}", "title": one.dataset.title}
        body = gettext("Open the data, or name another ground with its test of consequences.")
    url = reverse("desk:dataset-access", args=[one.dataset.name])
    event = f"restriction:{one.pk}:{step}"
    tell(f"position:{position}", event=event, subject=subject, body=body, url=url, is_urgent=not step, now=now)


@job()
def tell_all() -> int:
    """Tell of grounds that end."""
    return tell_ends(now=clock.now())


def follow_ends() -> None:
    """Look once a day."""
    schedule("catalogue.restrictions", tell_all, daily=time(6))
