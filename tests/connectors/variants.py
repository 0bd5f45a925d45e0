"""A table of answers that real systems give, and what a harvest makes of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mapalus.engine.errors import Problem
from mapalus.engine.harvest import registry
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings
from tests.connectors.served import Request, Response, serving

__all__ = ["SECRET", "Answer", "around", "brought", "fails", "offered", "rows"]

SECRET = "rahasia-9d2f"
Answer = Callable[[Request], Response]


def around(**changed: Any) -> Surroundings:
    return Surroundings(**{"secret": lambda name: SECRET, "allowed": ("127.0.0.1", "localhost"), **changed})


def _options(options: dict[str, Any], url: str) -> dict[str, Any]:
    return {name: value.replace("{url}", url) if isinstance(value, str) else value for name, value in options.items()}


def brought(connector: str, answer: Answer, into: Path, mark: str = "", /, **options: Any) -> Harvest | None:
    """What one harvest brings; `{url}` in an option is the address of the host."""
    into.mkdir(exist_ok=True)
    with serving(answer) as served:
        source = registry.connector(connector).open(_options(options, served.url), around())
        return source.harvest(mark=mark, into=into)


def rows(harvest: Harvest | None) -> list[dict[str, Any]]:
    assert harvest is not None
    return [json.loads(line) for line in harvest.path.read_text(encoding="utf-8").splitlines()]


def offered(connector: str, answer: Answer, /, **options: Any) -> list[Offering]:
    with serving(answer) as served:
        shelf = registry.connector(connector).shelf(_options(options, served.url), around())
        assert shelf is not None
        return list(shelf.offered())


def fails(
    kind: type[Problem], connector: str, answer: Answer, into: Path, /, *, says: str = "", **options: Any
) -> None:  # fmt: skip
    """A harvest ends in one clean sentence of this kind."""
    with pytest.raises(kind) as problem:
        brought(connector, answer, into, **options)
    sentences = [problem.value.say(language=language) for language in ("id", "en")]
    assert all(one and "%(" not in one and SECRET not in one and "Traceback" not in one for one in sentences)
    assert says in sentences[1]
