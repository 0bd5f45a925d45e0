"""Areas as a form asks for them in a browser: what lies in one, those of a name, the one of a place. Public, cached."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from mapalus.apps.cases.areas import areas, paths
from mapalus.apps.cases.near import area_at
from mapalus.engine import clock
from mapalus.engine.forms.answer import Unfit, read_point

__all__ = ["choices"]

_KEPT = 3600  # seconds: the list changes with a decree, not with the hour


@login_not_required
@require_safe
def choices(request: HttpRequest) -> JsonResponse:
    """`?dalam=71.06`: what lies in it. `?cari=wori&sampai=3`: places of this name. `?lat=&lon=`: where a point lies.

    One answer for all: `{"choices": [[code, label], ...]}`; nothing found is an empty list.
    """
    source, asked = areas(clock.now()), request.GET
    found: list[tuple[str, str]] = []
    if code := asked.get("dalam", "")[:13]:
        found = list(source.within(code))
    elif text := asked.get("cari", "")[:80]:
        depth = asked.get("sampai", "")
        found = list(source.found(text, depth=int(depth) if depth in ("1", "2", "3") else 3))
    elif "lat" in asked:
        try:
            point = read_point({"lat": asked["lat"], "lon": asked.get("lon", "")})
        except Unfit:
            point = {}
        if point and (code := area_at((point["lat"], point["lon"]))):
            found = list(paths([code]).items())
    response = JsonResponse({"choices": found})
    response.headers["Cache-Control"] = f"public, max-age={0 if 'lat' in asked else _KEPT}"
    return response
