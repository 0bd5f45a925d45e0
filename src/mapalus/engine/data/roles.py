"""What a field is made for: the region or the period a row is about, a measure, or anything else (empty)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapalus.engine.data.contract import Field

__all__ = ["role_of"]

_REGIONS = ("kode_wilayah", "kode_kabkota", "kode_kab_kota", "kode_desa", "kode_kecamatan", "kode_provinsi")
_PERIODS = ("tahun", "periode", "bulan", "semester", "triwulan", "minggu")


def role_of(item: Field) -> str:
    """As declared by `mapalus.role`, else by its code list, name and type: `region`, `period`, `measure` or empty."""
    marks: Mapping[str, Any] = item.mapalus or {}
    if marks.get("role"):
        return str(marks["role"])
    codes = str(marks.get("codes") or marks.get("code_list") or "").rpartition("/")[2]
    if codes.startswith("wilayah") or item.name in _REGIONS:
        return "region"
    if item.type in ("year", "yearmonth") or item.name in _PERIODS:
        return "period"
    if item.type in ("integer", "number") and (marks.get("unit") or marks.get("satuan")):
        return "measure"
    return ""
