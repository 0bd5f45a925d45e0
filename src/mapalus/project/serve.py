"""`mapalus serve`: pages and API in WSGI workers, the event stream in an ASGI process, all under one parent."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import sys
from collections.abc import Callable, Sequence

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _, translate
from mapalus.project import home
from mapalus.project.supervisor import Child, Supervisor

__all__ = ["children", "main", "refuse_taken", "run"]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="mapalus serve", description=translate(_("Serve pages, API and events.")))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", default="")
    parser.add_argument("--workers", type=int, default=2, help=translate(_("processes for pages")))
    parser.add_argument("--all", action="store_true", help=translate(_("also the background worker and the sealer")))
    given = parser.parse_args(arguments)
    home.enter(given.data_dir)
    home.prepare()
    return run(host=given.host, port=given.port, workers=given.workers, everything=given.all, when_ready=_announce)


def _announce(address: str) -> None:
    print(translate(_("Mapalus answers at %(address)s (end with Ctrl-C)")) % {"address": address}, flush=True)


def run(
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 2,
    everything: bool = False,
    when_ready: Callable[[str], None] | None = None,
    more: Sequence[Child] = (),
) -> int:
    """Serve until TERM or INT. `everything`: worker and sealer too. `when_ready` hears the address once it answers.

    `more`: children of somebody else's, ended before ours.
    """
    stream_port = int(os.environ.get("MAPALUS_STREAM_PORT") or port + 1)
    for wanted in (port, stream_port):
        refuse_taken(host, wanted)
    waiting = [when_ready] if when_ready is not None else []
    shown = f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104 - only compared

    def look() -> None:
        if waiting and _answers(host, port) and _answers(host, stream_port):
            waiting.pop()(shown)

    wanted_children = children(host=host, port=port, stream_port=stream_port, workers=workers)
    if everything:
        from mapalus.project import work

        wanted_children += work.children()
    return Supervisor([*more, *wanted_children], each_look=look).run()


def children(*, host: str, port: int, stream_port: int, workers: int) -> list[Child]:
    """The processes that answer requests."""
    granian = [sys.executable, "-m", "granian", "--log-level", "warning", "--no-ws", "--host", host]
    environment = {
        # `:8001` says: at the name by which the browser came, on this port. A proxy sets an address, or nothing.
        "MAPALUS_STREAM_URL": os.environ.get("MAPALUS_STREAM_URL", f":{stream_port}"),
        "MAPALUS_STREAM_PORT": str(stream_port),
    }
    web = [
        *granian, "--interface", "wsgi", "--port", str(port), "--workers", str(workers), "--blocking-threads", "4",
        "--blocking-threads-idle-timeout", "600", "--respawn-failed-workers", "--workers-kill-timeout", "10",
        "mapalus.project.wsgi:application",
    ]  # fmt: skip
    stream = [
        *granian, "--interface", "asgi", "--port", str(stream_port), "--workers", "1", "--loop", "asyncio",
        # More than it takes readers: whoever is one too many must hear so, and the probes an answer.
        "--backlog", "4096", "--backpressure", "11000", "--workers-kill-timeout", "3",
        "mapalus.project.asgi:application",
    ]  # fmt: skip
    return [Child("web", web, environment), Child("stream", stream, environment)]


def refuse_taken(host: str, port: int) -> None:
    """Raises `Misconfigured` where somebody else has the port, or nobody may have it."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except (OSError, OverflowError):
            raise Misconfigured(
                _("Port %(port)s of %(host)s cannot be used: another program has it, or it is not allowed."),
                advice=_("Choose another one with --port."),
                port=port,
                host=host,
            ) from None


def _answers(host: str, port: int) -> bool:
    """Whether a process of ours is ready there: the whole of it is loaded, so the first page is not slow."""
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=5)  # noqa: S104
    try:
        connection.request("GET", "/-/ready", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
