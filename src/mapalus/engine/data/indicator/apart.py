"""A statement in a process of its own: whatever it builds, the process ends at its bounds, and nothing else with it.

DuckDB does not count what a single function builds (`lpad('x', 2000000000, 'y')`) and looks at the clock between
chunks only. So the operating system counts memory, and who asked ends the process when its time is over.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from mapalus.engine.errors import Misconfigured
from mapalus.engine.text import _

__all__ = ["Asked", "answered"]

_GRACE: Final = 5.0  # seconds to start and to end in
_MARGIN: Final = 1000 * 1024**2  # bytes beside the memory of the database: the interpreter, threads, the answer
_LONGEST: Final = 200  # characters of a cell


@dataclass(frozen=True)
class Asked:
    """`views`: names with what stands behind FROM for each; `files`: those that may be read; `memory` in bytes."""

    statement: str
    views: Sequence[tuple[str, str]]
    files: Sequence[str]
    seconds: float
    memory: int
    most_rows: int


def answered(asked: Asked) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """Names of the columns, and the rows: numbers and texts. Raises `Misconfigured` where there is no answer."""
    command = [sys.executable, "-I", "-m", __name__]
    try:
        done = subprocess.run(
            command, input=json.dumps(asdict(asked)).encode(), capture_output=True, env={}, check=False,
            timeout=asked.seconds + _GRACE,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise _too_long(asked) from None
    if done.returncode:
        raise Misconfigured(_("The statement needs more memory than it is given."))
    told = json.loads(done.stdout)
    if told.get("is_late"):
        raise _too_long(asked)
    if told.get("is_large"):
        raise Misconfigured(_("The statement needs more memory than it is given."))
    if "error" in told:
        raise Misconfigured(_("The statement cannot be worked out: %(reason)s"), reason=told["error"])
    return tuple(told["names"]), [tuple(row) for row in told["rows"]]


def _too_long(asked: Asked) -> Misconfigured:
    return Misconfigured(_("The statement takes longer than %(seconds)s seconds."), seconds=int(asked.seconds))


# --- in the process itself ------------------------------------------------------------------------------------------


def _main() -> None:
    given = json.loads(sys.stdin.buffer.read())
    _bound(int(given["memory"]))
    sys.stdout.buffer.write(json.dumps(_told(given)).encode())


def _bound(memory: int) -> None:
    try:
        import resource
    except ImportError:  # not on this system: time and the database's own limits hold
        return
    most = memory + _MARGIN
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _told(given: dict[str, Any]) -> dict[str, Any]:
    import duckdb

    try:
        return _asked(given)
    except duckdb.InterruptException:
        return {"is_late": True}
    except (duckdb.OutOfMemoryException, MemoryError):
        return {"is_large": True}
    except duckdb.Error as error:
        return {"error": str(error).splitlines()[0][:300]}


def _asked(given: dict[str, Any]) -> dict[str, Any]:
    from mapalus.engine.data.indicator.reducing import session

    with session(memory=f"{given['memory']}B") as connection:
        for name, source in given["views"]:
            connection.execute(f'CREATE VIEW "{name}" AS SELECT * FROM {source}')
        listed = ", ".join("'" + one.replace("'", "''") + "'" for one in given["files"])
        for setting in (f"allowed_paths = [{listed}]", "temp_directory = ''", "max_temp_directory_size = '0KB'",
                        "enable_external_access = false", "autoinstall_known_extensions = false",
                        "autoload_known_extensions = false", "lock_configuration = true"):  # fmt: skip
            connection.execute(f"SET {setting}")
        timer = threading.Timer(given["seconds"], connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            statement = given["statement"].strip().rstrip(";")
            answer = connection.execute(f"SELECT * FROM (\n{statement}\n) LIMIT {given['most_rows'] + 1}")
            names = [str(column[0]).lower() for column in answer.description]
            rows = [[_cell(value) for value in row] for row in answer.fetchall()]
        finally:
            timer.cancel()
    return {"names": names, "rows": rows}


def _cell(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else str(value)[:_LONGEST]


if __name__ == "__main__":
    _main()
