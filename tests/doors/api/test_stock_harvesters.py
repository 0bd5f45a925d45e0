"""The calls that the harvesters of other portals make (CKAN's own, and that of its DCAT extension), in their order,
with what they read of each answer. Written after their documented behaviour, with names of our own."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from mapalus.apps.catalogue.models import Dataset, DatasetState
from tests.doors.api.conftest import AT, Province

STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\Z")
NAME = re.compile(r"[a-z0-9_-]{2,100}\Z")


def ask(client: Client, action: str, **params: Any) -> Any:
    answer = client.get(f"/api/3/action/{action}", params)
    assert answer.status_code == 200, answer.content
    said = json.loads(answer.content)
    assert said["success"] is True
    return said["result"]


def gathered(client: Client, *terms: str) -> list[dict[str, Any]]:
    """Pages of a hundred by id until one is empty; the same page twice would be a portal that does not page."""
    found: dict[str, dict[str, Any]] = {}
    start, before = 0, None
    while True:
        asked = {"rows": "100", "start": str(start), "sort": "id asc", **({"fq": " ".join(terms)} if terms else {})}
        content = client.get("/api/3/action/package_search", asked).content
        assert content != before
        page = json.loads(content)["result"]["results"]
        fresh = [one for one in page if one["id"] not in found]
        if not fresh:
            return list(found.values())
        found |= {one["id"]: one for one in fresh}
        start, before = start + 100, content


@pytest.fixture
def many(province: Province) -> None:
    """More than a page of them."""
    first = province.dataset("penduduk")
    rows = [
        Dataset(**{
            field.attname: getattr(first, field.attname) for field in Dataset._meta.concrete_fields
            if field.attname not in ("id", "name", "title")
        }, name=f"salinan-{number:03}", title=f"Salinan {number:03}")
        for number in range(205)
    ]  # fmt: skip
    Dataset.objects.bulk_create(rows)


@pytest.mark.slow
def test_gathering_pages_through_everything_once(client: Client, many: None) -> None:
    found = gathered(client)
    assert len(found) == 207
    assert [one["id"] for one in found] == sorted(one["id"] for one in found)


def since(moment: datetime) -> str:
    return f"metadata_modified:[{moment.replace(tzinfo=None).isoformat()}Z TO *]"


def test_only_what_changed_since_the_last_time_is_gathered(client: Client, province: Province) -> None:
    """An hour before the last error-free job, as Solr writes moments."""
    everything = {one["name"] for one in gathered(client)}
    assert everything == {"penduduk", "stunting"}
    newest = max(datetime.fromisoformat(one["metadata_modified"]) for one in gathered(client))
    assert {one["name"] for one in gathered(client, since(newest))} <= everything
    assert gathered(client, since(newest + timedelta(hours=1))) == []
    assert {one["name"] for one in gathered(client, since(AT - timedelta(days=3650)))} == everything


FILTERS = [
    (("organization:dinkes",), {"stunting"}), (("organization:dinkes OR organization:disdukcapil",), None),
    (("-organization:dinkes",), {"penduduk"}), (("-organization:dinkes", "-organization:tidak-ada"), {"penduduk"}),
    (("organization:tidak-ada",), set()), (("-groups:tidak-ada",), None),
    (("organization:dinkes", since(AT - timedelta(days=3650))), {"stunting"}),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "names"), FILTERS, ids=str)
def test_organisations_are_taken_in_and_left_out_as_its_settings_say(
    client: Client, province: Province, terms: tuple[str, ...], names: set[str] | None
) -> None:
    got = {one["name"] for one in gathered(client, *terms)}
    every = {one["name"]: one["organization"]["name"] for one in gathered(client)}
    if names is None:
        assert got <= set(every)
        return
    kept = {name for name, unit in every.items() if unit == "dinkes"}
    expected = {"stunting": kept, "penduduk": set(every) - kept}
    assert got == (set() if not names else expected[next(iter(names))])


def imported(client: Client, package: Mapping[str, Any]) -> dict[str, Any]:
    """What the import stage makes of a package: it must be storable in another CKAN."""
    uuid.UUID(package["id"])
    assert NAME.match(package["name"])
    assert package["type"] == "dataset"
    assert STAMP.match(package["metadata_modified"])
    assert STAMP.match(package["metadata_created"])
    assert package["state"] == "active"
    assert package["private"] is False
    tags = [tag["name"] for tag in package["tags"]]
    assert all(2 <= len(tag) <= 100 for tag in tags)
    extras = {extra["key"]: extra["value"] for extra in package["extras"]}
    assert len(extras) == len(package["extras"])
    assert all(isinstance(value, str) for value in extras.values())
    reserved = {"name", "title", "notes", "id", "tags", "resources", "owner_org", "license_id", "author", "url"}
    assert reserved.isdisjoint(extras)
    for resource in package["resources"]:
        uuid.UUID(resource["id"])
        assert resource["package_id"] == package["id"]
        assert resource["url"].startswith("http")
        assert resource["format"]
        made = {name: value for name, value in resource.items() if name not in ("url_type", "revision_id")}
        json.dumps(made)
    return {"owner": package["owner_org"], "groups": [group["name"] for group in package["groups"]]}


def test_every_package_can_be_stored_in_another_ckan_with_its_organisation(client: Client, province: Province) -> None:
    for summary in gathered(client):
        package = ask(client, "package_show", id=summary["id"])
        assert package == ask(client, "package_show", id=summary["name"])
        assert {name: summary[name] for name in ("id", "name", "metadata_modified")} == {
            name: package[name] for name in ("id", "name", "metadata_modified")
        }
        taken = imported(client, package)
        owner = ask(client, "organization_show", id=taken["owner"])
        assert (owner["id"], owner["name"]) == (package["organization"]["id"], package["organization"]["name"])
        assert owner["title"]
        assert owner["type"] == "organization"
        assert owner["is_organization"] is True
        for unwanted in ("packages", "created", "users", "groups", "tags", "extras", "display_name"):
            owner.pop(unwanted, None)  # what the harvester throws away before it makes the organisation anew
        for group in taken["groups"]:
            assert ask(client, "group_show", id=group)["name"] == group


def test_an_unknown_organisation_is_a_404_that_it_understands(client: Client, province: Province) -> None:
    answer = client.get("/api/3/action/organization_show", {"id": "tidak-ada"})
    assert (answer.status_code, json.loads(answer.content)["error"]["__type"]) == (404, "Not Found Error")
    gone = client.get("/api/3/action/package_show", {"id": str(uuid.uuid4())})
    assert (gone.status_code, json.loads(gone.content)["success"]) == (404, False)


def test_a_package_that_is_gone_is_missed_and_one_that_changed_is_newer(client: Client, province: Province) -> None:
    """The harvester compares moments as texts, and what is not in the list any more is deleted there."""
    before = {one["name"]: one["metadata_modified"] for one in gathered(client)}
    Dataset.objects.filter(name="stunting").update(state=DatasetState.WITHDRAWN)
    after = {one["name"]: one["metadata_modified"] for one in gathered(client)}
    assert set(before) - set(after) == {"stunting"}
    assert all(after[name] >= before[name] for name in after)


# --- the DCAT extension ---------------------------------------------------------------------------------------------

FORMS = {"ttl": "turtle", "jsonld": "json-ld", "xml": "xml"}
KINDS = {"ttl": "text/turtle", "jsonld": "application/ld+json", "xml": "application/rdf+xml"}


def pages(client: Client, form: str) -> Iterator[Any]:
    """Page after page along hydra's `nextPage`, until there is none; a page seen before ends it."""
    from rdflib import Graph, URIRef

    hydra = "http://www.w3.org/ns/hydra/core#"
    address, seen = f"/catalog.{form}", set[str]()
    while address:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"].startswith(KINDS[form])
        digest = str(hash(answer.content))
        if digest in seen:
            return
        seen.add(digest)
        graph = Graph().parse(data=answer.content, format=FORMS[form])
        yield graph
        following = [*graph.objects(None, URIRef(f"{hydra}nextPage")), *graph.objects(None, URIRef(f"{hydra}next"))]
        address = str(following[0]).replace("http://testserver", "") if following else ""


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("form", FORMS)
def test_the_catalogue_is_read_page_by_page_and_each_dataset_can_be_stored(
    client: Client, province: Province, form: str
) -> None:
    from rdflib import RDF, URIRef

    dcat, dct = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
    found: dict[str, Any] = {}
    for graph in pages(client, form):
        for subject in graph.subjects(RDF.type, URIRef(f"{dcat}Dataset")):
            texts = {name: graph.value(subject, URIRef(f"{dct}{name}")) for name in
                     ("title", "description", "identifier", "modified", "publisher")}  # fmt: skip
            assert all(texts.values()), (subject, texts)
            datetime.fromisoformat(str(texts["modified"]))
            assert isinstance(subject, URIRef)  # its address is what the harvester knows it by
            assert graph.value(texts["publisher"], URIRef("http://xmlns.com/foaf/0.1/name"))
            for one in graph.objects(subject, URIRef(f"{dcat}distribution")):
                address = graph.value(one, URIRef(f"{dcat}downloadURL")) or graph.value(one, URIRef(f"{dcat}accessURL"))
                assert str(address).startswith("http")
                assert graph.value(one, URIRef(f"{dct}format")) or graph.value(one, URIRef(f"{dcat}mediaType"))
            found[str(texts["identifier"])] = subject
    assert len(found) == 2
    assert len(set(found.values())) == 2
