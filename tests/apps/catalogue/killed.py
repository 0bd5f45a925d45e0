"""In a process of its own: declare, publish version 1, hand in version 2, then check it; `hang` stops at a place."""

import sys
import time
from pathlib import Path

import django


def hang(place: str, flag: Path) -> None:
    """Stop for ever where a kill would hurt most."""
    from mapalus.apps.catalogue import actions
    from mapalus.engine.data import lake, rows

    def stop(*_args: object, **_kwargs: object) -> None:
        flag.write_text("there")
        time.sleep(600)

    module, name = {
        "before-the-folder": (lake, "write_version"),
        "inside-the-folder": (rows, "build"),
        "before-the-row": (actions, "record_check"),
    }[place]
    setattr(module, name, stop)


def main(verb: str, folder: Path) -> None:
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn
    from mapalus.apps.jobs import worker
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine import clock
    from tests.apps.catalogue import cast

    if verb == "prepare":
        cast.people()
        dataset = cast.declared(folder)
        first = cast.checked(cast.handed_in(dataset, PLATFORM, text=cast.GOOD))  # type: ignore[arg-type]
        actions.publish(first, status=FigureStatus.FINAL, by=PLATFORM, now=cast.NOW)
        cast.handed_in(dataset, PLATFORM, text=cast.MIXED, period="2026-W46")  # type: ignore[arg-type]
    elif verb == "work":
        if len(sys.argv) > 3:
            hang(sys.argv[3], folder / "there")
        worker.run()
    else:
        second = HandIn.objects.get(receipt__endswith="-00002")
        current = Dataset.objects.get().current
        assert current is not None
        assert clock.now()
        made = second.version
        print(second.state, current.number, made.number if made else 0, second.runs.count())


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], Path(sys.argv[2]))
