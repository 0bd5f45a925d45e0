from mapalus.apps.directory.models.appointment import (
    Appointment,
    AppointmentQuerySet,
    Kind,
    Person,
    PersonQuerySet,
)
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
    "Kind",
    "LocalDay",
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
    "Unit",
    "UnitQuerySet",
]
