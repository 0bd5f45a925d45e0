"""The districts of the story: which they are, where each lives on this machine, and what was agreed with each."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapalus.apps.federation.actions import Terms
    from mapalus.project.demo.storyclock import StoryClock

__all__ = [
    "DISTRICTS", "EMBARGO", "NOT_SHARED", "WALIDATA", "Place", "addresses", "embargo_end", "folder_of", "keys",
    "offered", "terms_of",
]  # fmt: skip


@dataclass(frozen=True)
class Place:
    """One district. `step`: its port behind the province's; 0: it has no instance, it hands in files."""

    code: str
    region: str
    name: str
    step: int
    contact: str
    note: str = ""
    secret: str = ""  # name of the key with which the province asks it; empty: it is no Mapalus to the province
    has_own_people: bool = False  # its posts are in no table of the province's own story


DISTRICTS = (
    Place("manado", "71.71", "Kota Manado", 10, "manado.kadis-kominfo", secret="MANADO"),  # noqa: S106 - a name
    Place(
        "minut", "71.06", "Kabupaten Minahasa Utara", 20, "minut.kadis-kominfo",
        "Contoh: portal CKAN kabupaten diperankan sebuah Mapalus dan dipanen hanya lewat API CKAN-nya.",
    ),
    Place("tomohon", "71.73", "Kota Tomohon", 30, "tomohon.kadis-kominfo",
          secret="TOMOHON", has_own_people=True),  # noqa: S106 - a name
    Place("bitung", "71.72", "Kota Bitung", 0, "bitung.op-walidata"),
)  # fmt: skip
WALIDATA = "diskominfo.kabid-statistik"
EMBARGO = "pengaduan-kota"
NOT_SHARED = "LIV-08"  # of Tomohon: its right, and no gap


def folder_of(province: Path, place: Place) -> Path:
    """Beside the province's folder: it is built anew with its own story, and never inside the province's backup."""
    return province.with_name(f"{province.name}-{place.code}")


def addresses(host: str, port: int) -> dict[str, str]:
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 - only compared
    return {one.code: f"http://{shown}:{port + one.step}" if one.step else "" for one in DISTRICTS}


def keys(province: Path) -> dict[str, str]:
    """The keys between the province and each Mapalus of a district, made once; only this user can read them.

    `MANADO`: with which the province asks Manado; `PROVINSI_MANADO`: with which Manado asks the province.
    """
    path = province.with_name(f"{province.name}-kunci.json")
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    names = [name for one in DISTRICTS if one.secret for name in (one.secret, f"PROVINSI_{one.secret}")]
    if set(names) <= set(known):
        return known
    made = {name: known.get(name) or f"mf_{secrets.token_urlsafe(32)}" for name in names}
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".baru")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(made, file)
    fresh.replace(path)
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
    if code == "tomohon":
        lines = [
            data("ipm-tomohon", "IPM Kota Tomohon"), data("harga-pangan-tomohon", "Harga pangan pasar kota"),
            number("SOC-01", "IPM"),
            Line(ShareKind.INDICATOR, NOT_SHARED, "Kasus DBD minggu ini", is_shared=False),
            Line(ShareKind.COMPLIANCE, "kepatuhan", "Kepatuhan setoran"),
        ]  # fmt: skip
        return Terms(lines, "hourly", Takes.NEWEST, since=since)
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


def offered(code: str, clock: StoryClock) -> dict[str, Any]:
    """The same terms as the province's own Mapalus tells them, with its word."""
    terms = terms_of(code, clock)
    return {
        "number": 1, "state": "proposed", "cadence": terms.cadence, "takes": str(terms.takes),
        "license": terms.license, "conditions": terms.conditions, "since": str(terms.since), "until": None,
        "province": {
            "position": WALIDATA, "label": "Kepala Bidang Statistik",
            "at": clock.moment(-60, "11:00").isoformat(),
        },
        "shares": [
            {"kind": str(one.kind), "code": one.code, "title": one.title, "is_shared": one.is_shared,
             "embargo_until": None, "reason": one.reason, "reading": one.reading}
            for one in terms.lines
        ],
    }  # fmt: skip


def embargo_end(clock: StoryClock) -> datetime:
    return clock.moment(5, "00:00")
