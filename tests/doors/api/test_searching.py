"""`package_search` from tables answers as testing every document would: the same datasets, scores, order and counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.api.ckan import search, shapes
from mapalus.doors.api.ckan.documents import FIELDS, Described, describe
from mapalus.doors.api.ckan.levels import Levels
from mapalus.doors.api.ckan.solr import compile_query, read
from mapalus.doors.api.ckan.tables import Tables
from mapalus.doors.api.open import open_datasets
from tests.doors.api.conftest import Province

NOW = datetime(2026, 3, 5, 3, tzinfo=UTC)
SITE = "http://testserver"

# --- documents that exist nowhere -----------------------------------------------------------------------------------

WORDS = ["penduduk", "kependudukan", "jalan", "rusak", "pelayanan", "melayani", "data", "2025", "Minahasa-Utara"]
text = st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join)
day = st.sampled_from(["2025-01-05T00:00:00.000001", "2026-03-04T10:00:00.000000", "2026-03-05T02:00:00.500000"])
documents = st.builds(
    Described,
    name=st.lists(st.sampled_from(["jalan", "rusak", "data"]), min_size=1, max_size=3).map("-".join),
    title=text,
    notes=text,
    tags=st.lists(st.sampled_from(["jalan", "jalan rusak", "data penduduk"]), max_size=2, unique=True).map(tuple),
    themes=st.lists(st.sampled_from(["Sosial", "Jalan Rusak"]), max_size=2, unique=True).map(tuple),
    unit=st.sampled_from(["pupr", "dinkes"]),
    unit_name=st.sampled_from(["Dinas Jalan", "Dinas Kesehatan"]),
    license=st.sampled_from(["CC-BY-4.0", "CC0-1.0"]),
    created=day,
    modified=day,
    extras=st.sampled_from([(), (("frekuensi", "bulanan"), ("konsep", "Pelayanan jalan")), (("periode", "2025"),)]),
    version=st.just(("", 0)),
)
field = st.sampled_from(
    ["title", "notes", "tags", "groups", "organization", "name", "text", "author", "license_id", "frekuensi", "konsep",
     "extras_periode", "metadata_modified", "metadata_created", "tidak_ada", "state", "private", "maintainer", "id"]
)  # fmt: skip
value = st.sampled_from(
    [*WORDS, "jal*", "pen*", "*", '"jalan rusak"', '"rusak jalan"', '"data"', '""', "jalan-rusak", "bulanan", "pupr",
     "[NOW-1DAY TO *]", "[2025-01-01T00:00:00Z TO 2026-03-04T10:00:00Z]", "{* TO 2026-03-04T10:00:00Z}", "[a TO z]",
     "{dinkes TO *]", "true", "zzz*", "minahasa-u*", "Dinas", '"Dinas Jalan"', "active", "[NOW/DAY TO NOW+1DAY]"]
)  # fmt: skip
words = value.filter(lambda one: one[0] not in "[{")
term = st.one_of(words, st.tuples(field, value).map(":".join))
expression = st.recursive(
    st.one_of(term, st.just("*:*")),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" ", " AND ", " OR "]), inner).map("".join),
        inner.map(lambda one: f"({one})"),
        inner.map(lambda one: f"NOT ({one})"),
        st.tuples(field, words, words).map(lambda parts: f"{parts[0]}:({parts[1]} OR {parts[2]})"),
        inner.map(lambda one: f"+({one}) -title:rusak"),
    ),
    max_leaves=5,
)


def one_by_one(tables: Tables, query: str) -> dict[int, float]:
    test = compile_query(query, now=NOW)
    scores = {number: test(one) for number, one in enumerate(tables.documents) if one is not None}
    return {number: score for number, score in scores.items() if score}


def at_once(tables: Tables, query: str) -> dict[int, float]:
    found = read(query, now=NOW, by=Levels(tables))
    every = [number for bits in found.values() for number in _numbers(bits)]
    assert len(every) == len(set(every))
    return {number: score for score, bits in found.items() for number in _numbers(bits)}


def _numbers(bits: int) -> list[int]:
    return [number for number in range(bits.bit_length()) if bits >> number & 1]


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(
    st.lists(documents, max_size=30),
    st.lists(st.tuples(st.integers(0, 35), st.one_of(st.none(), documents)), max_size=3),
    st.lists(expression, min_size=1, max_size=4),
)
def test_tables_find_what_testing_each_document_finds(
    there: list[Described], changes: list[tuple[int, Described | None]], queries: list[str]
) -> None:
    tables = Tables([], {}).changed([], dict(enumerate(there)))
    for query in queries:
        assert at_once(tables, query) == one_by_one(tables, query), query
    put = {number: one for number, one in changes if one is not None}
    tables = tables.changed([number for number, one in changes if one is None and number not in put], put)
    for query in queries:
        assert at_once(tables, query) == one_by_one(tables, query), query


def test_a_field_nobody_has_costs_nothing_to_keep() -> None:
    tables = Tables([], {})
    for number in range(100):
        read(f"lain_{number}:x", now=NOW, by=Levels(tables))
    assert not tables._tables


# --- a province -----------------------------------------------------------------------------------------------------


def document(package: Mapping[str, Any]) -> dict[str, list[str]]:
    """The fields of a package that can be asked for: what the tables are made to agree with."""
    extras = {f"extras_{one['key']}": [one["value"]] for one in package["extras"]}
    fixed = {"state": "active", "type": "dataset", "dataset_type": "dataset", "private": "false", "capacity": "public"}
    same = ("id", "name", "title", "notes", "owner_org", "license_id", "author", "maintainer")
    return {
        **{key: [package[key]] for key in (*same, "metadata_created", "metadata_modified")},
        **{key: [value] for key, value in (fixed | {"site_id": "default"}).items()},
        "title_string": [package["title"]],
        "tags": [one["name"] for one in package["tags"]],
        "groups": [one["name"] for one in package["groups"]],
        "organization": [package["organization"]["name"]],
        "res_format": sorted({one["format"] for one in package["resources"]}),
        **extras,
        **{key.removeprefix("extras_"): value for key, value in extras.items()},
        "text": [
            package["notes"],
            package["organization"]["title"],
            *(one["value"] for one in package["extras"]),
            *(one["title"] for one in package["groups"]),
        ],
    }


def brute(*, q: str = "", fq: Sequence[str] = (), sort: str, facets: Sequence[str] = ()) -> dict[str, Any]:
    """Every open dataset made, tested, sorted and counted."""
    found = []
    for dataset in open_datasets():
        package = shapes.package(dataset, site=SITE)
        fields = document(package)
        score = compile_query(q, now=NOW)(fields)
        if score and all(compile_query(one, now=NOW)(fields) for one in fq):
            found.append((score, package, fields))
    found.sort(key=lambda one: one[1]["id"])
    for part in reversed([part.split() for part in sort.split(",")]):
        name = {"title_string": "title"}.get(part[0], part[0])
        found.sort(key=lambda one, name=name: one[0] if name == "score" else str(one[1][name]).lower(),  # type: ignore[misc]
                   reverse=part[1] == "desc")  # fmt: skip
    counts = {name: Counter(value for one in found for value in set(one[2].get(name, ()))) for name in facets}
    facet = {name: dict(sorted(many.items(), key=lambda one: (-one[1], one[0]))) for name, many in counts.items()}
    return {
        "count": len(found),
        "results": [package for _score, package, _fields in found],
        "facets": facet,
    }


@pytest.fixture
def crowd(province: Province) -> None:
    """More open datasets, all with the rows of one version."""
    first = open_datasets()[0]
    for number in range(40):
        Dataset.objects.create(
            name=f"uji-{number:02}", title=f"Uji {WORDS[number % 7]} {number % 5}", description=WORDS[number % 4],
            unit=first.unit, producer=first.producer, declared_at=NOW, changed_at=NOW,
            themes=[["Sosial", "Jalan"][number % 2]], license=["CC-BY-4.0", "CC0-1.0"][number % 2],
            contract=first.contract, current=first.current,
        )  # fmt: skip


_QUERIES = ["*:*", "penduduk", "jalan OR data", '"uji jalan"', "title:uji -notes:jalan", "res_format:csv uji-0*"]
_SORTS = ["score desc,metadata_modified desc", "name asc", "title desc,score asc,id desc", "title_string asc,name desc"]


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("crowd")
def test_search_answers_as_testing_every_dataset(client: Client) -> None:
    facets = ["organization", "groups", "tags", "res_format", "license_id", "frekuensi"]

    def compare() -> None:
        for q in _QUERIES:
            for sort in _SORTS:
                for fq in ([], ["license_id:CC0-1.0"], ["groups:jalan", "-name:uji-01"]):
                    expected = brute(q=q, fq=fq, sort=sort, facets=facets)
                    got = search.search(
                        site=SITE, now=NOW, q=q, fq=fq, sort=sort, rows=1000, start=0, facets=facets, facet_limit=-1,
                        facet_mincount=1,
                    )  # fmt: skip
                    assert {key: got[key] for key in expected} == expected, (q, sort, fq)
                    part = search.search(
                        site=SITE, now=NOW, q=q, fq=fq, sort=sort, rows=3, start=2, facets=[], facet_limit=5,
                        facet_mincount=1,
                    )  # fmt: skip
                    assert part["results"] == expected["results"][2:5], (q, sort, fq)

    compare()
    Dataset.objects.filter(name__in=["uji-03", "uji-04"]).update(title="Jalan penduduk", classification="tertutup",
                                                                 classification_ground="UU")  # fmt: skip
    Dataset.objects.filter(name="uji-05").update(title="Jalan penduduk", themes=["Jalan", "Laut"])
    Dataset.objects.filter(name="uji-06").delete()
    compare()


@pytest.mark.django_db
@pytest.mark.usefixtures("crowd")
def test_what_can_be_asked_of_a_dataset_is_what_its_package_says() -> None:
    for dataset in open_datasets():
        described = describe(dataset)
        expected = document(shapes.package(dataset, site=SITE))
        assert {key: list(described[key]) for key in expected} == expected
        assert set(described) == set(expected)
        assert set(expected) <= FIELDS


@pytest.mark.django_db
def test_a_renamed_agency_and_a_new_title_are_in_the_next_answer(client: Client, province: Province) -> None:
    def title(asked: str) -> list[str]:
        found = client.get("/api/3/action/package_search", {"q": asked}).json()["result"]["results"]
        return [f"{one['title']}: {one['organization']['title']}" for one in found]

    dataset = open_datasets()[0]
    before = f"{dataset.title}: {dataset.unit.name}"
    assert before in title("*:*")
    type(dataset.unit).objects.filter(code=dataset.unit.code).update(name="Dinas Berganti Nama")
    assert title("berganti")
    assert before not in title("*:*")
    Dataset.objects.filter(pk=dataset.pk).update(title="Judul Mutakhir", changed_at=timezone.now())
    assert title('"judul mutakhir"') == ["Judul Mutakhir: Dinas Berganti Nama"]
    assert [one["title"] for one in [client.get(f"/api/3/action/package_show?id={dataset.name}").json()["result"]]] == [
        "Judul Mutakhir"
    ]


@pytest.mark.django_db
@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    "address",
    [
        "/api/3/action/package_search?rows=5",
        "/api/3/action/package_search?rows=5&q=jalan&facet.field=[%22tags%22]",
        "/api/3/action/package_list?limit=5",
        "/api/3/action/current_package_list_with_resources?limit=5",
        "/api/v1/datasets?limit=5&q=uji",
        "/catalog.ttl?page=1",
        "/data/",
        "/data/?urut=judul&page=2",
        "/cari?q=jalan",
        "/",
        "/instansi/",
    ],
)
def test_more_datasets_ask_the_database_no_more(client: Client, address: str) -> None:
    def asked() -> int:
        assert client.get(address).status_code == 200  # what changed is read once
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
            return len(queries.captured_queries)

    before = asked()
    one = open_datasets()[0]
    Dataset.objects.bulk_create(
        Dataset(name=f"lebih-{number}", title="Uji jalan", unit=one.unit, producer=one.producer, declared_at=NOW,
                changed_at=NOW, contract=one.contract, current=one.current)
        for number in range(40)
    )  # fmt: skip
    assert asked() <= before
