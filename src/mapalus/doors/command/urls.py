from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mapalus.doors.command import compliance, digest, districts, editing, export, gaps, plans, views

app_name = "command"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="index"),
    path("mengapa/<str:code>/", views.explain, name="why"),
    path("tanpa-angka/", gaps.without_numbers, name="without-numbers"),
    path("kepatuhan/", compliance.compliance, name="compliance"),
    path("kabupaten-kota/", districts.districts_board, name="districts"),
    path("kabupaten-kota/dinding", districts.districts_board, {"is_wall": True}, name="districts-wall"),
    path("rencana/", plans.plans, name="plans"),
    path("rencana/<slug:name>.<slug:kind>", plans.plan_file, name="plan-file"),
    path("kepatuhan/dinding", compliance.compliance, {"is_wall": True}, name="compliance-wall"),
    path("<slug:name>.pdf", export.board_pdf, name="board-pdf"),
    path("<slug:name>.png", export.board_file, {"form": "png"}, name="board-png"),
    path("<slug:name>.svg", export.board_file, {"form": "svg"}, name="board-svg"),
    path("<slug:name>/ubin/<int:number>.png", export.tile_file, {"form": "png"}, name="tile-png"),
    path("<slug:name>/ubin/<int:number>.svg", export.tile_file, {"form": "svg"}, name="tile-svg"),
    path("layar/<str:key>/", views.screen, name="screen"),
    path("layar/<str:key>/ubin/<int:number>/", views.screen_tile, name="screen-tile"),
    path("baru/", editing.new, name="new"),
    path("<slug:name>/ubah/", editing.edit, name="edit"),
    path("<slug:name>/ringkasan/", digest.digest, name="digest"),
    path("<slug:name>/edisi/", editing.editions, name="editions"),
    path("<slug:name>/layar/", editing.screens, name="screens"),
    path("<slug:name>/ubin/<int:number>/", views.tile, name="tile"),
    path("<slug:name>/dinding/ubin/<int:number>/", views.tile, {"is_wall": True}, name="wall-tile"),
    path("<slug:name>/", views.board, name="board"),
    path("<slug:name>/dinding", views.board, {"is_wall": True}, name="wall"),
]
