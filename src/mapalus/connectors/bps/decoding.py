"""Dynamic tables of BPS: `datacontent` holds each value under a key glued together from five codes.

The key is vervar (often a region), variable, turvar, year, turtahun without anything between them: `7315310990` is
7315, 31, 0, 99, 0. It is taken apart by the codes that the same answer lists, and refused where two ways fit.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["Codes", "long_rows", "plain"]

_MARKUP = re.compile(r"<[^>]{0,200}>")
_MOST = 5_000_000  # combinations of the codes behind the region


def plain(text: object) -> str:
    """A label without the markup that BPS leaves in it, escaped or not."""
    said = str(text if text is not None else "")
    for _again in range(2):
        said = html.unescape(said)
    return " ".join(_MARKUP.sub(" ", said).split())


@dataclass(frozen=True)
class Codes:
    """One list of codes: code -> label."""

    labels: Mapping[str, str]

    @classmethod
    def of(cls, found: object) -> Codes:
        items = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
        return cls({str(one.get("val")): plain(one.get("label")) for one in items} or {"0": ""})


def long_rows(answer: Mapping[str, Any], unread: list[str]) -> Iterator[dict[str, object]]:
    """A row for each value, in the order of the answer. Keys that none of the codes explain go to `unread`."""
    content = answer.get("datacontent") or {}
    variables = answer.get("var") if isinstance(answer.get("var"), list) else []
    units = {str(one.get("val")): plain(one.get("unit")) for one in variables or () if isinstance(one, Mapping)}
    lists = [Codes.of(answer.get(name)) for name in ("var", "turvar", "tahun", "turtahun")]
    regions = Codes.of(answer.get("vervar"))
    keyed = _Keys(regions, lists)
    taken = keyed.taken(content) if isinstance(content, Mapping) else set()
    for key, value in content.items() if isinstance(content, Mapping) else ():
        ways = keyed.ways(key)
        if len(ways) > 1:  # what another value is for certain, this one is not
            ways = [way for way in ways if way not in taken]
        if len(ways) > 1:
            raise Refused("ambiguous-key", _("The key %(key)s of a value can be read in more than one way."), key=key)
        if not ways:
            unread.append(key)
            continue
        region, (var, turvar, year, turyear) = ways[0]
        variable, other, period, part = (one.labels for one in lists)
        yield {
            "kode_variabel": var, "variabel": variable[var], "satuan": units.get(var, ""),
            "kode_vervar": region, "vervar": regions.labels[region],
            "kode_turvar": turvar, "turvar": other[turvar],
            "kode_tahun": year, "tahun": period[year],
            "kode_turtahun": turyear, "turtahun": part[turyear],
            "nilai": value,
        }  # fmt: skip


class _Keys:
    """How a key can be taken apart: a region, and what can stand behind it."""

    def __init__(self, regions: Codes, lists: list[Codes]) -> None:
        self._regions = regions.labels
        self._tails = _tails(lists)
        self._lengths = sorted({len(code) for code in self._regions})

    def ways(self, key: str) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (key[:length], way) for length in self._lengths if key[:length] in self._regions
            for way in self._tails.get(key[length:], ())
        ]  # fmt: skip

    def taken(self, keys: Iterable[str]) -> set[tuple[str, tuple[str, ...]]]:
        """The ways of those keys that have only one."""
        return {ways[0] for key in keys if len(ways := self.ways(key)) == 1}


def _tails(lists: list[Codes]) -> dict[str, list[tuple[str, ...]]]:
    """What can stand behind the region, with its ways to be read."""
    size = 1
    for one in lists:
        size *= len(one.labels)
    if size > _MOST:
        raise Refused("too-large", _("The table has too many combinations of codes: choose fewer years."))
    tails: dict[str, list[tuple[str, ...]]] = {}
    for way in product(*(one.labels for one in lists)):
        tails.setdefault("".join(way), []).append(way)
    return tails
