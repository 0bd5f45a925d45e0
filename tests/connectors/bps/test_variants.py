"""Tables of BPS with years without data, keys that read in two ways, and texts full of markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mapalus.connectors.bps.decoding import long_rows, plain
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.web import patience
from tests.connectors.served import Request, Response
from tests.connectors.variants import Answer, brought, fails, rows

TABLE = {"address": "{url}/v1/api", "key": "BPS_KEY", "domain": "7100", "var": "31"}
NONE = {"status": "OK", "data-availability": "list-not-available", "data": ""}


@pytest.fixture(autouse=True)
def _hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "pause", lambda seconds: None)


def table(year: int, **changed: Any) -> dict[str, Any]:
    return {
        "status": "OK", "data-availability": "available", "var": [{"val": 31, "label": "Penduduk", "unit": "Jiwa"}],
        "turvar": [{"val": 0, "label": "Tidak ada"}],
        "labelvervar": "Kabupaten", "vervar": [{"val": 7101, "label": "A"}],
        "tahun": [{"val": year, "label": str(1900 + year)}], "turtahun": [{"val": 0, "label": "Tahun"}],
        "datacontent": {f"7101310{year}0": year}, **changed,
    }  # fmt: skip


def office(years: list[int], with_data: set[int]) -> Answer:
    """A year at a time; some of the list have no data."""

    def answer(request: Request) -> Response:
        if request.query["model"] == "th":
            found = [{"th_id": year, "th": str(1900 + year)} for year in years]
            head = {"page": 1, "pages": 1, "total": len(years)}
            return Response.json({"status": "OK", "data-availability": "available", "data": [head, found]})
        asked = [int(year) for year in request.query["th"].split(";")]
        there = [year for year in asked if year in with_data]
        if not there:
            return Response.json(NONE)
        content = {f"7101310{year}0": year for year in there}
        known = [{"val": year, "label": str(1900 + year)} for year in there]
        return Response.json(table(there[0], tahun=known, datacontent=content))

    return answer


@pytest.mark.parametrize("with_data", [{123}, set(range(100, 124)), {100}, {111}], ids=str)
def test_years_without_data_do_not_hide_those_that_have_some(tmp_path: Path, with_data: set[int]) -> None:
    found = brought("bps", office(list(range(100, 124)), with_data), tmp_path, **TABLE)
    assert [row["nilai"] for row in rows(found)] == sorted(with_data)


def test_a_table_of_which_no_year_has_data_is_told(tmp_path: Path) -> None:
    fails(Vanished, "bps", office(list(range(100, 124)), set()), tmp_path, **TABLE)


def test_a_key_that_reads_in_two_ways_is_what_no_other_key_is() -> None:
    """`15` + `1` + ... or `1` + `51` + ...: the second one is another value's already."""
    both = table(
        117, vervar=[{"val": 1, "label": "a"}, {"val": 15, "label": "b"}], var=[{"val": 51, "label": "x"}, {"val": 1,
        "label": "y"}], datacontent={"15101170": "?"},
    )  # fmt: skip
    with pytest.raises(Refused):
        list(long_rows(both, []))


@pytest.mark.parametrize(("said", "text"), [
    ("<b>Jumlah</b> Penduduk<sup>1</sup>", "Jumlah Penduduk 1"),
    ("Angka &lt;b&gt;Sementara&lt;/b&gt;", "Angka Sementara"),
    ("A &amp;amp; B", "A & B"), (None, ""), (2017, "2017"),
    ("Laki-laki&nbsp;dan  Perempuan", "Laki-laki dan Perempuan"),
])  # fmt: skip
def test_labels(said: object, text: str) -> None:
    assert plain(said) == text


@pytest.mark.parametrize(("said", "kind"), [
    ({"status": "Error", "message": "Invalid API Key"}, Misconfigured),
    ({"status": "ERROR", "message": ""}, Unavailable),
    ({"status": "Error", "message": "Too many requests"}, Unavailable), (NONE, Vanished),
    ({"status": "OK", "data-availability": "not-available"}, Vanished),
    ({"message": "API rate limit exceeded"}, Refused),
    ({**table(117), "datacontent": None}, Refused), ({**table(117), "vervar": []}, Refused),
    (table(117, datacontent={"99": 1, "98": 2}), Refused), ("", Refused), ([], Refused),
], ids=str)  # fmt: skip
def test_what_bps_says_instead(tmp_path: Path, said: Any, kind: type[Problem]) -> None:
    fails(kind, "bps", lambda request: Response.json(said), tmp_path, years="117", **TABLE)


@pytest.mark.parametrize(("content", "values"), [
    ({}, []), ([], []), ({"71013101170": None}, [None]), ({"71013101170": "-"}, ["-"]), ({"71013101170": 0}, [0]),
    ({"71013101170": 1.50}, [1.5]), ({"71013101170": "1.234"}, ["1.234"]),
], ids=str)  # fmt: skip
def test_values_are_handed_on_as_they_are(tmp_path: Path, content: Any, values: list[Any]) -> None:
    said = table(117, datacontent=content)
    found = brought("bps", lambda request: Response.json(said), tmp_path, years="117", **TABLE)
    assert [row["nilai"] for row in rows(found)] == values


@pytest.mark.parametrize(("there", "comes"), [(25, 25), (20, None)])
def test_a_list_whose_last_page_is_said_not_to_be_there_is_not_a_short_one(
    tmp_path: Path, there: int, comes: int | None
) -> None:
    def answer(request: Request) -> Response:
        page = int(request.query["page"])
        found = [{"sub_id": n, "title": f"S{n}"} for n in range(there)][(page - 1) * 10 : page * 10]
        head = {"page": page, "pages": 4, "per_page": 10, "count": len(found), "total": 25}
        return Response.json(
            {"status": "OK", "data-availability": "available", "data": [head, found]} if found else NONE
        )

    known = {**TABLE, "var": "", "model": "subject"}
    if comes is None:
        fails(Unavailable, "bps", answer, tmp_path, says="20 of 25", **known)
    else:
        assert len(rows(brought("bps", answer, tmp_path, **known))) == comes
