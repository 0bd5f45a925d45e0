"""Our words in the vocabularies of the EU Publications Office, as DCAT-AP 3 wants them.

Source: https://publications.europa.eu/resource/authority/ (frequency, data-theme, file-type, language).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta

__all__ = ["AUTHORITY", "FREQUENCIES", "period_of", "theme_of"]

AUTHORITY = "http://publications.europa.eu/resource/authority/"
FREQUENCIES = {
    "aliran": "UPDATE_CONT",
    "harian": "DAILY",
    "mingguan": "WEEKLY",
    "bulanan": "MONTHLY",
    "triwulanan": "QUARTERLY",
    "semesteran": "ANNUAL_2",
    "tahunan": "ANNUAL",
    "sekali": "NEVER",
    "lainnya": "OTHER",
}
_THEMES = (  # the first word that is part of the theme's name
    ("sehat", "HEAL"),
    ("didik", "EDUC"),
    ("penduduk", "SOCI"),
    ("sosial", "SOCI"),
    ("wisata", "EDUC"),
    ("budaya", "EDUC"),
    ("ikan", "AGRI"),
    ("tani", "AGRI"),
    ("pangan", "AGRI"),
    ("jalan", "TRAN"),
    ("hubung", "TRAN"),
    ("infrastruktur", "TRAN"),
    ("bencana", "ENVI"),
    ("lingkungan", "ENVI"),
    ("energi", "ENER"),
    ("ekonomi", "ECON"),
    ("keuangan", "ECON"),
    ("anggaran", "ECON"),
    ("hukum", "JUST"),
    ("komunikasi", "TECH"),
    ("internet", "TECH"),
    ("teknologi", "TECH"),
    ("wilayah", "REGI"),
    ("rumah", "REGI"),
)
_LABELS = {
    "HEAL": "Health",
    "EDUC": "Education, culture and sport",
    "SOCI": "Population and society",
    "AGRI": "Agriculture, fisheries, forestry and food",
    "TRAN": "Transport",
    "ENVI": "Environment",
    "ENER": "Energy",
    "ECON": "Economy and finance",
    "JUST": "Justice, legal system and public safety",
    "TECH": "Science and technology",
    "REGI": "Regions and cities",
    "GOVE": "Government and public sector",
}


def theme_of(text: str) -> tuple[str, str]:
    """Code and English label of the nearest data theme; government where none is near."""
    lower = text.lower()
    code = next((code for word, code in _THEMES if word in lower), "GOVE")
    return code, _LABELS[code]


def period_of(text: str) -> tuple[date, date] | None:
    """First and last day of `2025`, `2025-10`, `2025S1`, `2025-Q3`, `2025-W07`, `2025-10-31`; None for other words."""
    match = re.fullmatch(
        r"(\d{4})(?:-?(?:(?P<kind>[SQTW])(?P<n>\d{1,2})|(?P<month>\d\d)(?:-(?P<day>\d\d))?))?", text.strip()
    )
    if not match:
        return None
    year = int(match[1])
    try:
        if match["day"]:
            day = date(year, int(match["month"]), int(match["day"]))
            return day, day
        if match["month"]:
            return _months(year, int(match["month"]), 1)
        number = int(match["n"] or 1)
        if match["kind"] == "W":
            monday = date.fromisocalendar(year, number, 1)
            return monday, monday + timedelta(days=6)
        length = {"S": 6, "Q": 3, "T": 3, None: 12}[match["kind"]]
        return _months(year, (number - 1) * length + 1, length)
    except ValueError:
        return None


def _months(year: int, first: int, length: int) -> tuple[date, date]:
    last = first + length - 1
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])
