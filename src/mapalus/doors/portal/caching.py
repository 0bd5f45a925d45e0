"""Public pages answer 304 while nothing they show has changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Concatenate, ParamSpec, cast

from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_cache_control
from django.views.decorators.http import condition

from mapalus.apps.cases.models import PackVersion
from mapalus.apps.catalogue import overview
from mapalus.apps.catalogue.models import StreamSegment
from mapalus.doors.ui import stylesheet
from mapalus.engine import clock

__all__ = ["kept_while_same"]

P = ParamSpec("P")


def _mark(request: HttpRequest) -> str:
    """What a page depends on: catalogue, services, the reader's choices, the release, the time in five minutes.

    The time is there because pages say how old things are.
    """
    streamed = StreamSegment.objects.aggregate(last=Max("pk"))
    services = PackVersion.objects.current().aggregate(loaded=Max("loaded_at"), count=Count("pk"))
    moment = clock.now()
    parts = (
        overview.stamp(),
        *streamed.values(),
        *services.values(),
        translation.get_language(),
        request.COOKIES.get("theme", ""),
        request.COOKIES.get("messages", ""),
        request.user.is_authenticated,
        request.get_host(),
        stylesheet.sheet().version,
        f"{moment:%Y%m%d%H}{moment.minute // 5}",
    )
    return sha256(repr(parts).encode()).hexdigest()[:24]


def kept_while_same(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """A public page with an ETag; a browser may keep it, and must ask whether it is still the same."""

    @condition(etag_func=lambda request, *args, **kwargs: f'"{_mark(request)}"')
    def answered(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs)

    @wraps(view)
    def marked(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = answered(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], marked)
