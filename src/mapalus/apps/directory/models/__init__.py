from mapalus.apps.directory.models.appointment import (
    Appointment,
    AppointmentQuerySet,
    Kind,
    Person,
    PersonQuerySet,
)
from mapalus.apps.directory.models.boundary import Boundary, BoundaryQuerySet, BoundarySet, BoundarySetQuerySet
from mapalus.apps.directory.models.drafts import RosterDraft, RosterDraftQuerySet, RosterDraftState
from mapalus.apps.directory.models.duty import DutyDone, DutyDoneQuerySet, Training, TrainingQuerySet
from mapalus.apps.directory.models.handover import Handover, HandoverItem, HandoverQuerySet, HandoverState
from mapalus.apps.directory.models.mandate import Form, Mandate, MandateQuerySet
from mapalus.apps.directory.models.phone import CitizenPhone
from mapalus.apps.directory.models.post import (
    Position,
    PositionKind,
    PositionQuerySet,
    PositionRole,
    Unit,
    UnitQuerySet,
)
from mapalus.apps.directory.models.region import Region, RegionLevel, RegionQuerySet
from mapalus.apps.directory.models.standing import LocalDay, Revision

__all__ = [
    "Appointment",
    "AppointmentQuerySet",
    "Boundary",
    "BoundaryQuerySet",
    "BoundarySet",
    "BoundarySetQuerySet",
    "CitizenPhone",
    "DutyDone",
    "DutyDoneQuerySet",
    "Form",
    "Handover",
    "HandoverItem",
    "HandoverQuerySet",
    "HandoverState",
    "Kind",
    "LocalDay",
    "Mandate",
    "MandateQuerySet",
    "Person",
    "PersonQuerySet",
    "Position",
    "PositionKind",
    "PositionQuerySet",
    "PositionRole",
    "Region",
    "RegionLevel",
    "RegionQuerySet",
    "Revision",
    "RosterDraft",
    "RosterDraftQuerySet",
    "RosterDraftState",
    "Training",
    "TrainingQuerySet",
    "Unit",
    "UnitQuerySet",
]
