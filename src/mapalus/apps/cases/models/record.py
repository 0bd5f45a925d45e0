"""What belongs to a case: acts, clocks, files, remarks, links, readers, followers, and what is still to be done."""

from __future__ import annotations

from typing import ClassVar, Self, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.cases.models.case import Case
from mapalus.engine.ports import Actor

__all__ = [
    "Audience",
    "CaseAct",
    "CaseClock",
    "CaseEffect",
    "CaseFile",
    "CaseFollower",
    "CaseLink",
    "CaseReader",
    "LinkKind",
    "ReaderKind",
    "Remark",
]


class Audience(models.TextChoices):
    """For whom something was written."""

    PUBLIC = "public", _("everybody")
    APPLICANT = "applicant", _("the applicant and officials")
    INTERNAL = "internal", _("officials only")


_Row = TypeVar("_Row", bound=models.Model)


class _OfCase(models.QuerySet[_Row]):
    def visible_to(self, actor: Actor | None) -> Self:
        """Of cases this actor may open; see `sight.level_of` for what he may read of one."""
        return self.filter(case__in=Case.objects.visible_to(actor))


class CaseActQuerySet(_OfCase["CaseAct"]):
    pass


class CaseAct(models.Model):
    """One line of the story of a case: a transition, or something else that was done to it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="acts")
    number = models.PositiveIntegerField(help_text="1, 2, ... within the case")
    kind = models.CharField(max_length=20, help_text="open, take, tick, assign, return, merge, ...")
    act = models.CharField(max_length=80, help_text="name of the transition, or the kind")
    label = models.CharField(max_length=200, blank=True, help_text="as the pack calls it")
    origin = models.CharField(max_length=80, blank=True)
    to = models.CharField(max_length=80, blank=True)
    turn = models.CharField(max_length=120, blank=True, help_text="position whose turn it was until this act")
    at = models.DateTimeField()
    position = models.CharField(max_length=120)
    person = models.CharField(max_length=80, blank=True, help_text="code; empty for applicant and platform")
    actor_label = models.CharField(max_length=240)
    reason = models.TextField(blank=True)
    changed = models.JSONField(default=list, help_text="names of the fields whose values it set")
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.INTERNAL)

    objects = CaseActQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["case", "number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "number"], name="case_act_number")]
        indexes: ClassVar = [models.Index(fields=["position", "at"], name="case_act_position")]

    def __str__(self) -> str:
        return f"{self.number} {self.act}"


class CaseClockQuerySet(_OfCase["CaseClock"]):
    pass


class CaseClock(models.Model):
    """One clock of a case as it stands: copied from flow with every change, for lists, figures and explanations."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    name = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True, help_text="empty while it stands")
    is_paused = models.BooleanField(default=False)
    is_late = models.BooleanField(default=False)
    escalated = models.PositiveSmallIntegerField(default=0, help_text="how many times it went up")

    objects = CaseClockQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["case", "started_at", "name"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "name"], name="case_clock_once")]

    def __str__(self) -> str:
        return self.name


class CaseFileQuerySet(_OfCase["CaseFile"]):
    pass


class CaseFile(models.Model):
    """A file that was attached; its bytes lie under their hash."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="files")
    field = models.CharField(max_length=80, blank=True, help_text="of the form; empty: attached later")
    name = models.CharField(max_length=240)
    media_type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, help_text="empty once it was erased", blank=True, db_index=True)
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.INTERNAL)
    is_personal = models.BooleanField(default=False)
    at = models.DateTimeField()
    position = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=240)

    objects = CaseFileQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["case", "at", "pk"]

    def __str__(self) -> str:
        return self.name


class RemarkQuerySet(_OfCase["Remark"]):
    pass


class Remark(models.Model):
    """Something said about a case, for a declared audience."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="remarks")
    audience = models.CharField(max_length=12, choices=Audience, default=Audience.INTERNAL)
    text = models.TextField()
    at = models.DateTimeField()
    position = models.CharField(max_length=120)
    person = models.CharField(max_length=80, blank=True)
    actor_label = models.CharField(max_length=240)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["case", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at}"


class LinkKind(models.TextChoices):
    """What one case is to another: `origin` is the ... of `target`."""

    DUPLICATE = "duplicate", _("duplicate of")
    PART = "part", _("part of")
    RELATED = "related", _("related to")
    APPEAL = "appeal", _("objection to")
    CONVERTED = "converted", _("made from")


class CaseLink(models.Model):
    origin = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="links")
    target = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=LinkKind)
    at = models.DateTimeField()
    position = models.CharField(max_length=120)
    actor_label = models.CharField(max_length=240)

    class Meta:
        ordering: ClassVar = ["at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["origin", "target", "kind"], name="case_link_once"),
            models.CheckConstraint(condition=~models.Q(origin=models.F("target")), name="case_link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.origin_id} {self.kind} {self.target_id}"


class ReaderKind(models.TextChoices):
    """Why somebody sees a case whose turn he does not have."""

    ACTED = "acted", _("acted in it")
    FOLLOWS = "follows", _("was asked to look")
    RESTRICTED = "restricted", _("may see it although it is restricted")


class CaseReader(models.Model):
    """A position or unit that sees a case. `RESTRICTED` rows are the only ones that count for a restricted case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="readers")
    code = models.CharField(max_length=120, help_text="of a position or a unit")
    kind = models.CharField(max_length=12, choices=ReaderKind)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["code", "kind", "case"], name="case_reader_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"


class CaseFollower(models.Model):
    """Who wants to hear about a case without having a part in it: a position."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="followers")
    position = models.CharField(max_length=120)
    since = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "position"], name="case_follower_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.position}"


class CaseEffect(models.Model):
    """What an act has set off and another part of the platform must do: written with the act, done by a job.

    Done at least once, hence by handlers that do the same the second time. Without a handler it waits.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="effects")
    version = models.PositiveIntegerField(help_text="of the case with the change that set it off")
    place = models.PositiveSmallIntegerField(help_text="among the effects of that change")
    kind = models.CharField(max_length=40)
    data = models.JSONField(default=dict)
    queued_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering: ClassVar = ["case", "version", "place"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["case", "version", "place"], name="case_effect_once")]
        indexes: ClassVar = [
            models.Index(fields=["queued_at"], name="case_effect_waiting", condition=models.Q(done_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.version}.{self.place} {self.kind}"
