"""As whom a request acts."""

from __future__ import annotations

from django.http import HttpRequest

from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor
from mapalus.engine.text import _

__all__ = ["actor_of"]


def actor_of(request: HttpRequest) -> Actor:
    """The position the signed-in person acts as. Raises `NotAllowed` for an account that holds none."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        raise NotAllowed(
            _("Your account holds no position."), advice=_("Ask the administrator of your agency to appoint you.")
        )
    return actor
