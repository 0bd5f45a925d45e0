"""Before somebody asks for information: the open data that may answer him already."""

from __future__ import annotations

from collections.abc import Sequence

from mapalus.apps.cases.information import REQUEST
from mapalus.apps.catalogue.models import Dataset
from mapalus.doors.portal.datasets import known_rows
from mapalus.doors.portal.finding import index_of
from mapalus.engine.forms import Cleaned
from mapalus.engine.search import words

__all__ = ["proposals", "proposals_for"]

_MOST, _ENOUGH = 3, 2  # datasets; words of the question that must hit one
_SAY_LITTLE = """
dan atau yang dari untuk dalam pada per oleh dengan tahun terakhir data jumlah daftar laporan salinan bentuk berkas
dokumen semua provinsi sulawesi utara tentang saya minta mohon tiga dua satu lalu dinas tiap setiap
"""


def proposals(question: str) -> list[Dataset]:
    """Open datasets that hold at least two of the words asked for (one, where only one was asked), best first."""
    empty = frozenset(_SAY_LITTLE.split())
    asked = [word for word in dict.fromkeys(words(question)) if len(word) > 2 and word not in empty]
    if not asked:
        return []
    every = known_rows()
    rows = {row.dataset.name: row.dataset for row in every if row.is_readable}
    hits = index_of(every).search(" ".join(asked), limit=20)
    return [rows[hit.key] for hit in hits if hit.key in rows and hit.matched >= min(_ENOUGH, len(asked))][:_MOST]


def proposals_for(pack: str, cleaned: Cleaned) -> Sequence[Dataset]:
    """The same for a filled form of the service that asks for information; none for any other service."""
    return proposals(str(cleaned.values.get("rincian") or "")) if pack == REQUEST else ()
