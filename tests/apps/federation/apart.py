"""In a process of its own: a district's Mapalus with a database and a ledger of its own, served on a port.

`apart FOLDER PORT` makes it where it is not there, serves it, and does what stands on its standard input, a line each:
`publish NUMBER` another version, `withhold CODE`, `embargo CODE ISO`, `clock ISO`, `end`, `die-at WORDS` (kill -9 in
the middle of the next answer whose address holds these words). Each is answered by a line.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import django

_deadly: list[str] = []


def main(folder: Path, port: int) -> None:
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from django.core.wsgi import get_wsgi_application

    from mapalus.apps.federation.models import Instance

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nobody listens."""

    if not Instance.objects.exists():
        _prepare(folder)
    inner = get_wsgi_application()

    def answer(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        if any(words in environ["PATH_INFO"] for words in _deadly):
            os.kill(os.getpid(), signal.SIGKILL)
        return inner(environ, start)

    with make_server("127.0.0.1", port, answer, WSGIServer, Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("ready", flush=True)
        for line in sys.stdin:
            _do(*line.split())
            print("done", flush=True)


def _prepare(folder: Path) -> None:
    from mapalus.apps.federation import actions
    from mapalus.apps.federation.actions import Line
    from mapalus.apps.federation.models import ShareKind
    from mapalus.apps.ledger.platform import PLATFORM
    from tests.apps.catalogue import cast
    from tests.apps.federation.cast import KEY, agreed, district, taking_part

    cast.people()
    district()
    cast.declared(folder)
    upstream = taking_part("http://127.0.0.1:9", is_upstream=True)
    actions.issue_key(upstream, key=KEY, by=PLATFORM, now=cast.NOW)
    agreed(upstream, [Line(ShareKind.DATASET, "dbd-mingguan", "DBD")])
    _do("publish", "41")


def _do(verb: str, *words: str) -> None:
    import mapalus.engine.clock as clock
    from mapalus.apps.directory.actor import official
    from mapalus.apps.federation import actions
    from mapalus.apps.federation.models import Agreement, Share
    from mapalus.apps.ledger.sealer import seal_all
    from tests.apps.catalogue import cast

    theirs = official("D-manado", "manado.kadis-kominfo", now=cast.NOW)
    assert theirs is not None
    if verb == "publish":
        _publish(words[0])
    elif verb == "clock":
        at = datetime.fromisoformat(words[0])
        clock.now = lambda: at
    elif verb == "die-at":
        _deadly[:] = words
    elif verb == "end":
        made = Agreement.objects.get(state="in-force")
        actions.end_agreement(made, reason="Pindah sistem", by=theirs, now=cast.NOW)
    else:
        share = Share.objects.get(agreement__state="in-force", code=words[0])
        until = datetime.fromisoformat(words[1]) if verb == "embargo" else None
        actions.withhold(share, is_shared=verb == "embargo", embargo_until=until, by=theirs, now=cast.NOW)
    seal_all(now=cast.NOW)


def _publish(number: str) -> None:
    from mapalus.apps.catalogue import actions, checking
    from mapalus.apps.catalogue.models import Dataset, FigureStatus
    from mapalus.apps.ledger.platform import PLATFORM
    from tests.apps.catalogue import cast

    text = cast.GOOD.replace("71.71,Siti Contoh,45,41", f"71.71,Siti Contoh,45,{number}")
    handin = actions.hand_in(
        Dataset.objects.get(name="dbd-mingguan"), snapshot=cast.kept_bytes(text),
        file_name="dbd.csv", period="2026-W45", key=f"apart-{number}", by=PLATFORM, now=cast.NOW, is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=cast.NOW)
    for change in handin.changes.filter(state="waiting"):
        change.state = "decided"
        change.save()
    actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=cast.NOW)


if __name__ == "__main__":
    django.setup()
    main(Path(sys.argv[1]), int(sys.argv[2]))
