"""Examples of the acts of the federation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from mapalus.apps.catalogue.models import Dataset, Indicator
from mapalus.apps.directory.models import Position, Region, Unit
from mapalus.apps.federation import actions, concluding, conflicts, inviting, jobs, values
from mapalus.apps.federation.actions import Terms
from mapalus.apps.federation.inviting import Other
from mapalus.apps.federation.models import (
    Agreement,
    AgreementState,
    Asked,
    Conflict,
    ExchangeOutcome,
    Instance,
    InstanceKind,
    Invitation,
    Quoted,
    Share,
)
from mapalus.apps.federation.values import Said
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.ports import Actor
from tests.apps.catalogue.cast import NOW
from tests.apps.federation.cast import WASTE

__all__ = ["EXAMPLES"]

Call = Callable[[], object]
TERMS = Terms([WASTE])


def _place() -> tuple[Unit, Region, Position]:
    region = Region.objects.create(code="71.71", level=2, kind="kota", name="Kota Manado", list_version="uji")
    unit = Unit.objects.create(code="manado", name="Manado", short="Manado", kind="daerah", region=region)
    return unit, region, Position.objects.create(code="manado.kadis-kominfo", unit=unit, title="Kadis", is_head=True)


def _instance() -> Instance:
    unit, region, contact = _place()
    return actions.add_instance(
        unit, code="manado", region=region, contact=contact, kind=InstanceKind.MAPALUS, address="https://manado.test",
        by=PLATFORM, now=NOW,
    )  # fmt: skip


def _proposed() -> Agreement:
    """By the province; a district's word is missing, which `system` gives as one of its positions."""
    return actions.propose_agreement(_instance(), terms=TERMS, by=PLATFORM, now=NOW)


def _in_force() -> Agreement:
    made = _proposed()
    made.district_label, made.district_position, made.district_at = "Kadis", "manado.kadis-kominfo", NOW
    made.state = "in-force"
    made.save()
    return made


class _Theirs:
    """The actor of the test in a post of the district."""

    unit = "manado"

    def __init__(self, by: Actor) -> None:
        self.by, self.position, self.person, self.label = by, by.position, by.person, by.label

    def may(self, act: str, subject: object, now: object) -> bool:
        return self.by.may(act, subject, now)  # type: ignore[arg-type]


def add(by: Actor) -> Call:
    unit, region, contact = _place()
    return lambda: actions.add_instance(
        unit, code="manado", region=region, contact=contact, kind=InstanceKind.FILES, by=by, now=NOW
    )


def change(by: Actor) -> Call:
    made = _instance()
    return lambda: actions.change_instance(made, secret="MANADO", by=by, now=NOW)


def end(by: Actor) -> Call:
    made = _instance()
    return lambda: actions.end_instance(made, reason="Bergabung lewat kabupaten lain", by=by, now=NOW)


def key(by: Actor) -> Call:
    made = _instance()
    return lambda: actions.issue_key(made, by=by, now=NOW)


def _other() -> Other:
    keys = [f"mf_kunci-{whose}-0123456789abcdefghijk" for whose in ("mereka", "kita")]
    return Other("Kota Manado", "https://manado.test", keys[0], keys[1], "1111 2222 3333", 0)


def _invited() -> Invitation:
    unit, _region, contact = _place()
    inviting.invite_district(unit, contact=contact, lasts=timedelta(hours=1), by=PLATFORM, now=NOW)
    return Invitation.objects.get()


def invite(by: Actor) -> Call:
    unit, _region, contact = _place()
    return lambda: inviting.invite_district(unit, contact=contact, lasts=timedelta(hours=1), by=by, now=NOW)


def withdraw(by: Actor) -> Call:
    made = _invited()
    return lambda: inviting.withdraw_invitation(made, by=by, now=NOW)


def admit(by: Actor) -> Call:
    made = _invited()
    return lambda: inviting.admit_district(made, other=_other(), by=by, now=NOW)


def enter_province(by: Actor) -> Call:
    _unit, region, contact = _place()
    return lambda: inviting.enter_province(region, contact=contact, other=_other(), by=by, now=NOW)


def confirm(by: Actor) -> Call:
    made = inviting.admit_district(_invited(), other=_other(), by=PLATFORM, now=NOW)
    return lambda: inviting.confirm_joining(made, by=by, now=NOW)


def refuse_joining(by: Actor) -> Call:
    made = inviting.admit_district(_invited(), other=_other(), by=PLATFORM, now=NOW)
    return lambda: inviting.refuse_joining(made, reason="Angkanya lain", by=by, now=NOW)


def propose(by: Actor) -> Call:
    made = _instance()
    return lambda: actions.propose_agreement(made, terms=TERMS, by=by, now=NOW)


def accept(by: Actor) -> Call:
    made = _proposed()
    return lambda: actions.accept_agreement(made, by=_Theirs(by), now=NOW)


def refuse(by: Actor) -> Call:
    made = _proposed()
    return lambda: actions.refuse_agreement(made, reason="Belum siap", by=by, now=NOW)


def withhold(by: Actor) -> Call:
    share = Share.objects.get(agreement=_in_force())
    return lambda: actions.withhold(share, is_shared=False, by=_Theirs(by), now=NOW)


def end_agreement(by: Actor) -> Call:
    made = _in_force()
    return lambda: actions.end_agreement(made, reason="Berganti sistem", by=by, now=NOW)


def receive(by: Actor) -> Call:
    made = _instance()
    said = {"since": "2026-11-01", "cadence": "every 15 minutes", "takes": "newest", "shares": [
        {"kind": "dataset", "code": "sampah-harian", "title": "Sampah", "is_shared": True}
    ]}  # fmt: skip
    return lambda: actions.receive_agreement(made, said=said, by=by, now=NOW)


def receive_word(by: Actor) -> Call:
    made, said = _proposed(), {"label": "Kadis", "position": "manado.kadis-kominfo", "at": NOW.isoformat()}
    return lambda: actions.receive_word(made, state=AgreementState.IN_FORCE, said=said, by=by, now=NOW)


def ask(by: Actor) -> Call:
    made = _instance()
    return lambda: jobs.exchange_now(made, by=by, now=NOW)


def conclude(by: Actor) -> Call:
    made = _instance()
    run = concluding.begin(made, asked=Asked.HAND, now=NOW)
    return lambda: concluding.end_exchange(made, run=run, outcome=ExchangeOutcome.BROUGHT, problem=None, by=by, now=NOW)


def take(by: Actor) -> Call:
    made = _instance()
    said = [Said("LIV-08", "71.71", "2026-W45", 41.0)]
    return lambda: values.take_values(made, said=said, region="71.71", indicators=["LIV-08"], by=by, now=NOW)


def _conflict() -> Conflict:
    from tests.apps.catalogue.examples import _dataset

    dataset: Dataset = _dataset()
    indicator = Indicator.objects.create(code="LIV-08", title="Kasus DBD", dataset=dataset)
    return Conflict(
        instance=_instance(), indicator=indicator, region="71.71", period="2026-W45", ours=41, ours_source="/data/x/",
        ours_position=dataset.producer_code, theirs=37, theirs_position="manado.kadis-kominfo", opened_at=NOW,
    )  # fmt: skip


def enter(by: Actor) -> Call:
    made = _conflict()
    return lambda: conflicts.list_conflicts(made.instance, rows=[made], by=by, now=NOW)


def answer(by: Actor) -> Call:
    made = _conflict()
    made.save()
    return lambda: conflicts.answer_conflict(made, text="Dari laporan puskesmas kota", by=by, now=NOW)


def settle(by: Actor) -> Call:
    made = _conflict()
    made.save()
    return lambda: conflicts.settle_conflict(
        made, choice=Quoted.DISTRICT, reason="Kota menghitung menurut domisili", by=by, now=NOW
    )


EXAMPLES = {
    "federation.accept-agreement": accept,
    "federation.add-instance": add,
    "federation.admit-district": admit,
    "federation.answer-conflict": answer,
    "federation.change-instance": change,
    "federation.confirm-joining": confirm,
    "federation.end-agreement": end_agreement,
    "federation.end-exchange": conclude,
    "federation.end-instance": end,
    "federation.enter-province": enter_province,
    "federation.exchange-now": ask,
    "federation.invite-district": invite,
    "federation.issue-key": key,
    "federation.list-conflicts": enter,
    "federation.propose-agreement": propose,
    "federation.receive-agreement": receive,
    "federation.receive-word": receive_word,
    "federation.refuse-agreement": refuse,
    "federation.refuse-joining": refuse_joining,
    "federation.settle-conflict": settle,
    "federation.take-values": take,
    "federation.withdraw-invitation": withdraw,
    "federation.withhold": withhold,
}
