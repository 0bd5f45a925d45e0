"""One resource of a CKAN portal: its rows out of the datastore, or its file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from mapalus.connectors.ckan.api import Api, Denied
from mapalus.connectors.ckan.config import LARGEST_PAGE
from mapalus.engine.errors import Invalid, Refused
from mapalus.engine.harvest.connector import Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import Note, changed, listed, missing, remembered, repeats, whole
from mapalus.engine.text import _, slug
from mapalus.engine.web.addresses import origin, shown
from mapalus.engine.web.answers import Download, is_page
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web

__all__ = ["opened", "token_of"]

_OWN = ("_id", "_full_text")  # columns that CKAN adds


def token_of(settings: Settings) -> Auth | None:
    """The token stands in the header as it is, without a word before it."""
    return Auth(AuthKind.HEADER, settings.text("token"), "Authorization") if settings.text("token") else None


def opened(settings: Settings, surroundings: Surroundings) -> _Resource:
    if not settings.text("resource"):
        raise Invalid(fields={"resource": _("Name the resource.")})
    if not 1 <= settings.number("page") <= LARGEST_PAGE:
        raise Invalid(fields={"page": _("Between 1 and 32000 rows.")})
    return _Resource(settings, surroundings)


@dataclass(frozen=True)
class _Resource:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            self._shown(Api(web, self.settings.text("address")))

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            api = Api(web, self.settings.text("address"))
            resource = self._shown(api)
            via = self.settings.text("via")
            if via == "datastore" or (via == "auto" and _is_stored(resource)):
                try:
                    return self._rows(api, resource, mark, into)
                except Vanished:
                    if via == "datastore" or not resource.get("url") or _is_only_stored(resource):
                        raise  # else the portal says that there is a datastore, and there is none: its file is left
            return self._file(web, api, resource, mark, into)

    def _shown(self, api: Api) -> dict[str, Any]:
        resource = api.ask("resource_show", {"id": self.settings.text("resource")})
        if not isinstance(resource, dict):
            raise Refused("not-ckan", _("%(address)s does not answer as CKAN does."), address=shown(api.base))
        if resource.get("state", "active") == "deleted":
            raise Vanished(_("The portal has taken %(name)s away."), name=resource.get("name") or resource.get("id"))
        return resource

    def _rows(self, api: Api, resource: Mapping[str, Any], mark: str, into: Path) -> Harvest | None:
        question = f"{api.base} {resource.get('id')} {mark}"
        with Pages(into, question=question, largest=self.surroundings.largest, name="rows") as pages:
            reading = _Reading(api, str(resource.get("id") or self.settings.text("resource")), pages, self.surroundings)
            if not pages.is_whole:
                reading.read(self.settings.number("page"))
            facts = _facts(resource) | {
                "fields": json.dumps(pages.kept.get("fields", {}), ensure_ascii=False), "records": str(pages.records)
            }  # fmt: skip
            return whole(pages.path, name=_name(resource, "ndjson"), mark=mark, notes=reading.notes(), facts=facts)

    def _file(self, web: Web, api: Api, resource: Mapping[str, Any], mark: str, into: Path) -> Harvest | None:
        address = urljoin(api.base + "/", _with_scheme(str(resource.get("url") or "").strip()))
        if not resource.get("url"):
            raise Vanished(_("The resource has neither rows nor the address of a file."))
        before = remembered(mark)
        same = origin(address) == origin(api.base)
        # A token of the portal goes to the portal; many files lie elsewhere.
        with Web(self.surroundings, auth=token_of(self.settings) if same else None) as files:
            file = files.download(address, into=into, etag=before.get("etag", ""), modified=before.get("modified", ""))
        if file is None:
            return None
        _refuse_page(file)
        return whole(
            file.path, name=_name(resource, _ending(resource, file.name)), mark=mark, facts=_facts(resource),
            known={"etag": file.etag, "modified": file.modified},
        )  # fmt: skip


@dataclass
class _Reading:
    """datastore_search page by page. The portal may give fewer rows than asked for; rows are counted, not believed."""

    api: Api
    resource: str
    pages: Pages
    surroundings: Surroundings

    def read(self, limit: int) -> None:
        step = self.pages.step or {"offset": 0, "last": None, "limit": limit}
        while step is not None:
            try:
                page = self._page(step)
            except Denied as denied:
                said = str(denied).casefold()
                if "limit" in said and step["limit"] > 100:
                    step["limit"] = 100
                elif "sort" in said and step.get("sort", True) and not step["offset"]:
                    step["sort"] = False  # a view of the database has no `_id`
                else:
                    raise
                continue
            step = self._kept(page, step)

    def _page(self, step: Mapping[str, Any]) -> dict[str, Any]:
        asked = {"resource_id": self.resource, "limit": step["limit"], "offset": step["offset"]}
        page = self.api.ask("datastore_search", {**asked, **({"sort": "_id"} if step.get("sort", True) else {})})
        if not isinstance(page, dict) or not isinstance(page.get("records"), list):
            raise Refused("not-ckan", _("%(address)s does not answer as CKAN does."), address=shown(self.api.base))
        return page

    def _kept(self, page: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, Any] | None:
        kept, rows, last = self.pages.kept, page["records"], step["last"]
        fields = [field for field in listed(page.get("fields")) if isinstance(field, Mapping)]
        types = {str(one.get("id")): str(one.get("type")) for one in fields if one.get("id") not in _OWN}
        total = _whole_number(page.get("total"))
        if _is_another(kept, types if rows else {}, total):
            raise changed(self.pages)
        kept["fields"] = kept.get("fields") or types
        kept["total"] = None if page.get("total_was_estimated") else total
        new = [row for row in rows if isinstance(row, Mapping) and _is_after(row.get("_id"), last)]
        kept["doubled"] = kept.get("doubled", 0) + len(rows) - len(new)
        self.surroundings.tell(_("Reading rows"), self.pages.records / total if total else 0.0)
        digest = sha256(json.dumps(rows, default=str).encode()).hexdigest()
        if rows and (not new or digest == kept.get("digest")):
            repeats(brought=self.pages.records, said=total)
            new = []
        kept |= {"digest": digest, "unordered": not step.get("sort", True)}
        offset = step["offset"] + len(rows)
        # A short page is the last one only where the total says so too: a portal may cap the page.
        is_last = not new or (total is not None and offset >= total and len(rows) < _asked_rows(page, step))
        marks = [row["_id"] for row in new if isinstance(row.get("_id"), int)]
        following = None if is_last else {**step, "offset": offset, "last": max(marks) if marks else last}
        self.pages.add(({name: row[name] for name in row if name not in _OWN} for row in new), step=following)
        return following

    def notes(self) -> list[Note]:
        kept = self.pages.kept
        notes = list(missing(brought=self.pages.records, said=kept.get("total"), of=self.pages))
        if kept.get("unordered"):
            notes.append((_("The dataset cannot be put into an order; rows may be missing or doubled."), {}))
        if kept.get("doubled"):
            notes.append((_("%(count)s rows came twice and were kept once."), {"count": kept["doubled"]}))
        return notes


def _is_stored(resource: Mapping[str, Any]) -> bool:
    return bool(resource.get("datastore_active")) or _is_only_stored(resource)


def _is_only_stored(resource: Mapping[str, Any]) -> bool:
    """Rows that were pushed and never were a file; older portals say so in no other way."""
    return resource.get("url_type") == "datastore" or str(resource.get("url")).endswith("_datastore_only_resource")


def _with_scheme(address: str) -> str:
    """`data.go.id/x.csv`, as it is typed into the form of a portal, is an address and no path."""
    host, stroke, _path = address.partition("/")
    return f"http://{address}" if stroke and "." in host and ":" not in host.partition(".")[0] else address


def _is_another(kept: Mapping[str, Any], types: Mapping[str, str], total: int | None) -> bool:
    """Whether the table was loaded anew, or lost rows, since the page before: offsets then pass rows over."""
    fewer = total is not None and kept.get("total") is not None and total < kept["total"]
    return fewer or bool(types and kept.get("fields") and set(types) != set(kept["fields"]))


def _asked_rows(page: Mapping[str, Any], step: Mapping[str, Any]) -> int:
    said = _whole_number(page.get("limit"))
    return min(said, step["limit"]) if said else int(step["limit"])


def _whole_number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


def _is_after(value: object, last: object) -> bool:
    return not (isinstance(value, int) and isinstance(last, int)) or value > last


def _refuse_page(file: Download) -> None:
    """A link of a dataset often leads to the page around the file, or to one that asks for a password."""
    with file.path.open("rb") as opened_file:
        head = opened_file.read(4096)
    is_export = file.name.lower().endswith((".xls", ".htm", ".html")) and b"<table" in head.lower()
    if is_page(head) and not is_export:
        raise Refused(
            "web-page", _("%(address)s answers with a web page, not with a file."), address=shown(file.address),
            advice=_("Look at it in a browser: it may be a page to sign in, or the page around the file."),
        )  # fmt: skip


def _facts(resource: Mapping[str, Any]) -> dict[str, str]:
    names = ("id", "name", "format", "last_modified", "metadata_modified", "hash", "package_id")
    return {name: str(resource[name]) for name in names if resource.get(name)}


def _name(resource: Mapping[str, Any], ending: str) -> str:
    stem = slug(str(resource.get("name") or "").rsplit(".", 1)[0]) or str(resource.get("id") or "data")
    return f"{stem}.{ending}"


def _ending(resource: Mapping[str, Any], file: str) -> str:
    ending = file.rpartition(".")[2] if "." in file else str(resource.get("format") or "")
    return slug(ending)[:10] or "bin"
