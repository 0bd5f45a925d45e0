"""`mapalus bench [NAME]`: run the benchmarks of a checkout, each a table with ratios to the peers it names."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from mapalus.engine.errors import NotFound
from mapalus.engine.text import _

__all__ = ["main"]

_HOME = Path(__file__).resolve().parents[3]


def main(arguments: Sequence[str]) -> int:
    """Run one benchmark, or all; the exit code is that of the first that fails."""
    folder = _HOME / "benchmarks"
    known = sorted(path.stem for path in folder.glob("[a-z]*.py"))
    if not known:
        raise NotFound(_("The benchmarks are in the source checkout; this installation has none."))
    names = [arguments[0]] if arguments and not arguments[0].startswith("-") else []
    for name in names:
        if name not in known:
            raise NotFound(
                _("There is no benchmark %(name)s. There are: %(known)s."), name=name, known=", ".join(known)
            )
    worst = 0
    for name in names or known:
        print(f"{name}\n{'-' * len(name)}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}", *arguments[len(names) :]], cwd=_HOME, check=False
        )
        worst = worst or done.returncode
    return worst
