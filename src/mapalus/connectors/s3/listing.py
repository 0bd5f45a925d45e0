"""What a bucket lists, read strictly: no document types, no entities."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import unquote_plus
from xml.etree import ElementTree

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.choosing import Found
from mapalus.engine.text import _
from mapalus.engine.web.answers import Answer

__all__ = ["bare", "entries", "fault", "following", "read"]


def read(answer: Answer) -> ElementTree.Element:
    """The root of the list. Raises `Refused` for what is no list of a bucket."""
    root = _parsed(answer.body)
    if root is None or _name(root) != "ListBucketResult":
        raise Refused("no-bucket", _("The address does not answer as an object storage does."))
    return root


def fault(body: bytes, part: str = "Code") -> str:
    """The code of an error (`NoSuchBucket`, `SignatureDoesNotMatch`) or another part; empty where there is none."""
    root = _parsed(body)
    return _text(root, part) if root is not None and _name(root) == "Error" else ""


def _parsed(body: bytes) -> ElementTree.Element | None:
    if b"<!" in body:  # neither a document type nor an entity belongs here
        return None
    try:
        return ElementTree.fromstring(body)  # noqa: S314 - bounded in size, and see above
    except ElementTree.ParseError:
        return None


def entries(root: ElementTree.Element) -> Iterator[Found]:
    """The objects of this page; folders, which are names that end in a stroke, are none."""
    is_escaped = _text(root, "EncodingType").strip().casefold() == "url"
    for one in root:
        key = unquote_plus(_text(one, "Key")) if is_escaped else _text(one, "Key")
        if _name(one) != "Contents" or key.endswith("/"):
            continue
        changed = _moment(_text(one, "LastModified"))
        yield Found(key, int(_text(one, "Size") or 0), changed.timestamp(), bare(_text(one, "ETag")))


def bare(tag: str) -> str:
    """An ETag without its quotes: some services leave them out in one place and not in the other."""
    return tag.strip().removeprefix("W/").strip('"')


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Refused("no-bucket", _("The address does not answer as an object storage does.")) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def following(root: ElementTree.Element) -> dict[str, str]:
    """What asks for the next page; empty after the last. Services of the first version go on from a name."""
    if _text(root, "IsTruncated").strip().casefold() != "true":
        return {}
    if token := _text(root, "NextContinuationToken"):
        return {"continuation-token": token}
    names = [_text(one, "Key") for one in root if _name(one) == "Contents"]
    last = _text(root, "NextMarker") or (names[-1] if names else "")
    return {"marker": last, "start-after": last} if last else {}


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _text(element: ElementTree.Element, name: str) -> str:
    for one in element:
        if _name(one) == name:
            return one.text or ""
    return ""
