"""Trying a source out: fetched once into a folder that is thrown away, looked at, checked; nothing is kept of the rows.

What is kept is a look: the columns, the first rows with personal values masked, what a check says, and for a dataset
without a contract the one that its columns suggest.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog

from mapalus.apps.catalogue import connecting, contracts, harvest_acts, places
from mapalus.apps.catalogue.harvesting import Broken, Stopwatch, tell_job
from mapalus.apps.catalogue.models import Dataset, HarvestOutcome, HarvestRun
from mapalus.engine.errors import Problem, Unavailable
from mapalus.engine.text import _

if TYPE_CHECKING:
    from mapalus.engine.data.contract import Contract

__all__ = ["ROWS", "try_out"]

ROWS = 10
log = structlog.get_logger()


def try_out(run: HarvestRun, *, now: datetime) -> HarvestRun:
    """Fetch it whole, as the first time, and look. Done twice, the second look counts."""
    if run.stage is not HarvestOutcome.RUNNING:
        return run
    clock, problem, look = Stopwatch(now), None, {}
    workshop = places.workshop() / f"trial-{run.pk}"
    shutil.rmtree(workshop, ignore_errors=True)
    workshop.mkdir(parents=True)
    try:
        look = _look(run, workshop)
    except Problem as refused:
        problem = refused
    except OSError as error:
        problem = Unavailable(_("The source does not answer: %(error)s."), error=error.strerror or str(error))
    except Exception as error:
        log.exception("trial_broken", source=run.source.name, connector=run.source.connector)
        problem = Broken(error=type(error).__name__)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)
    return harvest_acts.end_trial(run, look=look, problem=problem, now=clock.now())


def _look(run: HarvestRun, workshop: Path) -> dict[str, Any]:
    from mapalus.engine.data.check import check  # late: it brings the table engine
    from mapalus.engine.data.glance import first_rows

    source = run.source
    (into := workshop / "into").mkdir()
    opened = connecting.open_source(source.connector, source.options, unit=source.unit_code, tell=tell_job)
    opened.check()
    brought = opened.harvest(mark="", into=into)
    if brought is None:
        raise Unavailable(_("The source says that it has nothing, although it was asked for everything."))
    path = into / _safe(brought.name)
    if path != brought.path:
        path.symlink_to(brought.path)
    contract = source.dataset.contract
    kept = contracts.load(contract.path.parent) if contract is not None else None
    outcome = check(path, contract=kept, out=workshop, progress=tell_job, language="id")
    return {
        "file": brought.name,
        "size": brought.path.stat().st_size,
        "rows": outcome.rows,
        "rows_bad": outcome.bad_rows,
        "extent": str(brought.extent),
        "notes": [[text, {key: str(value)[:200] for key, value in data.items()}] for text, data in brought.notes][:20],
        "columns": [[field.name, field.title or field.name, field.type] for field in outcome.contract.fields],
        "first": first_rows(outcome.good, contract=outcome.contract, number=ROWS),
        "errors": _errors(outcome.report),
        "verdict": outcome.reason,
        "proposed": _proposed(outcome.contract, source.dataset) if kept is None else "",
    }


def _errors(report: Mapping[str, Any]) -> list[list[Any]]:
    """What a check finds: code, column, how many; the most frequent first. No value: it may be a personal one."""
    counts = report.get("error_counts") or {}
    found = [[code, field, int(n)] for code, fields in counts.items() for field, n in fields.items()]
    return sorted(found, key=lambda one: (-one[2], one[0], one[1]))[:20]


def _proposed(contract: Contract, dataset: Dataset) -> str:
    """What the columns suggest, with what the data list knows; a person reads it before it counts."""
    marks = {
        "unit": dataset.unit_code,
        "producer": f"pos:{dataset.producer_code}",
        "cadence": dataset.cadence,
        "classification": dataset.classification,  # what is personal is masked either way
    }
    from mapalus.engine.data.readings import anonymous

    # an example of a personal column is nobody's
    fields = tuple(
        anonymous(field) if field.is_personal and "open" in field.mapalus else field for field in contract.fields
    )
    named = replace(
        contract, fields=fields, name=dataset.name, title=dataset.title, description=dataset.description, mapalus=marks
    )
    return contracts.written(named)


def _safe(name: str) -> str:
    return "".join(sign if sign.isalnum() or sign in "._- ()" else "_" for sign in name)[-120:].lstrip(".") or "data"
