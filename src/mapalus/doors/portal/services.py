"""Services: the list, and one page for each that says everything before one begins."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from mapalus.apps.cases import figures
from mapalus.apps.cases.figures import Lived
from mapalus.apps.cases.models import PackVersion
from mapalus.apps.cases.packs import current, here, pack_of
from mapalus.apps.directory.models import Position
from mapalus.doors.portal import services_process
from mapalus.doors.ui.parts import Step
from mapalus.engine import clock
from mapalus.engine.forms import By, Field, FieldType
from mapalus.engine.packs.pack import Pack
from mapalus.engine.search import Document, Index

__all__ = [
    "Service",
    "asked_first",
    "known_services",
    "listing",
    "lived",
    "matching",
    "named",
    "rating_field",
    "service",
]

_KEPT = 300  # seconds that figures are kept


@dataclass(frozen=True)
class Need:
    """One thing to prepare."""

    label: str
    note: str


@dataclass(frozen=True)
class Service:
    """A pack as the public sees it."""

    pack: Pack
    version: PackVersion

    @property
    def name(self) -> str:
        return self.pack.name

    @property
    def href(self) -> str:
        return f"/layanan/{self.pack.name}/"

    @property
    def title(self) -> str:
        return here(self.pack, "title")

    @property
    def description(self) -> str:
        return here(self.pack, "description")

    @property
    def category(self) -> str:
        return self.pack.category or _("Other services")

    @property
    def fee(self) -> str:
        return here(self.pack, "fee") or _("Free of charge")

    @property
    def promise(self) -> str:
        """`14 hari kerja`; empty where nothing is promised."""
        promise = self.pack.promise
        if promise.working_days is not None:
            days = promise.working_days
            return ngettext("%(count)s working day", "%(count)s working days", days) % {"count": days}
        if promise.hours is not None:
            return ngettext("%(count)s hour", "%(count)s hours", promise.hours) % {"count": promise.hours}
        return ""

    @property
    def audience(self) -> str:
        words = {
            "anyone": _("everybody"), "citizen": _("citizens"), "official": _("officials"), "unit": _("agencies"),
        }  # fmt: skip
        return ", ".join(words.get(one, one) for one in self.pack.audience)

    @property
    def is_for_officials(self) -> bool:
        return self.pack.auth.level == "official"

    @property
    def needs_account(self) -> bool:
        return self.pack.auth.level == "account" and not self.is_apart

    @property
    def is_apart(self) -> bool:
        """No account comes near it: see `services_apart`."""
        return self.pack.auth.by_code_only

    @cached_property
    def asked(self) -> tuple[Field, ...]:
        """What the applicant is asked at the beginning; what acts ask later is none of it."""
        form = self.pack.form
        asked = tuple(form.of(By.APPLICANT))
        return tuple(item for item in asked if item.name in form.step_of) if form.steps else asked

    @property
    def needs(self) -> tuple[Need, ...]:
        """Papers and facts to have at hand: files, and what a law makes one give."""
        kinds = {FieldType.FILE, FieldType.NIK, FieldType.TABLE, FieldType.SHAPE}
        return tuple(
            Need(here(item, "label"), _note(item)) for item in self.asked if item.type in kinds or item.is_personal
        )

    @property
    def owner(self) -> str:
        """The position that answers for the service."""
        code = self.pack.owner.removeprefix("pos:")
        return Position.objects.filter(code=code).values_list("title", flat=True).first() or code

    @property
    def minutes(self) -> int:
        """A guess how long filling in takes, from how much is asked."""
        return max(2, round(sum(2 if item.type is FieldType.TEXT else 0.5 for item in self.asked)))


def _note(item: Field) -> str:
    parts = [here(item, "help")] if item.help else []
    if not item.required and not item.required_if:
        parts.append(_("May be left out"))
    if item.max_size:
        parts.append(_("At most %(size)s MB each") % {"size": f"{item.max_size / 1e6:g}"})
    return ". ".join(part.rstrip(".") for part in parts)


def known_services() -> list[Service]:
    """All services in force, by title."""
    versions = PackVersion.objects.current().defer("files")
    found = [Service(pack, version) for version in versions if (pack := pack_of(version)).is_service]
    return sorted(found, key=lambda one: one.title.casefold())


def named(name: str) -> Service:
    """The service of this name. Raises `NotFound`."""
    version = current(name)
    return Service(pack_of(version), version)


def asked_first(services: Iterable[Service]) -> list[Service]:
    """The most asked ones first; what officials ask of each other last."""
    counts: dict[str, int] = (
        cache.get_or_set("portal:asked-for", lambda: figures.asked_for(now=clock.now()), _KEPT) or {}
    )
    return sorted(services, key=lambda one: (one.is_for_officials, -counts.get(one.name, 0), one.title.casefold()))


def matching(services: Sequence[Service], question: str, *, limit: int = 20) -> list[Service]:
    """Services that answer a question, best first."""
    by_name = {one.name: one for one in services}
    index = Index.of(
        Document(
            one.name,
            {
                6.0: f"{one.pack.title} {one.pack.title_en}",
                3.0: f"{one.pack.category} {one.pack.life_event} {one.name}",
                2.0: f"{one.pack.description} {one.pack.description_en}",
                1.0: " ".join(f"{item.label} {item.label_en}" for item in one.asked),
            },
        )
        for one in services
    )
    return [by_name[hit.key] for hit in index.search(question, limit=limit)]


def asked_later(pack: Pack) -> frozenset[str]:
    """Fields that acts of the applicant ask."""
    acts = pack.process.transitions.values() if pack.process else ()
    return frozenset(name for act in acts if "applicant" in act.by for name in (*act.needs, *act.asks))


def rating_field(pack: Pack) -> str:
    """The field in which applicants rate the service: a whole number from 1 to 5 that an act of theirs asks."""
    own = asked_later(pack)
    for item in pack.form.fields:
        if item.type is FieldType.INTEGER and item.minimum == "1" and item.maximum in ("4", "5") and item.name in own:
            return item.name
    return ""


def lived(one: Service) -> Lived:
    """How the service has gone; kept for a few minutes."""
    key = f"portal:lived:{one.name}:{one.version.digest[:12]}"
    found: Lived | None = cache.get(key)
    if found is None:
        found = figures.lived(one.name, rating=rating_field(one.pack), now=clock.now())
        cache.set(key, found, _KEPT)
    return found


# --- the list --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    title: str
    services: tuple[Service, ...]


@dataclass(frozen=True)
class Choice:
    title: str
    count: int
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class Listing:
    """Context of portal/services/list.html."""

    groups: tuple[Group, ...]
    categories: tuple[Choice, ...]
    events: tuple[Choice, ...]
    question: str
    total: int
    found: int

    @property
    def is_filtered(self) -> bool:
        return bool(self.question) or any(one.is_chosen for one in (*self.categories, *self.events))


@login_not_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every service, by category or by event of life, found by word."""
    question = " ".join(request.GET.get("q", "")[:200].split())
    category, event = request.GET.get("jenis", "")[:80], request.GET.get("peristiwa", "")[:80]
    everything = known_services()
    shown = matching(everything, question) if question else asked_first(everything)
    shown = [one for one in shown if category in ("", one.category) and event in ("", one.pack.life_event)]
    page = Listing(
        groups=_groups(shown) if not question else (Group("", tuple(shown)),) if shown else (),
        categories=_choices(Counter(one.category for one in everything), "jenis", category),
        events=_choices(Counter(one.pack.life_event for one in everything if one.pack.life_event), "peristiwa", event),
        question=question,
        total=len(everything),
        found=len(shown),
    )
    return render(request, "portal/services/list.html", {"page": page})


def _groups(shown: Sequence[Service]) -> tuple[Group, ...]:
    titles = dict.fromkeys(one.category for one in shown)
    return tuple(Group(title, tuple(one for one in shown if one.category == title)) for title in titles)


def _choices(counts: Counter[str], name: str, chosen: str) -> tuple[Choice, ...]:
    from urllib.parse import urlencode

    return tuple(
        Choice(title, count, "?" + urlencode({name: title}), title == chosen) for title, count in sorted(counts.items())
    )


# --- one service -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ServicePage:
    """Context of portal/services/service.html."""

    service: Service
    path: tuple[Step, ...]
    lived: Lived
    acts_later: tuple[str, ...]  # what the applicant may do after sending, in the pack's words


@login_not_required
@require_safe
def service(request: HttpRequest, pack: str) -> HttpResponse:
    """What one gets, what one needs, how long it takes and really took, what comes after."""
    one = named(pack)
    page = ServicePage(one, services_process.path(one.pack), lived(one), services_process.own_acts(one.pack))
    return render(request, "portal/services/service.html", {"page": page})
