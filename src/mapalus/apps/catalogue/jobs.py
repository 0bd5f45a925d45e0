"""The catalogue's jobs. They call actions and hold no logic."""

from __future__ import annotations

from mapalus.apps.jobs.job import job

__all__ = ["check_handin", "index_rows"]


@job(attempts=4)
def check_handin(handin_id: int) -> None:
    """Check one hand-in. Safe to run again: what a dead run left is taken up or thrown away."""
    from mapalus.apps.catalogue.checking import check
    from mapalus.apps.catalogue.models import HandIn
    from mapalus.engine.clock import now

    check(HandIn.objects.select_related("dataset", "contract").get(pk=handin_id), now=now())


@job(attempts=4)
def index_rows(dataset: str, folder: str) -> None:
    """Index the rows of a version that were published before they were. Safe to run again."""
    from mapalus.apps.catalogue import afar, places
    from mapalus.engine.data import lake

    found = lake.place(places.lake(), dataset=dataset, number=int(folder.removeprefix("v")))
    if (found / "version.json").exists():  # else it was never accepted, or retention has taken it
        lake.index_rows(lake.VersionFolder(found))
        afar.bring(found)
