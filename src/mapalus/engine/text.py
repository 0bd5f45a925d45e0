"""Words: marking, translating, and the shapes of names.

Sentences of the engine live in one standard gettext catalogue (domain `engine`), so that the command line
speaks without a web framework. Message ids are English; Indonesian is the language unless `LANG` says English.
"""

from __future__ import annotations

import gettext
import os
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Label", "_", "language_of_process", "slug", "translate"]

_LOCALE = Path(__file__).parent / "locale"
_WORDS = re.compile(r"[^a-z0-9]+")


def _(message: str) -> str:
    """Mark a message for translation; `translate` looks it up when it is said."""
    return message


def language_of_process() -> str:
    """`en` when the environment asks for English, else `id`."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "id"
    return "id"


@dataclass(frozen=True)
class Label:
    """A name that somebody declared in both languages: Indonesian, and English where it was given."""

    text: str
    text_en: str = ""

    def say(self, *, language: str | None = None) -> str:
        """The name in one language (default: that of the process)."""
        language = language or language_of_process()
        return self.text_en if self.text_en and language.startswith("en") else self.text

    def __str__(self) -> str:
        return self.say()


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    found = gettext.translation("engine", localedir=_LOCALE, languages=[language], fallback=True)
    # A Problem raised by an app is said by its own package's catalogue, which the web framework reads as well.
    for path in sorted(_LOCALE.parents[1].glob(f"*/*/locale/{language}/LC_MESSAGES/django.mo")):
        with path.open("rb") as file:
            found.add_fallback(gettext.GNUTranslations(file))
    return found


def translate(message: str, *, language: str | None = None) -> str:
    """The message in a language (`id` or `en`); the message id itself where no translation exists."""
    if not message:
        return ""
    return _catalogue(language or language_of_process()).gettext(message)


def slug(text: str) -> str:
    """A name of lowercase ASCII letters, digits and hyphens: `Kab. Minahasa Utara` -> `kab-minahasa-utara`."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _WORDS.sub("-", plain).strip("-")
