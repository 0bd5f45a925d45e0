"""`mapalus pack run DIR [STORY] [--json]`: stories of a pack, step by step; without a story, all of them."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from mapalus.engine.errors import NotFound, Problem, Refused
from mapalus.engine.packs.pack import Pack, Story
from mapalus.engine.packs.play import Difference, StepRun, StoryRun, run_story
from mapalus.engine.text import _, translate

__all__ = ["as_json", "main", "tell"]

_REFUSED, _CLOCKS, _STEP = _("refused"), _("clocks"), _("step")
_ALSO = _("the form would also ask")
_LARGEST = 1_000_000  # bytes, as of every file of a pack
_UNREADABLE = _("%(file)s cannot be read.")
_NO_STORY = _("There is no story %(name)s in this pack; there are %(known)s.")


def main(arguments: Sequence[str]) -> int:
    """Exit 0 when everything is as told, 1 when something differs, 2 when the pack or the story cannot be read."""
    parser = argparse.ArgumentParser(
        prog="mapalus pack run", description=translate(_("Plays a story of a pack, step by step."))
    )
    parser.add_argument("folder", metavar="DIR", help=translate(_("the folder of the pack")))
    parser.add_argument(
        "story", metavar="STORY", nargs="?", help=translate(_("name or file of a story; without it, all of them"))
    )
    parser.add_argument("--json", action="store_true", help=translate(_("print one object")))
    options = parser.parse_args(arguments)
    try:
        from mapalus.engine.packs.loader import load_pack

        pack = load_pack(Path(options.folder))
        pack, stories = _chosen(pack, Path(options.folder), options.story)
        runs = [run_story(pack, story) for story in stories]
    except Problem as problem:
        if options.json:
            _print(json.dumps({"refused": {"code": problem.code, "message": problem.say()}}, ensure_ascii=False))
        print(problem.say(), file=sys.stderr)  # noqa: T201 - the command line speaks so
        return 2
    if options.json:
        objects = [as_json(run) for run in runs]
        _print(json.dumps(objects[0] if options.story else objects, ensure_ascii=False, indent=2))
    else:
        for run in runs:
            _print("\n".join(tell(run)))
    return 0 if all(run.as_told for run in runs) else 1


def _chosen(pack: Pack, folder: Path, wanted: str | None) -> tuple[Pack, list[Story]]:
    """The stories to play: all, one by its name, or one in a file, which need not be in the pack."""
    if wanted is None:
        return pack, [pack.stories[name] for name in sorted(pack.stories)]
    path = next((path for path in (Path(wanted), folder / wanted) if path.is_file()), None)
    if path is None:
        if wanted not in pack.stories:
            raise NotFound(_NO_STORY, name=wanted, known=", ".join(sorted(pack.stories)) or "-")
        return pack, [pack.stories[wanted]]
    inside = path.resolve().parent == (folder / "examples").resolve()
    if not inside or path.stem not in pack.stories:
        from mapalus.engine.packs.loader import load_texts

        pack = load_texts({**pack.files, f"examples/{path.stem}.yml": _text(path)})
    return pack, [pack.stories[path.stem]]


def _text(path: Path) -> str:
    """A story that stands outside the pack."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Refused("too-large", _UNREADABLE, file=path.name)
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused("not-text", _UNREADABLE, file=path.name) from error


def _print(text: str) -> None:
    print(text)  # noqa: T201 - the command line speaks so


# --- as JSON


def as_json(run: StoryRun) -> dict[str, Any]:
    """The run as one object; documented in docs/reference/cli.md."""
    return {
        "pack": run.pack,
        "version": run.version,
        "story": run.story.name,
        "title": run.story.title,
        "as_told": run.as_told,
        "steps": [_step(step) for step in run.steps],
        "differences": [_difference(found) for found in run.differences],
    }


def _step(step: StepRun) -> dict[str, Any]:
    return {
        "step": step.number,
        "line": step.line,
        "at": step.at.isoformat(),
        "act": step.act,
        "by": None if step.by is None else {"role": step.by.role, "person": step.by.person or step.by.role},
        "before": step.before or None,
        "after": step.after or None,
        "public": step.public,
        "turn": step.turn or None,
        "effects": list(step.effects),
        "clocks": {name: dict(clock) for name, clock in step.clocks.items()},
        "moved": [
            {
                "clock": moved.clock,
                "old": _day(moved.old.day if moved.old else None),
                "new": _day(moved.new.day if moved.new else None),
                "why": moved.why,
            }
            for moved in step.moved
        ],
        "values": dict(step.values),
        "refused": None
        if not step.refused
        else {"code": step.refused, "message": step.message, "fields": dict(step.fields)},
        "notes": list(step.notes),
        "differences": [_difference(found) for found in step.differences],
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {"what": found.what, "expected": found.expected, "got": found.got}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- in words


def tell(run: StoryRun) -> Iterator[str]:
    """The run in lines: each step, what it set off, and where it differs from what is told."""
    yield f"{run.story.title} ({run.story.name})"
    for step in run.steps:
        yield from _told(step)
    for found in run.differences:
        yield f"   ✗ then: {_words(found)}"
    yield "   " + (translate(_("as told")) if run.as_told else translate(_("NOT as told")))


def _told(step: StepRun) -> Iterator[str]:
    by = "" if step.by is None else f" ({step.by.role}{': ' + step.by.person if step.by.person else ''})"
    states = step.after if step.before in ("", step.after) else f"{step.before} -> {step.after}"
    yield f"{step.number:>3} {step.at:%Y-%m-%d %H:%M} {step.act}{by}: {states}"
    if step.refused:
        yield f"      {translate(_REFUSED)}: {step.refused}: {step.message}"
        yield from (f"        {name}: {sentence}" for name, sentence in step.fields.items())
    if step.effects:
        yield f"      {', '.join(step.effects)}"
    for moved in step.moved:
        old, new = (_day(due.day) if due else None for due in (moved.old, moved.new))
        yield f"      {moved.clock}: {old or '-'} -> {new or '-'} ({moved.why})"
    running = [f"{name} {clock['due'] or '-'}" + _marks(clock) for name, clock in step.clocks.items()]
    if running:
        yield f"      {translate(_CLOCKS)}: {', '.join(running)}"
    if step.notes:
        yield f"      {translate(_ALSO)}: {', '.join(step.notes)}"
    yield from (f"   ✗ {translate(_STEP)} {step.number}: {_words(found)}" for found in step.differences)


def _marks(clock: Any) -> str:
    """In one character each: late, paused, ended."""
    return "".join(mark for key, mark in (("late", "!"), ("paused", "="), ("ended", ".")) if clock[key])


def _words(found: Difference) -> str:
    text = translate(_("%(what)s: told is %(expected)s, it is %(got)s"))
    return text % {"what": found.what, "expected": _shown(found.expected), "got": _shown(found.got)}


def _shown(value: Any) -> str:
    if value in (None, "", []):
        return translate(_("nothing"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
