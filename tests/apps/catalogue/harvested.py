"""In a process of its own: a source of the small connector, and a worker that harvests it; it may hang on the way."""

import sys
from pathlib import Path

import django


def main(verb: str, folder: Path) -> None:
    from mapalus.apps.catalogue import setting_off
    from mapalus.apps.catalogue.models import Dataset, HarvestRun, Source
    from mapalus.apps.jobs import worker
    from mapalus.engine import clock
    from mapalus.engine.harvest import registry
    from tests.apps.catalogue import cast, sourcing

    registry._points = sourcing.installed  # type: ignore[assignment]
    if verb == "prepare":
        cast.people()
        rows = "".join(f"71.{n:02},Siti Contoh,{1 + n % 50},{n}\n" for n in range(60))
        system = sourcing.put(folder / "sistem", cast.GOOD.splitlines()[0] + "\n" + rows, hang=320)
        made = sourcing.source(cast.declared(folder), system, now=clock.now())
        Source.objects.filter(pk=made.pk).update(next_at=clock.now())
        setting_off.set_off(now=clock.now())  # as the schedule would, within half a minute
    elif verb == "work":
        if len(sys.argv) > 3:
            _hang(sys.argv[3], folder / "there")
        worker.run()
    else:
        current, source = Dataset.objects.get().current, Source.objects.get()
        runs = list(HarvestRun.objects.values_list("outcome", flat=True))
        print(current.number if current else 0, current.rows_good if current else 0, bool(source.mark), *runs)


def _hang(place: str, flag: Path) -> None:
    """Stop for ever where a kill would hurt most."""
    import time

    from mapalus.apps.catalogue import checking, harvest_acts, steps

    def stop(*_args: object, **_kwargs: object) -> None:
        flag.write_text("there")
        time.sleep(600)

    module, name = {
        "before-the-check": (checking, "check"),
        "inside-the-publication": (steps, "say"),
        "before-the-end": (harvest_acts, "conclude"),
    }[place]
    setattr(module, name, stop)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], Path(sys.argv[2]))
