from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.desk import (
    calendar,
    datasets,
    decisions,
    handins,
    handover,
    inbox,
    ledger,
    mandates,
    people,
    pinning,
    positions,
    positions_acts,
    positions_page,
    reckoning,
    roster_import,
)

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
    path("jabatan/<str:code>/", positions_page.position, name="position"),
    path("jabatan/<str:code>/<slug:slug>/", positions_acts.act, name="position-act"),
    path("mandat/", mandates.mandates, name="mandates"),
    path("mandat/baru/", mandates.new, name="mandate-new"),
    path("mandat/<int:pk>/", mandates.mandate, name="mandate"),
    path("serah-terima/", handover.handovers, name="handovers"),
    path("serah-terima/<int:pk>/", handover.handover, name="handover"),
    path("serah-terima/<int:pk>/lembar.pdf", handover.sheet_pdf, name="handover-pdf"),
    path("daftar-pejabat/", roster_import.drafts, name="roster-import"),
    path("daftar-pejabat/<int:pk>/", roster_import.draft, name="roster-draft"),
    path("orang/", people.people, name="people"),
    path("orang/<str:code>/", people.person, name="person"),
    path("kalender/", calendar.calendar, name="calendar"),
    path("kalender/hitung/", reckoning.reckon, name="calendar-reckon"),
    path("kalender/tambah/", calendar.add, name="calendar-add"),
    path("kalender/<int:number>/cabut/", calendar.remove, name="calendar-remove"),
    path("buku-besar/", ledger.ledger, name="ledger"),
]
