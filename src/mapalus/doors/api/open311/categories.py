"""The categories of complaints as services of GeoReport, read from the packs that have the channel `open311`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mapalus.apps.cases.models import PackVersion
from mapalus.apps.cases.packs import here, pack_of
from mapalus.doors.api.open311.rendering import Fault
from mapalus.engine.forms import By, Field, FieldType
from mapalus.engine.packs.pack import Pack

__all__ = ["Intake", "Service", "definition", "intakes", "service", "services"]

CHANNEL = "open311"
_DATATYPES = {
    FieldType.STRING: "string",
    FieldType.TEXT: "text",
    FieldType.INTEGER: "number",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "number",
    FieldType.DATE: "datetime",
    FieldType.DATETIME: "datetime",
    FieldType.CHOICE: "singlevaluelist",
    FieldType.BOOLEAN: "singlevaluelist",
    FieldType.MULTICHOICE: "multivaluelist",
    FieldType.AREA: "string",
}
_TRUTHS = (("true", "Ya"), ("false", "Tidak"))


@dataclass(frozen=True)
class Intake:
    """A pack through this door: which of its fields the standard's own arguments fill."""

    version: PackVersion
    pack: Pack

    @cached_property
    def _asked(self) -> tuple[Field, ...]:
        return tuple(item for item in self.pack.form.of(By.APPLICANT) if item.name in self.pack.form.step_of)

    def _first(self, *kinds: FieldType, without: tuple[str, ...] = (), prefill: str = "") -> str:
        for item in self._asked:
            if item.type in kinds and item.name not in without and (not prefill or item.prefill == prefill):
                return item.name
        return ""

    @cached_property
    def category(self) -> str:
        """The field whose choices are the services: the one that routes."""
        routing = self.pack.process.routing if self.pack.process else None
        return routing.source if routing else ""

    @cached_property
    def title(self) -> str:
        item = next((one for one in self._asked if one.type is FieldType.STRING and one.required), None)
        return item.name if item else ""

    @cached_property
    def description(self) -> str:
        return self._first(FieldType.TEXT)

    @cached_property
    def address(self) -> str:
        return self._first(FieldType.STRING, without=(self.title, self.name))

    @cached_property
    def point(self) -> str:
        return self._first(FieldType.POINT)

    @cached_property
    def photo(self) -> str:
        return self._first(FieldType.FILE)

    @cached_property
    def name(self) -> str:
        return self._first(FieldType.STRING, FieldType.PERSON, prefill="profile.name")

    @cached_property
    def email(self) -> str:
        return self._first(FieldType.EMAIL)

    @cached_property
    def phone(self) -> str:
        return self._first(FieldType.PHONE)

    @cached_property
    def attributes(self) -> tuple[Field, ...]:
        """What is asked beyond the standard's own arguments; nothing personal."""
        own = {
            self.category, self.title, self.description, self.address, self.point, self.photo, self.name, self.email,
            self.phone,
        }  # fmt: skip
        return tuple(
            item for item in self._asked if item.name not in own and item.type in _DATATYPES and not item.is_personal
        )


@dataclass(frozen=True)
class Service:
    """One category."""

    intake: Intake
    code: str
    name: str


def intakes() -> Iterator[Intake]:
    """The packs that take reports here, each in its present version."""
    for version in PackVersion.objects.filter(is_current=True).order_by("name"):
        pack = pack_of(version)
        found = Intake(version, pack)
        if CHANNEL in pack.channels and found.category in pack.form.by_name:
            yield found


def services() -> tuple[Service, ...]:
    """Every category, in the order of the pack's list."""
    return tuple(
        Service(intake, option.value, here(option, "label"))
        for intake in intakes()
        for option in intake.pack.form.field(intake.category).options
    )


def service(code: str) -> Service:
    """The category with this code. Raises `Fault` (404)."""
    found = next((one for one in services() if one.code == code), None)
    if found is None:
        raise Fault(404, f"There is no service_code {code[:80]}.")
    return found


def listed(one: Service) -> dict[str, Any]:
    """An entry of the service list."""
    field = one.intake.pack.form.field(one.intake.category)
    return {
        "service_code": one.code,
        "service_name": one.name,
        "description": here(one.intake.pack, "description"),
        "metadata": bool(one.intake.attributes),
        "type": "realtime",
        "keywords": ", ".join(one.name.lower().split()),
        "group": here(field, "label"),
    }


def definition(one: Service) -> dict[str, Any]:
    """The further questions of a category. Raises `Fault` (404) where there are none."""
    if not one.intake.attributes:
        raise Fault(404, f"The service {one.code} asks no further questions.")
    rows = [_attribute(item, place) for place, item in enumerate(one.intake.attributes, 1)]
    return {"service_code": one.code, "attributes": ("attribute", rows)}


def _attribute(item: Field, place: int) -> dict[str, Any]:
    said: dict[str, Any] = {
        "variable": True,
        "code": item.name,
        "datatype": _DATATYPES[item.type],
        "required": item.required,
        "datatype_description": here(item, "help"),
        "order": place,
        "description": here(item, "label"),
    }
    if said["datatype"] in ("singlevaluelist", "multivaluelist"):
        pairs = [(option.value, here(option, "label")) for option in item.options] or list(_TRUTHS)
        said["values"] = ("value", [{"key": key, "name": name} for key, name in pairs])
    return said
