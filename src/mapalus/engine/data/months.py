"""Month names as Indonesian offices write them: today's, the old ones (Pebruari, Nopember), short and English."""

from __future__ import annotations

import re

__all__ = ["ENGLISH", "MONTHS", "to_english"]

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
MONTHS: dict[str, int] = {word: n for n, words in enumerate(_INDONESIAN, 1) for word in words.split()} | {
    word[:size].lower(): n for n, word in enumerate(ENGLISH, 1) for size in (3, len(word))
}
_WORD = re.compile(r"[A-Za-z]{3,}\.?")


def to_english(text: str) -> str:
    """The text with the names of months in English and in full; other words stay."""

    def turn(found: re.Match[str]) -> str:
        number = MONTHS.get(found.group().rstrip(".").lower())
        return found.group() if number is None else ENGLISH[number - 1]

    return _WORD.sub(turn, text)
