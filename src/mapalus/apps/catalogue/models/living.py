"""Contracts that live: changes to decide, proposed contracts, who depends on them, grounds of restrictions."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from mapalus.apps.catalogue.models.dataset import Classification, ContractVersion, Dataset
from mapalus.apps.catalogue.models.handin import HandIn
from mapalus.apps.catalogue.reach import reach
from mapalus.engine.ports import Actor

__all__ = [
    "Answer",
    "AnswerWord",
    "Change",
    "ChangeQuerySet",
    "ChangeState",
    "Consumer",
    "Proposal",
    "ProposalQuerySet",
    "ProposalState",
    "Restriction",
    "RestrictionQuerySet",
]


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("waits for a decision")
    DECIDED = "decided", _("decided")
    GONE = "gone", _("no longer asked: the hand-in was replaced or returned")


class ChangeQuerySet(models.QuerySet["Change"]):
    def visible_to(self, actor: Actor | None) -> ChangeQuerySet:
        """Walidata sees all, an agency those of its own data, the public none."""
        sight = reach(actor)
        if sight.everything:
            return self
        return self.filter(dataset__unit__in=sight.units) if sight.units else self.none()

    def waiting(self) -> ChangeQuerySet:
        return self.filter(state=ChangeState.WAITING)

    def holding(self) -> ChangeQuerySet:
        """Nothing is published before these are decided."""
        return self.waiting().filter(is_holding=True)

    def for_reading(self) -> ChangeQuerySet:
        return self.select_related("dataset", "dataset__unit", "handin")


class Change(models.Model):
    """A perubahan: what came is not as what was published last, and a person decides what that means, once."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="changes")
    handin = models.ForeignKey(HandIn, on_delete=models.PROTECT, null=True, blank=True, related_name="changes")
    kind = models.CharField(max_length=32, help_text="new-column, unit-jump, ... of engine.data.drift")
    field = models.CharField(max_length=240, blank=True)
    identity = models.CharField(max_length=64, help_text="hash of what is asked: the same thing is asked once")
    facts = models.JSONField(default=dict, blank=True, help_text="the finding, as engine.data.drift keeps it")
    is_holding = models.BooleanField(default=False, help_text="nothing is published before it is decided")
    against = models.PositiveIntegerField(help_text="number of the version it was compared with")
    state = models.CharField(max_length=12, choices=ChangeState, default=ChangeState.WAITING)
    found_at = models.DateTimeField()
    choice = models.CharField(max_length=24, blank=True, help_text="what was decided")
    is_for_ever = models.BooleanField(default=False, help_text="the same is never asked again")
    reason = models.CharField(max_length=400, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=240, blank=True)
    position = models.CharField(max_length=120, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-found_at", "id"]
        indexes: ClassVar = [
            models.Index(fields=["dataset", "state"], name="change_dataset"),
            models.Index(fields=["identity"], name="change_identity"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(decided_at__isnull=True, choice="")
                | (models.Q(decided_at__isnull=False) & ~models.Q(choice="")),
                name="change_decided_pair",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.field}".strip()

    @property
    def unit_code(self) -> str:
        return self.dataset.unit_code

    @property
    def producer_code(self) -> str:
        return self.dataset.producer_code

    @property
    def is_waiting(self) -> bool:
        return self.state == ChangeState.WAITING


class ProposalState(models.TextChoices):
    ASKING = "asking", _("consumers are asked")
    APPLIED = "applied", _("in force")
    DROPPED = "dropped", _("not taken up")


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, actor: Actor | None) -> ProposalQuerySet:
        """Walidata, the producing agency, and every agency that is asked."""
        sight = reach(actor)
        if sight.everything:
            return self
        if actor is None:
            return self.none()
        asked = Answer.objects.filter(proposal=models.OuterRef("pk"), position__in=sight.positions)
        return self.filter(models.Q(dataset__unit__in=sight.units) | models.Exists(asked))

    def asking(self) -> ProposalQuerySet:
        return self.filter(state=ProposalState.ASKING)


class Proposal(models.Model):
    """The next contract of a dataset while those who depend on the data are asked; the old one goes on until then."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="proposals")
    base = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(help_text="the YAML as written")
    descriptor = models.JSONField()
    sha256 = models.CharField(max_length=64)
    folder = models.CharField(max_length=240)
    changes = models.JSONField(default=list, help_text="differences to the base, as engine.data.versions keeps them")
    release = models.CharField(max_length=24, help_text="semantic version it would get")
    reason = models.CharField(max_length=400)
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240)
    proposed_at = models.DateTimeField()
    answer_by = models.DateTimeField(help_text="until when consumers may answer")
    state = models.CharField(max_length=12, choices=ProposalState, default=ProposalState.ASKING)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=240, blank=True)
    decision = models.CharField(max_length=400, blank=True, help_text="why it is taken up or not")
    made = models.ForeignKey(ContractVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-proposed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(state=ProposalState.ASKING), name="proposal_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=models.Q(state=ProposalState.ASKING, decided_at__isnull=True)
                | (~models.Q(state=ProposalState.ASKING) & models.Q(decided_at__isnull=False)),
                name="proposal_decided_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.release}"

    @property
    def unit_code(self) -> str:
        return self.dataset.unit_code

    @property
    def producer_code(self) -> str:
        return self.dataset.producer_code


class AnswerWord(models.TextChoices):
    NONE = "", _("no answer yet")
    FINE = "setuju", _("no objection")
    OBJECTS = "keberatan", _("objects")


class Answer(models.Model):
    """One who depends on the data, asked about a proposed contract, and what he said."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="answers")
    kind = models.CharField(max_length=20, help_text="indicator, board, pack, dataset, consumer")
    key = models.CharField(max_length=200)
    label = models.CharField(max_length=240)
    position = models.CharField(max_length=120, blank=True, help_text="who is asked; empty: nobody answers for it")
    word = models.CharField(max_length=12, choices=AnswerWord, blank=True, default=AnswerWord.NONE)
    reason = models.CharField(max_length=400, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=240, blank=True)

    class Meta:
        ordering: ClassVar = ["kind", "label", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["proposal", "kind", "key"], name="answer_once"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def position_code(self) -> str:
        """Whose answer it is."""
        return self.position


class Consumer(models.Model):
    """Somebody outside who said that he builds on the data: an agency's application, a partner, a district."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="consumers")
    name = models.CharField(max_length=200, help_text="what uses it: an application, a report")
    holder = models.ForeignKey(
        "directory.Position", to_field="code", on_delete=models.PROTECT, related_name="+", db_column="holder_code"
    )
    purpose = models.CharField(max_length=400)
    fields = models.JSONField(default=list, blank=True, help_text="fields it needs; empty: all")
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def position_code(self) -> str:
        """Whose use it is."""
        return str(self.holder_id)


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def in_force(self) -> RestrictionQuerySet:
        return self.filter(ended_at__isnull=True)

    def visible_to(self, actor: Actor | None) -> RestrictionQuerySet:
        """Why data are not open is public wherever the dataset is named at all."""
        return self.filter(dataset__in=Dataset.objects.known_to(actor))


class Restriction(models.Model):
    """Why a dataset is not open: the article, the test of consequences, until when, and its entry in the DIK."""

    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="restrictions")
    classification = models.CharField(max_length=12, choices=Classification)
    article = models.CharField(max_length=240, help_text="UU 14/2008 Pasal 17 huruf h")
    test = models.CharField(max_length=240, help_text="number and day of the test of consequences (uji konsekuensi)")
    until = models.DateField(help_text="the day on which the ground ends (UU 14/2008 Pasal 20)")
    entry = models.CharField(max_length=240, help_text="its entry in the list of exempt information (DIK)")
    position = models.CharField(max_length=120)
    label = models.CharField(max_length=240)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-since", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dataset"], condition=models.Q(ended_at__isnull=True), name="restriction_one_in_force"
            ),
            models.CheckConstraint(
                condition=~models.Q(article="") & ~models.Q(test="") & ~models.Q(entry=""),
                name="restriction_is_founded",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dataset_id} {self.classification}"

    def is_over(self, today: date) -> bool:
        return self.until < today
