"""YAML as people should write it: strings, numbers, true/false, null; nothing that runs, repeats or hides.

No tags, no anchors, no duplicate keys, one document, bounded size and depth; dates stay text, and `no` is a word, not
false (YAML 1.2). The tree is built from the parser's events, so that the parser in C and the one in Python give the
same values, the same lines and the same refusals.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml

from mapalus.engine.text import _, translate

__all__ = ["LARGEST", "Located", "Path", "YamlProblem", "dump_yaml", "load_located", "load_yaml"]

LARGEST = 4_000_000  # characters of one document
_DEEPEST = 40
_FASTEST: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNREADABLE = yaml.reader.Reader.NON_PRINTABLE

Path = tuple[object, ...]  # where a value stands: keys and positions from the top


class YamlProblem(ValueError):
    """The text is not plain YAML; `line` and `column` count from 1. `code` is stable, `say` translates."""

    def __init__(self, text: str, line: int, *, code: str = "yaml-syntax", column: int = 1, **data: object) -> None:
        self.text, self.line, self.code, self.column, self.data = text, line, code, column, data
        super().__init__(self.say(language="en"))

    def say(self, *, language: str | None = None) -> str:
        data = {
            key: value.say(language=language) if isinstance(value, _Reason) else value
            for key, value in self.data.items()
        }
        return translate(self.text, language=language) % data


@dataclass(frozen=True)
class Located:
    """A document with the line of each key and value. `lines` by path; a path that is not there has its parent's."""

    value: object
    lines: Mapping[Path, int] = field(default_factory=dict)
    problems: tuple[YamlProblem, ...] = ()  # what is not strict; the value holds the first of what occurs twice

    def line(self, *path: object) -> int:
        """The line where the key or item at `path` begins."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_WORDS: dict[str, object] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
}
_NUMERIC = frozenset("-+.0123456789")


def load_yaml(text: str, *, depth: int) -> object:
    """The one document in `text`; YamlProblem with a line where it is not plain YAML. Keys may be numbers."""
    located = load_located(text, depth=depth, are_keys_text=False)
    if located.problems:
        raise located.problems[0]
    return located.value


def load_located(
    text: str, *, depth: int = _DEEPEST, largest: int = LARGEST, are_keys_text: bool = True, loader: type | None = None
) -> Located:
    """The document with its lines, and everything that is not strict in it.

    Raises YamlProblem where the text cannot be read at all: what it means is then unknown.
    """
    if len(text) > largest:
        raise YamlProblem(
            _("the file is longer than %(largest)s characters"), 1, code="file-too-large", largest=largest
        )
    if unreadable := _UNREADABLE.search(text):
        line, sign = text.count("\n", 0, unreadable.start()) + 1, f"{ord(unreadable.group()):04X}"
        raise YamlProblem(_("it holds a sign that no text has (U+%(sign)s)"), line, code="yaml-sign", sign=sign)
    builder = _Builder(depth=depth, are_keys_text=are_keys_text)
    try:
        value = builder.document(yaml.parse(text, Loader=loader or _FASTEST))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        begun = error.context_mark.line + 1 if error.context_mark else line
        raise _syntax(text, str(error.problem or error.context), line, column, begun) from error
    except (yaml.YAMLError, RecursionError) as error:  # pragma: no cover - no other is known
        raise _syntax(text, str(error).splitlines()[0], 1, 1, 1) from error
    return Located(value, builder.lines, tuple(builder.problems))


# what the parsers say, in words for those who do not know them
_REASONS = (
    ("mapping values are not allowed", _("a colon stands where none may be; put the text in quotes")),
    ("did not find expected ',' or", _("a bracket or a comma is missing")),
    ("expected ',' or", _("a bracket or a comma is missing")),
    ("could not find expected ':'", _("a colon is missing")),
    ("did not find expected key", _("the indentation does not fit the lines above")),
    ("expected <block end>", _("the indentation does not fit the lines above")),
    ("did not find expected '-' indicator", _("the indentation does not fit the lines above")),
    ("unexpected end of stream", _("a quote is not closed")),
    ("cannot start any token", _("a sign stands where none may be; put the text in quotes")),
    ("unknown escape character", _("a backslash stands in double quotes; use single quotes")),
    ("alias", _("anchors and aliases are not allowed: write it out")),
)


def _syntax(text: str, reason: str, line: int, column: int, begun: int) -> YamlProblem:
    rows = text.splitlines()
    shown = rows[line - 1] if line <= len(rows) else ""
    if "\t" in shown[: len(shown) - len(shown.lstrip())] or shown[column - 1 : column] == "\t":
        return YamlProblem(_("a tab stands before the text; indent with spaces"), line, code="yaml-tab", column=column)
    known = next((sentence for part, sentence in _REASONS if part in reason), "")
    if begun < line:
        told = _("%(reason)s (in what begins on line %(begun)s)")
        return YamlProblem(told, line, column=column, reason=_Reason(known, reason), begun=begun)
    return YamlProblem("%(reason)s", line, column=column, reason=_Reason(known, reason))


@dataclass(frozen=True)
class _Reason:
    """What the parser said, in words where they are known."""

    known: str
    raw: str

    def say(self, *, language: str | None = None) -> str:
        return translate(self.known, language=language) if self.known else self.raw

    def __str__(self) -> str:
        return self.say()


class _Builder:
    """Values from events. Bounded: no recursion, each event is looked at once."""

    def __init__(self, *, depth: int, are_keys_text: bool) -> None:
        self.depth = depth
        self.are_keys_text = are_keys_text
        self.lines: dict[Path, int] = {}
        self.problems: list[YamlProblem] = []

    def document(self, events: Iterator[object]) -> object:
        documents: list[object] = []
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if documents:
                    raise YamlProblem(_("it holds a second document"), _line(event), code="yaml-documents")
                documents.append(self._tree(events))
        return documents[0] if documents else None

    def _tree(self, events: Iterator[object]) -> object:
        """One document. A stack of open collections: (mapping or list, its path, the key that waits for a value)."""
        stack: list[_Open] = []
        for event in events:
            kind = type(event)
            if kind is yaml.DocumentEndEvent:  # pragma: no cover - the root returns first
                return None
            if kind in _ENDS:
                done = stack.pop()
                if not stack:
                    return done.value
                continue
            line = _line(event)
            self._plain(event, line)
            top = stack[-1] if stack else None
            if kind is yaml.ScalarEvent or kind is yaml.AliasEvent:
                value = self._scalar(event, line)
                if top is None:
                    self.lines[()] = 1 if value is None else line  # the parsers disagree about where nothing stands
                    return value
                self._put(top, value, line)
                continue
            if len(stack) >= self.depth:
                raise YamlProblem(_("it is nested too deeply"), line, code="yaml-depth")
            inner: dict[object, object] | list[object] = {} if kind is yaml.MappingStartEvent else []
            path = self._put(top, inner, line) if top else ()
            if not stack:
                self.lines[()] = line
            stack.append(_Open(inner, path))
        return None  # pragma: no cover - the stream ends with its documents

    def _plain(self, event: object, line: int) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if anchor:
            self.problems.append(
                YamlProblem(
                    _("anchors and aliases are not allowed: write it out (%(name)s)"),
                    line,
                    code="yaml-alias",
                    name=anchor,
                )
            )
        if tag:
            self.problems.append(YamlProblem(_("tags are not allowed: %(tag)s"), line, code="yaml-tag", tag=tag))

    def _scalar(self, event: object, line: int) -> object:
        if not isinstance(event, yaml.ScalarEvent):
            return None  # an alias, already refused
        text: str = event.value
        if not event.implicit[0] or event.style:  # quoted, or a block
            return text
        if text in _WORDS:
            return _WORDS[text]
        if text[0] in _NUMERIC:
            return self._number(text, line)
        return text

    def _number(self, text: str, line: int) -> object:
        if _INT.fullmatch(text):
            if len(text) > 300:
                self.problems.append(YamlProblem(_("this number is too long"), line, code="yaml-number"))
                return 0
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if not math.isfinite(number):
                self.problems.append(YamlProblem(_("this number is too large"), line, code="yaml-number"))
                return 0.0
            return number
        return text

    def _put(self, top: _Open, value: object, line: int) -> Path:
        """The value into the open collection; gives its path."""
        inside = top.value
        if isinstance(inside, list):
            path = (*top.path, len(inside))
            inside.append(value)
            self.lines[path] = line
            return path
        if not top.has_key:
            top.key, top.has_key = self._key(top, value, line), True
            return top.path
        top.has_key = False
        if top.key is _DROPPED:
            return (*top.path, "?")  # read on, for what else is wrong in it
        inside[top.key] = value
        return (*top.path, top.key)

    def _key(self, top: _Open, key: object, line: int) -> object:
        inside, path = top.value, top.path
        if not isinstance(key, str) and (self.are_keys_text or not isinstance(key, int | float)):
            self.problems.append(
                YamlProblem(
                    _("a key must be a word; write it in quotes: '%(key)s'"), line, code="yaml-key", key=_shown(key)
                )
            )
            return _DROPPED
        if key in inside:
            self.problems.append(
                YamlProblem(_("the key %(key)s occurs twice"), line, code="yaml-duplicate", key=_shown(key))
            )
            return _DROPPED
        self.lines[(*path, key)] = line
        return key


_DROPPED = object()
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class _Open:
    """A collection that is being filled."""

    __slots__ = ("has_key", "key", "path", "value")

    def __init__(self, value: dict[object, object] | list[object], path: Path) -> None:
        self.value, self.path = value, path
        self.key: object = None
        self.has_key = False


def _line(event: object) -> int:
    return int(event.start_mark.line) + 1  # type: ignore[attr-defined]


def _shown(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else "null" if key is None else str(key)[:60]


class _Dumper(yaml.SafeDumper):
    """Writes what `load_yaml` reads back: no aliases, lists indented, texts quoted where they would change."""

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


_CORE = (
    ("tag:yaml.org,2002:bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:int", f"^{_INT.pattern}$", "-+0123456789"),
    ("tag:yaml.org,2002:float", f"^{_FLOAT.pattern}$", "-+.0123456789"),
)
_Dumper.yaml_implicit_resolvers = {key: list(value) for key, value in yaml.SafeDumper.yaml_implicit_resolvers.items()}
for _tag, _form, _first in _CORE:
    _Dumper.add_implicit_resolver(_tag, re.compile(_form), list(_first))


def dump_yaml(document: object) -> str:
    """The document as YAML, keys in their order."""
    return yaml.dump(document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
