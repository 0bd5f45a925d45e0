"""What a WFS says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.plain_xml import Node, read_xml
from mapalus.engine.text import _

__all__ = ["Capabilities", "FeatureType", "fields_of", "meaning_of_json", "read_answer", "read_capabilities"]

_JSON = (
    "application/json", "application/geo+json", "application/vnd.geo+json", "json", "geojson",
    "application/json; subtype=geojson", "application/json;subtype=geojson",
)  # fmt: skip


@dataclass(frozen=True)
class FeatureType:
    name: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    reference: str
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Capabilities:
    """json: how GeoJSON is asked for; empty where the service has none. most: features of one answer, 0: unknown."""

    version: str
    title: str
    provider: str
    license: str
    types: tuple[FeatureType, ...]
    json: str
    pages: bool
    most: int


def read_answer(body: bytes) -> Node:
    """The document, unless it is the service's way to say no."""
    root = read_xml(body)
    if root.name in ("ExceptionReport", "ServiceExceptionReport"):
        raise _meaning(root)
    if root.name.casefold() == "html":
        raise Refused("web-page", _("The service answers with a web page."))
    return root


def _meaning(root: Node) -> Problem:
    found = [node for node in root.walk() if node.name in ("Exception", "ServiceException")]
    code = " ".join(node.attributes.get("exceptionCode", node.attributes.get("code", "")) for node in found)
    locator = " ".join(node.attributes.get("locator", "") for node in found)
    texts = [node.text for node in root.walk() if node.name in ("ExceptionText", "ServiceException")]
    return _meant(code, locator, " ".join(" ".join(texts).split()))


def meaning_of_json(exceptions: list[Any]) -> Problem:
    """The same in JSON, as GeoServer writes it where JSON was asked for."""
    found = [one for one in exceptions if isinstance(one, dict)]
    code, locator, words = (" ".join(str(one.get(name) or "") for one in found) for name in ("code", "locator", "text"))
    return _meant(code, locator, words)


def _meant(code: str, locator: str, words: str) -> Problem:
    words = words[:300] or code
    said = words.casefold()
    if "typename" in locator.casefold() or any(part in said for part in ("feature type", "typename", "unknown layer")):
        return Vanished(_("The service has no such layer: %(words)s"), words=words)
    if any(part in said + code.casefold() for part in ("forbidden", "denied", "not authorized", "authentication")):
        return Misconfigured(_("The service does not let us in: %(words)s"), words=words)
    is_about_order = any(part in said for part in ("natural order", "sortby", "primary key"))
    if code.strip() in ("NoApplicableCode", "OperationProcessingFailed") and not is_about_order:
        return Unavailable(_("The service has a fault of its own: %(words)s"), words=words)
    return Refused("wfs", _("The service refuses the question: %(words)s"), words=words)


def read_capabilities(body: bytes) -> Capabilities:
    root = read_answer(body)
    if root.name != "WFS_Capabilities":
        raise Refused("not-wfs", _("The answer is no description of a WFS."))
    identification = root.first("ServiceIdentification", "Service") or Node("")
    provider = root.first("ServiceProvider") or Node("")
    listed = root.first("FeatureTypeList") or Node("")
    values = [value for parameter in _parameters(root, "outputFormat") for value in parameter.walk()]
    formats = [value.text.strip() for value in values if value.name == "Value"]
    formats = formats or [node.text.strip() for node in root.walk() if node.name == "Format"]
    known = {value.casefold(): value for value in formats}
    most = _constraint(root, "CountDefault") or _constraint(root, "DefaultMaxFeatures")
    return Capabilities(
        version=root.attributes.get("version", ""),
        title=identification.say("Title", "title"),
        provider=provider.say("ProviderName"),
        license=identification.say("AccessConstraints"),
        types=tuple(_type(node) for node in listed.all("FeatureType") if node.say("Name")),
        json=next((known[one] for one in _JSON if one in known), ""),
        pages=_constraint(root, "ImplementsResultPaging").upper() != "FALSE",
        most=int(most) if most.isdecimal() else 0,
    )


def _type(node: Node) -> FeatureType:
    words = [one.text.strip() for one in node.walk() if one.name == "Keyword"]
    links = [one.attributes.get("href") or one.text.strip() for one in node.all("MetadataURL")]
    return FeatureType(
        node.say("Name"), node.say("Title") or node.say("Name"), node.say("Abstract"), tuple(filter(None, words)),
        node.say("DefaultCRS", "DefaultSRS", "SRS"), {"metadata_urls": [link for link in links if link]},
    )  # fmt: skip


def _parameters(root: Node, name: str) -> list[Node]:
    """Of GetFeature first; some services declare it once for all."""
    operations = [node for node in root.walk() if node.name == "Operation"]
    own = [node for node in operations if node.attributes.get("name") == "GetFeature"]
    found = [one for node in own for one in node.all("Parameter") if one.attributes.get("name") == name]
    return found or [node for node in root.walk() if node.name == "Parameter" and node.attributes.get("name") == name]


def _constraint(root: Node, name: str) -> str:
    for node in root.walk():
        if node.name == "Constraint" and node.attributes.get("name") == name:
            values = [
                one.text.strip() for one in node.walk() if one.name in ("DefaultValue", "Value") and one.text.strip()
            ]
            return values[0] if values else ""
    return ""


def fields_of(root: Node) -> dict[str, str]:
    """Column -> type, of a description of one feature type."""
    fields: dict[str, str] = {}
    for node in root.walk():
        if node.name == "sequence":
            for one in node.all("element"):
                if one.attributes.get("name"):
                    fields.setdefault(one.attributes["name"], one.attributes.get("type", "").rpartition(":")[2])
    return fields
