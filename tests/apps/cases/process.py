"""In a process of its own: prepare, take an act, begin cases, work off jobs. It may be told to hang at a place."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import django


def wait_for_go(folder: Path) -> None:
    """All who are told to begin at once begin when the file appears."""
    (folder / f"ready-{os.getpid()}").touch()
    while not (folder / "go").exists():
        time.sleep(0.002)


def hang_at(place: str, flag: Path) -> None:
    """Stop for ever where a kill would hurt most."""
    from mapalus.apps.cases import outbox, steps
    from mapalus.apps.cases.models import CaseEffect

    def stop(*_args: object, **_kwargs: object) -> None:
        flag.write_text("there")
        time.sleep(600)

    if place == "after-the-state":
        steps.keep_clocks = stop
    elif place == "before-the-commit":
        outbox.queue = stop
    elif place == "after-the-notice":
        real = CaseEffect.save

        def save(self: CaseEffect, *args: object, **kwargs: object) -> None:
            stop() if self.kind == "notify" else real(self, *args, **kwargs)  # type: ignore[arg-type]

        CaseEffect.save = save  # type: ignore[assignment, method-assign]


def main(verb: str, folder: Path, *words: str) -> None:
    from mapalus.apps.cases import actions
    from mapalus.apps.cases.models import Case, PackVersion
    from mapalus.apps.jobs import worker
    from mapalus.engine.errors import Problem
    from tests.apps.cases import cast

    match verb:
        case "prepare":
            cast.organisation()
            cast.opened(cast.pack())
        case "take":
            case = Case.objects.get()
            act, value = words[0], {"klasifikasi": "pengaduan"} if words[0] == "verifikasi" else {}
            if "--go" in words:
                wait_for_go(folder)
            if len(words) > 1 and words[-1] != "--go":
                hang_at(words[-1], folder / "there")
            try:
                actions.take(
                    case, act=act, values=value, reason="alasan", expected=case.version, by=cast.hat(cast.KABID),
                    now=cast.NOW,
                )  # fmt: skip
                print("won")
            except Problem as problem:
                print(problem.code, problem.say(language="id"))
        case "begin":
            version, key = PackVersion.objects.get(), words[1] if len(words) > 1 else ""
            wait_for_go(folder)
            for _n in range(int(words[0])):
                made = actions.open_case(version, values=cast.VALUES, key=key, by=cast.CITIZEN, now=cast.NOW)
                print(made.case.number)
        case "work":
            if words:
                hang_at(words[0], folder / "there")
            worker.run()


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
