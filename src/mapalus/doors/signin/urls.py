from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.signin import devices, hats, oidc, sample

app_name = "signin"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", hats.account, name="account"),
    path("jabatan/", hats.hats, name="hats"),
    path("tiba/", hats.arrive, name="arrive"),
    path("perangkat/", devices.devices, name="devices"),
    path("identitas/", oidc.remove, name="identity-remove"),
    path("contoh/", sample.sample, name="sample"),
]
