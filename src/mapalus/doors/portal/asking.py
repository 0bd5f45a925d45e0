"""Before somebody asks for information: the open data that may answer him already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mapalus.apps.cases import wanted
from mapalus.apps.cases.information import REQUEST, answered
from mapalus.apps.cases.wanted import REQUEST as DATA
from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.overview import present
from mapalus.doors.portal.datasets import rows_of
from mapalus.doors.portal.finding import index_of
from mapalus.doors.portal.services_similar import Found, register
from mapalus.engine.forms import Cleaned
from mapalus.engine.packs.pack import Pack
from mapalus.engine.search import words

__all__ = ["answered_alike", "proposals", "proposals_for", "wanted_alike"]

_LOOKED_AT = 300  # answers, newest first
_MOST, _ENOUGH = 3, 2  # datasets; words of the question that must hit one
_SAY_LITTLE = """
dan atau yang dari untuk dalam pada per oleh dengan tahun terakhir data jumlah daftar laporan salinan bentuk berkas
dokumen semua provinsi sulawesi utara tentang saya minta mohon tiga dua satu lalu dinas tiap setiap
"""


def proposals(question: str) -> list[Dataset]:
    """Open datasets that hold at least two of the words asked for (one, where only one was asked), best first."""
    asked = _telling(question)
    if not asked:
        return []
    catalogue = present()
    hits = index_of(catalogue).search(" ".join(asked), limit=20)
    entries = (catalogue.by_name.get(hit.key) for hit in hits if hit.matched >= min(_ENOUGH, len(asked)))
    found = [entry for entry in entries if entry is not None and entry.is_readable][:_MOST]
    return [row.dataset for row in rows_of(found) if row.is_readable]


def proposals_for(pack: str, cleaned: Cleaned) -> Sequence[Dataset]:
    """The same for a filled form of the services that ask for information or data; none for any other service."""
    asked = {REQUEST: ("rincian",), DATA: ("judul", "rincian")}.get(pack, ())
    return proposals(" ".join(str(cleaned.values.get(name) or "") for name in asked)) if asked else ()


def answered_alike(pack: Pack, values: Mapping[str, Any], now: datetime) -> list[Found]:
    """Answered requests of the last hundreds that share most of the words that tell something, likest first."""
    asked = set(_telling(str(values.get("rincian") or "")))
    if len(asked) < _ENOUGH:
        return []
    found = []
    for case in answered()[:_LOOKED_AT]:
        shared = len(asked & set(_telling(str(case.values.get("rincian") or ""))))
        if shared >= max(_ENOUGH, len(asked) // 2):
            found.append((-shared, -case.pk, Found(case, f"/ppid/jawaban/{case.number}/")))
    return [one for _shared, _key, one in sorted(found, key=lambda entry: entry[:2])]


def wanted_alike(pack: Pack, values: Mapping[str, Any], now: datetime) -> list[Found]:
    """Requests for data that share most of the words that tell something: answered, promised or refused before."""
    asked = set(_telling(f"{values.get('judul') or ''} {values.get('rincian') or ''}"))
    found = []
    for case in wanted.shown()[:_LOOKED_AT] if len(asked) >= _ENOUGH else ():
        told = str(case.values.get("ringkasan") or "")
        shared = len(asked & set(_telling(told)))
        if shared >= max(_ENOUGH, min(len(asked), 6) // 2):
            found.append((-shared, -case.pk, Found(case, f"/permintaan-data/{case.number}/", title=told)))
    return [one for _shared, _key, one in sorted(found, key=lambda entry: entry[:2])]


def _telling(text: str) -> list[str]:
    """The words of a question that say what it is about, each once."""
    empty = frozenset(_SAY_LITTLE.split())
    return [word for word in dict.fromkeys(words(text)) if len(word) > 2 and word not in empty]


register(REQUEST, answered_alike)
register(DATA, wanted_alike)
