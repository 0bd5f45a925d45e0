from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.ui import gallery, views

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [
    path("-/ui.<slug:version>.css", views.style, name="stylesheet"),
    path("-/language", views.language, name="language"),
    path("-/gallery", gallery.gallery, name="gallery"),
    path("-/gallery/<slug:name>", gallery.part, name="gallery-part"),
    path("-/theme", views.theme, name="theme"),
]
