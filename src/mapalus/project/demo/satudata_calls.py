"""The story of data calls: who was asked again, what two reports need, and what the pembina data looked at."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from mapalus.project.demo.making import period_of, said
from mapalus.project.demo.organisation import actor

if TYPE_CHECKING:
    from mapalus.apps.catalogue.models import HandIn
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["call", "endorsed", "read_until", "remind"]

WALIDATA, EXAMINER = "diskominfo.kabid-statistik", "diskominfo.op-walidata"
CALLS = (  # title, reason, datasets, period or kind of it, day it was issued, due day
    (
        "Data SPM untuk laporan gubernur",
        "Bahan laporan penerapan standar pelayanan minimal; dibaca Biro Pemerintahan dan Bappeda.",
        ("stunting-rutin", "dokumen-kependudukan", "bansos-penyaluran", "kunjungan-wisata"), "M", -3, 4,
    ),
    (
        "Data tahun berjalan untuk LKPJ",
        "Bahan laporan keterangan pertanggungjawaban gubernur, bab ekonomi dan infrastruktur.",
        ("produksi-tangkap", "titik-internet"), "Y", -1, 9,
    ),
)  # fmt: skip


def remind(dataset: str, *, now: datetime) -> None:
    """The examiner of walidata asks for what is late; each counts."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import Owed

    owed = Owed.objects.open().filter(dataset__name=dataset).latest("since")
    actions.remind(owed, by=actor(EXAMINER, now=now), now=now)


def call(clock: StoryClock) -> None:
    """Walidata asks agencies for what two reports need; of the first, half has come already."""
    from mapalus.apps.catalogue import actions
    from mapalus.apps.catalogue.models import DataCall, Dataset

    if DataCall.objects.exists():  # a builder that was killed had come this far
        return
    for title, reason, names, kind, day, due in CALLS:
        now = clock.moment(day, "14:10")
        period = str(clock.year) if kind == "Y" else said(period_of(clock, kind, 0))
        actions.call(
            DataCall, title=title, reason=reason, datasets=list(Dataset.objects.filter(name__in=names)), period=period,
            due_at=clock.moment(due, "16:00"), by=actor(WALIDATA, now=now), now=now,
        )  # fmt: skip


def read_until(moment: datetime) -> None:
    """What officials were told about hand-ins before the day of the tour, they have read."""
    from mapalus.apps.notices.models import Notice

    told = Notice.objects.filter(created_at__lt=moment, read_at=None, event__startswith="handin:")
    told.update(read_at=moment)


def endorsed(handin: HandIn, *, after: datetime, before: datetime) -> HandIn:
    """Priority data on their way past the pembina data; everything else as it is."""
    from mapalus.apps.catalogue import actions, ways

    third, by = (before - after) / 3, actor(handin.turn, now=before)
    acts = [act for act, _meaning in ways.look(handin, now=before).open_acts(by, before)]
    if all(act.name != "teruskan" for act in acts):
        return handin
    handin = actions.step(handin, act="teruskan", by=by, now=after + third)
    return actions.endorse(handin, by=actor(handin.turn, now=after + 2 * third), now=after + 2 * third)
