"""Places in order of their value: own place marked, target as a line, who has not reported below as what they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from mapalus.doors.ui.charts.bar import Lying, state_word
from mapalus.doors.ui.charts.figure import Table
from mapalus.doors.ui.charts.marks import path, shape, svg, text, width_of
from mapalus.doors.ui.charts.scales import Numbers, finite

__all__ = ["Ranked", "Ranking"]

_STEP = 26.0


@dataclass(frozen=True)
class Ranked:
    """A place. `missing` says why there is no value: `belum melapor`, `tidak dibagikan`, `disamarkan`."""

    name: str
    value: float | None
    state: str = ""  # provisional, conflict
    missing: str = ""
    is_here: bool = False
    href: str = ""


@dataclass(frozen=True)
class Ranking:
    """`places` in any order; `is_more_better` decides which end comes first, `most` how many are drawn.

    Equal values share a rank. The own place is drawn even when it stands below `most`.
    """

    title: str
    subtitle: str
    sentence: str
    places: tuple[Ranked, ...]
    language: str
    unit: str = ""
    is_more_better: bool = True
    most: int = 15
    target: float | None = None
    target_name: str = ""
    table_name: str = ""

    @cached_property
    def numbers(self) -> Numbers:
        return Numbers(tuple(one.value for one in self.places if one.value is not None), self.language)

    @cached_property
    def ordered(self) -> tuple[tuple[int, Ranked], ...]:
        """Rank and place, best first; equal as written is equal."""
        known = [one for one in self.places if finite([one.value])[0] is not None]
        known.sort(key=lambda one: (-(one.value or 0) if self.is_more_better else (one.value or 0), one.name))
        found: list[tuple[int, Ranked]] = []
        for index, one in enumerate(known):
            same = index > 0 and self._written(known[index - 1]) == self._written(one)
            found.append((found[-1][0] if same else index + 1, one))
        return tuple(found)

    def _written(self, one: Ranked) -> str:
        return self.numbers.write(one.value or 0.0)

    @property
    def said(self) -> str:
        parts = [", ".join(part for part in (self.subtitle, self.numbers.unit(self.unit)) if part)]
        if (left := len(self.ordered) - len(self._drawn)) > 0:
            parts.append(_("%(count)s more in the table") % {"count": left})
        return ". ".join(part for part in parts if part)

    @property
    def notes(self) -> tuple[str, ...]:
        """Who has no value, by the reason: `Belum melapor: Kab. Bolaang Mongondow Selatan, Kota Tomohon.`"""
        reasons: dict[str, list[str]] = {}
        for one in self.places:
            if one.value is None:
                reasons.setdefault(one.missing or _("no data yet"), []).append(one.name)
        return tuple(
            f"{reason[:1].upper()}{reason[1:]}: {', '.join(sorted(names))}." for reason, names in reasons.items()
        )

    @property
    def table(self) -> Table:
        rows = [(one.name, str(rank), self._cell(one)) for rank, one in self.ordered]
        rest = sorted((one for one in self.places if one.value is None), key=lambda one: one.name)
        rows += [(one.name, "–", one.missing or "–") for one in rest]
        links = [one.href for _rank, one in self.ordered] + [one.href for one in rest]
        head = (self.table_name, _("Rank"), self.numbers.unit(self.unit) or _("Value"))
        return Table(head, tuple(rows), tuple(links))

    def _cell(self, one: Ranked) -> str:
        return " ".join(part for part in (self._written(one), state_word(one.state)) if part)

    @property
    def _drawn(self) -> list[tuple[int, Ranked]]:
        first = list(self.ordered[: self.most])
        return first + [pair for pair in self.ordered[self.most :] if pair[1].is_here]

    def drawing(self, width: int) -> str:
        shown = self._drawn
        if not shown:
            return ""
        ranks = max(width_of(str(rank)) for rank, _one in shown) + 10
        frame = Lying(
            width, [one.name for _rank, one in shown], self.numbers.known, numbers=self.numbers, plan=self.target
        )
        frame.left += ranks
        frame.right -= 4  # the numbers stand in a column of their own, so that the target crosses none
        top = 24.0 if self.target is not None else 2.0
        heights = [max(_STEP, 15.0 * len(lines) + 5) for lines in frame.names]
        parts, y = frame.promise(self.target, self.target_name, top + sum(heights) + 2), top
        for index, (rank, one) in enumerate(shown):
            if index and rank > shown[index - 1][0] + 1 and index == self.most:
                parts.append(path([(0, y + 3), (frame.right, y + 3)], "c-grid"))
                y += 6
            step = heights[index]
            middle, value = y + step / 2, one.value or 0.0
            look = "c-strong" if one.is_here else ""
            parts.append(text(ranks - 10, middle + 4.5, str(rank), look, "end"))
            parts.append(f'<g transform="translate({ranks:.0f})">{"".join(frame.name(index, middle + 4.5, look))}</g>')
            state = {"provisional": " c-bar-wait", "conflict": " c-bar-conflict"}.get(one.state, "")
            parts.append(frame.bar(value, middle - 8, 16, ("c-bar-here" if one.is_here else "c-bar-rest") + state))
            parts.append(text(frame.width - 20, middle + 4.5, self._written(one), look, "end"))
            if one.state in ("provisional", "conflict"):
                parts.append(shape(frame.width - 9, middle, one.state, f"c-mark-{one.state}"))
            y += step
        parts.append(path([(frame.x(0.0), top - 2), (frame.x(0.0), y + 2)], "c-zero"))
        return svg(width, y + 4, self.sentence or self.title, parts)
