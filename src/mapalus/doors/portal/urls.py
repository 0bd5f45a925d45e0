from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.generic import RedirectView

from mapalus.doors.portal import (
    about,
    account,
    agencies,
    datasets,
    downloads,
    finding,
    follow,
    home,
    services,
    services_start,
)

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
    path("layanan/", services.listing, name="services"),
    path("layanan/kotak-keluar/", services_start.outbox, name="outbox"),
    path("layanan/saya/", account.mine, name="mine"),
    path("layanan/saya/lanjut/", account.resume, name="draft-resume"),
    path("layanan/saya/kode/", account.ask_code, name="account-code"),
    path("layanan/ikuti/", follow.enter, name="follow"),
    path("layanan/ikuti/<str:code>/", follow.by_link, name="follow-link"),
    path("layanan/kasus/<str:number>/", follow.case, name="case"),
    path("layanan/kasus/<str:number>/terkirim/", follow.sent, name="case-sent"),
    path("layanan/kasus/<str:number>/tulis/", follow.write, name="case-write"),
    path("layanan/kasus/<str:number>/berkas/<int:key>/", follow.file, name="case-file"),
    path("layanan/kasus/<str:number>/lakukan/<slug:name>/", follow.act, name="case-act"),
    path("layanan/kirim/tanda/", services_start.token, name="send-token"),
    path("layanan/<slug:pack>/", services.service, name="service"),
    path("layanan/<slug:pack>/mulai/", services_start.start, name="service-start"),
    path("layanan/<slug:pack>/mulai/<int:number>/", services_start.start, name="service-page"),
    path("layanan/<slug:pack>/periksa/", services_start.review, name="service-review"),
    path("layanan/<slug:pack>/tersimpan/", services_start.saved, name="service-saved"),
    path("layanan/<slug:pack>/buang/", services_start.discard, name="service-discard"),
    path("layanan/<slug:pack>/luring/", services_start.blank, name="service-offline"),
    path("layanan/<slug:pack>/kirim/", services_start.send, name="service-send"),
    path("tentang/", about.about, name="about"),
    path("robots.txt", about.robots, name="robots"),
    path("sitemap.xml", about.sitemap, name="sitemap"),
    path("manifest.webmanifest", about.manifest, name="manifest"),
    path("luring", about.offline, name="offline"),
    path("worker.js", about.worker, name="worker"),
]
