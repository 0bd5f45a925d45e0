"""Streams: which datasets take rows one after another, the keys of those who send, and the act that acknowledges."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max

from mapalus.apps.catalogue import contracts, places, steps
from mapalus.apps.catalogue.models import (
    ContractVersion,
    Dataset,
    DatasetState,
    StreamKey,
    StreamRequest,
    StreamSegment,
)
from mapalus.apps.ledger.action import action, note
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.segments import Segment
from mapalus.engine.errors import Conflict, Invalid, NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = [
    "Asked", "Declared", "Sender", "contract_of", "declared", "issue_key", "receive_rows", "revoke_key", "sender",
    "streams",
]  # fmt: skip

_ROWS = 250_000  # that wait beside a version before they become the next one, unless the contract says otherwise
_MINUTES = 60
_REMEMBERED = timedelta(days=7)  # a request sent again within this is recognised


@dataclass(frozen=True)
class Declared:
    """What a contract says under `mapalus.stream`: `true`, or an object with these keys."""

    rows: int = _ROWS  # so many waiting rows become a version
    minutes: int = _MINUTES  # waiting rows become a version after so long
    mode: str = "upsert"  # upsert: a row with a known key replaces it; append: every row is a new one
    status: str = "sangat-sementara"  # of the figures of such a version


def streams() -> Path:
    """Segments and growing side files, by dataset."""
    return Path(settings.DATA_DIR) / "streams"


def declared(contract: Contract) -> Declared | None:
    """How a contract takes rows one after another; None where it does not."""
    said = contract.mapalus.get("stream")
    if said is True:
        return Declared()
    if not isinstance(said, Mapping):
        return None
    known = Declared()
    return Declared(
        rows=max(1, int(said.get("rows") or known.rows)),
        minutes=max(1, int(said.get("minutes") or known.minutes)),
        mode="append" if said.get("mode") == "append" else "upsert",
        status=str(said.get("status") or known.status),
    )


def contract_of(kept: ContractVersion) -> Contract:
    """The contract of a version of it; read once, it never changes."""
    return _contract(str(kept.path.parent), kept.sha256)


@lru_cache(maxsize=200)
def _contract(folder: str, _sha256: str) -> Contract:
    return contracts.load(Path(folder))


# --- who sends ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sender:
    """An application that sends rows to one dataset, for the position that answers for it."""

    position: str
    label: str
    unit: str
    dataset: int
    person: str = ""

    def may(self, act: str, subject: object, now: datetime) -> bool:
        return act == "catalogue.receive-rows" and isinstance(subject, Dataset) and subject.pk == self.dataset


def sender(key: StreamKey) -> Sender:
    return Sender(key.position, f"{key.name} ({key.label})", key.dataset.unit_code, key.dataset_id)


@action("catalogue.issue-stream-key")
def issue_key(
    dataset: Dataset, *, name: str, by: Actor, now: datetime, expires_at: datetime | None = None
) -> tuple[StreamKey, str]:
    """Let an application send rows to a dataset. The secret is told once, here; only its hash is kept."""
    if not name.strip():
        raise Invalid(fields={"name": _("Say which application will send.")})
    if dataset.contract is None or declared(contract_of(dataset.contract)) is None:
        raise Conflict(
            _("The contract of %(name)s takes no rows one after another."),
            advice=_("Declare `mapalus: {stream: true}` in its contract first."),
            name=dataset.name,
        )
    secret = f"mpl_{secrets.token_urlsafe(32)}"
    made = StreamKey.objects.create(
        dataset=dataset,
        name=name.strip()[:120],
        digest=StreamKey.digest_of(secret),
        hint=secret[:8],
        position=by.position,
        label=by.label[:240],
        issued_at=now,
        expires_at=expires_at,
    )
    note(subject=made, dataset=dataset.name, unit=dataset.unit_code, name=made.name, hint=made.hint, until=expires_at)
    return made, secret


@action("catalogue.revoke-stream-key")
def revoke_key(key: StreamKey, *, reason: str, by: Actor, now: datetime) -> StreamKey:
    """End the right of an application to send; what it sent stays."""
    if not reason.strip():
        raise Invalid(fields={"reason": _("Say why the key ends.")})
    key = StreamKey.objects.select_for_update(of=("self",)).select_related("dataset").get(pk=key.pk)
    if key.revoked_at is not None:
        raise Conflict(_("This key has ended already."), advice="")
    key.revoked_at, key.revoked_reason = now, reason[:400]
    key.save(update_fields=["revoked_at", "revoked_reason"])
    note(dataset=key.dataset.name, unit=key.unit_code, name=key.name, hint=key.hint, reason=reason)
    return key


# --- what is acknowledged -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One request of a group: under which name it came, what it brought, what it is answered."""

    name: str
    digest: str
    first_line: int
    answer: Mapping[str, Any] = field(default_factory=dict)


@action("catalogue.receive-rows")
def receive_rows(
    dataset: Dataset,
    *,
    segment: Segment,
    sequence: int,
    contract: ContractVersion,
    key: StreamKey,
    requests: Sequence[Asked],
    by: Actor,
    now: datetime,
) -> StreamSegment:
    """Acknowledge rows that lie on the disk: once this is committed they are part of the dataset, and not before."""
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=dataset.pk)
    if dataset.state != DatasetState.ACTIVE or dataset.contract_id != contract.pk:
        raise Conflict(_("The contract of this dataset has just changed; send the rows again."), advice="")
    if not StreamKey.objects.valid(now).filter(pk=key.pk, dataset=dataset).exists():
        raise NotAllowed(act="catalogue.receive-rows", position=by.label)
    last = dataset.segments.aggregate(last=Max("sequence"))["last"] or 0
    if sequence != last + 1:
        raise Conflict(_("Somebody else has just written to this stream; send the rows again."), advice="")
    made = StreamSegment.objects.create(
        dataset=dataset,
        sequence=sequence,
        folder=places.below(segment.path),
        snapshot=segment.sha256,
        contract=contract,
        lines=segment.lines,
        rows_good=segment.good,
        rows_bad=segment.bad,
        at=now,
    )
    StreamRequest.objects.bulk_create(
        StreamRequest(
            dataset=dataset, key=key, name=one.name, digest=one.digest, segment=made, first_line=one.first_line,
            answer=dict(one.answer), at=now,
        )
        for one in requests
    )  # fmt: skip
    note(
        subject=made, dataset=dataset.name, unit=dataset.unit_code, sequence=sequence, snapshot=segment.sha256,
        rows=segment.good, bad=segment.bad, requests=len(requests), key=key.hint,
    )  # fmt: skip
    return made


def forget_requests(dataset: Dataset, *, now: datetime) -> int:
    """Names of requests older than a week; only `compact` calls it, inside its own transaction."""
    steps.locked(dataset)
    return StreamRequest.objects.filter(dataset=dataset, at__lt=now - _REMEMBERED).delete()[0]
