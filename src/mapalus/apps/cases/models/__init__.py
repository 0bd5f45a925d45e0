"""The tables of cases. Written by `actions.py` alone."""

from mapalus.apps.cases.models.case import FAR, Case, CaseQuerySet, CaseSecret, SecretWord
from mapalus.apps.cases.models.draft import Draft
from mapalus.apps.cases.models.lesson import Lesson, RouteWord
from mapalus.apps.cases.models.pack import Counter, PackRefusal, PackVersion
from mapalus.apps.cases.models.record import (
    Audience,
    CaseAct,
    CaseClock,
    CaseEffect,
    CaseFile,
    CaseFollower,
    CaseLink,
    CaseReader,
    LinkKind,
    ReaderKind,
    Remark,
)

__all__ = [
    "FAR",
    "Audience",
    "Case",
    "CaseAct",
    "CaseClock",
    "CaseEffect",
    "CaseFile",
    "CaseFollower",
    "CaseLink",
    "CaseQuerySet",
    "CaseReader",
    "CaseSecret",
    "Counter",
    "Draft",
    "Lesson",
    "LinkKind",
    "PackRefusal",
    "PackVersion",
    "ReaderKind",
    "Remark",
    "RouteWord",
    "SecretWord",
]
