"""One dataset of a Socrata portal by its SODA interface: in pages ordered by `:id`, whole or only what changed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from mapalus.engine.errors import Invalid, Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import Note, listed, missing, remembered, repeats, whole
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web

__all__ = ["opened", "token_of"]

_OWN = (":id", ":created_at", ":updated_at", ":version")
_LARGEST_PAGE = 50_000
_PASTED = re.compile(r"(https?://[^/]+)/.*?\b([a-z0-9]{4}-[a-z0-9]{4})(?:/.*|\.\w+)?(?:\?.*)?")


def token_of(settings: Settings) -> Auth | None:
    return Auth(AuthKind.HEADER, settings.text("token"), "X-App-Token") if settings.text("token") else None


def opened(settings: Settings, surroundings: Surroundings) -> _Dataset:
    settings = _with_dataset(settings)
    if not settings.text("dataset"):
        raise Invalid(fields={"dataset": _("Name the dataset.")})
    if not 1 <= settings.number("page") <= _LARGEST_PAGE:
        raise Invalid(fields={"page": _("Between 1 and 50000 rows.")})
    return _Dataset(settings, surroundings)


def _with_dataset(settings: Settings) -> Settings:
    """Whoever copies the address of a dataset or of its API has named it; the portal is its host."""
    address = settings.text("address")
    found = _PASTED.fullmatch(address)
    if found is None:
        return settings
    return Settings({**settings, "address": found[1], "dataset": settings.text("dataset") or found[2]})


@dataclass(frozen=True)
class _Dataset:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            _Soda(web, self.settings).rows({"$limit": 1})

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        known = remembered(mark)
        with Web(self.surroundings, auth=token_of(self.settings)) as web:
            soda = _Soda(web, self.settings)
            about = soda.about()
            stamp = str(about.get("rowsUpdatedAt") or "")
            if stamp and stamp == known.get("stamp"):
                soda.rows({"$limit": 1})  # the description stays a while where the rows are gone
                return None
            reading = _Reading(soda, self.settings, self.surroundings, about, into, mark)
            if self.settings.truth("changes") and known.get("updated"):
                found = reading.changes(known, stamp)
                if found is not _ROWS_ARE_GONE:
                    return found
            return reading.whole(stamp)


@dataclass(frozen=True)
class _Soda:
    web: Web
    settings: Settings

    @property
    def _base(self) -> str:
        return self.settings.text("address").rstrip("/")

    def rows(self, params: Mapping[str, object]) -> list[dict[str, Any]]:
        """Raises Vanished, Misconfigured, Unavailable; Refused with reason `soda` for what Socrata does not accept."""
        address = f"{self._base}/resource/{self.settings.text('dataset')}.json"
        answer = self.web.get(address, params=params, statuses=(400,))
        if answer.status == 202:  # the portal is still working on the answer
            raise Unavailable(_("The portal has a fault of its own: %(words)s"), words="202")
        said = answer.json()
        if isinstance(said, list) and all(isinstance(row, dict) for row in said):
            return said
        raise _meaning(said, address)

    def about(self) -> dict[str, Any]:
        """What the portal says of the dataset; empty where it says nothing. It is not needed for the rows."""
        try:
            said = self.web.get(f"{self._base}/api/views/{self.settings.text('dataset')}.json").json()
        except (Vanished, Misconfigured, Refused) as problem:
            if getattr(problem, "reason", "not-json") != "not-json":
                raise
            return {}
        return said if isinstance(said, dict) else {}

    def count(self, where: str = "") -> int | None:
        """How many rows; None where the portal does not count."""
        try:
            rows = self.rows({"$select": "count(*)", **({"$where": where} if where else {})})
            return int(str(next(iter(rows[0].values())))) if rows and rows[0] else None
        except (Refused, ValueError):
            return None


def _meaning(said: Any, address: str) -> Problem:
    if not isinstance(said, Mapping):
        return Refused("not-soda", _("%(address)s does not answer as Socrata does."), address=shown(address))
    code = str(said.get("code") or said.get("errorCode") or "")
    words = str(said.get("message") or said.get("description") or code)[:300]
    if "missing" in code or "not-found" in code or "not_found" in code:
        return Vanished(_("The portal has no such dataset: %(words)s"), words=words)
    if "permission" in code or "authentication" in code or "logged in" in words:
        return Misconfigured(_("The portal does not let us in: %(words)s"), words=words)
    if "timeout" in code or "throttle" in code or "internal" in code:
        return Unavailable(_("The portal has a fault of its own: %(words)s"), words=words)
    if not said.get("error") and not code:
        return Refused("not-soda", _("%(address)s does not answer as Socrata does."), address=shown(address))
    return Refused("soda", _("The portal answers: %(words)s"), words=words)


_ROWS_ARE_GONE = Harvest(Path(), "")


@dataclass(frozen=True)
class _Reading:
    """One harvest."""

    soda: _Soda
    settings: Settings
    surroundings: Surroundings
    about: Mapping[str, Any]
    into: Path
    mark: str

    def whole(self, stamp: str) -> Harvest | None:
        where = self.settings.text("where")
        said = self.soda.count(where)
        with self._pages("rows", where) as pages:
            notes = self._read(pages, where, said, keeps_id=self.settings.truth("changes"))
            known = {"stamp": stamp, "updated": str(pages.kept.get("updated") or ""), "count": str(pages.records)}
            notes += missing(brought=pages.records, said=said, of=pages)
            return whole(pages.path, name=self._name, mark=self.mark, notes=notes, facts=self._facts(), known=known)

    def changes(self, known: Mapping[str, str], stamp: str) -> Harvest | None:
        """What was changed at or after the last moment that was seen, if nothing was deleted in between."""
        since, own = known["updated"], self.settings.text("where")
        limit = f"({own}) AND " if own else ""
        born, now = self.soda.count(f"{limit}:created_at > '{since}'"), self.soda.count(own)
        if born is None or now is None or now != int(known.get("count") or 0) + born:
            return _ROWS_ARE_GONE
        where = f"{limit}:updated_at >= '{since}'"
        with self._pages("changes", where) as pages:
            notes = self._read(pages, where, None, keeps_id=True)
            latest = str(pages.kept.get("updated") or since)
            if not pages.records or (latest == since and born == 0 and pages.kept.get("digest") == known.get("digest")):
                return None
            written = {"stamp": stamp, "updated": latest, "count": str(now), "digest": str(pages.kept.get("digest"))}
            return Harvest(
                pages.path, self._name, Extent.CHANGES, json.dumps(written), notes=tuple(notes), facts=self._facts()
            )

    def _pages(self, name: str, where: str) -> Pages:
        question = json.dumps([self.settings.text("address"), self.settings.text("dataset"), where, self.mark])
        return Pages(self.into, question=question, largest=self.surroundings.largest, name=name)

    def _read(self, pages: Pages, where: str, said: int | None, *, keeps_id: bool) -> list[Note]:
        step = pages.step or {"offset": 0, "order": True}
        while not pages.is_whole:
            try:
                rows = self._page(step, where)
            except Refused as refused:
                # Views and grouped data have no `:id`; without an order their pages may overlap.
                if refused.reason != "soda" or not step["order"] or step["offset"]:
                    raise
                step = {"offset": 0, "order": False}
                continue
            step = self._kept(pages, rows, step, said, keeps_id=keeps_id)
        unordered: Note = (_("The dataset cannot be put into an order; rows may be missing or doubled."), {})
        return [unordered] if pages.kept.get("unordered") else []

    def _page(self, step: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
        asked: dict[str, object] = {"$limit": self.settings.number("page"), "$offset": step["offset"]}
        if step["order"]:
            asked |= {"$select": ":*, *", "$order": ":id"}
        return self.soda.rows({**asked, **({"$where": where} if where else {})})

    def _kept(
        self, pages: Pages, rows: Sequence[dict[str, Any]], step: Mapping[str, Any], said: int | None, *, keeps_id: bool
    ) -> Any:
        digest = sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()[:16]
        if rows and digest == pages.kept.get("digest"):
            repeats(brought=pages.records, said=said)
            rows = []
        self.surroundings.tell(_("Reading rows"), pages.records / said if said else 0.0)
        before = set(pages.kept.get("ids", ()))
        new = [row for row in rows if not row.get(":id") or row[":id"] not in before]
        moments = [str(row[":updated_at"]) for row in rows if row.get(":updated_at")]
        pages.kept |= {
            "updated": max([pages.kept.get("updated") or "", *moments]), "unordered": not step["order"],
            "digest": digest if rows else pages.kept.get("digest"),
            "ids": [row[":id"] for row in rows if row.get(":id")][-200:],
        }  # fmt: skip
        following = {**step, "offset": step["offset"] + len(rows)} if rows else None
        pages.add((self._record(row, keeps_id=keeps_id) for row in new), step=following)
        return following

    def _record(self, row: Mapping[str, Any], *, keeps_id: bool) -> dict[str, object]:
        """Socrata leaves out what is empty: every column that it speaks of stands in every record."""
        empty: dict[str, object] = dict.fromkeys(self._columns())
        own = {"row_id": row[":id"]} if keeps_id and row.get(":id") else {}
        return {**own, **empty, **{name: value for name, value in row.items() if name not in _OWN}}

    def _columns(self) -> list[str]:
        columns = self.about.get("columns")
        named = (
            [one.get("fieldName") for one in columns if isinstance(one, Mapping)] if isinstance(columns, list) else []
        )
        return [str(name) for name in named if name and not str(name).startswith(":")]

    @property
    def _name(self) -> str:
        return f"{self.settings.text('dataset')}.ndjson"

    def _facts(self) -> dict[str, str]:
        about = self.about
        columns = about.get("columns") if isinstance(about.get("columns"), list) else []
        types = {
            str(one.get("fieldName")): one.get("dataTypeName") for one in listed(columns) if isinstance(one, Mapping)
        }
        names = ("name", "attribution", "rowsUpdatedAt", "licenseId")
        facts = {name: str(about[name]) for name in names if about.get(name)}
        return facts | ({"fields": json.dumps(types, ensure_ascii=False)} if types else {})
