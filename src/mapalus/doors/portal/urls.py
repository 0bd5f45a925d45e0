from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView

from mapalus.doors.portal import about, agencies, datasets, downloads, finding, home

app_name = "portal"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("cari", finding.search, name="search"),
    path("cari/", login_not_required(RedirectView.as_view(pattern_name="portal:search", query_string=True))),
    path("data/", datasets.datasets, name="datasets"),
    path("data/<slug:name>/", datasets.dataset, name="dataset"),
    re_path(
        r"^data/(?P<name>[\w-]+)\.(?P<kind>csv|tsv|xlsx|json|ndjson|parquet|geojson)$",
        downloads.download,
        name="download",
    ),
    path("instansi/", agencies.agencies, name="agencies"),
    path("instansi/<slug:code>/", agencies.agency, name="agency"),
    path("tentang/", about.about, name="about"),
    path("robots.txt", about.robots, name="robots"),
    path("sitemap.xml", about.sitemap, name="sitemap"),
    path("manifest.webmanifest", about.manifest, name="manifest"),
    path("luring", about.offline, name="offline"),
    path("worker.js", about.worker, name="worker"),
]
