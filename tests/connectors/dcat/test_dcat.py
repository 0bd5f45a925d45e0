"""Catalogues in DCAT: every form, pages, no fetching while reading, and bombs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.dcat import connector
from mapalus.connectors.dcat.graph import read_catalogue
from mapalus.engine.errors import Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings
from tests.connectors.conformance import HttpConformance
from tests.connectors.served import Request, Response, serving
from tests.connectors.worlds import SECRET, HttpWorld

PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def turtle(rows: list[dict[str, str]], following: str = "", total: int | None = None) -> bytes:
    text = PREFIXES + "<https://data.example.go.id/> a dcat:Catalog .\n"
    for row in rows:
        text += f'<https://data.example.go.id/d/{row["id"]}> a dcat:Dataset ; dct:identifier "{row["id"]}" ;'
        text += f' dct:title "{row["nama"]}"@id ; dct:description "{row["siswa"]}" .\n'
    if following:
        text += f'<p> a hydra:PagedCollection ; hydra:nextPage "{following}" ; hydra:totalItems {total} .\n'
    return text.encode()


class CatalogueWorld(HttpWorld):
    connector = "dcat"

    def options(self) -> dict[str, object]:
        return {"address": f"{self.served.url}/catalog.ttl", "auth": "bearer", "secret": "TOKEN"}

    def brought(self, harvest: Harvest) -> object:
        found = [json.loads(line) for line in harvest.path.read_text().splitlines()]
        rows = [{"id": one["id"], "nama": one["title"], "siswa": one["description"]} for one in found]
        return sorted(rows, key=lambda row: row["id"])

    def answer(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {SECRET}":
            return Response(401)
        number = int(request.query.get("page", 1))
        rows = self.rows[(number - 1) * 100 : number * 100]
        more = number * 100 < len(self.rows)
        following = f"https://data.example.go.id/catalog.ttl?page={number + 1}" if more else ""
        return Response(200, turtle(rows, following, len(self.rows)), {"Content-Type": "text/turtle"})


class TestCatalogue(HttpConformance):
    @pytest.fixture
    def world(self, tmp_path: Path) -> Iterator[CatalogueWorld]:
        with CatalogueWorld.begin(tmp_path) as world:
            yield world


DATASET = {
    "@type": "dcat:Dataset", "@id": "https://x.go.id/d/1", "dct:title": {"@value": "Sekolah", "@language": "id"},
    "dct:publisher": {"@type": "foaf:Agent", "foaf:name": "Dinas Pendidikan"}, "dct:identifier": "1",
    "dcat:keyword": ["guru", "murid"], "dct:modified": "2026-01-02",
    "dcat:distribution": {"@id": "https://x.go.id/r/1", "@type": "dcat:Distribution", "dct:format": "CSV",
                          "dcat:downloadURL": {"@id": "https://x.go.id/1.csv"}},
}  # fmt: skip
CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
}
TURTLE = (
    PREFIXES
    + """<https://x.go.id/d/1> a dcat:Dataset ; dct:title "Sekolah"@id, "Schools"@en ; dct:identifier "1" ;
  dct:publisher [ a foaf:Agent ; foaf:name "Dinas Pendidikan" ] ; dcat:keyword "guru", "murid" ;
  dct:modified "2026-01-02"^^xsd:date ; dcat:distribution <https://x.go.id/r/1> .
<https://x.go.id/r/1> dcat:downloadURL <https://x.go.id/1.csv> ;
  dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> .
"""
)
XML = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"
 xmlns:dct="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/">
 <dcat:Dataset rdf:about="https://x.go.id/d/1">
 <dct:title xml:lang="id">Sekolah</dct:title><dct:identifier>1</dct:identifier><dct:publisher><foaf:Agent><foaf:name>
Dinas Pendidikan</foaf:name></foaf:Agent></dct:publisher>
 <dcat:keyword>guru</dcat:keyword><dcat:keyword>murid</dcat:keyword>
 <dct:modified>2026-01-02</dct:modified><dcat:distribution><dcat:Distribution rdf:about="https://x.go.id/r/1">
 <dcat:downloadURL rdf:resource="https://x.go.id/1.csv"/><dct:format>CSV</dct:format></dcat:Distribution>
 </dcat:distribution></dcat:Dataset></rdf:RDF>""".replace("foaf:name>\nDinas", "foaf:name>Dinas")
DATA_JSON = {
    "conformsTo": "https://project-open-data.cio.gov/v1.1/schema",
    "@context": "https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld",
    "dataset": [{
        "@type": "dcat:Dataset", "identifier": "1", "title": "Sekolah", "publisher": {"name": "Dinas Pendidikan"},
        "keyword": ["guru", "murid"], "modified": "2026-01-02",
        "distribution": [{"mediaType": "text/csv", "downloadURL": "https://x.go.id/1.csv"}],
    }],
}  # fmt: skip
FORMS = {
    "turtle": TURTLE.encode(), "xml": XML.encode(),
    "json-ld": json.dumps({"@context": CONTEXT, "@graph": [DATASET]}).encode(),
    "an address as context": json.dumps({
        "@context": "https://www.w3.org/ns/dcat3.jsonld",
        "@graph": [{"@type": "Dataset", "@id": "https://x.go.id/d/1", "title": "Sekolah", "identifier": "1",
                    "publisher": {"name": "Dinas Pendidikan"}, "keyword": ["guru", "murid"], "modified": "2026-01-02",
                    "distribution": {"downloadURL": "https://x.go.id/1.csv", "format": "CSV"}}],
    }).encode(),
    "data.json": json.dumps(DATA_JSON).encode(),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: str) -> None:
    one = read_catalogue(FORMS[form], kind="", form="auto", address="https://x.go.id/").datasets[0]
    assert (one.identifier, one.title, one.publisher, one.keywords, one.modified) == (
        "1", "Sekolah", "Dinas Pendidikan", ("guru", "murid"), "2026-01-02"
    )  # fmt: skip
    assert [(part.download, part.format) for part in one.distributions] == [("https://x.go.id/1.csv", "CSV")]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]><rdf:RDF>&b;</rdf:RDF>',
            "xml-entities",
        ),
        (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF>&x;</rdf:RDF>', "xml-entities"),
        (b"<!DOCTYPE html><html></html>", "web-page"),
        (b"<html lang='id'><body>masuk</body></html>", "web-page"),
        (b'{"a": ', "not-json"),
        (b'{"status": "ok"}', "not-dcat"),
        (b"[" * 5000 + b"]" * 5000, "not-json"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "too-large"),
        (b"ini bukan turtle", "not-dcat"),
        (b"", "not-dcat"),
    ],
)
def test_what_is_no_catalogue_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refused:
        read_catalogue(body, kind="", form="auto", address="https://x.go.id/")
    assert refused.value.reason in (reason, "too-large")


def test_an_empty_catalogue_is_one() -> None:
    assert read_catalogue(turtle([]), kind="text/turtle", form="auto", address="x").datasets == ()


def test_contexts_are_not_fetched_not_even_imported_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    import urllib.request

    def fetched(*words: Any, **more: Any) -> None:
        raise AssertionError(f"fetched {words}")

    monkeypatch.setattr(urllib.request, "urlopen", fetched)
    imported = {"@version": 1.1, "@import": "https://evil.example/context.jsonld"}
    scoped = {"x": {"@id": "https://x/", "@context": "https://evil.example/other.jsonld"}}
    body = json.dumps(
        {"@context": ["https://evil.example/a.jsonld", imported, {**CONTEXT, **scoped}], "@graph": [DATASET]}
    )
    assert len(read_catalogue(body.encode(), kind="", form="auto", address="x").datasets) == 1


def _offered(answer: Any) -> list[Offering]:
    with serving(answer) as served:
        shelf = connector.shelf({"address": f"{served.url}/c"}, Surroundings(secret=str, allowed=("127.0.0.1",)))
        assert shelf is not None
        return list(shelf.offered())


def test_the_shelf_offers_files_to_the_connector_for_files() -> None:
    found = _offered(lambda request: Response(200, TURTLE.encode()))
    assert [(one.key, one.connector, one.options, one.format, one.title) for one in found] == [
        ("https://x.go.id/r/1", "http", {"address": "https://x.go.id/1.csv"}, "CSV", "Sekolah")
    ]  # fmt: skip
    assert found[0].changed_at is not None
    page_only = TURTLE.replace("dcat:downloadURL <https://x.go.id/1.csv>", "dcat:accessURL <https://x.go.id/halaman>")
    page_only = page_only.partition(" ;\n  dct:format")[0] + " ."
    assert _offered(lambda request: Response(200, page_only.encode())) == []


def test_a_page_that_comes_again_is_not_the_next_one() -> None:
    body = turtle([{"id": "1", "nama": "a", "siswa": "b"}], "/c?page=2", 90)
    with pytest.raises(Unavailable, match="same page"):
        _offered(lambda request: Response(200, body))


@pytest.mark.parametrize(("status", "kind"), [(404, Problem), (500, Unavailable)])
def test_statuses_are_told(status: int, kind: type[Problem], monkeypatch: pytest.MonkeyPatch) -> None:
    from mapalus.engine.web import patience

    monkeypatch.setattr(patience, "pause", lambda seconds: None)
    with pytest.raises(kind):
        _offered(lambda request: Response(status))
