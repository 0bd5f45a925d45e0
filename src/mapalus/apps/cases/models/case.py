from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from mapalus.apps.cases.models.pack import PackVersion
from mapalus.engine.ports import Actor

if TYPE_CHECKING:
    from collections.abc import Collection

    from mapalus.apps.cases.inbox import Counts, Page

__all__ = ["FAR", "Case", "CaseQuerySet", "CaseSecret", "SecretWord"]

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # where no clock runs: such cases come last, by an index that knows no null


class CaseQuerySet(models.QuerySet["Case"]):
    # Questions are answered in modules of their own; the table of contents is here.

    def visible_to(self, actor: Actor | None) -> Self:
        """Cases this actor may open: his turn, his unit, what he acted in; applicants their own; others published ones.

        Deny by default. What a position may see *of* a case is `mapalus.apps.cases.sight.level_of`.
        """
        from mapalus.apps.cases.sight import seen_by

        return self.filter(seen_by(actor))

    def published(self) -> Self:
        """What everybody may read, after moderation; only the public values of these."""
        return self.filter(is_published=True, is_secret=False, is_restricted=False)

    def open(self) -> Self:
        return self.filter(is_final=False)

    def overdue(self, now: datetime) -> Self:
        return self.filter(is_final=False, due_order__lt=now)

    def turn_of(self, positions: Collection[str]) -> Self:
        """What waits for one of these positions."""
        return self.filter(turn__in=list(positions))

    def by_due(self) -> Self:
        """Due first, then what has no limit, oldest first."""
        return self.order_by("due_order", "pk")

    def inbox(self, positions: Collection[str], *, after: str = "", size: int = 50, **filters: Any) -> Page:
        """One page of what waits for these positions, due first. See `mapalus.apps.cases.inbox.page`."""
        from mapalus.apps.cases.inbox import page

        return page(self, positions, after=after, size=size, **filters)

    def inbox_counts(self, positions: Collection[str], *, now: datetime) -> Counts:
        """How much waits, how much of it is overdue, and how much per pack; each counted up to 999."""
        from mapalus.apps.cases.inbox import counts

        return counts(self, positions, now=now)

    def search(self, text: str) -> CaseQuerySet:
        """Those in which all words are found: number, title, shown values, remarks. Filter by `visible_to` first."""
        from mapalus.apps.cases.search import matching

        return matching(self, text)

    def for_list(self) -> Self:
        """What a row of a list shows, in one query."""
        return self.select_related("pack").defer("situation", "pack__files")


class Case(models.Model):
    """One thing that waits for somebody, and how far it has come. `values` holds no personal value (see CaseSecret)."""

    number = models.CharField(max_length=60, unique=True)
    pack = models.ForeignKey(PackVersion, on_delete=models.PROTECT, related_name="cases")
    pack_name = models.CharField(max_length=80, help_text="of the version, for filters")
    title = models.CharField(max_length=200)
    public_title = models.CharField(max_length=200, blank=True, help_text="made of public values only")
    state = models.CharField(max_length=80)
    turn = models.CharField(max_length=120, blank=True, help_text="position; empty: the applicant's, or nobody's")
    turn_role = models.CharField(max_length=80, blank=True, help_text="the pack's role that has the turn")
    turn_of = models.CharField(max_length=120, blank=True, help_text="who assigned it to `turn`; empty: nobody did")
    turn_since = models.DateTimeField(null=True)
    unit = models.CharField(max_length=60, blank=True, help_text="the unit it is routed to")
    region = models.CharField(max_length=13, blank=True)
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    channel = models.CharField(max_length=40, blank=True, help_text="how it came: web, api, open311, counter, ...")
    received_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="the nearest limit that runs")
    due_order = models.DateTimeField(default=FAR, help_text="due_at, or the far end of time")
    wake_at = models.DateTimeField(null=True, help_text="when time itself may change it next")
    is_final = models.BooleanField(default=False)
    is_anonymous = models.BooleanField(default=False, help_text="the agency does not learn who")
    is_secret = models.BooleanField(default=False, help_text="never public")
    is_restricted = models.BooleanField(default=False, help_text="only readers listed for it see it")
    is_published = models.BooleanField(default=False, help_text="moderated")
    published_at = models.DateTimeField(null=True)
    is_sample = models.BooleanField(default=False)
    opened_by = models.CharField(max_length=120, help_text="position; `applicant` for the applicant himself")
    values = models.JSONField(default=dict, help_text="public and internal values by field")
    situation = models.JSONField(default=dict, help_text="how flow sees it: acts and clocks")
    version = models.PositiveIntegerField(default=1, help_text="goes up with every change")
    key = models.CharField(max_length=120, unique=True, null=True, help_text="one form sent, one case")
    code_digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the code it is followed by")

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_final=False) | Q(closed_at__isnull=False), name="case_final_is_closed"
            ),
            models.CheckConstraint(condition=Q(is_final=False) | Q(turn=""), name="case_final_waits_for_nobody"),
            models.CheckConstraint(
                condition=Q(due_at__isnull=True, due_order=FAR) | Q(due_order=F("due_at")), name="case_due_order"
            ),
            models.CheckConstraint(condition=~Q(is_published=True, is_secret=True), name="case_secret_not_public"),
            models.CheckConstraint(
                condition=Q(is_published=False) | Q(published_at__isnull=False), name="case_published_when"
            ),
        ]
        indexes: ClassVar = [
            # Whole, not partial: SQLite cannot tell that a parameter fits the condition of a partial index.
            models.Index(fields=["turn", "due_order", "id"], name="case_inbox"),
            models.Index(fields=["turn", "pack_name", "due_order", "id"], name="case_inbox_pack"),
            models.Index(fields=["unit", "is_final", "due_order", "id"], name="case_unit"),
            models.Index(fields=["wake_at", "id"], name="case_wake", condition=Q(wake_at__isnull=False)),
            models.Index(fields=["pack_name", "-received_at", "id"], name="case_pack"),
            # where something like it was told already: a narrow strip of latitudes, of it the longitudes
            models.Index(
                fields=["pack_name", "latitude", "longitude"], name="case_place", condition=Q(latitude__isnull=False)
            ),
            models.Index(fields=["pack_name", "-published_at"], name="case_public", condition=Q(is_published=True)),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def unit_code(self) -> str:
        return self.unit

    @property
    def is_pausing(self) -> bool:
        """Open, and no clock runs."""
        return not self.is_final and self.due_at is None

    def is_overdue(self, now: datetime) -> bool:
        return not self.is_final and self.due_at is not None and self.due_at < now


class CaseSecret(models.Model):
    """What is personal in a case, apart from it, sealed, and gone after erasure. Read through `personal.py` only."""

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="secret")
    sealed = models.BinaryField(help_text="personal values and the code for following, encrypted")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        help_text="the citizen's account, where there is one",
    )  # fmt: skip
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"secret of {self.case_id}"


class SecretWord(models.Model):
    """A personal word of a case as a keyed hash: found by whoever knows it and may unmask, read by nobody."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="secret_words")
    digest = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["digest", "case"], name="secret_word_once")]

    def __str__(self) -> str:
        return self.digest
