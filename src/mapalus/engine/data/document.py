"""A contract as a file: strict JSON or YAML of bounded size, without tags, anchors or keys that occur twice."""

from __future__ import annotations

import json
from pathlib import Path

from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["BadContract", "read_document"]

LIMIT_BYTES = 8_000_000  # far above any contract written by a person
LIMIT_DEPTH = 40


class BadContract(Invalid):
    """A contract that cannot be used; `where` names the place, `allowed` what would fit."""

    code = "bad-contract"
    text = _("This contract cannot be used.")


def read_document(path: Path) -> object:
    """YAML (JSON is YAML, too) of bounded size, without tags, anchors or duplicate keys."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise BadContract(_("There is no contract at %(path)s."), path=str(path)) from error
    if size > LIMIT_BYTES:
        raise BadContract(_("The contract %(path)s is too large to be one written by people."), path=str(path))
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadContract(_("The contract %(path)s is not readable UTF-8 text."), path=str(path)) from error
    if path.suffix.lower() == ".json":
        return _read_json(text, path)
    return _read_yaml(text, path)


def _read_json(text: str, path: Path) -> object:
    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        seen: dict[str, object] = {}
        for key, value in items:
            if key in seen:
                raise BadContract(_("The contract %(path)s has the key %(key)s twice."), path=path.name, key=key)
            seen[key] = value
        return seen

    try:
        document: object = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise BadContract(_("The contract %(path)s is not JSON: %(error)s."), path=path.name, error=error) from error
    return document


def _read_yaml(text: str, path: Path) -> object:
    from mapalus.engine.data.strict_yaml import YamlProblem, load_yaml

    try:
        return load_yaml(text, depth=LIMIT_DEPTH)
    except YamlProblem as error:
        raise BadContract(
            _("The contract %(path)s is not plain YAML: line %(line)s: %(error)s."),
            path=path.name,
            line=error.line,
            error=error,
        ) from error
