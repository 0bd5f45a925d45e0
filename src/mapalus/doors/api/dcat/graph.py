"""The graph: catalogue, datasets, distributions, the data service, and the agencies that publish them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from rdflib import BNode, Graph, Literal, Namespace, URIRef  # noqa: TID253 - this module is itself imported late
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD  # noqa: TID253 - this module is itself imported late

from mapalus.apps.catalogue.models import Dataset, FigureStatus
from mapalus.doors.api.ckan.shapes import modified_at
from mapalus.doors.api.dcat.words import AUTHORITY, FREQUENCIES, period_of, theme_of
from mapalus.doors.api.licenses import license_of
from mapalus.doors.api.open import SAMPLE, identifier
from mapalus.doors.api.resources import Resource, resources

__all__ = ["catalogue", "one_dataset"]

DCATAP = Namespace("http://data.europa.eu/r5r/")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
DCAT_VERSION = URIRef("http://www.w3.org/ns/dcat#version")  # of DCAT 3; rdflib knows DCAT 2
IANA = "https://www.iana.org/assignments/media-types/"
_INDONESIAN = URIRef(AUTHORITY + "language/IND")


class _Writer:
    """Writes into one graph; `site` is the address of the province."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.graph = Graph()
        prefixes = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "dcatap": DCATAP, "vcard": VCARD, "adms": ADMS}
        for prefix, namespace in {**prefixes, "hydra": HYDRA, "skos": SKOS, "xsd": XSD}.items():
            self.graph.bind(prefix, namespace, replace=True)

    def add(self, subject: Any, predicate: Any, value: Any) -> None:
        if value is not None:
            self.graph.add((subject, predicate, value))

    def text(self, subject: Any, predicate: Any, value: str) -> None:
        if value:
            self.add(subject, predicate, Literal(value, lang="id"))

    def typed(self, address: str, kind: Any, label: str = "") -> URIRef:
        """A thing of a vocabulary, with the type and label by which it can be checked without the vocabulary."""
        node = URIRef(address)
        self.add(node, RDF.type, kind)
        if label:
            self.add(node, SKOS.prefLabel, Literal(label, lang="en"))
        return node

    # --- what everything refers to

    def agent(self, code: str, name: str) -> URIRef:
        node = URIRef(f"{self.site}/instansi/{code}/") if code else URIRef(f"{self.site}/#penerbit")
        self.add(node, RDF.type, FOAF.Agent)
        self.text(node, FOAF.name, name)
        kind = self.typed("http://purl.org/adms/publishertype/RegionalAuthority", SKOS.Concept, "Regional authority")
        self.add(node, DCTERMS.type, kind)
        return node

    def contact(self, code: str, name: str) -> BNode:
        node = BNode()
        self.add(node, RDF.type, VCARD.Organization)
        self.add(node, RDF.type, VCARD.Kind)  # said aloud: a reader need not know that an organization is one
        self.text(node, VCARD.fn, name)
        self.add(node, VCARD.hasURL, URIRef(f"{self.site}/instansi/{code}/" if code else f"{self.site}/"))
        return node

    def language(self) -> URIRef:
        return self.typed(str(_INDONESIAN), DCTERMS.LinguisticSystem)

    def place(self) -> URIRef:
        """The province, by its Kemendagri code."""
        node = URIRef(f"{self.site}/#wilayah-{settings.PROVINCE_CODE}")
        self.add(node, RDF.type, DCTERMS.Location)
        self.add(node, DCTERMS.identifier, Literal(settings.PROVINCE_CODE))
        return node

    def licence(self, name: str) -> URIRef | None:
        licence = license_of(name)
        if not licence.url:
            return None
        node = self.typed(licence.url, DCTERMS.LicenseDocument)
        kind = "PublicDomain" if licence.id == "CC0-1.0" else "Attribution"
        self.add(node, DCTERMS.type, self.typed(f"http://purl.org/adms/licencetype/{kind}", SKOS.Concept, kind))
        return node

    # --- dataset

    def dataset(self, dataset: Dataset) -> URIRef:
        node = URIRef(f"{self.site}/dataset/{identifier('dataset', dataset.name)}")
        version = dataset.current
        self.add(node, RDF.type, DCAT.Dataset)
        self.text(node, DCTERMS.title, dataset.title)
        if dataset.title_en:
            self.add(node, DCTERMS.title, Literal(dataset.title_en, lang="en"))
        self.text(node, DCTERMS.description, _described(dataset))
        self.add(node, DCTERMS.identifier, Literal(identifier("dataset", dataset.name)))
        self.add(node, DCTERMS.publisher, self.agent(dataset.unit.code, dataset.unit.name))
        self.add(node, DCAT.contactPoint, self.contact(dataset.unit.code, dataset.unit.name))
        self.add(node, DCTERMS.language, self.language())
        self.add(node, DCTERMS.spatial, self.place())
        self.add(node, DCTERMS.issued, _time(dataset.declared_at))
        self.add(node, DCTERMS.modified, _time(modified_at(dataset)))
        self.add(node, DCTERMS.accrualPeriodicity, self._frequency(dataset.cadence))
        self.add(node, DCTERMS.accessRights, self._public())
        page = URIRef(f"{self.site}/data/{dataset.name}/")
        self.add(page, RDF.type, FOAF.Document)
        self.add(node, DCAT.landingPage, page)
        for word in _keywords(dataset):
            self.text(node, DCAT.keyword, word)
        for theme in dataset.themes or ["Pemerintahan"]:
            code, label = theme_of(str(theme))
            self.add(node, DCAT.theme, self._theme(code, label))
        if version:
            self.add(node, DCAT_VERSION, Literal(str(version.number)))
            self._temporal(node, version.period)
            self.text(node, ADMS.versionNotes, f"Status angka: {FigureStatus(version.status).value}")
        for one in resources(dataset):
            self.add(node, DCAT.distribution, self._distribution(one))
        return node

    def _frequency(self, cadence: str) -> URIRef:
        return self.typed(f"{AUTHORITY}frequency/{FREQUENCIES.get(cadence, 'UNKNOWN')}", DCTERMS.Frequency)

    def _public(self) -> URIRef:
        return self.typed(f"{AUTHORITY}access-right/PUBLIC", DCTERMS.RightsStatement)

    def _theme(self, code: str, label: str) -> URIRef:
        node = self.typed(f"{AUTHORITY}data-theme/{code}", SKOS.Concept, label)
        self.add(node, SKOS.inScheme, self.scheme())
        return node

    def scheme(self) -> URIRef:
        node = self.typed(f"{AUTHORITY}data-theme", SKOS.ConceptScheme)
        self.add(node, DCTERMS.title, Literal("Data theme", lang="en"))
        return node

    def _temporal(self, node: URIRef, period: str) -> None:
        days = period_of(period)
        if days:
            span = BNode()
            self.add(span, RDF.type, DCTERMS.PeriodOfTime)
            self.add(span, DCAT.startDate, Literal(days[0].isoformat(), datatype=XSD.date))
            self.add(span, DCAT.endDate, Literal(days[1].isoformat(), datatype=XSD.date))
            self.add(node, DCTERMS.temporal, span)

    def _distribution(self, one: Resource) -> URIRef:
        dataset = one.dataset
        node = URIRef(f"{self.site}/dataset/{identifier('dataset', dataset.name)}/resource/{one.id}")
        file = URIRef(f"{self.site}{one.path}")
        self.add(node, RDF.type, DCAT.Distribution)
        self.text(node, DCTERMS.title, f"{dataset.title} ({one.label})")
        self.text(node, DCTERMS.description, _described(dataset))
        self.add(node, DCAT.accessURL, file)
        # the address gives the present version; this one gives for ever what is described here
        self.add(node, DCAT.downloadURL, URIRef(f"{file}?version={one.version.number}"))
        format_address = f"{AUTHORITY}file-type/{_file_type(one)}"
        self.add(node, DCTERMS["format"], self.typed(format_address, DCTERMS.MediaTypeOrExtent))
        self.add(node, DCAT.mediaType, self.typed(IANA + one.media_type, DCTERMS.MediaType))
        self.add(node, DCTERMS.license, self.licence(dataset.license))
        stable = self.typed(f"{AUTHORITY}planned-availability/STABLE", SKOS.Concept, "stable")
        self.add(node, DCATAP.availability, stable)
        self.add(node, DCTERMS.issued, _time(dataset.declared_at))
        self.add(node, DCTERMS.modified, _time(one.version.published_at))
        self.add(node, DCTERMS.language, self.language())
        if one.size is not None:
            self.add(node, DCAT.byteSize, Literal(one.size, datatype=XSD.nonNegativeInteger))
        return node

    # --- catalogue

    def catalog(self, datasets: Sequence[Dataset], nodes: Sequence[URIRef], *, title: str, publisher: str) -> URIRef:
        node = URIRef(f"{self.site}/")
        self.add(node, RDF.type, DCAT.Catalog)
        self.text(node, DCTERMS.title, title)
        note = f" ({SAMPLE})" if settings.SAMPLE_DATA else ""
        self.text(node, DCTERMS.description, f"Data terbuka {publisher}{note}")
        self.add(node, DCTERMS.publisher, self.agent("", publisher))
        self.add(node, DCTERMS.language, self.language())
        self.add(node, DCTERMS.spatial, self.place())
        self.add(node, DCTERMS.license, self.licence("CC-BY-4.0"))
        self.add(node, DCAT.themeTaxonomy, self.scheme())
        home = URIRef(f"{self.site}/#beranda")
        self.add(home, RDF.type, FOAF.Document)
        self.add(node, FOAF.homepage, home)
        if datasets:
            self.add(node, DCTERMS.issued, _time(min(one.declared_at for one in datasets)))
            self.add(node, DCTERMS.modified, _time(max(modified_at(one) for one in datasets)))
        for one in nodes:
            self.add(node, DCAT.dataset, one)
        self.add(node, DCAT.service, self._service(nodes, title=title, publisher=publisher))
        return node

    def _service(self, nodes: Sequence[URIRef], *, title: str, publisher: str) -> URIRef:
        node = URIRef(f"{self.site}/api/3")
        self.add(node, RDF.type, DCAT.DataService)
        self.text(node, DCTERMS.title, f"{title}: CKAN Action API")
        self.text(node, DCTERMS.description, "Baris data dan katalog untuk mesin")
        self.add(node, DCAT.endpointURL, URIRef(f"{self.site}/api/3/action/"))
        self.add(node, DCAT.endpointDescription, URIRef(f"{self.site}/api/v1/openapi.json"))
        self.add(node, DCTERMS.publisher, self.agent("", publisher))
        self.add(node, DCAT.contactPoint, self.contact("", publisher))
        self.add(node, DCTERMS.license, self.licence("CC-BY-4.0"))
        self.add(node, DCTERMS.accessRights, self._public())
        standard = self.typed("https://docs.ckan.org/en/latest/api/", DCTERMS.Standard)
        self.add(standard, DCTERMS.title, Literal("CKAN Action API 3", lang="en"))
        self.add(node, DCTERMS.conformsTo, standard)
        self.add(node, DCAT.theme, self._theme(*theme_of("")))
        self.text(node, DCAT.keyword, "api")
        for one in nodes:
            self.add(node, DCAT.servesDataset, one)
        return node

    def paged(self, *, address: str, page: int, pages: int, total: int, per_page: int) -> None:
        """Which page of the catalogue this is, by Hydra."""
        node = URIRef(f"{address}?page={page}")
        self.add(node, RDF.type, HYDRA.PagedCollection)
        self.add(node, HYDRA.totalItems, Literal(total))
        self.add(node, HYDRA.itemsPerPage, Literal(per_page))
        self.add(node, HYDRA.firstPage, Literal(f"{address}?page=1"))
        self.add(node, HYDRA.lastPage, Literal(f"{address}?page={max(pages, 1)}"))
        if page > 1:
            self.add(node, HYDRA.previousPage, Literal(f"{address}?page={page - 1}"))
        if page < pages:
            self.add(node, HYDRA.nextPage, Literal(f"{address}?page={page + 1}"))


def catalogue(
    datasets: Sequence[Dataset],
    *,
    site: str,
    title: str,
    publisher: str,
    address: str,
    page: int,
    pages: int,
    total: int,
    per_page: int,
) -> Graph:
    """One page of the catalogue."""
    writer = _Writer(site)
    nodes = [writer.dataset(dataset) for dataset in datasets]
    writer.catalog(datasets, nodes, title=title, publisher=publisher)
    writer.paged(address=address, page=page, pages=pages, total=total, per_page=per_page)
    return writer.graph


def one_dataset(dataset: Dataset, *, site: str) -> Graph:
    """A dataset alone."""
    writer = _Writer(site)
    writer.dataset(dataset)
    return writer.graph


def _time(moment: datetime | None) -> Literal | None:
    if moment is None:
        return None
    text = moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Literal(text, datatype=XSD.dateTime)


def _described(dataset: Dataset) -> str:
    text = dataset.description or dataset.title
    return f"{text} ({SAMPLE})" if settings.SAMPLE_DATA and SAMPLE not in text else text


def _keywords(dataset: Dataset) -> list[str]:
    descriptor: Mapping[str, Any] = dataset.contract.descriptor if dataset.contract else {}
    words = descriptor.get("keywords") or dataset.themes or [dataset.unit.short or dataset.unit.name]
    return sorted({str(word) for word in words})


def _file_type(one: Resource) -> str:
    from mapalus.doors.api.resources import FORMATS

    return FORMATS[one.suffix][2]
