"""A contract in any form that can hold one: Data Package, resource, Table Schema, ODCS 3, JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapalus.engine.data.exchange import json_schema, odcs_reading
from mapalus.engine.data.exchange.written import Read

__all__ = ["read_any"]


def read_any(document: Mapping[str, Any], *, name: str = "data") -> Read:
    """As a descriptor that `contract.parse` takes; ours comes back as it is. Raises `BadContract`."""
    if odcs_reading.is_odcs(document):
        return odcs_reading.read(document)
    if "properties" in document or ("$schema" in document and "json-schema.org" in str(document["$schema"])):
        return json_schema.read(document, name=name)
    if document.get("type") == "array" and isinstance(document.get("items"), Mapping):
        return json_schema.read(document, name=name)
    return Read(document)
