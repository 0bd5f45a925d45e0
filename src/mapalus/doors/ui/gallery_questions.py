"""The questions of the gallery: every kind a pack's form may ask, empty, filled, and with something wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mapalus.doors.ui.questions import Question, questions
from mapalus.engine.forms import Field, FieldType, Form, Option, Privacy

__all__ = ["asked"]

_PLACES: Mapping[str, Sequence[tuple[str, str]]] = {
    "71": (("71.06", "Kabupaten Minahasa Utara"), ("71.71", "Kota Manado")),
    "71.06": (("71.06.04", "Wori"), ("71.06.05", "Likupang Barat")),
    "71.06.04": (("71.06.04.2001", "Wori"), ("71.06.04.2002", "Kima Bajo")),
}


class _Areas:
    """A few places, as the directory gives them."""

    def within(self, code: str) -> Sequence[tuple[str, str]]:
        return _PLACES.get(code, ())

    def found(self, text: str, *, depth: int) -> Sequence[tuple[str, str]]:
        return (("71.06.04.2001", "Wori, Kec. Wori, Kabupaten Minahasa Utara"),)


def _field(name: str, kind: FieldType, label: str, **more: Any) -> Field:
    return Field(name, kind, label, Privacy.PUBLIC, **more)


def _options(*labels: str) -> tuple[Option, ...]:
    return tuple(Option(label.lower(), label) for label in labels)


_FORM = Form(
    (
        _field("sejak", FieldType.DATE, "Sejak kapan", help="Bulan boleh ditulis dengan namanya.", required=True),
        _field("kejadian", FieldType.DATE, "Tanggal kejadian", required=True),
        _field("temu", FieldType.DATETIME, "Kapan bertemu"),
        _field("desa", FieldType.AREA, "Desa atau kelurahan", help="Kabupaten saja pun cukup.", down_to="desa"),
        _field("asal", FieldType.AREA, "Desa asal", down_to="desa"),
        _field("jenis", FieldType.CHOICE, "Jenis", options=_options("Jalan", "Air", "Listrik"), required=True),
        _field("cara", FieldType.MULTICHOICE, "Cara dihubungi", options=_options("Surel", "Telepon")),
        _field("dinas", FieldType.CHOICE, "Instansi", options=_options(*"ABCDEFGH")),
        _field("isi", FieldType.TEXT, "Ceritakan", required=True),
        _field("titik", FieldType.POINT, "Titik di peta"),
        _field("foto", FieldType.FILE, "Foto", multiple=True, accept=("image/*",)),
        _field(
            "keluarga", FieldType.TABLE, "Anggota keluarga",
            fields=(_field("nama", FieldType.STRING, "Nama"), _field("lahir", FieldType.DATE, "Lahir")),
        ),
        _field("setuju", FieldType.BOOLEAN, "Saya setuju isian ini dibaca petugas", must_agree=True, required=True),
    )
)  # fmt: skip
_VALUES = {
    "sejak": "2026-08-17",
    "kejadian": "31/februari/2026",
    "temu": "2026-11-23T09:30+08:00",
    "desa": "71.06.04.2002",
    "asal-cari": "wori",
    "jenis": "air",
    "titik": {"lat": 1.4748, "lon": 124.8421},
    "foto": [{"ref": "x", "name": "jalan-wori.jpg"}],
    "keluarga": [{"nama": "Siti (contoh)", "lahir": "2010-01-31"}],
}
_WRONG = {"kejadian": "Tanggal ini tidak ada. Contoh: 17 8 2026.", "isi": "Wajib diisi."}


def asked() -> tuple[Question, ...]:
    """Every kind, as `ui/question.html` draws it."""
    names = [item.name for item in _FORM.fields]
    offered = {"ref:wilayah": _PLACES["71"]}
    return questions(_FORM, names, values=_VALUES, errors=_WRONG, offered=offered, areas=_Areas(), prefix="galeri")
