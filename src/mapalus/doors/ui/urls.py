from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.ui import views

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [
    path("-/ui.<slug:version>.css", views.style, name="stylesheet"),
    path("-/language", views.language, name="language"),
    path("-/theme", views.theme, name="theme"),
]
