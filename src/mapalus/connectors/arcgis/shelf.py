"""The layers and tables of a service, or of all services of a server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mapalus.connectors.arcgis.source import Server, every
from mapalus.engine.errors import Refused
from mapalus.engine.harvest.connector import Offering, Surroundings
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.whole import listed
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown

__all__ = ["Services"]

_FOLDERS = 200
_KINDS = ("FeatureServer", "MapServer")


@dataclass(frozen=True)
class Services:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Server(self.settings, self.surroundings) as server:
            server.ask(server.address)

    def offered(self) -> Iterator[Offering]:
        with Server(self.settings, self.surroundings) as server:
            said = server.ask(server.address)
            if isinstance(said.get("layers"), list) or isinstance(said.get("tables"), list):
                yield from self._layers(server.address, said)
                return
            if not isinstance(said.get("services"), list):
                raise Refused(
                    "not-arcgis", _("%(address)s lists no services of ArcGIS."), address=shown(server.address)
                )
            for address in self._services(server, said):
                yield from self._layers(address, server.ask(address))

    def _services(self, server: Server, said: Mapping[str, Any]) -> Iterator[str]:
        """A FeatureServer before the MapServer of the same name, which shows the same."""
        root = server.address
        found = [*every(said.get("services"))]
        for folder in listed(said.get("folders"))[:_FOLDERS]:
            found += every(server.ask(f"{root}/{folder}").get("services"))
        kinds: dict[str, set[str]] = {}
        for one in found:
            if one.get("type") in _KINDS:
                kinds.setdefault(str(one.get("name")), set()).add(str(one["type"]))
        for name, forms in kinds.items():
            last = name.rpartition("/")[2] if root.endswith(f"/{name.partition('/')[0]}") else name
            yield f"{root}/{last}/{'FeatureServer' if 'FeatureServer' in forms else 'MapServer'}"

    def _layers(self, address: str, said: Mapping[str, Any]) -> Iterator[Offering]:
        groups = {
            one["id"] for one in every(said.get("layers")) if one.get("subLayerIds") and isinstance(one.get("id"), int)
        }
        title = (
            str(said.get("documentInfo", {}).get("Title") or "")
            if isinstance(said.get("documentInfo"), Mapping)
            else ""
        )
        for one in [*every(said.get("layers")), *every(said.get("tables"))]:
            if not isinstance(one.get("id"), int | str) or one["id"] in groups:
                continue
            options: dict[str, object] = {"address": f"{address}/{one['id']}"}
            if self.settings.text("token"):
                options["token"] = self.settings.text("token")
            yield Offering(
                key=f"{address}/{one['id']}", title=str(one.get("name") or one["id"]), options=options,
                description=str(said.get("serviceDescription") or said.get("description") or title),
                publisher=str(said.get("copyrightText") or ""), format="GeoJSON", page=f"{address}/{one['id']}",
                metadata=dict(one),
            )  # fmt: skip
