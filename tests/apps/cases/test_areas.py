"""Areas of a province as a form asks for them: one level, one name, or the place of a point; never all at once."""

from __future__ import annotations

from typing import Any

import pytest

from mapalus.apps.cases import actions, lists, near
from mapalus.apps.cases.areas import areas, paths
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.who import Applicant
from mapalus.apps.directory.models import Region
from mapalus.engine.forms import Field, FieldType, Form, Privacy
from tests.apps.cases import cast

PLACES = {
    "71": "Provinsi Sulawesi Utara", "71.06": "Kabupaten Minahasa Utara", "71.71": "Kota Manado",
    "71.06.04": "Wori", "71.06.04.2001": "Wori", "71.06.04.2002": "Kima Bajo", "71.06.05": "Likupang Barat",
    "71.71.08": "Mapanget", "71.71.08.1001": "Paniki Bawah", "71.71.08.1002": "Paniki Atas",
}  # fmt: skip


@pytest.fixture
def regions(db: None) -> None:
    for code, name in PLACES.items():
        Region.objects.create(
            code=code, name=name, level=code.count(".") + 1, kind="x", list_version="uji",
            parent_id=code.rpartition(".")[0] or None,
        )  # fmt: skip


def test_a_list_holds_what_lies_directly_in_an_area(regions: None) -> None:
    source = areas(cast.NOW)
    assert [code for code, _name in source.within("71")] == ["71.06", "71.71"]
    assert source.within("71.06.04") == (("71.06.04.2001", "Wori"), ("71.06.04.2002", "Kima Bajo"))
    assert source.within("72") == source.within("") == source.within("71.99") == ()


@pytest.mark.parametrize(
    ("text", "first", "count"),
    [
        ("kima", "Kima Bajo, Kec. Wori, Kabupaten Minahasa Utara", 1),
        ("Desa Wori", "Wori, Kec. Wori, Kabupaten Minahasa Utara", 2),
        ("wori, minahasa utara", "Wori, Kec. Wori, Kabupaten Minahasa Utara", 2),
        ("PANIKI", "Paniki Bawah, Kec. Mapanget, Kota Manado", 2),
        ("paniki atas", "Paniki Atas, Kec. Mapanget, Kota Manado", 1),
        ("manado", "Kota Manado", 1),
        ("zz", "", 0),
        ("a", "", 0),
        ("desa", "", 0),
    ],
)
def test_a_place_is_found_by_its_own_name_and_told_by_what_it_lies_in(
    regions: None, text: str, first: str, count: int
) -> None:
    found = areas(cast.NOW).found(text, depth=3)
    assert (found[0][1] if found else "", len(found)) == (first, count)


def test_a_search_goes_no_deeper_than_the_field_asks(regions: None) -> None:
    assert [code for code, _label in areas(cast.NOW).found("wori", depth=2)] == ["71.06.04"]


def test_an_area_is_named_by_its_whole_path(regions: None) -> None:
    assert paths(["71.06.04", "71.71", "71.99"]) == {
        "71.06.04": "Kec. Wori, Kabupaten Minahasa Utara", "71.71": "Kota Manado"
    }  # fmt: skip
    assert lists.named(lists.REGION, ["71.06.04.2002"]) == {
        "71.06.04.2002": "Kima Bajo, Kec. Wori, Kabupaten Minahasa Utara"
    }


def test_a_form_is_offered_the_districts_and_no_more(regions: None) -> None:
    form = Form((Field("desa", FieldType.AREA, "Desa", Privacy.PUBLIC, level="desa"),))
    assert lists.offered(form, now=cast.NOW)[lists.REGION] == (
        ("71.06", "Kabupaten Minahasa Utara"), ("71.71", "Kota Manado")
    )  # fmt: skip
    known = lists.known(cast.NOW)[lists.REGION]
    assert "71.06.04.2002" in known
    assert "71.06.04.9999" not in known


def _told(key: str, lat: float, code: str) -> Case:
    values: dict[str, Any] = {**cast.VALUES, "lokasi": {"lat": lat, "lon": 124.87}, "wilayah": code}
    version = cast.pack_with_area()
    case = actions.open_case(version, values=values, by=Applicant(), now=cast.NOW, key=key).case
    Case.objects.filter(pk=case.pk).update(is_published=True, published_at=cast.NOW)
    return case


def test_a_point_lies_where_reports_near_it_agree_that_they_lie(regions: None) -> None:
    cast.organisation()
    case = _told("a", 1.556, "71.71.08.1001")
    assert case.region == "71.71"  # it is counted by district
    assert near.area_at((1.557, 124.871)) == "71.71.08.1001"
    assert near.area_at((1.70, 124.87)) == ""
    _told("b", 1.557, "71.71.08.1002")
    assert near.area_at((1.5565, 124.87)) == "71.71.08"  # two villages: as far as they agree
    _told("c", 1.558, "71.06.04.2001")
    assert near.area_at((1.5565, 124.87)) == ""  # across a border nothing is guessed
