"""What a position holds in the catalogue: datasets it produces or confirms, hand-ins whose turn is its own, keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from mapalus.apps.catalogue.models import Dataset, DatasetState, HandIn, ReadToken, StreamKey
from mapalus.engine.ports import Holding

__all__ = ["CatalogueHoldings"]


class CatalogueHoldings:
    """Four queries a position."""

    def held_by(self, position: str, now: datetime) -> Iterator[Holding]:
        yield from (self._handin(one) for one in self._turns(position))
        yield from (self._dataset(one, position) for one in self._datasets(position))
        yield from (self._key(one) for one in self._keys(position, now))
        yield from (self._token(one) for one in ReadToken.objects.valid(now).filter(position=position))

    @staticmethod
    def _keys(position: str, now: datetime) -> list[StreamKey]:
        found = StreamKey.objects.valid(now).filter(position=position)
        return list(found.select_related("dataset").order_by("dataset__title", "name"))

    @staticmethod
    def _key(one: StreamKey) -> Holding:
        """The position answers for what the application sends; who comes after decides whether the key goes on."""
        return Holding(
            kind="stream-key",
            key=str(one.pk),
            label=f"{one.name} ({one.hint}…) · {one.dataset.title_here}",
            url=reverse("desk:versions", args=[one.dataset.name]),
            state=_("answers for what it sends"),
            due_at=one.expires_at,
        )

    @staticmethod
    def _token(one: ReadToken) -> Holding:
        return Holding(
            kind="read-token",
            key=str(one.pk),
            label=f"{one.name} ({one.hint}…)",
            url=reverse("desk:tokens"),
            state=_("answers for what it reads"),
            due_at=one.expires_at,
        )

    @staticmethod
    def _turns(position: str) -> list[HandIn]:
        return list(HandIn.objects.open().filter(turn=position).by_limit().for_reading())

    @staticmethod
    def _handin(one: HandIn) -> Holding:
        return Holding(
            kind="hand-in",
            key=one.receipt,
            label=f"{one.dataset.title_here} · {one.receipt}",
            url=reverse("desk:handin", args=[one.receipt]),
            state=str(one.get_state_display()),
            due_at=one.limit_at,
            is_waiting=True,
        )

    @staticmethod
    def _datasets(position: str) -> list[Dataset]:
        found = Dataset.objects.filter(Q(producer=position) | Q(confirmer=position))
        return list(found.exclude(state=DatasetState.WITHDRAWN).order_by("title"))

    @staticmethod
    def _dataset(one: Dataset, position: str) -> Holding:
        return Holding(
            kind="dataset",
            key=one.name,
            label=one.title_here,
            url=f"{reverse('desk:datasets')}#{one.name}",
            state=_("produces it") if one.producer_code == position else _("confirms its figures"),
            due_at=one.due_at,
        )
