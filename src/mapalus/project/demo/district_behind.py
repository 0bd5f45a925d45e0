"""What a small instance does in the background, in one process: jobs in its main thread, sealer and readers beside."""

from __future__ import annotations

import threading
from pathlib import Path

from mapalus.project import home
from mapalus.project.demo.district import be_quiet

__all__ = ["main"]


def main() -> int:
    home.enter()
    be_quiet()
    from django.conf import settings

    from mapalus.apps.jobs import worker
    from mapalus.apps.ledger import sealer
    from mapalus.engine import clock
    from mapalus.project.work import follow_ledger

    ending = threading.Event()
    lock = Path(settings.DATA_DIR) / "ledger" / "sealer.lock"

    def seal() -> None:
        sealer.run(lock_file=lock, stopping=ending.is_set)

    beside = [threading.Thread(target=seal, name="sealer"), threading.Thread(target=follow_ledger, args=(ending,))]
    for thread in beside:
        thread.daemon = True
        thread.start()
    try:
        worker.run()  # until TERM or INT
    finally:
        ending.set()
        for thread in beside:
            thread.join(5)
        sealer.seal_all(now=clock.now())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
