"""A change against the last version waits for a person, is decided once, and is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapalus.apps.catalogue import actions, contracts, drifting
from mapalus.apps.catalogue.models import Change, ChangeState, FigureStatus, HandIn, HandInState, Version
from mapalus.apps.ledger.models import Entry
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from tests.apps.catalogue import cast
from tests.apps.catalogue.cast import NOW, Province, checked, handed_in

pytestmark = pytest.mark.slow
HEAD = "Kode wilayah,Nama pelapor,Minggu,Kasus\n"


def rows(*, week: int = 45, count: int = 30, times: int = 1) -> str:
    return "".join(f"71.{n:02},Orang Contoh,{week},{(10 + n) * times}\n" for n in range(1, count + 1))


def first(here: Province, *, text: str = "") -> Version:
    return cast.published(here, text=text or HEAD + rows(), period="2026-W45")


def second(here: Province, text: str, *, period: str = "2026-W46") -> HandIn:
    return checked(handed_in(here.dataset, here.operator, text=text, period=period))


def publish(here: Province, handin: HandIn) -> Version:
    actions.confirm(handin, by=here.head, now=NOW)
    return actions.publish(handin, status=FigureStatus.PROVISIONAL, by=here.walidata, now=NOW)


def test_the_first_version_and_one_like_it_wait_for_nobody(here: Province) -> None:
    first(here)
    handin = second(here, HEAD + rows(week=46))
    assert drifting.waits(handin) == []
    assert publish(here, handin).is_published


def test_a_file_with_a_third_of_the_rows_is_held_until_somebody_says_it_is_right(here: Province) -> None:
    first(here)
    handin = second(here, HEAD + rows(week=46, count=9))
    kinds = {one.kind for one in drifting.waits(handin)}
    assert kinds == {"volume", "region-lost"}
    with pytest.raises(Conflict) as refused:
        publish(here, handin)
    assert "2 changes" in str(refused.value)
    for change in drifting.waits(handin):
        actions.decide_change(change, choice="benar", reason="Minggu libur", by=here.walidata, now=NOW)
    handin.refresh_from_db()
    assert actions.publish(handin, status=FigureStatus.PROVISIONAL, by=here.walidata, now=NOW).is_published
    said = Entry.objects.filter(act="catalogue.decide-change").first()
    assert said is not None
    assert said.data["reason"] == "Minggu libur"


def test_what_is_right_always_is_never_asked_again(here: Province) -> None:
    first(here)
    handin = second(here, HEAD + rows(week=46, count=9))
    for change in drifting.waits(handin):
        actions.decide_change(change, choice="selalu", reason="Laporan mingguan", by=here.walidata, now=NOW)
    publish(here, handin)
    again = second(here, HEAD + rows(week=47), period="2026-W47")
    assert drifting.waits(again) == []  # more than three times as many: about rows it is not asked any more


def test_the_same_file_corrected_is_not_asked_about_twice(here: Province) -> None:
    first(here)
    handin = second(here, HEAD + rows(week=46, count=9))
    for change in drifting.waits(handin):
        actions.decide_change(change, choice="benar", reason="Minggu libur", by=here.walidata, now=NOW)
    again = second(here, HEAD + rows(week=46, count=9, times=2))
    assert drifting.waits(again) == []


def test_a_required_column_under_another_name_is_confirmed_once_and_the_file_goes_on(here: Province) -> None:
    first(here)
    text = (HEAD + rows(week=46)).replace("Kode wilayah", "Kode Kab Kota Wilayah")
    handin = second(here, text)
    assert handin.stage is HandInState.REFUSED
    (change,) = drifting.waits(handin)
    assert change.kind == "renamed-column"
    with pytest.raises(NotAllowed):  # the producer answers for figures, not for the contract
        actions.decide_change(change, choice="alias", reason="", by=here.producer, now=NOW)
    actions.decide_change(change, choice="alias", reason="", by=here.walidata, now=NOW)
    here.dataset.refresh_from_db()
    assert here.dataset.contract is not None
    assert here.dataset.contract.release == "1.0.1"
    handin.refresh_from_db()
    assert handin.state == "replaced"
    again = here.dataset.handins.latest("pk")
    assert (again.previous, again.person, again.position) == (handin, handin.person, handin.position)
    again = checked(again)
    assert again.stage is HandInState.AWAITING_CONFIRMATION
    assert publish(here, again).is_published
    later = second(here, text.replace(",46,", ",47,"), period="2026-W47")
    assert Change.objects.filter(handin=later).count() == 0


def test_a_new_column_is_asked_about_without_holding_anything_up(here: Province) -> None:
    first(here)
    text = "\n".join(
        f"{line},{'Sumber' if not n else 'RS'}" for n, line in enumerate((HEAD + rows(week=46)).splitlines())
    )
    handin = second(here, text)
    assert drifting.waits(handin) == []
    publish(here, handin)
    later = second(here, text.replace(",46,", ",48,"), period="2026-W48")
    (change,) = Change.objects.waiting()  # asked once, of the newest file
    assert change.handin == later
    actions.decide_change(change, choice="abaikan", reason="", by=here.walidata, now=NOW)
    again = second(here, text.replace(",46,", ",47,"), period="2026-W47")
    assert Change.objects.filter(handin=again).count() == 0


def test_a_column_that_is_taken_in_is_a_field_of_the_next_contract(here: Province) -> None:
    first(here)
    text = "\n".join(
        f"{line},{'Nama ibu' if not n else 'Maria'}" for n, line in enumerate((HEAD + rows(week=46)).splitlines())
    )
    handin = second(here, text)
    (change,) = Change.objects.waiting()
    actions.decide_change(change, choice="tambah", reason="", by=here.walidata, now=NOW)
    here.dataset.refresh_from_db()
    assert here.dataset.contract is not None
    assert here.dataset.contract.release == "1.1.0"
    item = contracts.load(here.dataset.contract.path.parent).field("nama_ibu")
    assert item.is_personal  # by its header: until somebody says otherwise nobody sees it
    handin.refresh_from_db()
    assert handin.state == "replaced"


def test_what_was_found_wrong_is_not_published(here: Province) -> None:
    first(here)
    handin = second(here, HEAD + rows(week=46, times=1000))
    (change,) = drifting.waits(handin)
    assert change.kind == "unit-jump"
    with pytest.raises(Invalid):
        actions.decide_change(change, choice="keliru", reason=" ", by=here.walidata, now=NOW)
    actions.decide_change(change, choice="keliru", reason="Ditulis dalam ribuan", by=here.walidata, now=NOW)
    actions.confirm(handin, by=here.head, now=NOW)
    with pytest.raises(Conflict):
        actions.publish(handin, status=FigureStatus.PROVISIONAL, by=here.walidata, now=NOW)
    handin.refresh_from_db()
    actions.return_handin(handin, reason="Satuan keliru", by=here.walidata, now=NOW)
    right = second(here, HEAD + rows(week=46))
    assert publish(here, right).is_published


def test_who_handed_in_does_not_decide_and_others_have_no_say(here: Province) -> None:
    first(here)
    handin = second(here, HEAD + rows(week=46, count=9))
    change = drifting.waits(handin)[0]
    for by in (here.operator, here.stranger):
        with pytest.raises(NotAllowed):
            actions.decide_change(change, choice="benar", reason="Saya yakin", by=by, now=NOW)
    actions.decide_change(change, choice="benar", reason="Benar", by=here.producer, now=NOW)
    with pytest.raises(Conflict):
        actions.decide_change(change, choice="benar", reason="Lagi", by=here.walidata, now=NOW)


def test_a_value_no_list_has_is_added_to_it(here: Province, tmp_path: Path) -> None:
    listed = cast.CONTRACT.replace(
        "{name: pelapor, title: Nama pelapor, type: string, mapalus: {personal: true}}",
        "{name: pelapor, title: Nama pelapor, type: string, constraints: {enum: [Puskesmas, RS]}}",
    )
    kept = cast.contract(tmp_path, listed)
    actions.change_contract(here.dataset, kept=kept, reason="Daftar pelapor", by=here.walidata, now=NOW)
    first(here, text=HEAD + rows().replace("Orang Contoh", "Puskesmas"))
    text = HEAD + rows(week=46).replace("Orang Contoh", "Puskesmas", 20).replace("Orang Contoh", "Klinik")
    handin = second(here, text)
    change = Change.objects.waiting().get(kind="new-values")
    assert "Klinik" in drifting.said(change).say(language="id")
    actions.decide_change(change, choice="tambah", reason="", by=here.walidata, now=NOW)
    again = checked(here.dataset.handins.latest("pk"))
    assert again.pk != handin.pk
    assert again.rows_bad == 0


def test_changes_are_seen_where_their_data_are(here: Province) -> None:
    first(here)
    second(here, HEAD + rows(week=46, count=9))
    assert Change.objects.visible_to(here.walidata).count() == 2
    assert Change.objects.visible_to(here.operator).count() == 2
    assert not Change.objects.visible_to(here.stranger)
    assert not Change.objects.visible_to(None)
    assert not Change.objects.filter(state=ChangeState.DECIDED)
