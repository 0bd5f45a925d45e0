"""The data of one query to an SDMX service: JSON turned into records, or CSV as received."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mapalus.connectors.sdmx.csvtable import split_actions
from mapalus.connectors.sdmx.markup import Markup, errors_of, read_markup
from mapalus.connectors.sdmx.message import Message, read_message
from mapalus.engine import exact_json
from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Extent, Harvest, Surroundings, Vanished
from mapalus.engine.harvest.entering import entry
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.whole import Note, remembered, whole
from mapalus.engine.plain_xml import read_xml
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.answers import Answer, is_page
from mapalus.engine.web.client import Web

__all__ = ["opened"]

_XML = (
    "application/vnd.sdmx.structurespecificdata+xml;version=2.1;q={0}, "
    "application/vnd.sdmx.genericdata+xml;version=2.1;q={1}, application/xml;q={1}"
)
_ACCEPT = {
    "json": "application/vnd.sdmx.data+json;version=2.0.0;q=0.9, application/vnd.sdmx.data+json;version=1.0.0, "
            "application/vnd.sdmx.data+json;q=0.8, application/json;q=0.5, " + _XML.format(0.3, 0.2),
    "csv": "application/vnd.sdmx.data+csv;version=2.0.0;q=0.9, application/vnd.sdmx.data+csv;version=1.0.0, "
           "application/vnd.sdmx.data+csv;q=0.8, text/csv;q=0.5",
    "xml": _XML.format(0.9, 0.8),
}  # fmt: skip
_CHANGING = {"append", "delete", "merge"}


def opened(settings: Settings, surroundings: Surroundings) -> _Query:
    entry(settings)
    return _Query(settings, surroundings)


@dataclass(frozen=True)
class _Query:
    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with self._web() as web:
            answer = web.get(self.settings.text("address"), params={"lastNObservations": 1}, headers=self._accept)
            _look(answer)

    def _web(self) -> Web:
        return Web(self.surroundings, auth=entry(self.settings))

    @property
    def _accept(self) -> dict[str, str]:
        return {"Accept": _ACCEPT[self.settings.text("form")]}

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        known = remembered(mark)
        since = known.get("prepared", "") if self.settings.truth("changes") else ""
        with self._web() as web:
            try:
                answer = web.get(
                    self.settings.text("address"), params={"updatedAfter": since} if since else None,
                    headers=self._accept, largest=self.surroundings.largest,
                )  # fmt: skip
            except Vanished:
                if not since:
                    raise
                self.check()  # 404 is also the word for: nothing has changed
                return None
        _look(answer)
        if _is_markup(answer):
            return self._records(read_markup(read_xml(answer.body)), since, mark, into)
        if _is_csv(answer):
            return self._table(answer, mark, into)
        return self._records(read_message(answer.json()), since, mark, into)

    def _table(self, answer: Answer, mark: str, into: Path) -> Harvest | None:
        """CSV as received; rows that version 2 marks as deleted are taken out of it and handed on as gone."""
        path, gone = into / "data.csv", into / "deleted.ndjson"
        path.write_bytes(answer.body)
        found = split_actions(answer.body)
        if found is None:
            return whole(path, name="data.csv", mark=mark)
        path.write_text(found.kept, encoding="utf-8", newline="")
        count = _write(gone, found.deleted)
        facts = {"deleted": str(count), "key": ", ".join(found.key)}
        return Harvest(path, "data.csv", Extent.CHANGES, mark or "{}", gone if count else None, facts=facts)

    def _records(self, message: Message | Markup, since: str, mark: str, into: Path) -> Harvest | None:
        labels = self.settings.truth("labels")
        path, gone = into / "records.ndjson", into / "deleted.ndjson"
        count = _write(path, message.records(labels=labels))
        deleted = _write(gone, message.deleted())
        notes: list[Note] = []
        if vague := message.vague():
            notes.append((_("%(count)s deletions name whole series: read the source anew to follow them."),
                          {"count": vague}))  # fmt: skip
        facts = {"records": str(count), "deleted": str(deleted), "prepared": message.prepared,
                 "key": ", ".join(message.key), "action": ", ".join(sorted(message.actions))}  # fmt: skip
        if since or message.actions & _CHANGING:
            if since and not count and not deleted:
                return None
            written = json.dumps({"prepared": message.prepared or since})
            return Harvest(path, "data.ndjson", Extent.CHANGES, written, gone if deleted else None, tuple(notes), facts)
        return whole(path, name="data.ndjson", mark=mark, notes=notes, facts=facts,
                     known={"prepared": message.prepared})  # fmt: skip


def _write(path: Path, records: Any) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(exact_json.dump(record) + "\n")
            count += 1
    return count


def _is_markup(answer: Answer) -> bool:
    return answer.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"


def _is_csv(answer: Answer) -> bool:
    if "json" in answer.media_type:
        return False
    return "csv" in answer.media_type or answer.body.lstrip(b"\xef\xbb\xbf")[:1] not in (b"{", b"[")


def _look(answer: Answer) -> None:
    """Errors within an answer that says 200, and pages to sign in."""
    if is_page(answer.body):
        raise Refused(
            "web-page", _("%(address)s answers with a web page, not with statistics."), address=shown(answer.address),
            advice=_("Look at it in a browser; the address of a query is needed, not that of its page."),
        )  # fmt: skip
    if _is_markup(answer):
        root = read_xml(answer.body)
        if found := errors_of(root):
            raise _meaning(found)
    elif answer.body.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"{":
        said = answer.json()
        errors = said.get("errors") if isinstance(said, Mapping) else None
        if errors and not (said.get("dataSets") or said.get("data")):
            raise _meaning(errors)
    elif _is_csv(answer) and b"," not in answer.body.split(b"\n", 1)[0] and b";" not in answer.body.split(b"\n", 1)[0]:
        raise Refused("not-sdmx", _("%(address)s answers without a table."), address=shown(answer.address))


def _meaning(errors: Any) -> Problem:
    """By the codes of the standard: 100 no results, 110 no right, 130 and 413 too much, 140 and 150 a wrong query."""
    first = errors[0] if isinstance(errors, list) and errors else errors
    code, words = (str(first.get("code")), first) if isinstance(first, Mapping) else ("", first)
    if isinstance(words, Mapping):
        words = words.get("title") or words.get("details") or words.get("detail") or words.get("message") or code
    if isinstance(words, Mapping):
        words = next(iter(words.values()), code)
    said = str(words)[:300]
    if code in ("100", "404"):
        return Vanished(_("The service has no such data: %(words)s"), words=said)
    if code in ("110", "401", "403"):
        return Misconfigured(_("The service does not let us in: %(words)s"), words=said)
    if code in ("500", "502", "503", "504"):
        return Unavailable(_("The service has a fault of its own: %(words)s"), words=said)
    return Refused("sdmx", _("The service answers: %(words)s"), words=said)
