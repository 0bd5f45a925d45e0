"""Ikuti data: who wants to be told when a dataset has a new version, is corrected, or is about to change its form."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext, override

from mapalus.apps.catalogue.models import ContractVersion, Dataset, Follower, Proposal, ProposalState, Version
from mapalus.apps.catalogue.telling import moment_said
from mapalus.apps.jobs.job import enqueue, job
from mapalus.apps.ledger.action import action, note
from mapalus.apps.ledger.following import register
from mapalus.apps.ledger.models import Entry
from mapalus.apps.notices import addresses
from mapalus.apps.notices.actions import tell
from mapalus.engine import clock
from mapalus.engine.errors import NotAllowed, NotFound
from mapalus.engine.ports import Actor

__all__ = ["declare", "follow", "tell_followers", "unfollow"]

_LANGUAGE = "id"
_VERSIONS = {"catalogue.publish", "catalogue.compact", "catalogue.withdraw", "catalogue.roll-back"}
_CONTRACTS = {"catalogue.propose-contract", "catalogue.decide-proposal", "catalogue.change-contract"}
_AT_ONCE = "contract"  # a contract that broke with the one before, in force without anybody having been asked


@action("catalogue.follow")
def follow(dataset: Dataset, *, by: Actor, now: datetime) -> Follower:
    """Be told of a dataset from now on. Following twice is following once. Raises `NotAllowed` without an account."""
    user = getattr(by, "user", None)
    if not user:
        raise NotAllowed
    if not Dataset.objects.known_to(by).filter(pk=dataset.pk).exists():
        raise NotFound
    made, _new = Follower.objects.get_or_create(
        dataset=dataset, user_id=user, defaults={"person": by.person, "since": now}
    )
    note(dataset=dataset.name, unit=dataset.unit_code)
    return made


@action("catalogue.unfollow")
def unfollow(follower: Follower, *, by: Actor, now: datetime) -> None:
    """Be told no more; nothing is kept of it."""
    note(dataset=follower.dataset.name, unit=follower.dataset.unit_code)
    Follower.objects.filter(pk=follower.pk).delete()


# --- telling ----------------------------------------------------------------------------------------------------------


def _set_off(entry: Entry) -> None:
    act, key = entry.act, 0
    kind, _colon, number = entry.subject.rpartition(":")
    if act in _VERSIONS:
        key = int(entry.data.get("version_id") or 0)
    elif kind == "catalogue.proposal":
        key = int(number)
    elif entry.data.get("breaking") and entry.data.get("number"):
        found = ContractVersion.objects.filter(dataset__name=entry.data["dataset"], number=entry.data["number"])
        act, key = _AT_ONCE, found.values_list("pk", flat=True).first() or 0
    if key:
        enqueue(tell_of, act, key, key=f"follow:{entry.sequence}", priority=-10)


@job()
def tell_of(act: str, key: int) -> int:
    """Tell the followers what happened. How many were told."""
    return tell_followers(act, key, now=clock.now())


def tell_followers(act: str, key: int, *, now: datetime) -> int:
    """What an act means for those who follow the dataset; the same event tells nobody twice."""
    ways = {_AT_ONCE: _of_break} | dict.fromkeys(_VERSIONS, _of_version)
    said = ways.get(act, _of_contract)(act, key, now)
    if said is None:
        return 0
    dataset, event, subject, body = said
    told = 0
    known = Dataset.objects.known_to(None).filter(pk=dataset.pk).exists()  # what is closed since, nobody hears of
    with override(_LANGUAGE):
        end = gettext("To be told no more: %(link)s") % {"link": "{link}"}
    for one in Follower.objects.filter(dataset=dataset).iterator() if known else ():
        whole = body if one.person else "\n\n".join(filter(None, (body, end)))
        url = f"/data/{dataset.name}/"
        told += bool(tell(one.receiver, event=event, subject=subject, body=whole, url=url, now=now))
    return told


def _of_version(act: str, key: int, now: datetime) -> tuple[Dataset, str, str, str] | None:
    version = Version.objects.select_related("dataset").filter(pk=key).first()
    if version is None or version.published_at is None:
        return None
    dataset = version.dataset
    words = {"title": dataset.title, "n": version.number, "period": version.period}
    with override(_LANGUAGE):
        if act == "catalogue.withdraw":
            subject = gettext("Version %(n)s was withdrawn: %(title)s") % words
            return dataset, f"followed:{version.pk}:withdrawn", subject, version.withdrawn_reason
        if act == "catalogue.roll-back":
            subject = gettext("Corrected: version %(n)s counts again: %(title)s") % words
            return dataset, f"followed:{version.pk}:back:{now:%Y%m%d%H%M}", subject, ""
        if act == "catalogue.compact":  # a stream makes a version each hour: once a day is enough
            day = timezone.localtime(now).date()
            return dataset, f"followed:{dataset.pk}:{day}", gettext("New data: %(title)s") % words, ""
        before = dataset.versions.published().filter(number__lt=version.number, period=version.period).exists()
        is_correction = bool(version.period) and before
        text = gettext("Corrected for %(period)s: %(title)s") if is_correction else gettext("New version: %(title)s")
        body = gettext("Version %(n)s, period %(period)s.") if version.period else gettext("Version %(n)s.")
        return dataset, f"followed:{version.pk}", text % words, body % words


def _of_break(act: str, key: int, now: datetime) -> tuple[Dataset, str, str, str] | None:
    made = ContractVersion.objects.select_related("dataset").filter(pk=key).first()
    if made is None:
        return None
    with override(_LANGUAGE):
        subject = gettext("Has changed its form: %(title)s") % {"title": made.dataset.title}
    return made.dataset, f"followed:contract:{made.pk}", subject, made.reason


def _of_contract(act: str, key: int, now: datetime) -> tuple[Dataset, str, str, str] | None:
    proposal = Proposal.objects.select_related("dataset").filter(pk=key).first()
    if proposal is None:
        return None
    words = {"title": proposal.dataset.title, "release": proposal.release, "due": moment_said(proposal.answer_by)}
    with override(_LANGUAGE):
        if act == "catalogue.propose-contract" and proposal.state == ProposalState.ASKING:
            subject = gettext("Is about to change its form: %(title)s") % words
            body = gettext("Columns are to change (%(release)s), not before %(due)s. Why: %(reason)s") % {
                **words, "reason": proposal.reason,
            }  # fmt: skip
            return proposal.dataset, f"followed:proposal:{proposal.pk}", subject, body
        if act == "catalogue.decide-proposal" and proposal.made_id is not None:
            subject = gettext("Has changed its form: %(title)s") % words
            return proposal.dataset, f"followed:proposal:{proposal.pk}:made", subject, proposal.decision
    return None


def _address(key: str, now: datetime) -> addresses.Address:
    found = Follower.objects.filter(pk=int(key)).select_related("user", "dataset").first()
    if found is None or not found.user.is_active:
        return addresses.Address()
    link = urljoin(settings.SITE_URL, f"/data/{found.dataset.name}/ikuti/")
    return addresses.Address(mail=found.user.email, language=_LANGUAGE, fill={"link": link})


def declare() -> None:
    """Say where followers are reached, and read the ledger for what they want to know."""
    addresses.register("follower", _address)
    register("followers", _VERSIONS | _CONTRACTS, _set_off)
