"""In a process of its own: a district's Mapalus with a database and a ledger of its own, served on a port.

`prepare FOLDER` makes it, `serve PORT` answers (kill it as you like), `publish NUMBER` hands in one more version.
"""

import sys
from pathlib import Path

import django


def main(verb: str, word: str) -> None:
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

    from django.core.wsgi import get_wsgi_application

    from mapalus.apps.directory.models import Unit
    from mapalus.apps.federation import actions
    from mapalus.apps.federation.actions import Line
    from mapalus.apps.federation.models import ShareKind
    from mapalus.apps.ledger.platform import PLATFORM
    from mapalus.apps.ledger.sealer import seal_all
    from tests.apps.catalogue import cast
    from tests.apps.federation.cast import KEY, agreed, district, taking_part

    if verb == "prepare":
        cast.people()
        district()
        cast.declared(Path(word))
        upstream = taking_part("http://127.0.0.1:9", is_upstream=True)
        actions.issue_key(upstream, key=KEY, by=PLATFORM, now=cast.NOW)
        agreed(upstream, [Line(ShareKind.DATASET, "dbd-mingguan", "DBD")])
        assert Unit.objects.filter(pk="manado").exists()
    if verb in ("prepare", "publish"):
        _publish(word if verb == "publish" else "0")
        seal_all(now=cast.NOW)
        return

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Nobody listens."""

    with make_server("127.0.0.1", int(word), get_wsgi_application(), WSGIServer, Quiet) as server:
        print("ready", flush=True)
        server.serve_forever()


def _publish(number: str) -> None:
    from mapalus.apps.catalogue import actions, checking
    from mapalus.apps.catalogue.models import Dataset, FigureStatus
    from mapalus.apps.ledger.platform import PLATFORM
    from tests.apps.catalogue import cast

    text = cast.GOOD + f"71.73,Ani Contoh,45,{number}\n"
    handin = actions.hand_in(
        Dataset.objects.get(name="dbd-mingguan"), snapshot=cast.kept_bytes(text), file_name="dbd.csv",
        period="2026-W45", key=f"apart-{number}", by=PLATFORM, now=cast.NOW, is_queued=False,
    )  # fmt: skip
    handin = checking.check(handin, now=cast.NOW)
    for change in handin.changes.filter(state="waiting"):
        change.state = "decided"
        change.save()
    actions.publish(handin, status=FigureStatus.FINAL, by=PLATFORM, now=cast.NOW)


if __name__ == "__main__":
    django.setup()
    main(sys.argv[1], sys.argv[2])
