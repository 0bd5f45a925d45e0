"""Everything that a portal offers: each resource of each public dataset, the whole list or a Problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from mapalus.connectors.ckan.api import Api, Denied
from mapalus.connectors.ckan.source import token_of
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Offering, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.whole import WHOLE_LIST, listed, missing, repeats
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.client import Web

__all__ = ["Portal"]

_PAGE = 100  # datasets; CKAN allows 1,000, many a portal less


@dataclass(frozen=True)
class Portal:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            api = Api(web, self.settings.text("address"))
            try:
                api.ask("package_search", {"rows": 1})
            except (Denied, Misconfigured, Vanished) as problem:  # the search may be off, and a list beside it on
                try:
                    api.ask("package_list", {"limit": 1})
                except Problem:
                    raise problem from None

    def offered(self) -> Iterator[Offering]:
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            api = Api(web, self.settings.text("address"))
            for package in self._packages(api):
                yield from self._of(api, package)

    def _packages(self, api: Api) -> Iterator[Mapping[str, Any]]:
        """By the search; where a portal has none, by the first of its lists that answers."""
        first: Problem | None = None
        for way in (self._searched, self._listed, self._named):
            brought = 0
            try:
                for package in way(api):
                    brought += 1
                    yield package
                return
            except (Denied, Misconfigured, Vanished) as problem:
                if brought:
                    raise  # an interrupted list never passes for a short one
                first = first or problem
        raise first or Unavailable(_("The portal gives no list of its datasets."))

    def _searched(self, api: Api) -> Iterator[Mapping[str, Any]]:
        terms = [f'{name}:"{value}"' for name, value in self._limits().items()]
        asked: dict[str, object] = {"rows": _PAGE, "sort": "id asc", "fq": " AND ".join(terms) if terms else None}
        seen: set[str] = set()
        start, count = 0, None
        while True:
            page = api.ask("package_search", {**asked, "start": start})
            found = page.get("results") if isinstance(page, dict) else None
            if not isinstance(found, list):
                raise Refused("not-ckan", _("%(address)s does not answer as CKAN does."), address=shown(api.base))
            count = page["count"] if isinstance(page.get("count"), int) else count
            new = [one for one in found if isinstance(one, Mapping) and _id(one) not in seen]
            if found and not new:
                repeats(brought=len(seen), said=count)
            if not new:
                break
            seen.update(map(_id, new))
            start += len(found)
            self.surroundings.tell(_("Reading the list of datasets"), start / count if count else 0.0)
            yield from new
        missing(brought=start, said=count, least=WHOLE_LIST)

    def _limits(self) -> dict[str, str]:
        limits = {"organization": self.settings.text("organization"), "groups": self.settings.text("group")}
        return {name: value.replace('"', "") for name, value in limits.items() if value}

    def _listed(self, api: Api) -> Iterator[Mapping[str, Any]]:
        seen: set[str] = set()
        offset = 0
        while True:
            found = api.ask("current_package_list_with_resources", {"limit": _PAGE, "offset": offset})
            every = _objects(found)
            new = [one for one in every if _id(one) not in seen]
            if every and not new and offset >= _PAGE:
                repeats(brought=len(seen), said=None)
            if not new:
                break
            seen.update(map(_id, new))
            offset += len(every)
            yield from (one for one in new if self._is_wanted(one))
        if not seen:
            raise Unavailable(_("The portal gives no list of its datasets."))

    def _named(self, api: Api) -> Iterator[Mapping[str, Any]]:
        """Name by name: slow, and the only way where search and full list are off."""
        names = listed(api.ask("package_list"))
        if not names:
            raise Unavailable(_("The portal gives no list of its datasets."))
        for number, name in enumerate(names):
            self.surroundings.tell(_("Reading the list of datasets"), number / len(names))
            try:
                package = api.ask("package_show", {"id": name})
            except (Vanished, Misconfigured):
                continue  # deleted a moment ago, or not public: the list names it all the same
            if isinstance(package, Mapping) and self._is_wanted(package):
                yield package

    def _is_wanted(self, package: Mapping[str, Any]) -> bool:
        limits = self._limits()
        groups = {one.get("name") for one in _objects(package.get("groups"))}
        return limits.get("organization", _organization(package, "name")) == _organization(package, "name") and (
            "groups" not in limits or limits["groups"] in groups
        )

    def _of(self, api: Api, package: Mapping[str, Any]) -> Iterator[Offering]:
        """A harvester of CKAN keeps its sources as datasets of the type `harvest`: they are no data."""
        is_hidden = str(package.get("private")).casefold() == "true"
        if is_hidden or package.get("state", "active") != "active" or package.get("type") == "harvest":
            return
        resources = _objects(package.get("resources"))
        for resource in resources:
            if resource.get("state", "active") == "active" and resource.get("id"):
                yield self._offering(api, package, resource, is_only=len(resources) == 1)

    def _offering(
        self, api: Api, package: Mapping[str, Any], resource: Mapping[str, Any], *, is_only: bool
    ) -> Offering:
        title, name = _said(package, "title") or str(package.get("name") or ""), _said(resource, "name")
        known = {key: value for key, value in package.items() if key != "resources"}
        options: dict[str, object] = {"address": api.base, "resource": str(resource["id"])}
        if self.settings.text("token"):
            options["token"] = self.settings.text("token")
        moments = (resource.get("last_modified"), resource.get("metadata_modified"), package.get("metadata_modified"))
        return Offering(
            key=str(resource["id"]),
            title=title if is_only or not name else f"{title}: {name}",
            options=options,
            description=_said(package, "notes"),
            publisher=_organization(package, "title") or _organization(package, "name"),
            license=str(package.get("license_title") or package.get("license_id") or ""),
            format=str(resource.get("format") or "").upper(),
            keywords=tuple(
                str(one.get("display_name") or one.get("name") or "") for one in _objects(package.get("tags"))
            ),
            changed_at=next(filter(None, map(_moment, moments)), None),
            page=f"{api.base}/dataset/{package.get('name') or package.get('id')}",
            metadata={"package": known, "resource": dict(resource)},
        )


def _id(package: Mapping[str, Any]) -> str:
    return str(package.get("id") or package.get("name"))


def _said(of: Mapping[str, Any], name: str) -> str:
    """A text; portals in several languages give it by language, some under another name beside the plain one."""
    for value in (of.get(name), of.get(f"{name}_translated")):
        if isinstance(value, Mapping):
            value = next((one for code in ("id", "en", *value) if (one := value.get(code))), "")
        if value:
            return str(value)
    return ""


def _objects(found: object) -> list[Mapping[str, Any]]:
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _organization(package: Mapping[str, Any], part: str) -> str:
    found = package.get("organization")
    return str(found.get(part) or "") if isinstance(found, Mapping) else ""


def _moment(value: object) -> datetime | None:
    """CKAN writes UTC without saying so."""
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
