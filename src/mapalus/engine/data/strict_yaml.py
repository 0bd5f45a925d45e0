"""YAML as people should write it: strings, numbers, true/false, null; nothing that runs, repeats or hides.

No tags, no anchors, no duplicate keys, bounded depth; dates stay text, and `no` is a word, not false (YAML 1.2).
"""

from __future__ import annotations

import re

import yaml

__all__ = ["YamlProblem", "dump_yaml", "load_yaml"]


class YamlProblem(ValueError):
    """The text is not plain YAML; `line` counts from 1."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


class _Loader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}


_CORE = (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", r"^[-+]?(?:0|[1-9][0-9]*)$", "-+0123456789"),
    (
        "tag:yaml.org,2002:float",
        r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$",
        "-+.0123456789",
    ),
)
for _tag, _form, _first in _CORE:
    _Loader.add_implicit_resolver(_tag, re.compile(_form), list(_first))


def _float(loader: _Loader, node: yaml.ScalarNode) -> float:
    return float(str(loader.construct_scalar(node)))


_Loader.add_constructor("tag:yaml.org,2002:float", _float)


def _int(loader: _Loader, node: yaml.ScalarNode) -> int:
    return int(str(loader.construct_scalar(node)))


_Loader.add_constructor("tag:yaml.org,2002:int", _int)


def _map(loader: _Loader, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:
    seen: set[object] = set()
    for key_node, _value in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool):
            raise YamlProblem("a key must be a word", key_node.start_mark.line + 1)
        if key in seen:
            raise YamlProblem(f"the key {key} occurs twice", key_node.start_mark.line + 1)
        seen.add(key)
    return yaml.constructor.BaseConstructor.construct_mapping(loader, node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _map)


def load_yaml(text: str, *, depth: int) -> object:
    """The one document in `text`; YamlProblem with a line where it is not plain YAML."""
    try:
        level = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise YamlProblem("anchors and aliases are not allowed", line)
            if getattr(event, "tag", None):
                raise YamlProblem("tags are not allowed", line)
            level += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if level > depth:
                raise YamlProblem("it is nested too deeply", line)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader with fewer powers
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(str(error.problem or error.context), mark.line + 1 if mark else 1) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, YamlProblem):
            raise
        raise YamlProblem(str(error).splitlines()[0], 1) from error


class _Dumper(yaml.SafeDumper):
    """Writes what `load_yaml` reads back: no aliases, lists indented, texts quoted where they would change."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_Dumper.yaml_implicit_resolvers = {key: list(value) for key, value in yaml.SafeDumper.yaml_implicit_resolvers.items()}
for _tag, _form, _first in _CORE:
    _Dumper.add_implicit_resolver(_tag, re.compile(_form), list(_first))


def dump_yaml(document: object) -> str:
    """The document as YAML, keys in their order."""
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
