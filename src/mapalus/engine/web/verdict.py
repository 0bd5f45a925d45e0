"""What a status means for a harvest."""

from __future__ import annotations

from mapalus.engine.errors import Misconfigured, Problem, Refused, Unavailable
from mapalus.engine.harvest.connector import Vanished
from mapalus.engine.text import _
from mapalus.engine.web.addresses import shown
from mapalus.engine.web.auth import Entry
from mapalus.engine.web.exchange import Again, Reply
from mapalus.engine.web.patience import retry_after

__all__ = ["judge"]

_PASSES = {408, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524}


def judge(reply: Reply, auth: Entry | None) -> None:
    """Raise what this status means; it is not the one that was hoped for."""
    after = retry_after(reply.headers.get("retry-after", ""), date=reply.headers.get("date", ""))
    if reply.status in _PASSES or (reply.status == 403 and after is not None):  # how some say 429
        raise Again(_busy(reply), after=after)
    raise _final(reply, auth)


def _busy(reply: Reply) -> Unavailable:
    if reply.status in (403, 429):
        return Unavailable(_("%(host)s is asked too often and wants a pause."), host=reply.host)
    if reply.status == 503:
        return Unavailable(_("%(host)s is closed for the moment (503)."), host=reply.host)
    return Unavailable(_("%(host)s has a fault of its own (%(status)s)."), host=reply.host, status=reply.status)


def _final(reply: Reply, auth: Entry | None) -> Problem:
    if reply.status in (404, 410):
        return Vanished(_("%(address)s is not there (%(status)s)."), address=shown(reply.address), status=reply.status)
    if reply.status in (401, 403, 407) and auth is not None:
        return Misconfigured(
            _("%(host)s does not let us in (%(status)s): the secret %(secret)s is wrong or its right has ended."),
            advice=_("Ask the keeper of the system for a valid one and put it into the environment."),
            host=reply.host, status=reply.status, secret=auth.secret,
        )  # fmt: skip
    if reply.status in (401, 403, 407):
        return Misconfigured(
            _("%(host)s does not let us in (%(status)s): the source may need a secret."),
            advice=_("Ask the keeper of the system how one gets in, and name the secret in the settings."),
            host=reply.host, status=reply.status,
        )  # fmt: skip
    if reply.status >= 500:
        return Unavailable(_("%(host)s has a fault of its own (%(status)s)."), host=reply.host, status=reply.status)
    if 400 <= reply.status < 500:
        return Misconfigured(
            _("%(address)s does not accept the question (%(status)s)."),
            advice=_("Compare the settings of the source with the description of the system."),
            address=shown(reply.address), status=reply.status,
        )  # fmt: skip
    return Refused(
        "bad-status", _("%(address)s answers %(status)s."), address=shown(reply.address), status=reply.status
    )
