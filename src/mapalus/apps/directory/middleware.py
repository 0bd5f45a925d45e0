"""`request.actor`: the position the signed-in person acts as; None for everybody else."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from mapalus.apps.directory.actor import Official, actors_of
from mapalus.apps.directory.models import Person
from mapalus.engine import clock

__all__ = ["SESSION_KEY", "ActorMiddleware", "hats_of"]

SESSION_KEY = "position"


class ActorMiddleware:
    """Looks again with every request, so that a right ends the moment the appointment does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hats = hats_of(request)
        request.hats = hats  # type: ignore[attr-defined]
        request.actor = _chosen(request, hats)  # type: ignore[attr-defined]
        return self.get_response(request)


def hats_of(request: HttpRequest) -> tuple[Official, ...]:
    """Every position the signed-in person may act as; empty for the public, without a query."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
        return ()
    code = Person.objects.filter(user=request.user.pk).values_list("code", flat=True).first()
    return actors_of(code, now=clock.now()) if code else ()


def _chosen(request: HttpRequest, hats: tuple[Official, ...]) -> Official | None:
    """What was chosen, as long as it is still held; else one's own post."""
    if not hats:
        return None
    wanted = request.session.get(SESSION_KEY, "")
    return next((hat for hat in hats if hat.hat == wanted), hats[0])
