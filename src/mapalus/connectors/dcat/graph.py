"""A catalogue in Turtle, JSON-LD, RDF/XML or data.json as datasets. Nothing is fetched while it is read.

rdflib would follow the address of a JSON-LD context: such addresses are taken out, and the terms of DCAT put in.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mapalus.engine.errors import Refused
from mapalus.engine.harvest.whole import listed
from mapalus.engine.plain_xml import read_xml
from mapalus.engine.text import _

if TYPE_CHECKING:
    from rdflib import Graph
    from rdflib.term import Node

__all__ = ["Catalogue", "Dataset", "Distribution", "read_catalogue"]

_DCT, _DCAT, _FOAF = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#", "http://xmlns.com/foaf/0.1/"
_HYDRA, _RDF, _VCARD = (
    "http://www.w3.org/ns/hydra/core#", "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://www.w3.org/2006/vcard/ns#",
)  # fmt: skip
_CONTEXT: dict[str, Any] = {
    "dcat": _DCAT, "dct": _DCT, "dcterms": _DCT, "foaf": _FOAF, "hydra": _HYDRA, "vcard": _VCARD,
    "xsd": "http://www.w3.org/2001/XMLSchema#", "skos": "http://www.w3.org/2004/02/skos/core#",
    "@vocab": _DCAT,
    **{name: f"{_DCT}{name}" for name in ("title", "description", "identifier", "issued", "modified", "publisher",
                                          "license", "format", "spatial", "accrualPeriodicity", "language")},
    "name": f"{_FOAF}name",
    **{name: {"@id": f"{_DCAT}{name}", "@type": "@id"} for name in ("accessURL", "downloadURL", "landingPage")},
}  # fmt: skip
_DEEPEST = 100
_LONG_FORMATS = {
    "vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx", "vnd.ms-excel": "xls",
    "vnd.oasis.opendocument.spreadsheet": "ods", "geo+json": "geojson", "vnd.geo+json": "geojson",
    "x-ndjson": "ndjson", "tab-separated-values": "tsv", "vnd.apache.parquet": "parquet", "plain": "txt",
}  # fmt: skip
_LANGUAGES = ("id", "en", None)


@dataclass(frozen=True)
class Distribution:
    id: str
    title: str
    format: str
    download: str
    access: str
    license: str
    modified: str


@dataclass(frozen=True)
class Dataset:
    """One dataset; texts are empty where the catalogue says nothing."""

    id: str
    identifier: str
    title: str
    description: str
    publisher: str
    license: str
    issued: str
    modified: str
    page: str
    keywords: tuple[str, ...]
    distributions: tuple[Distribution, ...]
    more: Mapping[str, str] = field(default_factory=dict)

    def record(self) -> dict[str, object]:
        """As a row of a list of datasets."""
        return {
            "id": self.identifier or self.id, "iri": self.id, "title": self.title, "description": self.description,
            "publisher": self.publisher, "license": self.license, "issued": self.issued, "modified": self.modified,
            "page": self.page, "keywords": "; ".join(self.keywords),
            "formats": "; ".join(dict.fromkeys(one.format for one in self.distributions if one.format)),
            "distributions": len(self.distributions), **self.more,
        }  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """One page. following: the address of the next; total: what it says of all pages."""

    datasets: tuple[Dataset, ...]
    following: str = ""
    total: int | None = None


def read_catalogue(body: bytes, *, kind: str, form: str, address: str) -> Catalogue:
    """kind: the media type of the answer. Raises `Refused` for what is no catalogue."""
    form = _form(body, kind) if form == "auto" else form
    if form in ("json-ld", "data.json"):
        document = _document(body)
        if form == "data.json" or _is_data_json(document):
            return _data_json(document)
        body, form = json.dumps(document).encode(), "json-ld"
    elif form == "xml":
        read_xml(body)  # refuses entities before the other reader sees them
    graph = _parsed(body, form, address)
    datasets = tuple(_datasets(graph))
    if not datasets and not _is_catalogue(graph):
        raise Refused("not-dcat", _("The answer is no catalogue in DCAT."))
    following = _hydra(graph, "nextPage") or _hydra(graph, "next")
    total = _hydra(graph, "totalItems")
    return Catalogue(datasets, following, int(total) if total.isdecimal() else None)


def _form(body: bytes, kind: str) -> str:
    start = body.lstrip(b"\xef\xbb\xbf \r\n\t")[:200].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        raise Refused("web-page", _("The address answers with a web page, not with a catalogue."))
    if start[:1] in (b"{", b"["):
        return "json-ld"
    # `<https://...>` begins a sentence of Turtle, `<rdf:RDF` or `<?xml` a document of XML.
    if start.startswith((b"<?xml", b"<!doctype")) or re.match(rb"<[a-z_]+(:[a-z]+)?[\s>]", start):
        return "xml"
    return "xml" if "xml" in kind else "turtle"


def _document(body: bytes) -> Any:
    try:
        document = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Refused("not-json", _("The answer is no readable JSON.")) from None
    return _without_addresses(document, 0)


def _without_addresses(found: Any, depth: int) -> Any:
    """The document with our own terms in the place of every context that would have to be fetched."""
    if depth > _DEEPEST:
        raise Refused("too-large", _("The JSON document is nested too deeply."))
    if isinstance(found, list):
        return [_without_addresses(one, depth + 1) for one in found]
    if not isinstance(found, dict):
        return found
    made = {name: _without_addresses(value, depth + 1) for name, value in found.items() if name != "@import"}
    if "@context" in made:
        parts = made["@context"] if isinstance(made["@context"], list) else [made["@context"]]
        made["@context"] = [_CONTEXT if isinstance(part, str) else part for part in parts if part is not None]
    return made


def _is_data_json(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("dataset"), list) and "@graph" not in document


def _parsed(body: bytes, form: str, address: str) -> Graph:
    from rdflib import Graph

    graph = Graph()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the reader of JSON-LD uses what rdflib gives up
            graph.parse(data=body.removeprefix(b"\xef\xbb\xbf"), format=form, publicID=address)
    except Refused:
        raise
    except Exception as error:  # each of rdflib's readers has errors of its own
        words = " ".join(str(error).split())[:120]
        raise Refused("not-dcat", _("The catalogue cannot be read: %(words)s"), words=words) from error
    return graph


def _is_catalogue(graph: Graph) -> bool:
    from rdflib import URIRef

    return next(graph.subjects(URIRef(_RDF + "type"), URIRef(_DCAT + "Catalog")), None) is not None


def _datasets(graph: Graph) -> Iterator[Dataset]:
    from rdflib import URIRef

    subjects = set(graph.subjects(URIRef(_RDF + "type"), URIRef(_DCAT + "Dataset")))
    subjects |= set(graph.objects(None, URIRef(_DCAT + "dataset")))
    yield from sorted((_dataset(_Of(graph, subject)) for subject in subjects), key=lambda one: one.id)


def _language(node: Node) -> str | None:
    """`id` for `id-ID`; None for a text without one."""
    said = getattr(node, "language", None)
    return str(said).partition("-")[0].casefold() if said else None


def _is_blank(node: Node) -> bool:
    """A thing without an address, whose name here is another one in each reading."""
    from rdflib import BNode

    return isinstance(node, BNode)


class _Of:
    """What a graph says of one subject."""

    def __init__(self, graph: Graph, subject: Node) -> None:
        self.graph, self.subject = graph, subject

    def all(self, name: str) -> list[Node]:
        from rdflib import URIRef

        return sorted(self.graph.objects(self.subject, URIRef(name)), key=str)

    def text(self, *names: str) -> str:
        """One text, in Indonesian before English before none."""
        found = [one for name in names for one in self.all(name)]
        for language in _LANGUAGES:
            for one in found:
                if _language(one) == language and not _is_blank(one):
                    return str(one)
        return str(found[0]) if found else ""

    def named(self, name: str, *inner: str) -> str:
        """The name of a thing that is pointed to, else its address."""
        for one in self.all(name):
            if said := _Of(self.graph, one).text(*inner):
                return said
        return next((str(one) for one in self.all(name) if not _is_blank(one)), "")


def _dataset(of: _Of) -> Dataset:
    shared = [_Of(of.graph, one) for one in of.all(_DCAT + "distribution")]
    found = tuple(_distribution(one) for one in shared)
    license_ = of.named(_DCT + "license", _DCT + "title") or next((one.license for one in found if one.license), "")
    more = {name: said for name, said in {
        "frequency": of.text(_DCT + "accrualPeriodicity"), "spatial": of.named(_DCT + "spatial", _DCT + "title"),
        "contact": of.named(_DCAT + "contactPoint", _VCARD + "fn"),
    }.items() if said}  # fmt: skip
    identifier = of.text(_DCT + "identifier")
    own = str(of.subject) if not _is_blank(of.subject) else ""
    return Dataset(
        id=own or identifier or of.text(_DCAT + "landingPage") or of.text(_DCT + "title"), identifier=identifier,
        title=of.text(_DCT + "title") or identifier or own, description=of.text(_DCT + "description"),
        publisher=of.named(_DCT + "publisher", _FOAF + "name"), license=license_, issued=of.text(_DCT + "issued"),
        modified=of.text(_DCT + "modified"), page=of.text(_DCAT + "landingPage"),
        keywords=tuple(map(str, of.all(_DCAT + "keyword"))), distributions=found, more=more,
    )  # fmt: skip


def _distribution(of: _Of) -> Distribution:
    kind = of.named(_DCT + "format", _DCT + "title", "http://www.w3.org/2000/01/rdf-schema#label")
    kind = kind or of.named(_DCAT + "mediaType", "http://www.w3.org/2000/01/rdf-schema#label")
    return Distribution(
        "" if _is_blank(of.subject) else str(of.subject), of.text(_DCT + "title"), _format(kind),
        of.text(_DCAT + "downloadURL"),
        of.text(_DCAT + "accessURL"), of.named(_DCT + "license", _DCT + "title"), of.text(_DCT + "modified"),
    )  # fmt: skip


def _format(said: str) -> str:
    """`CSV` for `text/csv`, for the address of an authority's entry, and for the long names of office files."""
    last = re.split(r"[/#]", said.partition(";")[0].strip().rstrip("/"))[-1].casefold()
    return _LONG_FORMATS.get(last, last.removeprefix("x-").removesuffix("+json").removesuffix("+xml")).upper()


def _hydra(graph: Graph, name: str) -> str:
    from rdflib import URIRef

    return str(next(graph.objects(None, URIRef(_HYDRA + name)), ""))


def _data_json(document: Any) -> Catalogue:
    """The plain form of many open data portals, whose words are those of DCAT."""
    found = document.get("dataset") if isinstance(document, dict) else None
    if not isinstance(found, list):
        raise Refused("not-dcat", _("The answer is no catalogue in DCAT."))
    # What is not public stands in a data.json with its name only.
    return Catalogue(
        tuple(_plain(one) for one in found if isinstance(one, dict) and one.get("accessLevel") != "non-public")
    )


def _plain(one: Mapping[str, Any]) -> Dataset:
    def text(name: str, of: Mapping[str, Any] = one) -> str:
        value = of.get(name)
        if isinstance(value, Mapping):
            value = value.get("name") or value.get("fn")
        return (
            str(value)
            if (value is not None and not isinstance(value, Sequence | Mapping)) or isinstance(value, str)
            else ""
        )

    given = one.get("distribution")
    parts = [part for part in ([given] if isinstance(given, dict) else listed(given)) if isinstance(part, Mapping)]
    found = tuple(
        Distribution(
            text("downloadURL", part) or text("accessURL", part), text("title", part),
            _format(text("format", part) or text("mediaType", part)), text("downloadURL", part),
            text("accessURL", part), text("license", part), text("modified", part),
        )
        for part in parts
    )  # fmt: skip
    words = one.get("keyword")
    return Dataset(
        text("@id") or text("identifier"), text("identifier"), text("title") or text("identifier"),
        text("description"), text("publisher"),
        text("license"), text("issued"), text("modified"), text("landingPage"),
        tuple(map(str, words)) if isinstance(words, list) else (), found,
    )  # fmt: skip
