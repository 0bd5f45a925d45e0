"""The districts of the story: which they are, where each lives on this machine, and what was agreed with each."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapalus.apps.federation.actions import Terms
    from mapalus.project.demo.storyclock import StoryClock

__all__ = ["DISTRICTS", "EMBARGO", "Place", "addresses", "folder_of", "keys", "terms_of"]


@dataclass(frozen=True)
class Place:
    """One district. `step`: its port behind the province's; 0: it has no instance, it hands in files."""

    code: str
    region: str
    step: int
    contact: str
    note: str = ""


DISTRICTS = (
    Place("manado", "71.71", 10, "manado.kadis-kominfo"),
    Place(
        "minut", "71.06", 20, "minut.kadis-kominfo",
        "Contoh: portal CKAN kabupaten diperankan Mapalus kedua dan dipanen hanya lewat API CKAN-nya.",
    ),
    Place("bitung", "71.72", 0, "bitung.op-walidata"),
)  # fmt: skip
EMBARGO = "pengaduan-kota"


def folder_of(province: Path, place: Place) -> Path:
    """Beside the province's folder: it is built anew with its own story, and never inside the province's backup."""
    return province.with_name(f"{province.name}-{place.code}")


def addresses(host: str, port: int) -> dict[str, str]:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
    return {one.code: f"http://{shown}:{port + one.step}" if one.step else "" for one in DISTRICTS}


def keys(province: Path) -> dict[str, str]:
    """The two keys of Manado and its province, made once; only this user can read them."""
    path = province.with_name(f"{province.name}-kunci.json")
    if path.is_file():
        known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
        return known
    made = {name: f"mf_{secrets.token_urlsafe(32)}" for name in ("MANADO", "PROVINSI")}
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    return made


def terms_of(code: str, clock: StoryClock) -> Terms:
    """What was agreed, the same on either side."""
    from mapalus.apps.federation.actions import Line, Terms
    from mapalus.apps.federation.models import ShareKind, Takes

    def data(name: str, title: str, *, is_shared: bool = True) -> Line:
        return Line(ShareKind.DATASET, name, title, is_shared=is_shared)

    def number(name: str, title: str, **reading: object) -> Line:
        return Line(ShareKind.INDICATOR, name, title, reading=reading)

    since = clock.day(-60)
    if code == "manado":
        lines = [
            data("faskes-kota-manado", "Fasilitas kesehatan Kota Manado"), data("sampah-harian", "Sampah harian"),
            data(EMBARGO, "Pengaduan warga kota"), number("LIV-08", "Kasus DBD menurut domisili"),
            Line(ShareKind.COMPLIANCE, "kepatuhan", "Kepatuhan setoran"),
        ]  # fmt: skip
        said = "Nama kota tetap pada data; angka sementara ditandai; provinsi tidak mengubahnya."
        return Terms(lines, "every 15 minutes", Takes.ALL, conditions=said, since=since)
    if code == "minut":
        lines = [
            data("ipm-minut", "IPM Minahasa Utara"), data("hotel-likupang", "Hotel dan pondok wisata Likupang"),
            data("jalan-kabupaten", "Kondisi jalan kabupaten"),
            number("SOC-01", "IPM", dataset="ipm-minut", value="ipm", period="tahun", region="kode_wilayah",
                   unit="indeks"),
        ]  # fmt: skip
        return Terms(lines, "daily 02:00", Takes.NEWEST, since=since)
    lines = [data("bitung-produksi-ikan", "Produksi ikan"), data("bitung-pengaduan-kota", "Pengaduan warga kota")]
    return Terms(lines, "", Takes.NEWEST, since=since)


def embargo_end(clock: StoryClock) -> datetime:
    return clock.moment(5, "00:00")
