"""Earthquakes and forecasts. A feed of earthquakes is a window that moves on: what has left it is not gone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from mapalus.connectors.bmkg.config import QUAKES
from mapalus.connectors.bmkg.decoding import forecast, old_forecast, quakes
from mapalus.engine import exact_json
from mapalus.engine.errors import Invalid
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import remembered, whole
from mapalus.engine.plain_xml import read_xml
from mapalus.engine.text import _
from mapalus.engine.web.client import Web
from mapalus.engine.web.patience import Patience

__all__ = ["opened"]

_TEWS = "https://data.bmkg.go.id/DataMKG/TEWS"
_FORECAST = "https://api.bmkg.go.id/publik/prakiraan-cuaca"
_OLD = "https://data.bmkg.go.id/DataMKG/MEWS/DigitalForecast"
_GENTLE = Patience(tries=5, first=5.0, rate=1.0, burst=30)  # BMKG allows sixty questions a minute
_SEEN_MOST = 200  # earthquakes that a mark remembers; a feed has 15


def opened(settings: Settings, surroundings: Surroundings) -> _Feed:
    feed = settings.text("feed")
    if feed == "prakiraan" and not settings.texts("regions"):
        raise Invalid(fields={"regions": _("Name at least one region code.")})
    if feed == "prakiraan-xml" and not settings.text("province"):
        raise Invalid(fields={"province": _("Name the province as its file is called.")})
    return _Feed(settings, surroundings)


@dataclass(frozen=True)
class _Feed:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, patience=_GENTLE) as web:
            feed = self.settings.text("feed")
            if feed == "prakiraan":
                self._village(web, self.settings.texts("regions")[0])
            else:
                web.peek(self._address())

    def _address(self) -> str:
        feed, base = self.settings.text("feed"), self.settings.text("address").rstrip("/")
        if feed == "prakiraan":
            return base or _FORECAST
        if feed == "prakiraan-xml":
            return f"{base or _OLD}/DigitalForecast-{self.settings.text('province')}.xml"
        return f"{base or _TEWS}/{feed}.json"

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        feed = self.settings.text("feed")
        with Web(self.surroundings, patience=_GENTLE) as web:
            if feed in QUAKES:
                return self._quakes(web, mark, into)
            question = json.dumps([feed, self._address(), self.settings.texts("regions"), mark])
            with Pages(into, question=question, largest=self.surroundings.largest, name="rows") as pages:
                if feed == "prakiraan":
                    self._villages(web, pages)
                elif not pages.is_whole:
                    pages.add(old_forecast(read_xml(web.get(self._address()).body)), step=None)
                return whole(pages.path, name=f"{feed}.ndjson", mark=mark)

    def _villages(self, web: Web, pages: Pages) -> None:
        while not pages.is_whole:
            waiting = pages.step or list(self.settings.texts("regions"))
            pages.add(forecast(self._village(web, waiting[0])), step=waiting[1:] or None)

    def _village(self, web: Web, code: str) -> Any:
        level = f"adm{min(code.count('.') + 1, 4)}"
        said = web.get(self._address(), params={level: code}).json()
        if isinstance(said, Mapping) and str(said.get("statusCode", said.get("status", ""))) in ("404", "400"):
            raise Vanished(_("BMKG knows no region %(code)s."), code=code)
        return said

    def _quakes(self, web: Web, mark: str, into: Path) -> Harvest | None:
        known = remembered(mark).get("seen", "").split()
        rows = quakes(web.get(self._address()))
        lines = [exact_json.dump(row) for row in rows]
        digests = [blake2b(line.encode(), digest_size=8).hexdigest() for line in lines]
        new = [line for line, digest in zip(lines, digests, strict=True) if digest not in known]
        if mark and known and not new:
            return None
        path = into / "rows.ndjson"
        path.write_text("".join(line + "\n" for line in new), encoding="utf-8")
        written = json.dumps({"seen": " ".join(_latest(digests, known))})
        extent = Extent.CHANGES if known else Extent.WHOLE
        return Harvest(path, f"{self.settings.text('feed')}.ndjson", extent, written, facts={"records": str(len(new))})


def _latest(digests: Iterable[str], known: Iterable[str]) -> list[str]:
    return list(dict.fromkeys([*digests, *known]))[:_SEEN_MOST]
