"""What a bucket lists, read strictly: no document types, no entities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from xml.etree import ElementTree

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.choosing import Found
from mapalus.engine.text import _
from mapalus.engine.web.answers import Answer

__all__ = ["entries", "fault", "following", "read"]


def read(answer: Answer) -> ElementTree.Element:
    """The root of the list. Raises `Refused` for what is no list of a bucket."""
    root = _parsed(answer.body)
    if root is None or _name(root) != "ListBucketResult":
        raise Refused("no-bucket", _("The address does not answer as an object storage does."))
    return root


def fault(body: bytes) -> str:
    """The code of an error (`NoSuchBucket`, `SignatureDoesNotMatch`), empty where there is none."""
    root = _parsed(body)
    return _text(root, "Code") if root is not None and _name(root) == "Error" else ""


def _parsed(body: bytes) -> ElementTree.Element | None:
    if b"<!" in body:  # neither a document type nor an entity belongs here
        return None
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - bounded in size, and see above
    except ElementTree.ParseError:
        return None


def entries(root: ElementTree.Element) -> Iterator[Found]:
    """The objects of this page; folders, which are names that end in a stroke, are none."""
    for one in root:
        if _name(one) != "Contents" or _text(one, "Key").endswith("/"):
            continue
        changed = datetime.fromisoformat(_text(one, "LastModified").replace("Z", "+00:00"))
        yield Found(_text(one, "Key"), int(_text(one, "Size") or 0), changed.timestamp(), _text(one, "ETag"))


def following(root: ElementTree.Element) -> str:
    """The token of the next page; empty after the last."""
    return _text(root, "NextContinuationToken") if _text(root, "IsTruncated") == "true" else ""


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ElementTree.Element, name: str) -> str:
    for one in element:
        if _name(one) == name:
            return one.text or ""
    return ""
