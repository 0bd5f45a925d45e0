"""Builds the sample province in an empty folder: `python -m mapalus.project.demo.build FOLDER DAY [--rest]`.

Everything goes the way of a user's own file: the act, the check, the confirmation by the right position on that day,
the publication by walidata. Only the clock is the story's. Runs as a process of its own, so that the folder can be
renamed once it is whole: what was killed half-way is a folder that nobody opens. `--rest` does, in the served
province, the little that no first page needs; it may be killed and begun again.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import mapalus
from mapalus.engine.clock import Zone
from mapalus.engine.clock import now as present
from mapalus.engine.errors import Misconfigured, Problem
from mapalus.engine.text import _, translate
from mapalus.engine.workdays import Calendar
from mapalus.project import home
from mapalus.project.demo import duties_told, personnel, satudata_calls, satudata_told, sources_told
from mapalus.project.demo.making import FILES, Made, make, period_of, said
from mapalus.project.demo.pack import NAME, lay_out
from mapalus.project.demo.progress import Bar
from mapalus.project.demo.province import Province
from mapalus.project.demo.schedule import BY, EXPECTED, HANDED_IN, MOVED, REMINDED, End, Handed
from mapalus.project.demo.storyclock import StoryClock

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import Dataset, HandIn
    from mapalus.engine.ports import Actor

__all__ = ["MARK", "SAMPLES", "build", "clock_of", "main"]

MARK = "provinsi-contoh.json"  # written last: a folder without it is not a built province
SAMPLES = "berkas-contoh"  # the 25 files, for whoever shows the province
_LEAST_SPACE = 256 * 1024  # bytes; below, what fails fails for want of room
_LIST_DAY = -199  # the data list is entered when the operators of the story hold their posts


def clock_of(today: date) -> StoryClock:
    zone = Zone.WITA
    return StoryClock(today, is_workday=Calendar.of(zone).is_working, zone=zone.tzinfo, present=present())


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit 0: the folder holds a whole province."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    folder, today = Path(words[0]), date.fromisoformat(words[1])
    try:
        if "--rest" in words:
            finish(folder, today=today)
        else:
            build(folder, today=today)
    except Problem as problem:
        print(problem.say(), file=sys.stderr)
        return 2
    except Exception as error:
        reason = _trouble(folder, error)
        if not reason:
            raise
        print(
            Misconfigured(_("The folder %(folder)s cannot be written: %(error)s."), folder=folder, error=reason).say(),
            file=sys.stderr,
        )
        return 2
    return 0


def _stop_alone(parent: int) -> None:
    """Whoever began this was killed: nobody would take the folder over, and the next start makes its own."""
    if os.getppid() != parent:
        raise SystemExit(3)


def _trouble(folder: Path, error: Exception) -> str:
    """What the disk refused, whoever met it first (system, SQLite, table engine). Empty: it was not the disk."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    said = str(error).lower()
    if "disk is full" in said or "no space left" in said:
        return os.strerror(errno.ENOSPC)
    here = next((place for place in (folder, *folder.parents) if place.exists()), None)
    if here is not None and shutil.disk_usage(here).free < _LEAST_SPACE:
        return os.strerror(errno.ENOSPC)
    return ""


def build(folder: Path, *, today: date) -> None:
    """Tables, regions of the province, organisation, data list, and the hand-ins of the story."""
    clock, parent = clock_of(today), os.getppid()
    first = [handed for handed in HANDED_IN if not handed.is_later]
    bar = Bar(8 + len(first))
    bar.step(translate(_("Preparing the tables")))
    home.make_secret(folder)
    province = lay_out(folder / "packs" / NAME, clock)
    home.enter(str(folder))
    home.prepare()
    from mapalus.project.demo import complaints, forum, organisation, requests

    bar.step(translate(_("Regions of the province")))
    organisation.load_country(province="71", now=clock.moment(-420, "08:00"))
    bar.step(translate(_("Agencies, positions and people")))
    organisation.load_people(province, clock)
    home.load_packs()
    bar.step(translate(_("The data list")))
    declare(province, clock)
    for handed in sorted(first, key=lambda item: (item.day, item.clock)):
        _stop_alone(parent)
        bar.step(f"{handed.file} {FILES[handed.file].dataset}")
        hand_in(province, clock, handed)
    bar.step(translate(_("What is still owed")))
    dispute(clock)
    owe(province, clock)
    personnel.tell(clock)
    duties_told.tell(clock)
    count_in_time(clock)
    satudata_told.tell(clock)
    bar.step(translate(_("Complaints of the citizens")))
    complaints.tell(province.story, clock)
    bar.step(translate(_("Requests for information")))
    requests.tell(province.story, clock)
    bar.step(translate(_("The Forum Satu Data and requests for data")))
    forum.tell(clock)
    fill_datasets(clock)
    satudata_told.publish(clock)
    sources_told.tell(clock)
    write_samples(province, folder / SAMPLES)
    _mark(folder, clock, is_whole=False)
    bar.end(translate(_("The sample province stands")))


def finish(folder: Path, *, today: date) -> None:
    """The rest: all regions of Indonesia, and the large restricted files. Done twice, it is done once."""
    clock, parent = clock_of(today), os.getppid()
    home.enter(str(folder))
    from mapalus.project.demo import organisation

    province = Province(folder / "packs" / NAME / "story", clock)
    organisation.load_country(province=None, now=clock.moment(-420, "08:00"))
    for handed in HANDED_IN:
        _stop_alone(parent)
        if handed.is_later:
            hand_in(province, clock, handed)
    _mark(folder, clock, is_whole=True)


# --- the data list -----------------------------------------------------------------------------------------------


def declare(province: Province, clock: StoryClock) -> None:
    """Every contract of the pack becomes an entry of the data list of its unit."""
    from mapalus.apps.catalogue import contracts
    from mapalus.apps.catalogue.actions import declare_dataset
    from mapalus.apps.directory.models import Unit
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine.data.contract import load

    for path in sorted((province.story.parent / "datasets").glob("*.yml")):
        unit = Unit.objects.get(code=str(load(path).mapalus["unit"]))
        kept = contracts.keep(path, dataset=path.stem)
        declare_dataset(unit, kept=kept, by=PLATFORM, now=clock.moment(_LIST_DAY, "08:30"))


# --- handing in --------------------------------------------------------------------------------------------------


def hand_in(province: Province, clock: StoryClock, handed: Handed) -> HandIn:
    """One file of the story, from the agency's desk to where it stands at H."""
    from mapalus.apps.catalogue.models import Dataset

    at = clock.moment(handed.day, handed.clock)
    made = make(province, handed.file, back=handed.back, now=at)
    if not handed.back and not handed.is_later:
        expect(province, clock, handed.file, period=made.period, now=clock.moment(handed.day - 1, "08:00"))
        if handed.file in REMINDED:
            satudata_calls.remind(FILES[handed.file].dataset, now=clock.moment(handed.day - 1, "09:05"))
    dataset = Dataset.objects.get(name=FILES[handed.file].dataset)
    handin = _received(dataset, made, position=handed.position, at=at, key=f"{handed.file}-{handed.back}-{made.period}")
    if handed.end is End.UNCONFIRMED or handed.end is End.REFUSED:
        return handin
    confirmed_at, decided_at = _after(handed.day, at)
    handin = _confirmed(handin, now=confirmed_at)
    if handed.end is End.RETURNED:
        return _returned(handin, now=decided_at)
    if handed.end is End.PUBLISHED:
        handin = satudata_calls.endorsed(handin, after=confirmed_at, before=decided_at)
        _published(handin, status=handed.status, now=decided_at)
    return handin


def _after(day: int, at: datetime) -> tuple[datetime, datetime]:
    """When it was confirmed and decided: half an hour and two hours later, on the day itself within minutes."""
    if day < 0:
        return at + timedelta(minutes=35), at + timedelta(hours=2, minutes=10)
    return at + timedelta(minutes=1), at + timedelta(minutes=2)


def _received(dataset: Dataset, made: Made, *, position: str, at: datetime, key: str) -> HandIn:
    import io

    from mapalus.apps.catalogue import actions, checking, places
    from mapalus.engine.data import snapshot

    kept = snapshot.store(places.snapshots(), io.BytesIO(made.content))
    handin = actions.hand_in(
        dataset, snapshot=kept, file_name=made.name, period=made.period, key=f"contoh-{key}",
        by=actor(position, now=at), now=at, remark="data contoh", is_queued=False,
    )  # fmt: skip
    return checking.check(handin, now=at + timedelta(seconds=40))


def _confirmed(handin: HandIn, *, now: datetime) -> HandIn:
    from mapalus.apps.catalogue.actions import confirm
    from mapalus.apps.catalogue.models import HandInState

    if handin.stage is not HandInState.AWAITING_CONFIRMATION:  # a builder that was killed had come this far
        return handin
    return confirm(handin, by=actor(handin.turn, now=now), now=now)


def _returned(handin: HandIn, *, now: datetime) -> HandIn:
    from mapalus.apps.catalogue.actions import return_handin

    reason = (
        "Satu nilai cakupan lebih dari 100 dan satu sel wajib kosong. Perbaiki dua sel bertanda, lalu serahkan lagi."
    )
    return return_handin(handin, reason=reason, by=actor("diskominfo.op-walidata", now=now), now=now)


def _published(handin: HandIn, *, status: str, now: datetime) -> None:
    from mapalus.apps.catalogue.actions import decide_change, publish
    from mapalus.apps.catalogue.drifting import waits
    from mapalus.apps.catalogue.indicators import work_out_version
    from mapalus.apps.catalogue.models import FigureStatus

    for change in waits(handin):
        reason = "Sudah ditanyakan kepada produsen data: sesuai laporan (contoh)."
        decide_change(change, choice="benar", reason=reason, by=actor(handin.turn, now=now), now=now)
    version = publish(handin, status=FigureStatus(status), by=actor(handin.turn, now=now), now=now)
    work_out_version(version, now=now + timedelta(seconds=1))


def actor(position: str, *, now: datetime) -> Actor:
    """Whoever holds the position at that moment of the story; a vacancy falls upward, as everywhere."""
    from mapalus.project.demo import organisation

    return organisation.actor(position, now=now)


def dispute(clock: StoryClock) -> None:
    """K3: two lawful offices, two numbers for one fact; open, day 3 of 5."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.doors.ui import figures

    at = clock.moment(-3, "15:40")
    due = clock.day(2)
    reasons = {
        "kondisi-jalan": "Kemantapan 65,3 persen (survei PUPR, 928 km), sedangkan e-monev RKPD menulis 71,86 persen.",
        "kinerja-rkpd-jalan": "Kemantapan 71,86 persen, survei PUPR 65,3 persen: diduga memakai panjang lama 905 km.",
    }
    for name, reason in reasons.items():
        text = f"{reason} PUPR dan Bappeda menjawab sampai {figures.day(due, language='id')} (hari ke-3 dari 5)."
        actions.dispute(
            Dataset.objects.get(name=name), reason=text, by=actor("diskominfo.kabid-statistik", now=at), now=at
        )


# --- what is owed ------------------------------------------------------------------------------------------------


def owe(province: Province, clock: StoryClock) -> None:
    """What the story says is late although something of it came, or comes only now."""
    for file in EXPECTED:
        period = said(period_of(clock, FILES[file].period, 0))
        expect(province, clock, file, period=period, now=clock.moment(0, "08:00"))
        if file in REMINDED:
            satudata_calls.remind(FILES[file].dataset, now=clock.moment(0, "08:20"))
    satudata_calls.call(clock)
    satudata_calls.read_until(clock.moment(0, "00:00"))


def expect(province: Province, clock: StoryClock, file: str, *, period: str, now: datetime) -> None:
    """Set the deadline of a file's own period, as the table of hand-ins has it."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import Dataset
    from mapalus.apps.ledger.platform import PLATFORM

    day = MOVED.get(file, province.deadlines[file])
    if day is None:
        return
    due_at = clock.moment(day, BY.get(file, "16:00"))
    dataset = Dataset.objects.get(name=FILES[file].dataset)
    actions.expect(dataset, period=period, due_at=due_at, by=PLATFORM, now=now)


def count_in_time(clock: StoryClock) -> None:
    """B10: what the catalogue itself counts from deadlines and publications."""
    from mapalus.apps.catalogue.indicators import work_out_version
    from mapalus.apps.catalogue.punctuality import hand_in_count

    at = clock.moment(0, "09:51")
    version = hand_in_count(now=at)
    if version is not None:
        work_out_version(version, now=at)


def fill_datasets(clock: StoryClock) -> None:
    """What cases become for everybody: the datasets of their packs, and what their indicators say."""
    from mapalus.apps.cases import datasets
    from mapalus.apps.catalogue.indicators import work_out_version

    at = clock.moment(0, "09:51")
    for filled in datasets.fill_all(now=at):
        if filled.version is not None:
            work_out_version(filled.version, now=at)


def write_samples(province: Province, folder: Path) -> None:
    """The files themselves, for a guided tour: drop them into the browser as an operator would."""
    folder.mkdir()
    for file in FILES:
        made = make(province, file)
        (folder / f"{file} {made.name}").write_bytes(made.content)


def _mark(folder: Path, clock: StoryClock, *, is_whole: bool) -> None:
    """What was built, and until where; everything in the ledger is sealed by now, also where nothing is served."""
    from mapalus.apps.ledger.models import Entry
    from mapalus.apps.ledger.sealer import seal_all
    from mapalus.doors.ui.context import GROWING

    seal_all(now=present())
    mark = {
        "day_zero": clock.day_zero.isoformat(),
        "release": mapalus.__version__,
        "built_at": present().isoformat(),
        "is_whole": is_whole,
        "last_entry": Entry.objects.order_by("-id").values_list("id", flat=True).first() or 0,
    }
    if is_whole:
        (folder / GROWING).unlink(missing_ok=True)
    else:
        (folder / GROWING).touch()  # every page says that more is coming
    fresh = folder / f"{MARK}.baru"
    fresh.write_text(json.dumps(mark, indent=1), encoding="utf-8")
    fresh.replace(folder / MARK)


if __name__ == "__main__":
    raise SystemExit(main())
