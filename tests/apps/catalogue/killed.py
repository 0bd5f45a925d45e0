"""In a process of its own: declare, publish version 1, hand in version 2, then check it; `hang` stops at a place."""

import sys
import time
from pathlib import Path

import django


def hang(place: str, flag: Path) -> None:
    """Stop for ever where a kill would hurt most."""
    from mapalus.apps.catalogue import actions, steps
    from mapalus.engine.data import lake, sidefile

    def stop(*_args: object, **_kwargs: object) -> None:
        flag.write_text("there")
        time.sleep(600)

    module, name = {
        "before-the-folder": (lake, "write_version"),
        "inside-the-folder": (sidefile, "build"),
        "before-the-row": (actions, "record_check"),
        "inside-the-publication": (steps, "say"),
    }[place]
    setattr(module, name, stop)


def main(verb: str, folder: Path) -> None:
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import Dataset, FigureStatus, HandIn
    from mapalus.apps.jobs import worker
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.engine import clock
    from mapalus.engine.errors import Conflict
    from tests.apps.catalogue import cast

    if verb == "prepare":
        cast.people()
        dataset = cast.declared(folder)
        first = cast.checked(cast.handed_in(dataset, PLATFORM, text=cast.GOOD))  # type: ignore[arg-type]
        actions.publish(first, status=FigureStatus.FINAL, by=PLATFORM, now=cast.NOW)
        cast.handed_in(dataset, PLATFORM, text=cast.MIXED, period="2026-W46")  # type: ignore[arg-type]
    elif verb == "decide":
        # Two at once: each looks, says that it is ready, waits for the word, and decides.
        act, place = sys.argv[3], sys.argv[4]
        handin = HandIn.objects.get(receipt__endswith="-00002")
        if handin.state == "received":
            handin = actions.confirm(cast.checked(handin), by=cast.actor("dinkes.kadis"), now=cast.NOW)
        if place not in ("go", "now"):
            hang(place, folder / "there")
        if place == "go":
            (folder / f"ready-{act}").touch()
            while not (folder / "go").exists():
                time.sleep(0.005)
        who = cast.actor("diskominfo.kabid-statistik" if act == "publish" else "diskominfo.kadis")
        try:
            if act == "publish":
                actions.publish(handin, status=FigureStatus.FINAL, by=who, now=cast.NOW)
            elif act == "return":
                actions.return_handin(handin, reason="Sitaro belum ada", by=who, now=cast.NOW)
            print("won")
        except Conflict as problem:
            print("conflict", problem.say(language="id"))
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
