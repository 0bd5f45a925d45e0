"""What the story tells of posts changing hands: a sheet signed and acknowledged, a mandate, an aide who looks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["tell"]

_LEFT = "diskominfo.kabid-ikp"  # P20 goes to the Dinas Pariwisata, P71 follows


def tell(clock: StoryClock) -> None:
    """Told when everything the posts hold is there. The vacant Kabid Bina Marga keeps an open sheet."""
    _hand_over(clock)
    _give(clock)


def _hand_over(clock: StoryClock) -> None:
    from mapalus.apps.directory import actions
    from mapalus.apps.directory.handing_over import draw_up
    from mapalus.apps.directory.models import Handover, HandoverState
    from mapalus.project.demo.organisation import actor

    for sheet in Handover.objects.unfinished().select_related("leaving__position", "leaving__person"):
        draw_up(sheet.leaving, now=sheet.opened_at + timedelta(minutes=1))  # the list of things was told after people
    sheet = Handover.objects.get(position=_LEFT)
    if sheet.state != HandoverState.OPEN:
        return
    word = "Satu aduan internet sekolah masih menunggu jawaban penyedia; berkasnya di lemari kedua."
    at = clock.moment(-4, "15:20")
    actions.sign_handover(sheet, word=word, by=actor("dispar.sekretaris", now=at), now=at)
    at = clock.moment(-3, "10:15")
    actions.acknowledge_handover(sheet, remark="Diterima, daftar lengkap.", by=actor(_LEFT, now=at), now=at)


def _give(clock: StoryClock) -> None:
    """Confirming in the name of the head of Dinas Sosial; and an aide of the Sekda, who only looks."""
    from mapalus.apps.directory import actions
    from mapalus.apps.directory.models import Form, Mandate, Position
    from mapalus.project.demo.organisation import actor

    if Mandate.objects.exists():
        return
    at = clock.moment(-10, "09:00")
    actions.give_mandate(
        Position.objects.get(pk="dinsos.kadis"), taker=Position.objects.get(pk="dinsos.sekretaris"), form=Form.AN,
        acts=["catalogue.confirm"], matter="Pengesahan setoran data rutin",
        ground="Keputusan Kepala Dinas Sosial CONTOH/101",
        from_on=clock.day(-10), to_on=clock.day(40), by=actor("dinsos.kadis", now=at), now=at,
    )  # fmt: skip
    at = clock.moment(-9, "08:30")
    actions.give_mandate(
        Position.objects.get(pk="setda.sekda"), taker=Position.objects.get(pk="setda.adpem-data"), form=Form.LOOK,
        matter="Ajudan Sekretaris Daerah: membaca kotak masuk", ground="Surat Tugas CONTOH/102",
        from_on=clock.day(-9), to_on=clock.day(60), by=actor("setda.sekda", now=at), now=at,
    )  # fmt: skip
