"""`mapalus doctor`: looks for what is wrong, names it, and with `--fix` removes what no row of the database names."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from mapalus.engine.text import _, translate
from mapalus.project import doctor_lake, home

__all__ = ["Finding", "examine", "main", "remove"]

_FRESH = timedelta(minutes=10)  # what changed within this may belong to something that still runs


@dataclass(frozen=True)
class Finding:
    """The answer to one question. `leftovers` may be removed; `is_mended` once they were."""

    name: str
    is_well: bool
    text: str  # message id
    data: dict[str, object] = field(default_factory=dict)
    leftovers: tuple[Path, ...] = ()
    orphans: tuple[str, ...] = ()  # folders of a lake elsewhere

    def say(self) -> str:
        return translate(self.text) % self.data

    def plain(self) -> dict[str, object]:
        """As `--json` prints it."""
        leftovers = [str(path) for path in self.leftovers]
        said = {"name": self.name, "well": self.is_well, "message": self.say(), "leftovers": leftovers}
        return {**said, "orphans": list(self.orphans)} if self.orphans else said


def main(arguments: Sequence[str]) -> int:
    """Exit 0: all is well; 1: something is wrong (and, without --fix, still there); 2: could not be looked at."""
    parser = argparse.ArgumentParser(prog="mapalus doctor")
    parser.add_argument("--data-dir", default="")
    parser.add_argument("--fix", action="store_true", help=translate(_("remove what nothing refers to")))
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    home.expect_province(home.enter(given.data_dir))
    from mapalus.engine import clock

    found = list(examine(now=clock.now()))
    if given.fix:
        removed = [path for finding in found for path in finding.leftovers]
        for path in removed:
            remove(path)
        gone = doctor_lake.remove_listed(now=clock.now()) if any(finding.orphans for finding in found) else 0
        found = list(examine(now=clock.now())) if removed or gone else found
    if given.json:
        print(json.dumps([finding.plain() for finding in found], ensure_ascii=False))
    else:
        for finding in found:
            print(f"{'✓' if finding.is_well else '✗'} {finding.say()}")
            for folder in finding.orphans:
                print(f"    {folder}")
    return 0 if all(finding.is_well for finding in found) else 1


def examine(*, now: datetime) -> Iterator[Finding]:
    """Every question in turn; when the database does not answer, nothing else can be asked."""
    from django.db import DatabaseError, InterfaceError

    try:
        database = _database()
    except (DatabaseError, InterfaceError) as error:
        yield Finding("database", False, _("The database does not answer: %(error)s."), {"error": type(error).__name__})
        return
    yield database
    if not database.is_well:
        return
    questions: list[Callable[[datetime], Finding]] = [
        _writers,
        _ledger,
        _jobs,
        _sealer,
        _events,
        _versions,
        _streams,
        _sources,
        _packs,
        _effects,
        _leftovers,
        _disk,
    ]
    for question in questions:
        yield question(now)


def _database() -> Finding:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    pending = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if pending:
        return Finding("database", False, _("The database waits for %(count)s changes: run `mapalus manage migrate`."),
                       {"count": pending})  # fmt: skip
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            said = str(cursor.fetchone()[0])
        if said != "ok":
            return Finding("database", False, _("The database file is damaged: %(said)s."), {"said": said})
    return Finding("database", True, _("The database answers and is up to date."))


def _writers(now: datetime) -> Finding:
    """Nobody holds the write lock for longer than a writer waits."""
    from django.db import connection

    well = Finding("writers", True, _("Nobody keeps writers waiting."))
    if connection.vendor != "sqlite":
        return well
    from mapalus.project.sqlite.queue import holder

    first = holder(str(connection.settings_dict["NAME"]))
    seconds = int(now.timestamp() - first.since) if first is not None else 0
    longest = int(connection.settings_dict["OPTIONS"].get("queue_seconds", 0))
    if first is None or not (first.is_stopped or seconds >= longest):
        return well
    text = _(
        "Process %(pid)s holds the write lock for %(seconds)s seconds: %(command)s. End it with `kill -9 %(pid)s`."
    )
    if first.is_stopped:
        text = _(
            "Process %(pid)s was stopped while it wrote and holds the write lock for %(seconds)s seconds: %(command)s. "
            "Wake it with `kill -CONT %(pid)s` or end it with `kill -9 %(pid)s`; nothing that was confirmed is lost."
        )
    return Finding("writers", False, text, {"pid": first.pid, "seconds": seconds, "command": first.command})


def _ledger(now: datetime) -> Finding:
    from django.conf import settings

    from mapalus.apps.ledger import checkpoint
    from mapalus.apps.ledger.verify import verify

    kept = Path(settings.DATA_DIR) / "ledger" / "checkpoint.json"
    said = checkpoint.opened(kept.read_text(encoding="utf-8")) if kept.exists() else None
    verdict = verify(checkpoint=said)
    return Finding("ledger", verdict.is_whole, "%(said)s", {"said": verdict.say()})


def _jobs(now: datetime) -> Finding:
    from mapalus.apps.jobs.models import Job

    dead = Job.objects.dead().filter(problem__in=("bug", "worker-died")).select_related("task")
    if not dead.exists():
        return Finding("jobs", True, _("No job was given up."))
    names = sorted({job.task.task_path.rsplit(".", 1)[1] for job in dead})
    return Finding("jobs", False, _("%(count)s jobs were given up: %(names)s."),
                   {"count": dead.count(), "names": ", ".join(names)})  # fmt: skip


def _sealer(now: datetime) -> Finding:
    from mapalus.apps.ledger.models import Entry, Heartbeat

    waiting = Entry.objects.waiting().count()
    beat = Heartbeat.objects.filter(name="sealer").values_list("beat_at", flat=True).first()
    is_alive = beat is not None and now - beat < timedelta(seconds=15)
    if waiting and not is_alive:
        text = _("%(count)s entries wait for their seal and no sealer runs: start `mapalus work`.")
        return Finding("sealer", False, text, {"count": waiting})
    return Finding("sealer", True, _("No entry waits for a sealer."))


def _events(now: datetime) -> Finding:
    from mapalus.apps.ledger import beats

    for one in beats.beats_of(beats.STREAM, now=now):
        data = {"name": one.name.removeprefix(beats.STREAM), "seconds": int(one.silent), "behind": one.behind}
        if one.silent >= beats.SILENT:
            text = _(
                "The process that tells open boards what changed, %(name)s, was last heard %(seconds)s seconds ago."
            )
            return Finding("events", False, text, data)
        if not one.is_well:
            text = _("Open boards are told late: %(name)s is %(behind)s entries of the ledger behind.")
            return Finding("events", False, text, data)
    return Finding("events", True, _("Open boards are told what changes."))


def _versions(now: datetime) -> Finding:
    """Every version the database names lies whole in the lake; where that is elsewhere, nothing else lies there."""
    from mapalus.apps.catalogue import afar
    from mapalus.apps.catalogue.models import Version

    is_afar = afar.bucket() is not None
    whole = afar.there() if is_afar else set()
    missing = [
        str(version)
        for version in Version.objects.filter(removed_at__isnull=True)
        .select_related("dataset")
        .iterator(chunk_size=500)
        if not ((version.dataset.name, version.number) in whole if is_afar else _lies_here(version.lies_at))
    ]
    if missing:
        return Finding("versions", False, _("%(count)s versions are not in the lake, such as %(first)s."),
                       {"count": len(missing), "first": missing[0]})  # fmt: skip
    if is_afar:
        left = doctor_lake.look(now=now)
        if left:
            text = _(
                "%(count)s folders of the lake belong to nothing, such as %(first)s. "
                "`--fix` removes those that were listed before and are older than a day: %(ripe)s."
            )
            data = {"count": len(left), "first": left[0].folder, "ripe": sum(one.is_ripe for one in left)}
            return Finding("versions", False, text, data, orphans=tuple(one.folder for one in left))
    return Finding("versions", True, _("Every version lies in the lake."))


def _lies_here(folder: Path) -> bool:
    return (folder / "version.json").is_file() and (folder / "data.parquet").is_file()


def _streams(now: datetime) -> Finding:
    """Every acknowledged row lies on the disk until it is part of a version; no stream stumbled a short while ago."""
    from mapalus.apps.catalogue import stumbles
    from mapalus.apps.catalogue.models import StreamSegment

    waiting = StreamSegment.objects.waiting()
    missing = [one.folder for one in waiting if not (one.path / "good.parquet").is_file()]
    if missing:
        return Finding("streams", False, _("%(count)s batches of a stream are not on the disk, such as %(first)s."),
                       {"count": len(missing), "first": missing[0]})  # fmt: skip
    stumbled = list(stumbles.lately(now=now))
    if stumbled:
        said = "; ".join(f"{one.dataset} ({one.times} x, {one.doing}: {one.error})" for one in stumbled[:10])
        return Finding("streams", False, _("Streams that stumbled within the hour: %(said)s. No row is lost."),
                       {"said": said})  # fmt: skip
    return Finding("streams", True, _("Every acknowledged row of a stream is there."))


def _sources(now: datetime) -> Finding:
    """Every source has a keeper and its secrets, and has answered within its own schedule."""
    from mapalus.apps.catalogue import connecting, timetable
    from mapalus.apps.catalogue.models import Source, SourceState

    wrong: dict[str, list[str]] = {}
    for one in Source.objects.fetched().kept().exclude(state=SourceState.PAUSED).for_reading():
        every = timetable.read(one.schedule).interval(cadence=one.dataset.cadence)
        if one.keeper is None:
            wrong.setdefault(translate(_("without a keeper")), []).append(one.name)
        if missing := connecting.missing_secrets(one.connector, one.options):
            variables = ", ".join(connecting.variable(name) for name in missing)
            wrong.setdefault(translate(_("without their secret")), []).append(f"{one.name} ({variables})")
        if one.state == SourceState.VANISHED:
            wrong.setdefault(translate(_("vanished")), []).append(one.name)
        elif one.is_silent(now, every=every):
            wrong.setdefault(translate(_("silent for longer than their schedule")), []).append(one.name)
    if wrong:
        said = "; ".join(f"{what}: {', '.join(names[:10])}" for what, names in wrong.items())
        return Finding("sources", False, _("Sources that need somebody: %(said)s."), {"said": said})
    return Finding("sources", True, _("Every source is kept, has its secrets and answers."))


def _packs(now: datetime) -> Finding:
    """Every service was loaded as its folder says."""
    from mapalus.apps.cases.models import PackRefusal

    refused = list(PackRefusal.objects.all())
    if refused:
        first = (refused[0].problems or [{"message": ""}])[0]
        return Finding("packs", False, _("%(count)s packs were refused, such as %(name)s: %(why)s"),
                       {"count": len(refused), "name": refused[0].name, "why": first["message"]})  # fmt: skip
    return Finding("packs", True, _("Every pack was loaded."))


def _effects(now: datetime) -> Finding:
    """What cases have set off was done."""
    from mapalus.apps.cases.models import CaseEffect

    late = CaseEffect.objects.filter(done_at__isnull=True, queued_at__lt=now - timedelta(hours=1))
    kinds = sorted(set(late.values_list("kind", flat=True)))
    if kinds:
        return Finding("effects", False, _("What cases set off waits for more than an hour: %(kinds)s."),
                       {"kinds": ", ".join(kinds)})  # fmt: skip
    return Finding("effects", True, _("What cases set off was done."))


def _leftovers(now: datetime) -> Finding:
    found = tuple(_unnamed(now))
    if found:
        return Finding("leftovers", False, _("%(count)s files or folders belong to nothing, such as %(first)s."),
                       {"count": len(found), "first": found[0]}, found)  # fmt: skip
    return Finding("leftovers", True, _("Nothing lies about that no row names."))


def _unnamed(now: datetime) -> Iterator[Path]:
    """What killed processes left: half-made folders, versions without a row, bytes nobody handed in."""
    from mapalus.apps.catalogue import places
    from mapalus.apps.catalogue.models import HandIn, HarvestRun, Run, RunState, Version
    from mapalus.engine.data import lake, snapshot

    running = list(Run.objects.filter(state=RunState.RUNNING).values_list("pk", "dataset__name", "number"))
    kept_versions = Version.objects.filter(removed_at__isnull=True)
    versions = set(kept_versions.values_list("dataset__name", "number"))
    named = set(Run.objects.exclude(folder="").values_list("folder", flat=True))
    taken = {(name, number) for _pk, name, number in running if number is not None}
    kept = {name for model in (HandIn, Run, Version) for name in model.objects.values_list("snapshot", flat=True)}
    found = [
        *lake.leftovers(places.lake(), versions | taken),
        *(path for path in lake.leftovers(places.held(), set()) if places.below(path) not in named),
        *snapshot.leftovers(places.snapshots(), kept),
    ]
    found += _unnamed_files(now)
    found += _unnamed_harvests(now)
    found += _unnamed_segments(now)
    kept_keys = HarvestRun.objects.exclude(deleted="").values_list("deleted", flat=True)
    found = [path for path in found if path.name not in set(kept_keys)]
    alive = {f"run-{pk}" for pk, _name, _number in running} | _trials()
    if places.workshop().is_dir():
        there = [path for path in places.workshop().iterdir() if path.name != "streams"]
        found += [path for path in there if path.name.partition(".")[0] not in alive]
    # While a check runs, what it writes at this moment is its own.
    recent = (now - _FRESH).timestamp() if running else float("inf")
    yield from (path for path in found if path.exists() and path.stat().st_mtime < recent)


def _trials() -> set[str]:
    """Workshops of sources that are being tried out at this moment."""
    from mapalus.apps.catalogue.models import HarvestRun

    running = HarvestRun.objects.filter(is_trial=True, ended_at=None).values_list("pk", flat=True)
    return {f"trial-{key}" for key in running}


def _unnamed_harvests(now: datetime) -> list[Path]:
    """What interrupted harvests left of sources that nobody asks any more, and what nobody went on with for a week."""
    from mapalus.apps.catalogue import places
    from mapalus.apps.catalogue.models import Source

    if not places.harvests().is_dir():
        return []
    asked = {str(key) for key in Source.objects.fetched().kept().values_list("pk", flat=True)}
    folders = [path for path in places.harvests().iterdir() if path.is_dir()]
    old = (now - timedelta(days=7)).timestamp()
    left = [path / "into" for path in folders if path.name in asked and (path / "into").is_dir()]
    return [path for path in folders if path.name not in asked] + [path for path in left if path.stat().st_mtime < old]


def _unnamed_files(now: datetime) -> list[Path]:
    """Files of cases that no row names. Bytes come before their row, so what is fresh may still get one."""
    from mapalus.apps.cases import files
    from mapalus.apps.cases.models import CaseFile
    from mapalus.engine.data import snapshot

    known = set(CaseFile.objects.values_list("sha256", flat=True))
    old = (now - _FRESH).timestamp()
    return [path for path in snapshot.leftovers(files.folder(), known) if path.stat().st_mtime < old]


def _unnamed_segments(now: datetime) -> list[Path]:
    """Batches nobody was told about, or that are in a version by now. What is fresh may be written at this moment."""
    from mapalus.apps.catalogue.models import StreamSegment
    from mapalus.apps.catalogue.streaming import streams

    if not streams().is_dir():
        return []
    waiting = {Path(folder).name for folder in StreamSegment.objects.waiting().values_list("folder", flat=True)}
    found = [path for path in streams().glob("*/segments/*") if path.name not in waiting]
    found += streams().glob("*/.building/*")
    old = (now - _FRESH).timestamp()
    return [path for path in found if path.exists() and path.stat().st_mtime < old]


def _disk(now: datetime) -> Finding:
    from django.conf import settings

    usage = shutil.disk_usage(settings.DATA_DIR)
    is_well = usage.free > 500 * 1024 * 1024
    text = _("%(free)s GB of %(total)s GB are free.")
    return Finding("disk", is_well, text, {"free": usage.free // 10**9, "total": usage.total // 10**9})


def remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
