"""A district with its positions beside the small province, and a Mapalus of its own that answers on loopback."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from mapalus.apps.directory.actor import Official, official
from mapalus.apps.directory.models import Appointment, Person, Position, PositionRole, Region, Unit
from mapalus.apps.federation import actions
from mapalus.apps.federation.actions import Line, Terms
from mapalus.apps.federation.models import Agreement, Instance, InstanceKind, ShareKind, Takes
from mapalus.apps.ledger.platform import PLATFORM
from tests.apps.catalogue.cast import NOW, actor
from tests.connectors.served import Request, Response

KEY = "mf_kunci-contoh-0123456789abcdefghijkl"
WASTE = Line(ShareKind.DATASET, "sampah-harian", "Sampah harian")
CLINICS = Line(ShareKind.DATASET, "faskes-kota", "Faskes kota")
DENGUE = Line(ShareKind.INDICATOR, "LIV-08", "Kasus DBD")


def district(code: str = "manado", region: str = "71.71", name: str = "Kota Manado") -> Official:
    """The government of a district with the position that speaks for it. The province's region is there, too."""
    Region.objects.get_or_create(
        code="71", defaults={"level": 1, "kind": "provinsi", "name": "Sulawesi Utara", "list_version": "uji"}
    )
    place, _new = Region.objects.get_or_create(
        code=region, defaults={"level": 2, "kind": "kota", "name": name, "list_version": "uji", "parent_id": "71"}
    )
    unit = Unit.objects.create(code=code, name=f"Pemerintah {name}", short=name, kind="daerah", region=place)
    post = Position.objects.create(code=f"{code}.kadis-kominfo", unit=unit, title=f"Kadis Kominfo {name}", is_head=True)
    PositionRole.objects.create(position=post, role="walidata-daerah")
    person = Person.objects.create(code=f"D-{code}", name="Dina Contoh")
    Appointment.objects.create(position=post, person=person, kind="definitif", from_on=date(2026, 10, 1), decree="-")
    found = official(person.code, post.code, now=NOW)
    assert found is not None
    return found


def taking_part(
    address: str = "http://127.0.0.1:9", *, kind: InstanceKind = InstanceKind.MAPALUS, code: str = "manado",
    is_upstream: bool = False,
) -> Instance:  # fmt: skip
    unit = Unit.objects.get(pk=code)
    assert unit.region is not None
    head = unit.head
    assert head is not None
    region = Region.objects.get(pk="71") if is_upstream else unit.region
    return actions.add_instance(
        unit, code="provinsi" if is_upstream else code, region=region, contact=head, kind=kind, address=address,
        secret="MANADO" if kind is InstanceKind.MAPALUS else "", is_upstream=is_upstream, by=PLATFORM, now=NOW,
    )  # fmt: skip


def agreed(
    instance: Instance, lines: Sequence[Line] = (WASTE, DENGUE), *, takes: Takes = Takes.NEWEST,
    cadence: str = "every 15 minutes",
) -> Agreement:  # fmt: skip
    """Proposed by the province, accepted by the district's position."""
    made = actions.propose_agreement(
        instance, terms=Terms(lines, cadence, takes), by=actor("diskominfo.kabid-statistik"), now=NOW
    )
    theirs = official(f"D-{instance.unit_code}", instance.position_code, now=NOW)
    assert theirs is not None
    return actions.accept_agreement(made, by=theirs, now=NOW)


class District:
    """A Mapalus that answers as a district's does; `reply` is what `serving` asks."""

    def __init__(self) -> None:
        self.region = "71.71"
        self.sequence = 100
        self.versions: dict[str, list[list[dict[str, Any]]]] = {}
        self.numbers: list[dict[str, Any]] = []
        self.agreement: dict[str, Any] = {}
        self.latest: dict[str, Any] | None = None
        self.due: dict[str, str] = {}
        self.shared: set[str] | None = None
        self.at: dict[tuple[str, int], str] = {}  # when a version was published, where it is not the usual moment

    def publish(self, name: str, rows: list[dict[str, Any]]) -> None:
        self.versions.setdefault(name, []).append(copy.deepcopy(rows))
        self.sequence += 1

    def number(
        self, value: float | None, *, region: str = "71.71", period: str = "2026-W45", code: str = "LIV-08"
    ) -> None:
        self.numbers = [one for one in self.numbers if (one["indicator"], one["region"], one["period"]) != (code, region, period)]  # noqa: E501  # fmt: skip
        self.numbers.append({
            "indicator": code, "region": region, "period": period, "value": value, "unit": "kasus", "status": "tetap",
            "published_at": "2026-11-19T02:00:00+00:00", "version": len(self.numbers) + 1,
            "address": "http://manado.test/data/dbd/?version=1",
        })  # fmt: skip
        self.sequence += 1

    def reply(self, request: Request) -> Response:
        if request.path == "/-/ready":
            return Response.json({"ready": True})
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return Response(401, b"{}")
        path = request.path.removeprefix("/api/v1/federation")
        if not path:
            return Response.json({
                "region": self.region, "software": "uji", "sequence": self.sequence, "agreement": self.agreement,
                "latest": self.latest,
                "datasets": [self._brief(name) for name in self.versions],
            })  # fmt: skip
        if path == "/indicators":
            return Response.json({"count": len(self.numbers), "items": self.numbers})
        if path == "/compliance":
            return Response.json({"is_shared": True, "owed": 0, "late": []})
        if path == "/about":
            return Response.json({"region": "71.71", "datasets": [], "numbers": [], "conflicts": [], "late": []})
        name, _slash, rest = path.removeprefix("/datasets/").partition("/versions")
        versions = self.versions.get(name)
        if versions is None:
            return Response(404, b"{}")
        if not rest:
            return Response.json([
                {"number": n, "status": "tetap", "period": "", "is_current": n == len(versions),
                 "published_at": self._at(name, n)}
                for n in range(1, len(versions) + 1)
            ])  # fmt: skip
        rows = versions[int(rest.split("/")[1]) - 1]
        start, limit = int(request.query["offset"]), int(request.query["limit"])
        return Response.json({"total": len(rows), "rows": rows[start : start + limit]})

    def _at(self, name: str, n: int) -> str:
        return self.at.get((name, n), f"2026-11-{n:02}T02:00:00+00:00")

    def _brief(self, name: str) -> dict[str, Any]:
        rows = self.versions[name][-1]
        fields = [{"name": key, "title": key.title(), "type": "integer" if isinstance(value, int) else "string",
                   "masked": False, "mark": {"role": "region"} if key == "kode_wilayah" else {}}
                  for key, value in rows[0].items()]  # fmt: skip
        return {
            "name": name, "title": name.replace("-", " ").title(), "cadence": "harian", "license": "CC-BY-4.0",
            "themes": [], "version": len(self.versions[name]),
            "published_at": self._at(name, len(self.versions[name])), "fields": fields, "key": [],
            "due_at": self.due.get(name), "is_changed": True,
        }  # fmt: skip


def day(n: int) -> list[dict[str, Any]]:
    return [{"kode_wilayah": "71.71.01", "ton": 10 + n}, {"kode_wilayah": "71.71.02", "ton": 20 + n}]


LATER = NOW + timedelta(days=1)
