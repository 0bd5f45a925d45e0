from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.command import compliance, views

app_name = "command"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("mengapa/<str:code>/", views.explain, name="why"),
    path("kepatuhan/", compliance.compliance, name="compliance"),
    path("kepatuhan/dinding", compliance.compliance, {"is_wall": True}, name="compliance-wall"),
    path("<slug:name>/", views.board, name="board"),
    path("<slug:name>/dinding", views.board, {"is_wall": True}, name="wall"),
]
