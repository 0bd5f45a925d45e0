"""The nouns of the catalogue: what is promised, what was handed in, what was published, and what it measures."""

from __future__ import annotations

from mapalus.apps.catalogue.models.dataset import (
    Cadence,
    Classification,
    ContractVersion,
    Dataset,
    DatasetState,
    Source,
)
from mapalus.apps.catalogue.models.handin import FigureStatus, HandIn, HandInState, Receipt, Run, RunState
from mapalus.apps.catalogue.models.indicator import Better, Indicator, IndicatorValue
from mapalus.apps.catalogue.models.version import Download, Publication, PublicationKind, Version

__all__ = [
    "Better",
    "Cadence",
    "Classification",
    "ContractVersion",
    "Dataset",
    "DatasetState",
    "Download",
    "FigureStatus",
    "HandIn",
    "HandInState",
    "Indicator",
    "IndicatorValue",
    "Publication",
    "PublicationKind",
    "Receipt",
    "Run",
    "RunState",
    "Source",
    "Version",
]
