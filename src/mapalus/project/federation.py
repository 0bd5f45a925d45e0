"""`mapalus federation`: join the province, see how the districts stand, ask one now.

mapalus federation join ADDRESS --contact POSITION --key NAME     in the installation of a district
mapalus federation join ADDRESS --contact POSITION --invitation CODE
mapalus federation list [--json]                                  each district, and every line that was agreed
mapalus federation ask CODE                                       one exchange, here and now
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mapalus.engine.clock import now
from mapalus.engine.errors import Invalid, NotFound
from mapalus.engine.text import _, translate
from mapalus.project import home

if TYPE_CHECKING:
    from mapalus.apps.directory.models import Position

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0: done; 1: the other end did not answer, or cannot be used."""
    parser = argparse.ArgumentParser(prog="mapalus federation")
    parser.add_argument("--data-dir", default="")
    steps = parser.add_subparsers(dest="step", required=True)
    join = steps.add_parser("join", help=translate(_("enter the province as the other end of this installation")))
    join.add_argument("address")
    join.add_argument("--contact", required=True, help=translate(_("position that speaks for the district")))
    way = join.add_mutually_exclusive_group(required=True)
    way.add_argument("--key", help=translate(_("name of the key in the environment")))
    way.add_argument("--invitation", help=translate(_("the code that the province read out")))
    listing = steps.add_parser("list", help=translate(_("how each district stands")))
    listing.add_argument("--json", action="store_true")
    asking = steps.add_parser("ask", help=translate(_("one exchange, here and now")))
    asking.add_argument("code")
    given = parser.parse_args(arguments)
    home.expect_province(home.enter(given.data_dir))
    return {"join": _join, "list": _list, "ask": _ask}[given.step](given)


def _join(given: argparse.Namespace) -> int:
    from django.conf import settings

    from mapalus.apps.directory.models import Position, Region
    from mapalus.apps.federation.actions import add_instance
    from mapalus.apps.federation.models import InstanceKind
    from mapalus.apps.ledger.platform import PLATFORM

    contact = Position.objects.select_related("unit").filter(pk=given.contact).first()
    region = Region.objects.filter(pk=settings.PROVINCE_CODE).first()
    if contact is None or region is None or settings.INSTANCE_REGION == settings.PROVINCE_CODE:
        raise Invalid(fields={"contact": _("Name a position of this district, and its region in MAPALUS_REGION.")})
    if given.invitation:
        return _enter(given, contact)
    add_instance(
        contact.unit, code="provinsi", region=region, contact=contact, kind=InstanceKind.MAPALUS,
        address=given.address, secret=given.key, is_upstream=True, by=PLATFORM, now=now(),
    )  # fmt: skip
    print(translate(_("Entered. What the province proposes waits for %(position)s.")) % {"position": contact.title})
    return 0


def _enter(given: argparse.Namespace, contact: Position) -> int:
    from mapalus.apps.federation.joining import join_province
    from mapalus.apps.ledger.platform import PLATFORM

    made = join_province(given.invitation, address=given.address, contact=contact, by=PLATFORM, now=now())
    said = _("%(name)s answered. Compare these digits, then confirm on its page: %(digits)s")
    print(translate(said) % {"name": made.joined["name"], "digits": made.joined["fingerprint"]})
    return 0


def _list(given: argparse.Namespace) -> int:
    from django.conf import settings
    from django.core.serializers.json import DjangoJSONEncoder

    from mapalus.apps.federation.standing import districts, plain

    found = [plain(one) for one in districts(settings.PROVINCE_CODE, now=now())]
    if given.json:
        print(json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        return 0
    for one in found:
        print(f"{one['region']}  {one['name']:<44} {one['state']}")
        for line in one["lines"]:
            print(f"       {line['state']:<11} {line['kind']:<10} {line['code']}")
    return 0


def _ask(given: argparse.Namespace) -> int:
    from mapalus.apps.federation.exchanging import exchange
    from mapalus.apps.federation.models import Asked, ExchangeOutcome, Instance

    instance = Instance.objects.filter(code=given.code).first()
    if instance is None:
        raise NotFound
    done = exchange(instance, asked=Asked.HAND, now=now())
    outcome = ExchangeOutcome(done.outcome) if done is not None else ExchangeOutcome.RUNNING
    said = {"outcome": outcome.label, "versions": done.versions if done else 0, "values": done.values if done else 0}
    print(translate(_("%(outcome)s: %(versions)s versions, %(values)s numbers.")) % said)
    return 0 if outcome in (ExchangeOutcome.BROUGHT, ExchangeOutcome.UNCHANGED, ExchangeOutcome.RUNNING) else 1
