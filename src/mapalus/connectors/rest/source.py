"""An API that answers in pages of JSON. Each page is on the disk before the next is asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

from mapalus.connectors.rest.config import Api, read
from mapalus.connectors.rest.paths import at, records
from mapalus.engine import exact_json
from mapalus.engine.errors import Misconfigured, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import Note, missing, remembered, repeats, whole
from mapalus.engine.text import _
from mapalus.engine.web.addresses import origin, shown
from mapalus.engine.web.answers import Answer
from mapalus.engine.web.client import Web

__all__ = ["ApiSource", "opened"]

_MOST_PAGES = 200_000
_ACCEPT = {"Accept": "application/json"}
_LINES = ("ndjson", "jsonl", "jsonlines", "json-lines")
_REMEMBERED = 1000  # pages that are known again when they come once more


def opened(settings: Settings, surroundings: Surroundings) -> ApiSource:
    return ApiSource(read(settings), surroundings)


class ApiSource:
    """The mark holds the newest time of change, and the hash of what came where the API tells no changes."""

    def __init__(self, api: Api, surroundings: Surroundings) -> None:
        self._api = api
        self._surroundings = surroundings

    def check(self) -> None:
        with self._web() as web:
            answer = self._ask(web, {"at": self._api.first, "page": 1}, "")
            list(records(_read(answer), self._api.records, self._api.columns))

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        api = self._api
        since = remembered(mark).get("since", "") if api.since_param else ""
        with self._web() as web:
            pages, notes = self._pages(web, since, mark, into)
        known = {"since": str(pages.kept.get("since") or since)} if api.since_param else {}
        facts = {"address": shown(api.address), "records": str(pages.records)}
        path, deleted = self._split(pages.path, into) if api.deleted_path else (pages.path, None)
        if not since:
            return whole(path, name="records.ndjson", mark=mark, notes=notes, facts=facts, known=known)
        if not pages.records:
            return None
        if deleted is None:
            notes.append((_("The source does not say which records were deleted; they stay until all is brought."), {}))
        written = exact_json.dump(known)
        return Harvest(path, "records.ndjson", Extent.CHANGES, written, deleted, tuple(notes), facts)

    def _web(self) -> Web:
        return Web(self._surroundings, auth=self._api.auth, headers={**_ACCEPT, **self._api.headers})

    def _pages(self, web: Web, since: str, mark: str, into: Path) -> tuple[Pages, list[Note]]:
        question = exact_json.dump([repr(self._api), mark])
        with Pages(into, question=question, largest=self._surroundings.largest) as pages:
            step = pages.step if pages.step is not None else {"at": self._api.first, "page": 1}
            while not pages.is_whole:
                if step["page"] > _MOST_PAGES:
                    raise Refused("too-many-pages", _("The source gives pages without end."))
                step = self._page(web, step, since, pages) or step
            said = pages.kept.get("total")
            return pages, list(missing(brought=pages.records, said=said, of=pages))

    def _page(self, web: Web, step: dict[str, Any], since: str, pages: Pages) -> dict[str, Any] | None:
        """Bring one page and keep it with the step after it; that step, or None after the last."""
        answer = self._beyond(web, step, since, pages)
        if answer is None or (answer.status == 204 and step["page"] > 1):
            pages.add([], step=None)
            return None
        read = _read(answer)
        found = list(records(read, self._api.records, self._api.columns))
        digest = hashlib.sha256(exact_json.dump(found).encode("utf-8", "surrogatepass")).hexdigest()
        if found and digest == pages.kept.get("digest"):
            self._same_again(len(found), step, pages)
            return None
        total = at(read, self._api.total) if self._api.total else None
        if isinstance(total, int | str) and str(total).isdecimal():
            pages.kept["total"] = int(total)
        pages.kept["digest"] = digest
        self._remember(found, pages)
        following = self._following(answer, read, len(found), step, pages)
        pages.add(found, step=following)
        count, said = pages.records, pages.kept.get("total")
        self._surroundings.tell(_("Records are being received."), min(1.0, count / said) if said else 0.0)
        return following

    def _beyond(self, web: Web, step: dict[str, Any], since: str, pages: Pages) -> Answer | None:
        """The answer; None where the API says of the page after the last that there is none."""
        is_late = step["page"] > 1 and self._api.paging in ("page", "offset")
        total = pages.kept.get("total")
        try:
            return self._ask(web, step, since)
        except Vanished:
            if not is_late:
                raise
            self._ask(web, {"at": self._api.first, "page": 1}, since)  # or everything is gone: then this says so
            return None
        except Misconfigured:
            if not is_late or total is None or pages.records < total:
                raise
            return None

    def _same_again(self, count: int, step: dict[str, Any], pages: Pages) -> None:
        """The page before came once more: the API does not go on, or does not understand the question.

        One whose pages did differ gives the last one for whatever lies behind it.
        """
        said = pages.kept.get("total")
        is_short = pages.records < said if said is not None else count >= self._api.size
        if step["page"] > 2:
            repeats(brought=pages.records, said=said if said is not None else pages.records)
        elif is_short:
            raise Misconfigured(
                _("The second page is the same as the first: the source does not know the parameter %(name)s."),
                advice=_("Compare the settings of the source with the description of the system."),
                name=self._api.page_param or self._api.paging,
            )
        pages.add([], step=None)

    def _remember(self, found: Iterable[dict[str, Any]], pages: Pages) -> None:
        """The newest time of change so far; it never goes back."""
        if not self._api.since_path:
            return
        for record in found:
            value = at(record, self._api.since_path)
            if value is not None and not isinstance(value, dict | list):
                pages.kept["since"] = _later(pages.kept.get("since", ""), str(value))

    def _following(
        self, answer: Answer, read: Any, count: int, step: dict[str, Any], pages: Pages
    ) -> dict[str, Any] | None:
        paging, page = self._api.paging, step["page"] + 1
        if paging in ("page", "offset"):
            if not count or self._is_last(count, pages):
                return None
            move = count if paging == "offset" else 1
            start = step["at"] if paging == "page" or step["page"] > 1 else self._offset()
            return {"at": start + move, "page": page}
        said = answer.link("next") if paging == "link" else at(read, self._api.next_path) if paging != "none" else None
        if said is None or said == "" or said is False:
            return None
        if paging == "cursor":
            following = {"at": said if isinstance(said, int) else str(said), "page": page}
        else:
            following = {"to": self._kept_address(urljoin(answer.address, str(said))), "page": page}
        self._refuse_circle(following, step, pages)
        return following

    def _refuse_circle(self, following: dict[str, Any], step: dict[str, Any], pages: Pages) -> None:
        """Where the next page is one that was there before, the pages would come for ever."""
        own = [_place(step)] if step["page"] > 1 else []  # the first one has no place in the terms of the source
        been = [*pages.kept.get("been", []), *own][-_REMEMBERED:]
        if _place(following) in been:
            raise Unavailable(_("The source gives the same page again and goes no further."))
        pages.kept["been"] = been

    def _is_last(self, count: int, pages: Pages) -> bool:
        """All that was announced is here, and the page was not full; a full one may hide more than was announced."""
        most = pages.kept["most"] = max(count, int(pages.kept.get("most", 0)))
        total = pages.kept.get("total")
        return total is not None and pages.records + count >= total and (count < most or total == count)

    def _offset(self) -> int:
        """Offsets begin at 0 unless the settings say otherwise."""
        return self._api.first if self._api.first > 1 else 0

    def _kept_address(self, address: str) -> str:
        """The next address without what is secret, under the scheme we came by: proxies forget that they encrypt."""
        home, there = urlsplit(self._api.address), urlsplit(address)
        if there.hostname == home.hostname and there.scheme != home.scheme:
            address = urlunsplit(there._replace(scheme=home.scheme, netloc=home.netloc))
        if self._api.auth is None:
            return address
        if origin(address) != origin(self._api.address):
            raise Refused(
                "foreign-page",
                _("The next page is said to be at %(address)s, which the secret is not meant for."),
                address=shown(address),
            )
        return self._api.auth.without(address)

    def _ask(self, web: Web, step: dict[str, Any], since: str) -> Answer:
        if "to" in step:
            return web.get(step["to"])
        turn = self._turn(step)
        if since:
            turn[self._api.since_param] = since
        if self._api.method == "POST":
            return web.post(self._api.address, params=self._api.params, json={**(self._api.body or {}), **turn})
        return web.get(self._api.address, params={**self._api.params, **turn})

    def _turn(self, step: dict[str, Any]) -> dict[str, Any]:
        """What asks for this page."""
        api, turn = self._api, {}
        if api.paging != "none" and api.size_param:
            turn[api.size_param] = api.size
        is_first = step.get("page", 1) == 1
        if api.paging == "page":
            turn[api.page_param] = step["at"]
        elif api.paging == "offset":
            turn[api.page_param] = self._offset() if is_first else step["at"]
        elif api.paging == "cursor" and not is_first:
            turn[api.page_param] = step["at"]
        return turn

    def _split(self, path: Path, into: Path) -> tuple[Path, Path]:
        """Deleted records go to a file of their own, with their keys only; the others stay in order."""
        kept, gone = into / "kept.ndjson", into / "deleted.ndjson"
        with path.open("rb") as lines, kept.open("wb") as there, gone.open("wb") as away:
            for line in lines:
                record = exact_json.load(line)
                if at(record, self._api.deleted_path):
                    named = {name: at(record, name) for name in self._api.key}
                    away.write((exact_json.dump(named) + "\n").encode())
                else:
                    there.write(line)
        return kept, gone


def _read(answer: Answer) -> Any:
    """The body as JSON, or its lines where the host says that each is one."""
    if answer.media_type.removeprefix("application/").removeprefix("x-") not in _LINES:
        return answer.json()
    lines = [line for line in answer.body.splitlines() if line.strip()]
    return [replace(answer, body=line).json() for line in lines]


def _place(step: Mapping[str, Any]) -> str:
    """Where a step leads, short."""
    return hashlib.sha256(str(step.get("to", step.get("at"))).encode()).hexdigest()[:12]


def _later(one: str, other: str) -> str:
    """The later of two: as numbers where both are, else as texts (ISO 8601 sorts that way)."""
    if one.isdecimal() and other.isdecimal():
        return max(one, other, key=int)
    return max(one, other)
