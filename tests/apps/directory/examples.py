"""An example of each act of the directory, for the test that walks all acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from mapalus.apps.directory import accounts, actions, boundaries, handing_over, identities, roster_applying
from mapalus.apps.directory.boundaries import Prepared
from mapalus.apps.directory.models import (
    Appointment,
    BoundarySet,
    Form,
    Handover,
    HandoverState,
    Kind,
    LocalDay,
    Mandate,
    Person,
    Position,
    Region,
    RosterDraft,
    Unit,
)
from mapalus.apps.directory.roster_list import Read, Row
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.boundaries import Outline
from mapalus.engine.ports import Actor

__all__ = ["EXAMPLES"]

Call = Callable[[], object]
NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
FIRST, LAST = date(2026, 1, 5), date(2026, 11, 20)


def _unit() -> Unit:
    return actions.create_unit(
        Unit, code="contoh", name="Dinas Contoh", short="Contoh", kind="dinas", by=PLATFORM, now=NOW
    )


def _position(post: str = "kadis") -> Position:
    unit = Unit.objects.filter(code="contoh").first() or _unit()
    return actions.create_position(unit, code=f"contoh.{post}", title=f"Jabatan {post}", by=PLATFORM, now=NOW)


def _person() -> Person:
    return actions.create_person(Person, code="P900", name="Orang Contoh", is_sample=True, by=PLATFORM, now=NOW)


def _appointed(kind: Kind = Kind.DEFINITIVE, to_on: date | None = None) -> Appointment:
    return actions.appoint(
        _position(), person=_person(), kind=kind, from_on=FIRST, to_on=to_on, decree="CONTOH/1", by=PLATFORM, now=NOW
    )


def load_regions(by: Actor) -> Call:
    return lambda: actions.load_regions(Region, province="75", by=by, now=NOW)


def _boundaries() -> Prepared:
    outline = Outline("75.01", ((122_00000, 50000, 123_00000, 50000, 123_00000, 150000),))
    facts = {"unknown": (), "without_area": 0, "missing": ()}
    return Prepared("batas.geojson", "0" * 64, 2, "kode", "kemendagri", (outline,), 3, 3, **facts)  # type: ignore[arg-type]


def import_boundaries(by: Actor) -> Call:
    made = _boundaries()
    return lambda: boundaries.import_boundaries(
        BoundarySet, prepared=made, source="BIG", licence="CC BY 4.0", by=by, now=NOW
    )


def remove_boundaries(by: Actor) -> Call:
    made = boundaries.import_boundaries(
        BoundarySet, prepared=_boundaries(), source="BIG", licence="CC BY 4.0", by=PLATFORM, now=NOW
    )
    return lambda: boundaries.remove_boundaries(made, by=by, now=NOW)


def create_unit(by: Actor) -> Call:
    return lambda: actions.create_unit(Unit, code="baru", name="Dinas Baru", short="Baru", kind="dinas", by=by, now=NOW)


def create_position(by: Actor) -> Call:
    unit = _unit()
    return lambda: actions.create_position(unit, code="contoh.data", title="Pengelola data", by=by, now=NOW)


def set_roles(by: Actor) -> Call:
    position = _position()
    return lambda: actions.set_roles(position, roles=["operator"], by=by, now=NOW)


def succeed_position(by: Actor) -> Call:
    old, new = _position("lama"), _position("baru")
    return lambda: actions.succeed_position(old, successor=new, last_on=LAST, by=by, now=NOW)


def create_person(by: Actor) -> Call:
    return lambda: actions.create_person(Person, code="P901", name="Orang Lain", is_sample=True, by=by, now=NOW)


def link_account(by: Actor) -> Call:
    person = _person()
    return lambda: actions.link_account(person, email="p900@contoh.test", by=by, now=NOW)


def appoint(by: Actor) -> Call:
    position, person = _position(), _person()
    return lambda: actions.appoint(
        position, person=person, kind=Kind.DEFINITIVE, from_on=FIRST, decree="CONTOH/1", by=by, now=NOW
    )


def extend_appointment(by: Actor) -> Call:
    term = _appointed(Kind.PLT, date(2026, 4, 4))
    return lambda: actions.extend_appointment(term, to_on=date(2026, 7, 4), decree="CONTOH/2", by=by, now=NOW)


def end_appointment(by: Actor) -> Call:
    held = _appointed()
    return lambda: actions.end_appointment(held, last_on=LAST, reason="Pensiun", by=by, now=NOW)


def transfer(by: Actor) -> Call:
    held, other = _appointed(), _position("sekretaris")
    return lambda: actions.transfer(
        held, to_position=other, last_on=LAST, from_on=date(2026, 11, 23), decree="CONTOH/3", by=by, now=NOW
    )


def add_day(by: Actor) -> Call:
    return lambda: actions.add_day(
        LocalDay, day=date(2026, 9, 23), name="Hari jadi provinsi", decree="CONTOH/4", by=by, now=NOW
    )


def remove_day(by: Actor) -> Call:
    declared = actions.add_day(
        LocalDay, day=date(2026, 9, 24), name="Hari jadi provinsi", decree="CONTOH/4", by=PLATFORM, now=NOW
    )
    return lambda: actions.remove_day(declared, reason="Salah tanggal", by=by, now=NOW)


def replace_holder(by: Actor) -> Call:
    held = _appointed()
    other = actions.create_person(Person, code="P901", name="Orang Lain", is_sample=True, by=PLATFORM, now=NOW)
    return lambda: actions.replace_holder(
        held, successor=other, last_on=LAST, from_on=date(2026, 11, 23), decree="CONTOH/5", by=by, now=NOW
    )


def _pair() -> tuple[Position, Position]:
    """A head with a role, and a post directly under it."""
    unit = Unit.objects.filter(code="contoh").first() or _unit()
    giver = actions.create_position(
        unit, code="contoh.kadis", title="Kepala Dinas Contoh", is_head=True, roles=["walidata"], by=PLATFORM, now=NOW
    )
    taker = actions.create_position(
        unit, code="contoh.sekretaris", title="Sekretaris", superior=giver, by=PLATFORM, now=NOW
    )
    actions.appoint(
        giver, person=_person(), kind=Kind.DEFINITIVE, from_on=FIRST, decree="CONTOH/1", by=PLATFORM, now=NOW
    )
    return giver, taker


def _given(by: Actor = PLATFORM) -> Mandate:
    giver, taker = _pair()
    return actions.give_mandate(
        giver, taker=taker, form=Form.AN, acts=["catalogue.publish"], matter="penerbitan", ground="CONTOH/6",
        from_on=LAST, to_on=date(2026, 12, 20), by=by, now=NOW,
    )  # fmt: skip


def give_mandate(by: Actor) -> Call:
    giver, taker = _pair()
    return lambda: actions.give_mandate(
        giver, taker=taker, form=Form.LOOK, matter="ajudan", ground="CONTOH/6", from_on=LAST, to_on=LAST, by=by, now=NOW
    )


def delegate(by: Actor) -> Call:
    giver, taker = _pair()
    return lambda: actions.delegate(
        giver, taker=taker, acts=["catalogue.publish"], matter="penerbitan", ground="CONTOH/6",
        from_on=LAST, to_on=LAST, by=by, now=NOW,
    )  # fmt: skip


def revoke_mandate(by: Actor) -> Call:
    given = _given()
    return lambda: actions.revoke_mandate(given, reason="sudah kembali", by=by, now=NOW)


def do_duty(by: Actor) -> Call:
    giver, _taker = _pair()
    return lambda: actions.do_duty(giver, duty="laporan-kepatuhan", period="2026-11", by=by, now=NOW)


def record_training(by: Actor) -> Call:
    held = _appointed()
    return lambda: actions.record_training(
        held.person, position=held.position, subject="Satu Data", held_on=LAST, by=by, now=NOW
    )


def open_handover(by: Actor) -> Call:
    held = _appointed(Kind.PLT, date(2026, 4, 4))
    return lambda: actions.open_handover(held, by=by, now=NOW)


def prepare_handover(by: Actor) -> Call:
    held = _appointed(Kind.PLT, date(2026, 4, 4))
    return lambda: handing_over.prepare_handover(held, by=by, now=NOW)


def _sheet() -> Handover:
    held = _appointed()
    actions.end_appointment(held, last_on=date(2026, 11, 19), reason="Mutasi", by=PLATFORM, now=NOW)
    return Handover.objects.get(leaving=held)


def sign_handover(by: Actor) -> Call:
    sheet = _sheet()
    return lambda: actions.sign_handover(sheet, by=by, now=NOW)


def acknowledge_handover(by: Actor) -> Call:
    sheet = _sheet()
    Handover.objects.filter(pk=sheet.pk).update(state=HandoverState.SIGNED, signed_at=NOW, signed_by="Atasan")
    return lambda: actions.acknowledge_handover(sheet, by=by, now=NOW)


def _with_account() -> Person:
    person = _person()
    actions.link_account(person, email="p900@contoh.test", by=PLATFORM, now=NOW)
    return person


def close_account(by: Actor) -> Call:
    person = _with_account()
    return lambda: actions.close_account(person, reason="Pensiun", by=by, now=NOW)


def reopen_account(by: Actor) -> Call:
    person = _with_account()
    actions.close_account(person, reason="Pensiun", by=PLATFORM, now=NOW)
    return lambda: actions.reopen_account(person, reason="Keliru", by=by, now=NOW)


def correct_person(by: Actor) -> Call:
    person = _person()
    return lambda: actions.correct_person(person, name="Nama yang Benar", by=by, now=NOW)


def _draft() -> RosterDraft:
    position = _position()
    Person.objects.get_or_create(code="P905", defaults={"name": "Orang Lama", "nip": "0" * 17 + "5"})
    row = Row(2, name="Orang Lama", nip="0" * 17 + "5", position=position.code, from_on="2026-11-20", decree="CONTOH/9")
    read = Read((row,), {"name": "Nama", "position": "Jabatan"})
    return roster_applying.read_roster(
        RosterDraft, file_name="daftar.csv", sha256="0" * 64, read=read, decree="", by=PLATFORM, now=NOW
    )


def read_roster(by: Actor) -> Call:
    return lambda: roster_applying.read_roster(
        RosterDraft, file_name="daftar.csv", sha256="0" * 64, read=Read((), {}), decree="", by=by, now=NOW
    )


def apply_roster(by: Actor) -> Call:
    draft = _draft()
    print_of = roster_applying.difference_of(draft, now=NOW).fingerprint
    return lambda: roster_applying.apply_roster(draft, chosen=["new:2"], fingerprint=print_of, by=by, now=NOW)


def drop_roster(by: Actor) -> Call:
    draft = _draft()
    return lambda: roster_applying.drop_roster(draft, by=by, now=NOW)


def open_citizen(by: Actor) -> Call:
    return lambda: accounts.open_citizen(User, email="warga@contoh.test", by=by, now=NOW)


def link_identity(by: Actor) -> Call:
    user = User.objects.create_user("warga-satu")
    return lambda: identities.link_identity(user, provider="inapas", uid="0" * 64, by=by, now=NOW)


def unlink_identity(by: Actor) -> Call:
    user = User.objects.create_user("warga-dua")
    made = SocialAccount.objects.create(user=user, provider="inapas", uid="1" * 64)
    return lambda: identities.unlink_identity(user, account=made, by=by, now=NOW)


EXAMPLES = {
    "directory.link-identity": link_identity,
    "directory.unlink-identity": unlink_identity,
    "directory.open-citizen": open_citizen,
    "directory.do-duty": do_duty,
    "directory.record-training": record_training,
    "directory.apply-roster": apply_roster,
    "directory.drop-roster": drop_roster,
    "directory.read-roster": read_roster,
    "directory.acknowledge-handover": acknowledge_handover,
    "directory.close-account": close_account,
    "directory.correct-person": correct_person,
    "directory.delegate": delegate,
    "directory.give-mandate": give_mandate,
    "directory.open-handover": open_handover,
    "directory.prepare-handover": prepare_handover,
    "directory.reopen-account": reopen_account,
    "directory.replace-holder": replace_holder,
    "directory.revoke-mandate": revoke_mandate,
    "directory.sign-handover": sign_handover,
    "directory.appoint": appoint,
    "directory.create-person": create_person,
    "directory.create-position": create_position,
    "directory.create-unit": create_unit,
    "calendar.add-day": add_day,
    "calendar.remove-day": remove_day,
    "directory.end-appointment": end_appointment,
    "directory.extend-appointment": extend_appointment,
    "directory.link-account": link_account,
    "directory.load-regions": load_regions,
    "directory.import-boundaries": import_boundaries,
    "directory.remove-boundaries": remove_boundaries,
    "directory.set-roles": set_roles,
    "directory.succeed-position": succeed_position,
    "directory.transfer": transfer,
}
