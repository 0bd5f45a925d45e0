"""`mapalus ledger verify | checkpoint`: is what is written still what was written?"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from mapalus.engine.errors import Refused
from mapalus.engine.text import _, translate
from mapalus.project import home

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    """Exit 0: whole; 1: damaged, with the places named; 2: could not be looked at."""
    parser = argparse.ArgumentParser(prog="mapalus ledger")
    parser.add_argument("--data-dir", default="")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help=translate(_("find any changed, missing or added row")))
    verify.add_argument("--checkpoint", help=translate(_("a file with a checkpoint published earlier")))
    verify.add_argument("--public-key", default="", help=translate(_("the key the checkpoint must be signed with")))
    verify.add_argument("--json", action="store_true")
    verify.add_argument("--data-dir", default=argparse.SUPPRESS)
    publish = verbs.add_parser("checkpoint", help=translate(_("print a signed checkpoint, to be published")))
    publish.add_argument("--data-dir", default=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    home.expect_province(home.enter(given.data_dir))
    return _publish() if given.verb == "checkpoint" else _verify(given)


def _verify(given: argparse.Namespace) -> int:
    from django.conf import settings

    from mapalus.apps.ledger import checkpoint
    from mapalus.apps.ledger.verify import verify

    kept = Path(settings.DATA_DIR) / "ledger" / "checkpoint.json"
    chosen = Path(given.checkpoint) if given.checkpoint else kept
    said = None
    if given.checkpoint or kept.exists():
        said = checkpoint.opened(_read(chosen), public_key=given.public_key)
    verdict = verify(checkpoint=said)
    if given.json:
        flaws = [{"kind": flaw.kind, **flaw.data, "message": flaw.say()} for flaw in verdict.flaws]
        print(json.dumps({**vars(verdict), "whole": verdict.is_whole, "flaws": flaws}, ensure_ascii=False))
    else:
        print(verdict.say())
        for flaw in verdict.flaws[1:]:
            print(f"  {flaw.say()}", file=sys.stderr)
    return 0 if verdict.is_whole else 1


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Refused("checkpoint", _("%(path)s cannot be read."), path=path) from None


def _publish() -> int:
    from django.conf import settings

    from mapalus.apps.ledger import checkpoint
    from mapalus.engine import clock

    seed = checkpoint.key_seed(secret=settings.SECRET_KEY, own=settings.LEDGER_KEY)
    line = checkpoint.signed(seed, now=clock.now())
    print(line or translate(_("The ledger is empty: there is nothing to sign yet.")))
    return 0 if line else 1
