"""The registers that Perki 1/2021 wants kept: requests, objections, tests of consequences, exempt information.

They hold no personal value: who asked stays sealed with the case, and `cases.unmask` says why it was opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mapalus.apps.cases import information
from mapalus.apps.cases.information import OBJECTION, REQUEST, day_of
from mapalus.apps.cases.models import Case
from mapalus.apps.cases.packs import pack_of
from mapalus.apps.cases.reading import state_label
from mapalus.apps.cases.sight import Level
from mapalus.apps.cases.telling import said
from mapalus.apps.directory.models import Unit

__all__ = ["READ", "REGISTERS", "Register"]

READ = "cases.read-registers"
Line = Sequence[str]


@dataclass(frozen=True)
class Register:
    """One register: its columns as the rule names them, and its lines, newest first."""

    name: str
    columns: tuple[str, ...]
    lines: Callable[[], list[Line]]


def _said(case: Case, name: str) -> str:
    value = case.values.get(name)
    return said(pack_of(case.pack), name, value) if value not in (None, "", []) else ""


def _state(case: Case) -> str:
    return state_label(case, Level.PUBLIC)


def _units() -> dict[str, str]:
    return dict(Unit.objects.values_list("code", "name"))


def _requests() -> list[Line]:
    units = _units()
    found = Case.objects.filter(pack_name=REQUEST).for_list().order_by("-received_at", "-pk")
    return [
        (
            case.number, day_of(case.received_at), _said(case, "pemohon"), case.channel, _said(case, "rincian"),
            _said(case, "tujuan"), units.get(case.unit, ""), _held(case), _said(case, "cara_memperoleh"),
            _said(case, "cara_menerima"), _state(case), _said(case, "pasal"), day_of(case.due_at),
            day_of(case.closed_at), _said(case, "biaya"),
        )
        for case in found
    ]  # fmt: skip


def _held(case: Case) -> str:
    """Whether the province holds what was asked for; empty before anybody said so."""
    if case.state == "dialihkan":
        return _said(case, "badan_lain")
    return "ya" if case.values.get("unit_penguasa") else ""


def _objections() -> list[Line]:
    found = Case.objects.filter(pack_name=OBJECTION).for_list().order_by("-received_at", "-pk")
    return [
        (
            case.number, day_of(case.received_at), _said(case, "nomor_permohonan"), _said(case, "alasan"),
            _said(case, "putusan"), _said(case, "tanggapan"), _state(case), day_of(case.due_at),
            _said(case, "nomor_sengketa"), _said(case, "amar"), day_of(case.closed_at),
        )
        for case in found
    ]  # fmt: skip


def _tests() -> list[Line]:
    units = _units()
    found: list[Line] = []
    for case in information.tested():
        decided = case.acts.filter(act="putuskan_uji").order_by("-number").first()
        found.append(
            (
                case.number, day_of(decided.at) if decided else "", decided.actor_label if decided else "",
                units.get(case.unit, ""), _said(case, "rincian"), _said(case, "pasal"), _said(case, "konsekuensi"),
                _said(case, "manfaat"), _said(case, "kesimpulan_uji"), decided.reason if decided else "",
            )
        )  # fmt: skip
    return found


def _exempt() -> list[Line]:
    """What requests found exempt, then the datasets that are not open, on the same ground of law."""
    units = _units()
    asked: list[Line] = [
        (
            _said(case, "rincian"), units.get(case.unit, ""), _said(case, "pasal"), _said(case, "konsekuensi"),
            _said(case, "manfaat"), case.number, day_of(case.closed_at),
        )
        for case in information.exempt()
    ]  # fmt: skip
    closed: list[Line] = [
        (
            one.dataset.title, one.dataset.unit.name, one.article, f"uji konsekuensi {one.test}",
            f"sampai {one.until:%d-%m-%Y}", one.entry, day_of(one.since),
        )
        for one in information.closed_data()
    ]  # fmt: skip
    return [*asked, *closed]


REGISTERS: Mapping[str, Register] = {
    one.name: one
    for one in (
        Register(
            "permohonan",
            ("nomor", "tanggal", "jenis_pemohon", "saluran", "informasi_diminta", "tujuan", "instansi", "dikuasai",
             "cara_memperoleh", "cara_menerima", "keputusan", "dasar_pengecualian", "tenggat", "tanggal_pemberitahuan",
             "biaya"),
            _requests,
        ),
        Register(
            "keberatan",
            ("nomor", "tanggal", "nomor_permohonan", "alasan", "putusan_atasan", "tanggapan", "keadaan", "tenggat",
             "nomor_sengketa", "putusan_komisi", "tanggal_selesai"),
            _objections,
        ),
        Register(
            "uji-konsekuensi",
            ("nomor_permohonan", "tanggal", "diputuskan_oleh", "instansi", "informasi", "pasal", "akibat_bila_dibuka",
             "kepentingan_publik", "kesimpulan", "pertimbangan"),
            _tests,
        ),
        Register(
            "informasi-dikecualikan",
            ("informasi", "instansi", "dasar_hukum", "konsekuensi_bila_dibuka", "kepentingan_publik",
             "nomor_permohonan", "tanggal_penetapan"),
            _exempt,
        ),
    )
}  # fmt: skip
