"""pack.yml: what the service is, whose it is, who may start it."""

from __future__ import annotations

import re
from typing import Any

from mapalus.engine.packs import keys
from mapalus.engine.packs.node import Node, is_name
from mapalus.engine.packs.pack import FORMAT, Auth, Promise

__all__ = ["read_header"]

_VERSION = re.compile(r"(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})\.(?:0|[1-9]\d{0,5})", re.ASCII)
_PLACE = re.compile(r"\{([^{}]*)\}")
_SEQ = re.compile(r"seq(?::0?[1-9]\d?)?")
_PLACES = ("year", "month", "unit")


def read_header(node: Node, *, is_service: bool) -> dict[str, Any]:
    """The values of a `Pack` that stand in pack.yml, as far as they are right."""
    found = node.read(keys.PACK)
    out: dict[str, Any] = {
        key: found[key]
        for key in (
            "name", "version", "runs", "title", "title_en", "description", "description_en", "owner", "fee", "fee_en",
            "calendar", "number", "retention", "category", "life_event",
        )
        if key in found
    }  # fmt: skip
    if "name" in out and not is_name(out["name"], with_hyphen=True):
        node.at("name").named(with_hyphen=True)
    if "version" in out and not _VERSION.fullmatch(out["version"]):
        node.at("version").wrong("bad-version", value=out.pop("version"))
    if is_service and isinstance(node.value, dict) and "format" not in node.value:
        node.wrong("missing-key", key="format", place=node.file)
    if found.get("format", FORMAT) > FORMAT or found.get("format") == 0:
        node.at("format").wrong("format-unknown", format=found["format"])
    for key in ("audience", "legal_basis", "channels"):
        if key in found:
            out[key] = tuple(found[key]) if isinstance(found[key], list) else (found[key],)
    if "auth" in found:
        out["auth"] = Auth(**node.at("auth").read(keys.AUTH))
    if "promise" in found:
        out["promise"] = Promise(**node.at("promise").read(keys.PROMISE))
    _number(node, found, is_service=is_service)
    return out


def _number(node: Node, found: dict[str, Any], *, is_service: bool) -> None:
    if is_service and isinstance(node.value, dict) and "number" not in node.value:
        node.wrong("missing-key", key="number", place=node.file)
        return
    if "number" not in found:
        return
    places = _PLACE.findall(found["number"])
    if not any(_SEQ.fullmatch(place) for place in places):
        node.at("number").wrong("number-without-seq", value=found["number"])
    for place in places:
        if place not in _PLACES and not place.startswith("seq"):
            node.at("number").wrong("number-placeholder", name=place)
