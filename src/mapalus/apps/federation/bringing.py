"""Datasets of the other end become datasets here, with its name on them: each by a source, version after version.

What comes goes the way of every hand-in: kept as received, checked, published by the platform where nothing is wrong.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapalus.apps.catalogue import actions as catalogue
from mapalus.apps.catalogue import connecting, contracts, harvesting, source_acts
from mapalus.apps.catalogue.harvest_acts import parts
from mapalus.apps.catalogue.models import Cadence, Dataset, HarvestOutcome, HarvestRun, Source, SourceWay
from mapalus.apps.federation.models import Agreement, Arrival, Exchange, Instance, Link, Share, ShareKind
from mapalus.apps.federation.sides import open_shares, withheld_there
from mapalus.apps.federation.values import moment
from mapalus.apps.ledger.platform import PLATFORM
from mapalus.engine.data.drift_finding import Kind, Level
from mapalus.engine.errors import NotFound, Problem, Refused, Unavailable
from mapalus.engine.harvest.whole import remembered
from mapalus.engine.text import _, slug

if TYPE_CHECKING:
    from mapalus.engine.data.contract import Contract
    from mapalus.engine.harvest.connector import Offering

__all__ = ["address_there", "from_mapalus", "from_portal", "link_dataset"]

_MOST_VERSIONS = 500  # of one dataset in one exchange
_TYPES = frozenset(
    {"string", "integer", "number", "boolean", "date", "datetime", "time", "year", "yearmonth", "geopoint"}
)
_OTHER = Cadence.OTHER.value  # also of a stream: what comes of it here comes in versions
# What a district published stands, however it changed: somebody here is asked to look, and nothing waits for that.
_ASKED = {str(kind): str(Level.ASK) for kind in Kind}


def address_there(instance: Instance, remote: str) -> str:
    page = "dataset" if instance.kind == "ckan" else "data"
    return f"{instance.address}/{page}/{remote}/" if instance.address else ""


# --- from another Mapalus --------------------------------------------------------------------------------------------


def from_mapalus(
    run: Exchange, agreement: Agreement | None, offered: Sequence[Mapping[str, Any]], *, now: datetime
) -> None:
    """Bring what is shared and changed. Without an agreement (a district asks its province) all that is offered."""
    instance = run.instance
    there = {str(one["name"]): one for one in offered}
    wanted = dict.fromkeys(there) if agreement is None else {
        one.code: one for one in open_shares(agreement, now=now, kind=ShareKind.DATASET)
        if one.code in there and not _is_withheld(instance, one, now)
    }  # fmt: skip
    _note_missing(run, agreement, there, now=now)
    for name in wanted:
        link = instance.links.filter(remote=name).select_related("dataset", "source").first()
        if link is not None and link.source is not None and _stands(link.source, there[name]):
            continue
        if link is not None and link.source is not None:
            _note_rewritten(run, name, link.source, there[name])
        options = {
            "address": instance.address, "dataset": name, "key": instance.secret,
            "takes": agreement.takes if agreement is not None else "newest",
        }  # fmt: skip
        _bring(run, name, connector="mapalus", options=options, said=there[name], now=now)


def _note_missing(run: Exchange, agreement: Agreement | None, there: Mapping[str, object], *, now: datetime) -> None:
    """What came, is not held back and is no longer offered: renamed, deleted or withdrawn there, by either side."""
    instance = run.instance
    came = sorted(set(instance.links.values_list("remote", flat=True)) - there.keys())
    shares = open_shares(agreement, now=now, kind=ShareKind.DATASET)
    agreed = {one.code for one in shares if not _is_withheld(instance, one, now)}
    for name in came:
        if agreement is None or name in agreed:
            text = _("%(name)s is no longer offered there; what came before stays.")
            run.notes = [*run.notes, [text, {"name": name}]]


def _standing(source: Source) -> tuple[int, datetime | None]:
    """Number there of the version that stands here, and when it was published there."""
    known = remembered(source.mark)
    number = known.get("version", "")
    return int(number) if number.isdecimal() else 0, moment(known.get("published_at"))


def _stands(source: Source, said: Mapping[str, Any]) -> bool:
    number, at = _standing(source)
    there = moment(said.get("published_at"))
    return number == said.get("version") and (at is None or there is None or at == there)


def _note_rewritten(run: Exchange, name: str, source: Source, said: Mapping[str, Any]) -> None:
    """Versions never change; where they seem to, what came before stays and the difference is listed."""
    number, at = _standing(source)
    there, told = said.get("version"), moment(said.get("published_at"))
    if not number or not isinstance(there, int) or there > number:
        return
    text = (
        _("%(name)s went back there from version %(old)s to %(new)s; what came before stays here.")
        if there < number
        else _("%(name)s has another version %(new)s there than the one that came; both stay here.")
    )
    if there < number or (at is not None and told is not None and at != told):
        run.notes = [*run.notes, [text, {"name": name, "old": number, "new": there}]]


def _is_withheld(instance: Instance, share: Share, now: datetime) -> bool:
    said = withheld_there(instance, share)
    until = moment(said.get("embargo_until")) if said.get("embargo_until") else None
    return said.get("is_shared") is False or (until is not None and until > now)


# --- from a portal ---------------------------------------------------------------------------------------------------


def from_portal(run: Exchange, agreement: Agreement, *, now: datetime) -> None:
    """The agreed packages of a CKAN portal, by the connector that harvests every CKAN."""
    instance = run.instance
    options: dict[str, object] = {"address": instance.address}
    if instance.secret:
        options["token"] = instance.secret
    # What it lists, so that a page can say what is gone.
    listed = _listed(connecting.open_shelf("ckan", options, unit=instance.unit_code).offered())
    instance.held = {"datasets": dict.fromkeys(list(listed)[:5000], ""), "at": now.isoformat()}
    for share in open_shares(agreement, now=now, kind=ShareKind.DATASET):
        found = listed.get(share.code)
        if found is None:
            gone = NotFound(_("The portal does not list %(name)s."), name=share.code)
            run.notes = [*run.notes, [gone.text, dict(gone.data)]]
            continue
        said = {"title": share.title or found.title, "description": found.description, "license": found.license}
        _bring(run, share.code, connector="ckan", options=found.options, said=said, now=now)


def _listed(offered: Any) -> dict[str, Offering]:
    """By the name of the package; of several resources the first that has rows of its own."""
    found: dict[str, Offering] = {}
    for one in offered:
        package = one.metadata.get("package") or {}
        resource = one.metadata.get("resource") or {}
        name = str(package.get("name") or "")
        if name and (name not in found or (resource.get("datastore_active") and not _has_rows(found[name]))):
            found[name] = one
    return found


def _has_rows(offering: Offering) -> bool:
    resource = offering.metadata.get("resource") or {}
    return bool(resource.get("datastore_active")) if isinstance(resource, Mapping) else False


# --- both ------------------------------------------------------------------------------------------------------------


def _bring(
    run: Exchange, remote: str, *, connector: str, options: Mapping[str, object], said: Mapping[str, Any], now: datetime
) -> None:
    """Every version that is new. One dataset that cannot be brought holds up no other, but the mark stays."""
    instance = run.instance
    link = _linked(instance, remote, connector=connector, options=options, said=said, now=now)
    assert link.source is not None
    for _n in range(_MOST_VERSIONS):
        source = Source.objects.for_reading().get(pk=link.source.pk)
        before = source.mark
        done = harvesting.harvest(source, now=now)
        if done is None:
            return
        if done.stage is HarvestOutcome.UNCHANGED:
            if connector == "mapalus" and Source.objects.get(pk=source.pk).mark != before:
                continue  # the same rows as before under the next number: there may be more behind it
            return
        if done.stage is HarvestOutcome.FAILED:
            raise _again(done)
        if done.stage is not HarvestOutcome.BROUGHT or done.handin is None or done.handin.version is None:
            _note(run, remote, done)
            return
        facts = done.facts
        Arrival.objects.create(
            exchange=run, link=link, number=int(facts["version"]) if facts.get("version", "").isdecimal() else None,
            version=done.handin.version, published_at=_past(moment(facts.get("published_at")
            or facts.get("last_modified")), now), at=done.ended_at or now,
        )  # fmt: skip
        run.versions += 1
        run.save(update_fields=["versions"])
        if connector == "ckan":
            return


def _past(at: datetime | None, now: datetime) -> datetime | None:
    """A clock that is ahead there makes nothing younger here."""
    return None if at is None or at > now + timedelta(minutes=10) else at


def _again(done: HarvestRun) -> Unavailable:
    kept = done.problem
    return Unavailable(str(kept.get("text") or ""), **dict(kept.get("data") or {}))


def _note(run: Exchange, remote: str, done: HarvestRun) -> None:
    text = _("%(name)s came and waits for a person: %(state)s")
    run.notes = [*run.notes, [text, {"name": remote, "state": done.outcome}]]
    run.refused += 1


def _linked(
    instance: Instance, remote: str, *, connector: str, options: Mapping[str, object], said: Mapping[str, Any],
    now: datetime,
) -> Link:  # fmt: skip
    link = instance.links.filter(remote=remote).select_related("dataset", "source").first()
    options = {name: value for name, value in options.items() if value}
    if link is None or link.source is None:
        contract = _contract_said(said) if said.get("fields") else _contract_seen(instance, connector, options)
        return link_dataset(
            instance, remote, contract=contract, connector=connector, options=options, said=said, now=now
        )
    cleaned = connecting.cleaned(connecting.connector_named(connector), options)
    if link.source.options != cleaned:
        kept = link.source.mark
        source_acts.change_source(link.source, options=options, by=PLATFORM, now=now)
        if link.source.options.get("address") == cleaned.get("address"):
            Source.objects.filter(pk=link.source.pk).update(mark=kept)  # the same place: only how it is asked changed
    if said.get("fields"):
        _follow_contract(link, _contract_said(said), said, now=now)
    return link


def link_dataset(
    instance: Instance, remote: str, *, contract: Contract, connector: str, options: Mapping[str, object],
    said: Mapping[str, Any], now: datetime,
) -> Link:  # fmt: skip
    """A dataset here for one there, with the district's name and position on it; its source publishes by itself."""
    name = slug(f"{instance.code}-{remote}")[:90]
    kept = _kept(contract, name=name, instance=instance, said=said)
    made = Dataset.objects.filter(name=name).first() or catalogue.declare_dataset(
        instance.unit, kept=kept, by=PLATFORM, now=now
    )
    source = None
    if connector:
        source = source_acts.add_source(
            made, connector=connector, options=options, schedule="", keeper=instance.contact, title=str(instance),
            name=name, by=PLATFORM, now=now,
        )  # fmt: skip
        source = source_acts.trust_source(
            source, way=SourceWay.DIRECT, reason=f"Perjanjian berbagi data {instance.code}", by=PLATFORM, now=now
        )
    link, _new = Link.objects.update_or_create(
        instance=instance, remote=remote, defaults={"dataset": made, "source": source, "contract": kept.sha256}
    )
    return link


def _kept(contract: Contract, *, name: str, instance: Instance, said: Mapping[str, Any]) -> contracts.Kept:
    cadence = str(said.get("cadence") or _OTHER)
    marks = {
        "unit": instance.unit_code,
        "producer": f"pos:{_producer(instance)}",
        "cadence": cadence if cadence in Cadence.values and cadence != Cadence.STREAM.value else _OTHER,
        "classification": "terbuka",
        "title_en": str(said.get("title_en") or ""),
        "themes": [str(one) for one in said.get("themes") or ()][:10],
        "bad_rows": "quarantine",
        "drift": _ASKED,
    }
    title = str(said.get("title") or contract.title or name)[:200]
    if instance.is_upstream:
        title = f"{title} (dari provinsi)"
    license = {"name": str(said.get("license") or "CC-BY-4.0")[:80]}
    whole = replace(
        contract, name=name, title=title, description=str(said.get("description") or "")[:4000], licenses=(license,),
        mapalus={key: value for key, value in marks.items() if value},
    )  # fmt: skip
    return contracts.keep_loaded(whole, dataset=name, text=contracts.written(whole))


def _producer(instance: Instance) -> str:
    return instance.position_code


def _contract_said(said: Mapping[str, Any]) -> Contract:
    """The columns as the other Mapalus tells them. Its own rules were kept there; here only form and type are asked."""
    from mapalus.engine.data.contract import parse

    fields = []
    for one in list(said["fields"])[:2000]:
        mark = {key: value for key, value in dict(one.get("mark") or {}).items() if key in ("unit", "role")}
        kind = str(one.get("type"))
        masked = bool(one.get("masked"))
        fields.append({
            "name": str(one["name"]), "title": str(one.get("title") or one["name"]),
            "type": kind if kind in _TYPES and not masked else "string", **({"mapalus": mark} if mark else {}),
        })  # fmt: skip
    names = {one["name"] for one in fields}
    key = [str(one) for one in said.get("key") or ()]
    schema: dict[str, Any] = {"fields": fields}
    if key and set(key) <= names:
        schema["primaryKey"] = key
    return parse({"name": "data", "schema": schema})


def _contract_seen(instance: Instance, connector: str, options: Mapping[str, object]) -> Contract:
    """A portal has no contract: what its columns suggest is the first one, and the walidata may change it."""
    from mapalus.engine.data.check import check  # late: it brings the table engine

    with tempfile.TemporaryDirectory(prefix="mapalus-federasi-") as folder:
        into = Path(folder) / "into"
        into.mkdir()
        opened = connecting.open_source(connector, options, unit=instance.unit_code)
        brought = opened.harvest(mark="", into=into)
        if brought is None:
            raise Unavailable(_("The source says that it has nothing, although it was asked for everything."))
        path = into / f"data.{slug(brought.name.rpartition('.')[2])[:10] or 'bin'}"
        if path != brought.path:
            path.symlink_to(brought.path)
        (out := Path(folder) / "out").mkdir()
        outcome = check(path, contract=None, out=out, language="id")
        if outcome.contract is None or not outcome.contract.fields:
            raise Refused("no-columns", _("No columns could be read of %(name)s."), name=brought.name)
        return replace(outcome.contract, folder=None)


def _follow_contract(link: Link, contract: Contract, said: Mapping[str, Any], *, now: datetime) -> None:
    """Columns that changed there change here: it is the district's dataset, and nobody here may hold it to the old."""
    kept = _kept(contract, name=link.dataset.name, instance=link.instance, said=said)
    if kept.sha256 == link.contract:
        return
    try:
        catalogue.change_contract(link.dataset, kept=kept, reason="Kolom berubah di sumbernya", by=PLATFORM, now=now)
        link.contract, link.problem = kept.sha256, {}
    except Problem as problem:
        link.problem = parts(problem)
    link.save(update_fields=["contract", "problem"])
