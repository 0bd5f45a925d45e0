"""Dynamic tables as long rows, static tables as the page that they are, lists as they come."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from mapalus.connectors.bps.decoding import long_rows, plain
from mapalus.engine.errors import Invalid, Misconfigured, Refused, Unavailable
from mapalus.engine.harvest.connector import Harvest, Offering, Surroundings, Vanished
from mapalus.engine.harvest.options import Settings
from mapalus.engine.harvest.pages import Pages
from mapalus.engine.harvest.whole import WHOLE_LIST, Note, missing, repeats, whole
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.auth import Auth, AuthKind
from mapalus.engine.web.client import Web

__all__ = ["Office", "Table", "opened"]

_YEARS_AT_ONCE = 10
_FOR_VARIABLE = ("vervar", "turvar", "th", "turth")  # lists that belong to a variable


def opened(settings: Settings, surroundings: Surroundings) -> Table:
    model = settings.text("model")
    if model == "data" and not settings.text("var").isdecimal():
        raise Invalid(fields={"var": _("Name the variable by its number.")})
    if model == "statictable" and not settings.text("table").isdecimal():
        raise Invalid(fields={"table": _("Name the static table by its number.")})
    return Table(settings, surroundings)


@dataclass(frozen=True)
class _Api:
    """One way to ask. BPS answers 200 to everything; what it means stands in the answer."""

    web: Web
    settings: Settings

    def ask(self, path: str, params: Mapping[str, object]) -> dict[str, Any]:
        """Raises Vanished where BPS says that there is nothing, Misconfigured where it does not like the key."""
        address = f"{self.settings.text('address').rstrip('/')}/{path}"
        known = {"lang": self.settings.text("language"), "domain": self.settings.text("domain")}
        said = self.web.get(address, params={**known, **params}).json()
        if not isinstance(said, dict) or "status" not in said:
            raise Refused(
                "not-bps", _("%(address)s does not answer as the WebAPI of BPS does."), address=shown(address)
            )
        if str(said["status"]).upper() != "OK":
            raise _failed(plain(said.get("message") or said["status"]))
        if str(said.get("data-availability", "available")) != "available":
            raise Vanished(_("BPS has no such data: %(words)s."), words=said["data-availability"])
        return said


def _failed(words: str) -> Misconfigured | Unavailable:
    if any(part in words.casefold() for part in ("key", "kunci", "token", "akses", "auth", "param")):
        return Misconfigured(_("BPS does not accept the question: %(words)s"), words=words)
    return Unavailable(_("The WebAPI of BPS has a fault: %(words)s"), words=words)


def _web(settings: Settings, surroundings: Surroundings) -> Web:
    return Web(surroundings, auth=Auth(AuthKind.QUERY, settings.text("key"), "key"))


@dataclass(frozen=True)
class Table:
    """The source."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        model, text = self.settings.text("model"), self.settings.text
        with _web(self.settings, self.surroundings) as web:
            api = _Api(web, self.settings)
            if model == "data":
                api.ask("list", {"model": "th", "var": text("var")})
            elif model == "statictable":
                api.ask("view", {"model": model, "id": text("table")})
            else:
                _listed(api, model, 1, text("var"))

    def harvest(self, *, mark: str, into: Path) -> Harvest | None:
        model = self.settings.text("model")
        with _web(self.settings, self.surroundings) as web:
            api = _Api(web, self.settings)
            if model == "data":
                return self._dynamic(api, mark, into)
            if model == "statictable":
                return self._static(api, mark, into)
            return self._list(api, model, mark, into)

    def _question(self, mark: str) -> str:
        return json.dumps([sorted((name, str(value)) for name, value in self.settings.items()), mark])

    def _dynamic(self, api: _Api, mark: str, into: Path) -> Harvest | None:
        notes: list[Note] = []
        with Pages(into, question=self._question(mark), largest=self.surroundings.largest, name="rows") as pages:
            while not pages.is_whole:
                waiting: list[str] = pages.step or _chunks(api, self.settings)
                try:
                    answer = self._values(api, waiting[0])
                except Vanished:
                    if len(waiting) == 1 and not pages.kept.get("present"):
                        raise  # of all the years, none has data
                    pages.add((), step=waiting[1:] or None)
                    continue
                pages.kept["present"] = True
                unread: list[str] = []
                kept = {name: _first(answer.get(name)) for name in ("var", "labelvervar", "last_update")}
                pages.kept |= {name: value for name, value in kept.items() if value}
                rows = list(long_rows(answer, unread))
                pages.kept["unread"] = pages.kept.get("unread", 0) + len(unread)
                pages.add(rows, step=waiting[1:] or None)
            if pages.kept.get("unread"):
                text = _("%(count)s values have keys that the lists of codes do not explain; they are left out.")
                notes.append((text, {"count": pages.kept["unread"]}))
            if pages.kept.get("unread", 0) > pages.records:
                raise Refused("unknown-keys", _("The values of the table have keys that its codes do not explain."))
            facts = {name: str(value) for name, value in pages.kept.items() if name not in ("unread", "present")}
            return whole(
                pages.path, name=f"bps-{self.settings.text('var')}.ndjson", mark=mark, notes=notes, facts=facts
            )

    def _values(self, api: _Api, years: str) -> dict[str, Any]:
        asked = {"model": "data", "var": self.settings.text("var"), "th": years or None}
        answer = api.ask("list", {name: value for name, value in asked.items() if value})
        if not isinstance(answer.get("datacontent"), Mapping | list) or not answer.get("vervar"):
            raise Refused("not-bps", _("BPS answers without the values of the table."))
        return answer

    def _static(self, api: _Api, mark: str, into: Path) -> Harvest | None:
        number = self.settings.text("table")
        found = api.ask("view", {"model": "statictable", "id": number}).get("data")
        table = found.get("table") if isinstance(found, Mapping) else None
        if not isinstance(found, Mapping) or not isinstance(table, str) or not table.strip():
            raise Refused("not-bps", _("BPS answers without the table."))
        for _again in range(3):  # escaped once, sometimes twice
            if "<table" not in table.casefold():
                table = html.unescape(table)
        title = plain(found.get("title"))
        page = into / "table.html"
        head = f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>{html.escape(title)}</title></head><body>"
        page.write_text(f"{head}\n{table}\n</body></html>\n", encoding="utf-8", errors="replace")
        facts = {"title": title, "updated": str(found.get("updt_date") or "")}
        return whole(page, name=f"bps-{self.settings.text('domain')}-{number}.html", mark=mark, facts=facts)

    def _list(self, api: _Api, model: str, mark: str, into: Path) -> Harvest | None:
        with Pages(into, question=self._question(mark), largest=self.surroundings.largest, name="rows") as pages:
            while not pages.is_whole:
                number = pages.step or 1
                try:
                    head, rows = _listed(api, model, number, self.settings.text("var"))
                except Vanished:
                    if number == 1:
                        raise
                    head, rows = {}, []  # the number of pages was a guess of BPS; that of rows is none
                    missing(brought=pages.records, said=pages.kept.get("total"), least=WHOLE_LIST)
                digest = sha256(json.dumps(rows, default=str).encode()).hexdigest()
                if rows and digest == pages.kept.get("page"):
                    repeats(brought=pages.records, said=_number(pages.kept.get("total")))
                    rows = []
                pages.kept |= {"page": digest, "total": _number(head.get("total", pages.kept.get("total")))}
                is_last = not rows or number >= (_number(head.get("pages")) or 1)
                pages.add(rows, step=None if is_last else number + 1)
            notes = missing(brought=pages.records, said=pages.kept.get("total"), of=pages)
            return whole(pages.path, name=f"bps-{model}.ndjson", mark=mark, notes=notes)


def _listed(api: _Api, model: str, page: int, var: str) -> tuple[Mapping[str, Any], list[dict[str, Any]]]:
    """One page of a list: `[{page, pages, total}, [rows]]`."""
    if model == "domain":
        said = api.ask("domain", {"type": "all"})
    else:
        said = api.ask(
            "list", {"model": model, "page": page, **({"var": var} if var and model in _FOR_VARIABLE else {})}
        )
    data = said.get("data")
    parts = data if isinstance(data, list) else []
    head: Mapping[str, Any] = parts[0] if parts and isinstance(parts[0], Mapping) else {}
    rows = parts[1] if len(parts) == 2 and isinstance(parts[1], list) else None
    if rows is None:
        raise Refused("not-bps", _("BPS answers without a list."))
    return head, [{str(name): value for name, value in row.items()} for row in rows if isinstance(row, Mapping)]


def _chunks(api: _Api, settings: Settings) -> list[str]:
    """The years to ask for, some at a time; without a list of them the table is asked for as one."""
    if settings.text("years"):
        return [settings.text("years")]
    codes: list[str] = []
    page, pages = 1, 1
    try:
        while page <= pages:
            head, rows = _listed(api, "th", page, settings.text("var"))
            codes += [str(row["th_id"]) for row in rows if row.get("th_id") is not None]
            page, pages = page + 1, _number(head.get("pages")) or 1
    except (Vanished, Refused):
        return [""]
    unique = list(dict.fromkeys(codes))
    return [";".join(unique[n : n + _YEARS_AT_ONCE]) for n in range(0, len(unique), _YEARS_AT_ONCE)] or [""]


def _first(found: object) -> str:
    """The name of a variable, or a text as it is."""
    if isinstance(found, list):
        found = found[0].get("label") if found and isinstance(found[0], Mapping) else ""
    return plain(found)


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None


@dataclass(frozen=True)
class Office:
    """The shelf: dynamic and static tables of one office of BPS."""

    settings: Settings
    surroundings: Surroundings

    def check(self) -> None:
        with _web(self.settings, self.surroundings) as web:
            _listed(_Api(web, self.settings), "var", 1, "")

    def offered(self) -> Iterator[Offering]:
        with _web(self.settings, self.surroundings) as web:
            api = _Api(web, self.settings)
            found = [*self._all(api, "var", "var_id"), *self._all(api, "statictable", "table_id")]
            if not found:
                raise Vanished(_("BPS has no such data: %(words)s."), words=self.settings.text("domain"))
            for model, number, row in found:
                yield self._offering(model, number, row)

    def _all(self, api: _Api, model: str, key: str) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
        seen: set[str] = set()
        page, pages, total = 1, 1, None
        while page <= pages:
            try:
                head, rows = _listed(api, model, page, "")
            except Vanished:
                break
            new = [row for row in rows if row.get(key) is not None and str(row[key]) not in seen]
            if rows and not new:
                repeats(brought=len(seen), said=_number(head.get("total")))
                break
            seen.update(str(row[key]) for row in new)
            yield from (("data" if model == "var" else model, str(row[key]), row) for row in new)
            page, pages, total = page + 1, _number(head.get("pages")) or 1, _number(head.get("total"))
        missing(brought=len(seen), said=total, least=WHOLE_LIST)

    def _offering(self, model: str, number: str, row: Mapping[str, Any]) -> Offering:
        kept = ("address", "key", "domain", "language")
        options: dict[str, object] = {name: self.settings[name] for name in kept if self.settings[name]}
        domain = self.settings.text("domain")
        return Offering(
            key=f"{domain}/{model}/{number}",
            title=plain(row.get("title")),
            options={**options, "model": model, ("var" if model == "data" else "table"): number},
            description=plain(row.get("notes") or row.get("def")),
            publisher="Badan Pusat Statistik",
            format="HTML" if model == "statictable" else "JSON",
            keywords=_words(row, ("sub_name", "subcsa_name", "subj", "unit")),
            changed_at=_day(row.get("updt_date")),
            metadata=dict(row),
        )


def _words(row: Mapping[str, Any], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(plain(row[name]) for name in names if row.get(name)))


def _day(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=UTC)
    except ValueError:
        return None
