"""Names of months and days as Indonesian offices write them: today's, old ones (Pebruari, Jum'at), short, English."""

from __future__ import annotations

import re

__all__ = ["DAYS", "ENGLISH", "INDONESIAN", "MONTHS", "to_english"]

ENGLISH = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_INDONESIAN = (
    "januari jan djanuari",
    "februari feb pebruari peb febuari pebuari",
    "maret mar mrt",
    "april apr",
    "mei",
    "juni jun",
    "juli jul",
    "agustus agu agt ags agst",
    "september sep sept",
    "oktober okt",
    "november nov nopember nop",
    "desember des",
)
INDONESIAN = [words.split()[0].capitalize() for words in _INDONESIAN]
MONTHS: dict[str, int] = {word: n for n, words in enumerate(_INDONESIAN, 1) for word in words.split()} | {
    word[:size].lower(): n for n, word in enumerate(ENGLISH, 1) for size in (3, len(word))
}
_DAYS = {
    "Monday": "senin sen",
    "Tuesday": "selasa sel",
    "Wednesday": "rabu rab",
    "Thursday": "kamis kam",
    "Friday": "jumat jum'at jum\u2019at jum",
    "Saturday": "sabtu sab",
    "Sunday": "minggu ahad min",
}
DAYS: dict[str, str] = {word: name for name, words in _DAYS.items() for word in words.split()} | {
    name[:size].lower(): name for name in _DAYS for size in (3, len(name))
}
_WORD = re.compile(r"[A-Za-z]{3,}(?:['\u2019][A-Za-z]+)?\.?")


def to_english(text: str) -> str:
    """The text with the names of months and days in English and in full; other words stay."""

    def turn(found: re.Match[str]) -> str:
        word = found.group().rstrip(".").lower()
        if word in MONTHS:
            return ENGLISH[MONTHS[word] - 1]
        return DAYS.get(word, found.group())

    return _WORD.sub(turn, text)
