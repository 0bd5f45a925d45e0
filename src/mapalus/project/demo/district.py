"""A district's own instance on this machine: `python -m mapalus.project.demo.district CODE FOLDER DAY PORT PROVINCE`.

Built once beside the province, then served by few processes: pages and API, a worker, the sealer. It is a whole Mapalus
of its own, with its own ledger and positions; the province reaches it over the network alone.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import mapalus
from mapalus.engine.clock import now as present
from mapalus.project import home
from mapalus.project.demo.districts_files import FILES, made
from mapalus.project.demo.districts_people import enter_people, tables_of
from mapalus.project.demo.districts_plan import DISTRICTS, EMBARGO, Place, embargo_end, offered
from mapalus.project.demo.storyclock import StoryClock

__all__ = ["be_quiet", "build", "is_there", "main", "publish_files"]

MARK = "kabupaten-contoh.json"
_FORM = "2"  # of what is built here; another one is built anew
_PATIENCE = 600.0  # seconds the province may take until its page is there
_ROLES = {  # what a post of the story is in the district's own Mapalus
    "sekda": ("sekda", "koordinator-spbe"),
    "kadis-kominfo": ("walidata", "kepala", "ppid-utama", "produsen"),
    "op-walidata": ("walidata-pelaksana", "operator", "produsen"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    words = list(sys.argv[1:] if arguments is None else arguments)
    code, where, today, port, province = words[:5]
    place = next(one for one in DISTRICTS if one.code == code)
    folder = Path(where)
    _environment(place, folder, port=int(port))
    be_quiet()
    if "--built" in words:
        return _serve(port=int(port))
    _await(province)
    _ensure(place, folder, date.fromisoformat(today), province=province)
    # What building needed (tables, indexes) is given back: whoever looks after the processes is small.
    sys.stdout.flush()
    again = [sys.executable, "-m", "mapalus.project.demo.district", *words, "--built"]
    return os.execv(sys.executable, again)  # noqa: S606 - this program, once more


def _environment(place: Place, folder: Path, *, port: int) -> None:
    os.environ.pop("MAPALUS_DATABASE_URL", None)
    os.environ.pop("MAPALUS_SECRET_KEY", None)
    os.environ.update(
        MAPALUS_DATA_DIR=str(folder), MAPALUS_SECRET_KEY_FILE=str(folder / "secret-key"), MAPALUS_REGION=place.region,
        MAPALUS_SAMPLE_DATA="true", MAPALUS_SITE_URL=f"http://127.0.0.1:{port}", MAPALUS_PACKS=_packs(place, folder),
    )  # fmt: skip


def be_quiet() -> None:
    """What goes on inside a district is said on its own pages, not in the window of the province."""
    import structlog

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("error"))


def _packs(place: Place, folder: Path) -> str:
    return ",".join(str(folder / "packs" / name) for name in (place.code, "satu-data"))


def _await(province: str) -> None:
    """The province's page comes first: two cores build one thing at a time."""
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and not is_there(province):
        time.sleep(1.0)


def is_there(address: str) -> bool:
    import http.client
    from urllib.parse import urlsplit

    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=3)
    try:
        line.request("GET", "/-/ready", headers={"Host": "localhost"})
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _ensure(place: Place, folder: Path, day: date, *, province: str) -> None:
    from mapalus.project.demo.build import clock_of

    clock = clock_of(day)
    wanted = {"day_zero": clock.day_zero.isoformat(), "release": mapalus.__version__, "form": _FORM}
    if not _stands(folder, wanted):
        shutil.rmtree(folder, ignore_errors=True)
        build(place, folder, clock, province=province)
        (folder / MARK).write_text(json.dumps(wanted), encoding="utf-8")
    else:
        home.enter(str(folder))
        home.prepare()
        _move(province)


def _stands(folder: Path, wanted: dict[str, str]) -> bool:
    try:
        return bool(json.loads((folder / MARK).read_text(encoding="utf-8")) == wanted)
    except (OSError, ValueError):
        return False


def _move(province: str) -> None:
    """The province may answer at another port than yesterday."""
    from mapalus.apps.federation.actions import change_instance
    from mapalus.apps.federation.models import Instance
    from mapalus.apps.ledger.platform import PLATFORM

    for upstream in Instance.objects.filter(is_upstream=True):
        change_instance(upstream, address=province, by=PLATFORM, now=present())


# --- building --------------------------------------------------------------------------------------------------------


def build(place: Place, folder: Path, clock: StoryClock, *, province: str) -> None:
    from mapalus.project.demo import organisation
    from mapalus.project.demo.pack import source

    home.make_secret(folder)
    pack = folder / "packs" / place.code
    shutil.copytree(source() / "story" / "districts" / place.code, pack)
    shutil.copytree(source().parent / "satu-data", pack.parent / "satu-data")
    _sign(pack.parent / "satu-data", place)
    home.enter(str(folder))
    home.prepare()
    organisation.load_country(province="71", now=clock.moment(-300, "08:00"))
    enter_people(place, tables_of(place, source() / "story"), clock, roles=_roles)
    home.load_packs()
    publish_files(pack / "datasets", clock, operator=f"{place.code}.op-walidata")
    if place.secret:
        _join(place, clock, province=province)
    from mapalus.apps.ledger.sealer import seal_all

    seal_all(now=present())


def _sign(pack: Path, place: Place) -> None:
    """The way of a hand-in is the province's; here it belongs to the district's own walidata and secretary."""
    own = {"pos:diskominfo.kadis": f"pos:{place.contact}", "pos:setda.sekda": f"pos:{place.code}.sekda"}
    for name in ("pack.yml", "process.yml"):
        text = (pack / name).read_text(encoding="utf-8")
        for before, after in own.items():
            text = text.replace(before, after)
        (pack / name).write_text(text, encoding="utf-8")


def publish_files(folder: Path, clock: StoryClock, *, operator: str) -> None:
    """Each contract declared, each file handed in by the operator on its day, checked, published."""
    from mapalus.apps.catalogue import contracts
    from mapalus.apps.catalogue.actions import declare_dataset
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.directory.models import Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.data.contract import load

    handed: list[tuple[int, str]] = []
    for path in sorted(folder.glob("*.yml")):
        unit = Unit.objects.get(pk=str(load(path).mapalus["unit"]))
        kept = contracts.keep(path, dataset=path.stem)
        if not Dataset.objects.filter(name=path.stem).exists():  # a builder that was killed had come this far
            declare_dataset(unit, kept=kept, by=PLATFORM, now=clock.moment(-199, "08:30"))
        handed += [(day, path.stem) for day in FILES[path.stem][0]]
    for day, name in sorted(handed):
        _publish(name, clock, day=day, operator=operator)


def _publish(name: str, clock: StoryClock, *, day: int, operator: str) -> None:
    import io

    from mapalus.apps.catalogue import actions, checking, places
    from mapalus.apps.catalogue.indicators import work_out_version
    from mapalus.apps.catalogue.models import Dataset, FigureStatus
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.data import snapshot
    from mapalus.project.demo import organisation

    at = clock.moment(day, "08:40")
    period, content = made(name, clock, day=day)
    dataset = Dataset.objects.get(name=name)
    if dataset.versions.filter(handin__key=f"contoh-{name}-{day}", published_at__isnull=False).exists():
        return
    kept = snapshot.store(places.snapshots(), io.BytesIO(content))
    handin = actions.hand_in(
        dataset, snapshot=kept, file_name=f"{name}.csv", period=period, key=f"contoh-{name}-{day}",
        by=organisation.actor(operator, now=at), now=at, remark="data contoh", is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=at + timedelta(seconds=20))
    for change in handin.changes.filter(state="waiting"):
        by = organisation.actor(f"{operator.partition('.')[0]}.kadis-kominfo", now=at)  # nobody decides his own
        actions.decide_change(change, choice="benar", reason="Sesuai laporan (contoh).", by=by, now=at)
    version = actions.publish(handin, status=FigureStatus(FILES[name][1]), by=PLATFORM, now=at + timedelta(minutes=30))
    work_out_version(version, now=at + timedelta(minutes=31))


def _roles(row: Mapping[str, str]) -> tuple[str, ...]:
    return _ROLES[row["position"].partition(".")[2]]


def _join(place: Place, clock: StoryClock, *, province: str) -> None:
    """The district's own side: the province as the other end, the terms both agreed on, and what it holds back."""
    from mapalus.apps.catalogue.connecting import secret
    from mapalus.apps.directory.models import Position, Region, Unit
    from mapalus.apps.federation import actions
    from mapalus.apps.federation.models import InstanceKind, Share
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.project.demo import organisation

    def at(day: int, hour: str = "10:00") -> datetime:
        return clock.moment(day, hour)

    upstream = actions.add_instance(
        Unit.objects.get(pk=place.code), code="provinsi", region=Region.objects.get(pk="71"),
        contact=Position.objects.get(pk=place.contact), kind=InstanceKind.MAPALUS, address=province,
        secret=f"PROVINSI_{place.secret}", is_upstream=True, by=PLATFORM, now=at(-60),
    )  # fmt: skip
    actions.issue_key(upstream, key=secret(place.secret), by=PLATFORM, now=at(-60))
    offer = actions.receive_agreement(
        upstream, said=offered(place.code, clock), by=PLATFORM, now=at(-60, "11:00")
    )  # fmt: skip
    agreed = actions.accept_agreement(offer, by=organisation.actor(place.contact, now=at(-58)), now=at(-58))
    held = Share.objects.filter(agreement=agreed, code=EMBARGO).first()
    if held is not None:
        actions.withhold(
            held, is_shared=True, embargo_until=embargo_end(clock), reason="Angka sedang diperiksa kota",
            by=organisation.actor(place.contact, now=at(-4)), now=at(-4),
        )  # fmt: skip


# --- serving ---------------------------------------------------------------------------------------------------------


def _serve(*, port: int) -> int:
    """Pages and API in one process, jobs and sealer in another: no event stream and no intake, so that three fit
    beside a province."""
    from mapalus.project import serve
    from mapalus.project.supervisor import Child, Supervisor

    web, _stream = serve.children(host="127.0.0.1", port=port, stream_port=port + 1, workers=1)
    behind = Child("behind", [sys.executable, "-m", "mapalus.project.demo.district_behind"])
    return Supervisor([web, behind]).run()


if __name__ == "__main__":
    raise SystemExit(main())
