"""The catalogue in DCAT-AP 3: every format says the same, page by page, and the official shapes find nothing wrong."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from rdflib import Graph  # noqa: TID253 - a test of graphs
from rdflib.compare import isomorphic  # noqa: TID253 - a test of graphs
from rdflib.namespace import DCAT, RDF, SH  # noqa: TID253 - a test of graphs

from tests.conftest import SHARED
from tests.doors.api.conftest import Province

FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml", "xml": "xml", "n3": "n3"}
SHAPES = SHARED / "contracts" / "dcat-shacl"


def graph(client: Client, path: str) -> Graph:
    suffix = path.partition("?")[0].rpartition(".")[2]
    answer = client.get(path)
    assert answer.status_code == 200
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of rdflib's own reader of JSON-LD
        return Graph().parse(data=answer.content, format=FORMATS[suffix])


def without_page(found: Graph) -> Graph:
    kept = Graph()
    for triple in found:
        if "hydra" not in str(triple[1]) + str(triple[2]):
            kept.add(triple)
    return kept


@pytest.mark.slow
def test_every_format_says_the_same(client: Client, province: Province) -> None:
    turtle = without_page(graph(client, "/catalog.ttl"))
    assert len(turtle) > 100
    for suffix in ("jsonld", "rdf", "xml", "n3"):
        assert isomorphic(without_page(graph(client, f"/catalog.{suffix}")), turtle), suffix


@pytest.mark.usefixtures("same_minutes")
def test_catalogue_lists_only_what_is_open_and_says_it_is_a_sample(client: Client, province: Province) -> None:
    answer = client.get("/catalog.ttl")
    text = answer.content.decode()
    assert answer.headers["Content-Type"] == "text/turtle; charset=utf-8"
    assert "data contoh" in text
    assert "Anak Tidak Sekolah" not in text
    assert len(list(graph(client, "/catalog.ttl").subjects(RDF.type, DCAT.Dataset))) == 2
    assert client.get("/catalog.ttl", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_one_dataset_alone(client: Client, province: Province) -> None:
    found = graph(client, "/dataset/stunting.ttl")
    assert len(list(found.subjects(RDF.type, DCAT.Dataset))) == 1
    assert len(list(found.subjects(RDF.type, DCAT.Distribution))) == 4
    assert client.get("/dataset/anak.ttl").status_code == 404


def test_pages_filters_and_wrong_pages(client: Client, province: Province, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mapalus.doors.api.dcat.views.PER_PAGE", 1)
    text = client.get("/catalog.ttl?page=2").content.decode()
    assert "hydra:previousPage" in text
    assert "hydra:nextPage" not in text
    assert len(list(graph(client, "/catalog.ttl?page=9").subjects(RDF.type, DCAT.Dataset))) == 0
    assert "Stunting" not in client.get("/catalog.ttl?fq=organization:bappeda&q=penduduk").content.decode()
    assert "Jumlah Penduduk" not in client.get("/catalog.ttl?modified_since=2026-03-04").content.decode()
    for path in ("?page=0", "?page=x", "?modified_since=x", "?q=("):
        assert client.get(f"/catalog.ttl{path}").status_code == 409


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize(
    "files",
    [
        ("3.0.1_shacl_dcat-ap-SHACL.ttl",),
        ("3.0.1_html_shacl_shapes.ttl", "3.0.1_html_shacl_range.ttl", "3.0.1_html_shacl_deprecateduris.ttl"),
        ("3.0.1_html_shacl_shapes_recommended.ttl",),
    ],
    ids=["all-in-one", "mandatory-and-ranges", "recommended"],
)
def test_official_shapes_find_no_violation(client: Client, province: Province, files: tuple[str, ...]) -> None:
    from pyshacl import validate

    shapes = Graph()
    for file in files:
        shapes.parse(SHAPES / file)
    for shape, of, rule in list(shapes.triples((None, SH.property, None))):
        if (rule, SH.path, None) not in shapes:
            shapes.remove((shape, of, rule))  # the published file names some rules it does not contain
    results: Any = validate(graph(client, "/catalog.ttl"), shacl_graph=shapes, advanced=True, do_owl_imports=False)
    _conforms, found, _text = results

    counts: Counter[tuple[str, str]] = Counter()
    for result in found.subjects(RDF.type, SH.ValidationResult):
        severity = str(found.value(result, SH.resultSeverity)).rpartition("#")[2]
        path = str(found.value(result, SH.resultPath)).rpartition("#")[2]
        counts[severity, path] += 1
    # no boundaries are shipped, so the place has none to tell
    assert set(counts) <= {("Warning", "bbox"), ("Warning", "centroid")}, counts
