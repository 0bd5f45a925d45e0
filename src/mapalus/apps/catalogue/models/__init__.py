"""The nouns of the catalogue: what is promised, what was handed in, what was published, and what it measures."""

from __future__ import annotations

from mapalus.apps.catalogue.models.calls import DataCall, Owed, Reminder, ReminderKind
from mapalus.apps.catalogue.models.daftar import DataKind, DataPlan, EntryState, PlanEntry
from mapalus.apps.catalogue.models.dataset import (
    Cadence,
    Classification,
    ContractVersion,
    Dataset,
    DatasetState,
)
from mapalus.apps.catalogue.models.evidence import EvidencePack
from mapalus.apps.catalogue.models.handin import FigureStatus, HandIn, HandInState, Receipt, Run, RunState
from mapalus.apps.catalogue.models.indicator import (
    Better,
    Indicator,
    IndicatorInput,
    Measurement,
    Standing,
)
from mapalus.apps.catalogue.models.living import (
    Answer,
    AnswerWord,
    Change,
    ChangeState,
    Consumer,
    Proposal,
    ProposalState,
    Restriction,
)
from mapalus.apps.catalogue.models.process import HandInProcess
from mapalus.apps.catalogue.models.reader import Follower, ReadToken, ReadTokenUse
from mapalus.apps.catalogue.models.scores import Outcome, ScoreObjection, UnitScore
from mapalus.apps.catalogue.models.shelf import Offering, Shelf
from mapalus.apps.catalogue.models.source import (
    HarvestOutcome,
    HarvestRun,
    Source,
    SourceKind,
    SourceState,
    SourceWay,
)
from mapalus.apps.catalogue.models.stream import StreamKey, StreamRequest, StreamSegment
from mapalus.apps.catalogue.models.use import UseSegment
from mapalus.apps.catalogue.models.version import Download, Publication, PublicationKind, Version

__all__ = [
    "Answer",
    "AnswerWord",
    "Better",
    "Cadence",
    "Change",
    "ChangeState",
    "Classification",
    "Consumer",
    "ContractVersion",
    "DataCall",
    "DataKind",
    "DataPlan",
    "Dataset",
    "DatasetState",
    "Download",
    "EntryState",
    "EvidencePack",
    "FigureStatus",
    "Follower",
    "HandIn",
    "HandInProcess",
    "HandInState",
    "HarvestOutcome",
    "HarvestRun",
    "Indicator",
    "IndicatorInput",
    "Measurement",
    "Offering",
    "Outcome",
    "Owed",
    "PlanEntry",
    "Proposal",
    "ProposalState",
    "Publication",
    "PublicationKind",
    "ReadToken",
    "ReadTokenUse",
    "Receipt",
    "Reminder",
    "ReminderKind",
    "Restriction",
    "Run",
    "RunState",
    "ScoreObjection",
    "Shelf",
    "Source",
    "SourceKind",
    "SourceState",
    "SourceWay",
    "Standing",
    "StreamKey",
    "StreamRequest",
    "StreamSegment",
    "UnitScore",
    "UseSegment",
    "Version",
]
