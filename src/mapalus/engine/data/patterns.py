"""Regular expressions of contracts: Python's meaning, the table engine's speed.

The table engine knows RE2, which has no look-around and no back references, and whose \\d, \\w and \\s are ASCII.
`to_re2` writes a pattern anew where RE2 can mean the same; where it cannot, the runner asks `compile_pattern`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parse  # type: ignore[attr-defined]
from typing import Any

__all__ = ["compile_pattern", "to_re2"]

_XML = {r"\i": r"[A-Za-z_:]", r"\c": r"[A-Za-z0-9._:-]"}
_SPACES = r"\t-\r\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}"
_CLASSES = {
    "CATEGORY_DIGIT": r"\p{Nd}",
    "CATEGORY_NOT_DIGIT": r"\P{Nd}",
    "CATEGORY_WORD": r"\p{L}\p{N}_",
    "CATEGORY_SPACE": _SPACES,
}
_REPEAT_MOST = 1000  # RE2 refuses more


@cache
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches as a whole; ValueError where the pattern is not a regular expression."""
    form = _python(pattern)

    @lru_cache(maxsize=100_000)
    def matches(text: str) -> bool:
        return form.fullmatch(text) is not None

    return matches


def _python(pattern: str) -> re.Pattern[str]:
    text = pattern
    for xml, python in _XML.items():
        text = text.replace(xml, python)
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern {pattern} is not a regular expression: {error}") from error


class _Inexpressible(Exception):
    """The other engine has no way to say this; the pattern is then matched in Python."""


def to_re2(pattern: str) -> str | None:
    """The same language for RE2 with a whole match, or None where RE2 cannot express it."""
    text = _python(pattern).pattern
    tree = sre_parse.parse(text)
    if tree.state.flags & ~int(re.UNICODE):
        return None
    try:
        return "".join(_render(node, is_last=n == len(tree) - 1) for n, node in enumerate(tree))
    except _Inexpressible:
        return None


def _render(node: tuple[Any, Any], *, is_last: bool = False) -> str:
    op, argument = node
    if op is sre.LITERAL:
        return _char(argument)
    if op is sre.NOT_LITERAL:
        return f"[^{_char(argument)}]"
    if op is sre.ANY:
        return r"[^\n]"
    if op is sre.IN:
        return _set(argument)
    if op is sre.BRANCH:
        return "(?:" + "|".join("".join(map(_render, branch)) for branch in argument[1]) + ")"
    if op is sre.SUBPATTERN:
        _group, add, remove, inner = argument
        if add or remove:
            raise _Inexpressible
        return "(?:" + "".join(map(_render, inner)) + ")"
    if op in (sre.MAX_REPEAT, sre.MIN_REPEAT):
        return _repeat(*argument)
    if op is sre.AT and argument is sre.AT_BEGINNING:
        return r"\A"
    if op is sre.AT and argument is sre.AT_END and is_last:
        return ""  # a whole match ends here anyway
    raise _Inexpressible


def _repeat(least: int, most: int, inner: Any) -> str:
    body = "(?:" + "".join(map(_render, inner)) + ")"
    if most is sre.MAXREPEAT:
        if least > _REPEAT_MOST:
            raise _Inexpressible
        return body + {0: "*", 1: "+"}.get(least, f"{{{least},}}")
    if most > _REPEAT_MOST:
        raise _Inexpressible
    return body + f"{{{least},{most}}}"


def _char(code: int) -> str:
    letter = chr(code)
    return letter if letter.isascii() and letter.isalnum() else f"\\x{{{code:x}}}"


def _set(items: list[tuple[Any, Any]]) -> str:
    out = []
    negated = ""
    for op, argument in items:
        if op is sre.NEGATE:
            negated = "^"
        elif op is sre.LITERAL:
            out.append(_char(argument))
        elif op is sre.RANGE:
            out.append(f"{_char(argument[0])}-{_char(argument[1])}")
        elif op is sre.CATEGORY:
            name = str(argument)
            if name in _CLASSES:
                out.append(_CLASSES[name])
            elif len(items) == 1 and name.replace("NOT_", "") in _CLASSES:
                return f"[^{_CLASSES[name.replace('NOT_', '')]}]"
            else:
                raise _Inexpressible
        else:
            raise _Inexpressible
    return f"[{negated}{''.join(out)}]"
