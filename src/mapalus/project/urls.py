"""Which door answers which address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from mapalus.doors.command.views import events
from mapalus.project import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("-/health", health.health),
    path("-/ready", health.ready),
    path("-/metrics", health.metrics),
    path("akun/", include("mapalus.doors.signin.urls")),
    path("akun/", include("mapalus.doors.signin.account_urls")),
    path("meja/", include("mapalus.doors.desk.urls")),
    path("events", events, name="events"),
    path("papan/", include("mapalus.doors.command.urls")),
    path("", include("mapalus.doors.api.urls")),
    path("", include("mapalus.doors.ui.urls")),
    path("", include("mapalus.doors.portal.urls")),
]

handler400 = "mapalus.doors.ui.problems.bad_request"
handler403 = "mapalus.doors.ui.problems.not_allowed"
handler404 = "mapalus.doors.ui.problems.not_found"
handler500 = "mapalus.doors.ui.problems.our_fault"
