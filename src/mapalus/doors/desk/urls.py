from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.desk import datasets, decisions, handins, inbox, ledger, pinning, positions

app_name = "desk"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", inbox.inbox, name="inbox"),
    path("data/", datasets.datasets, name="datasets"),
    path("data/<slug:name>/tetapkan/", pinning.pin, name="dataset-pin"),
    path("kepatuhan/", datasets.compliance, name="compliance"),
    path("setor/", handins.new, name="handin-new"),
    path("setoran/<str:receipt>/", handins.handin, name="handin"),
    path("setoran/<str:receipt>/jalan/", handins.progress, name="handin-progress"),
    path("setoran/<str:receipt>/bertanda.xlsx", handins.workbook, name="handin-workbook"),
    path("setoran/<str:receipt>/buka/", handins.unmask, name="handin-unmask"),
    path("setoran/<str:receipt>/<slug:slug>/", decisions.decide, name="handin-decide"),
    path("jabatan/", positions.positions, name="positions"),
    path("buku-besar/", ledger.ledger, name="ledger"),
]
