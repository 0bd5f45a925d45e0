"""Before somebody asks for information: the open data that may answer him already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from mapalus.apps.cases.information import REQUEST, answered
from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.portal.datasets import known_rows
from mapalus.doors.portal.finding import index_of
from mapalus.doors.portal.services_similar import Found, register
from mapalus.engine.forms import Cleaned
from mapalus.engine.packs.pack import Pack
from mapalus.engine.search import words

__all__ = ["answered_alike", "proposals", "proposals_for"]

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
    every = known_rows()
    rows = {row.dataset.name: row.dataset for row in every if row.is_readable}
    hits = index_of(every).search(" ".join(asked), limit=20)
    return [rows[hit.key] for hit in hits if hit.key in rows and hit.matched >= min(_ENOUGH, len(asked))][:_MOST]


def proposals_for(pack: str, cleaned: Cleaned) -> Sequence[Dataset]:
    """The same for a filled form of the service that asks for information; none for any other service."""
    return proposals(str(cleaned.values.get("rincian") or "")) if pack == REQUEST else ()


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


def _telling(text: str) -> list[str]:
    """The words of a question that say what it is about, each once."""
    empty = frozenset(_SAY_LITTLE.split())
    return [word for word in dict.fromkeys(words(text)) if len(word) > 2 and word not in empty]


register(REQUEST, answered_alike)
