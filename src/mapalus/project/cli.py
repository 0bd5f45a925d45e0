"""The command `mapalus`. Verbs that need no province are dispatched before the web framework is imported."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from mapalus.engine.errors import Problem
from mapalus.engine.text import _, translate

__all__ = ["VERBS", "main"]

# verb -> (module with `main(arguments) -> exit code`, one line for the help)
VERBS: dict[str, tuple[str, str]] = {
    "demo": ("mapalus.project.demo", _("build a sample province (once) and serve it")),
    "serve": ("mapalus.project.serve", _("run the web server and the event stream")),
    "work": ("mapalus.project.work", _("run the background worker and the sealer")),
    "check": ("mapalus.engine.data.cli.check", _("check one file against a contract")),
    "infer": ("mapalus.engine.data.cli.infer", _("propose a contract for a file")),
    "contract": ("mapalus.engine.data.cli.contract", _("write a contract in another form, or read one from it")),
    "diff": ("mapalus.project.diff", _("what differs between two versions or two files, row by row")),
    "due": ("mapalus.engine.cli.due", _("reckon due dates from a table")),
    "pack": ("mapalus.engine.packs.cli", _("check, begin, play and bring up packs: check, new, run, upgrade")),
    "ingest": ("mapalus.project.ingest", _("fetch, check and publish into the running province")),
    "stream": ("mapalus.project.stream", _("take in rows one after another: intake, key, compact")),
    "source": ("mapalus.project.source", _("list, check and run the sources of the province")),
    "federation": ("mapalus.project.federation", _("join the province; see how the districts stand; ask one now")),
    "regions": ("mapalus.project.regions", _("list the regions; take or remove their boundaries")),
    "indicator": ("mapalus.project.indicator", _("check, compute, list indicators; where a value comes from")),
    "ledger": ("mapalus.project.ledger", _("verify the ledger")),
    "backup": ("mapalus.project.backup", _("write everything into one archive")),
    "restore": ("mapalus.project.restore", _("bring an archive back")),
    "doctor": ("mapalus.project.doctor", _("look for what is wrong, and mend what can be mended")),
    "bench": ("mapalus.project.bench", _("run the benchmarks")),
    "manage": ("mapalus.project.manage", _("commands of the web framework")),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb. Exit 0: done; 1: done, and something is wrong with the data; 2: could not be done."""
    os.environ.setdefault(
        "OPENBLAS_NUM_THREADS", "1"
    )  # numpy sums no matrices here: its waiting threads cost a tenth of a second
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0] in ("-h", "--help", "help"):
        print(usage())
        return 0 if words else 2
    verb = words[0]
    if verb not in VERBS:
        print(translate(_("There is no command %(verb)s.")) % {"verb": verb}, file=sys.stderr)
        print(usage(), file=sys.stderr)
        return 2
    run: Callable[[Sequence[str]], int] = import_module(VERBS[verb][0]).main
    try:
        return run(words[1:])
    except Problem as problem:
        print(problem.say(), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def usage() -> str:
    """The list of verbs, one line each."""
    width = max(map(len, VERBS))
    lines = [f"  {verb:<{width}}  {translate(line)}" for verb, (_module, line) in VERBS.items()]
    return "\n".join([translate(_("Usage: mapalus COMMAND [--help]")), *lines])


if __name__ == "__main__":
    raise SystemExit(main())
