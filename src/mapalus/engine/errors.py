"""One tree of errors that a person can understand.

Every class carries a stable code (it has an entry in docs/reference/problems.md), a sentence for the
person, what to do next, and an HTTP status. Doors turn a Problem into a page, a fragment, an
`application/problem+json` answer (RFC 9457) or one line on stderr. Anything that is not a Problem is a bug.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mapalus.engine.text import _, translate

__all__ = [
    "Conflict",
    "Invalid",
    "Late",
    "Misconfigured",
    "NotAllowed",
    "NotFound",
    "Problem",
    "Refused",
    "Unavailable",
]


class Problem(Exception):
    """Something went wrong that a person can understand.

    `text` and `advice` may hold %(name)s; `data` fills them. They are English message ids: `say` translates.
    """

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 400
    text: str = _("Something went wrong.")
    advice: str = ""

    def __init__(self, text: str | None = None, *, advice: str | None = None, **data: object) -> None:
        self.text = self.text if text is None else text
        self.advice = self.advice if advice is None else advice
        self.data: dict[str, object] = data
        super().__init__(self.say(language="en"))

    def say(self, *, language: str | None = None) -> str:
        """The sentence and the advice, in one language (default: that of the process)."""
        words = self.words(language=language)
        return " ".join(translate(part, language=language) % words for part in (self.text, self.advice) if part)

    def words(self, *, language: str | None = None) -> dict[str, object]:
        """The data as the sentence wants it: what has a name in each language (`say`) is named in this one."""
        spoken = {name: getattr(value, "say", None) for name, value in self.data.items()}
        return {name: say(language=language) if (say := spoken[name]) else value for name, value in self.data.items()}


class NotAllowed(Problem):
    """The act exists, but this actor may not do it."""

    code = "not-allowed"
    status = 403
    text = _("Your position may not do this.")


class NotFound(Problem):
    """There is no such thing, or it is not visible to this actor."""

    code = "not-found"
    status = 404
    text = _("This was not found.")


class Invalid(Problem):
    """The input does not fit; `fields` says where, one sentence per field."""

    code = "invalid"
    status = 422
    text = _("Some of the input does not fit.")

    def __init__(
        self,
        text: str | None = None,
        *,
        fields: Mapping[str, str] | None = None,
        advice: str | None = None,
        **data: object,
    ) -> None:
        self.fields: dict[str, str] = dict(fields or {})
        super().__init__(text, advice=advice, **data)


class Conflict(Problem):
    """The thing has moved on since the actor looked at it."""

    code = "conflict"
    status = 409
    text = _("This has changed in the meantime.")
    advice = _("Reload the page and look again.")


class Late(Problem):
    """The time in which this was possible is over."""

    code = "late"
    status = 409
    text = _("The time for this is over.")


class Refused(Problem):
    """A file or a request that cannot be used at all; `reason` is the stable code of the cause."""

    code = "refused"
    status = 422
    text = _("This file cannot be used.")

    def __init__(self, reason: str, text: str | None = None, *, advice: str | None = None, **data: object) -> None:
        self.reason = reason
        super().__init__(text, advice=advice, **data)


class Unavailable(Problem):
    """Something outside does not answer; trying again later may help."""

    code = "unavailable"
    status = 503
    text = _("This is not available at the moment.")
    advice = _("Try again in a few minutes.")


class Misconfigured(Problem):
    """The installation is not set up as it must be; for the administrator."""

    code = "misconfigured"
    status = 500
    text = _("The installation is not set up correctly.")
