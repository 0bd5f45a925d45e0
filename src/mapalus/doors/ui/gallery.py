"""The gallery: every component in every state, with invented figures. The page is the reference, and a test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mapalus.doors.ui import gallery_charts, gallery_questions, icons
from mapalus.doors.ui.gallery_charts import Shown
from mapalus.doors.ui.parts import Clock, Day, Figure, Stage, Step
from mapalus.doors.ui.questions import Question
from mapalus.doors.ui.tilemaps import LAYOUTS, TileMap, tile_map
from mapalus.engine.errors import NotFound

__all__ = ["Gallery", "gallery", "part"]

NOON = datetime(2026, 11, 20, 4, 41, tzinfo=UTC)


class _Form(forms.Form):
    name = forms.CharField(label="Nama usaha", help_text="Seperti di papan nama.")
    phone = forms.CharField(label="Nomor telepon")
    note = forms.CharField(label="Catatan", widget=forms.Textarea, required=False)
    region = forms.ChoiceField(
        label="Di mana?", choices=[("71.71", "Kota Manado"), ("71.02", "Kab. Minahasa")], widget=forms.RadioSelect
    )
    letter = forms.FileField(label="Surat pengantar", help_text="PDF atau foto, paling besar 5 MB.", required=False)
    news = forms.BooleanField(label="Kirim kabar lewat surel", help_text="Hanya kabar berkas ini.", required=False)

    def clean_phone(self) -> str:
        phone = str(self.cleaned_data["phone"])
        if len(phone) < 8:
            raise forms.ValidationError("Nomor kurang panjang. Contoh: 0812 3456 7890")
        return phone


@dataclass(frozen=True)
class Gallery:
    """Context of ui/gallery.html."""

    icons: tuple[str, ...]
    shapes: tuple[str, ...]
    form: forms.Form
    questions: tuple[Question, ...]
    figures: tuple[Figure, ...]
    clocks: tuple[Clock, ...]
    stages: tuple[Stage, ...]
    stages_wrong: tuple[Stage, ...]
    path: tuple[Step, ...]
    map: TileMap
    charts: tuple[Shown, ...]  # one of each; all of them on pages of their own
    page: Page[int]
    moments: tuple[datetime, ...]


def _map(here: str = "") -> TileMap:
    prices = {"71.04": 16.9, "71.03": 16.4, "71.09": 16.6, "71.71": 15.1, "71.06": 15.0, "71.72": 15.5, "71.05": 14.6}
    prices |= {"71.73": 14.8, "71.02": 14.5, "71.08": 14.3, "71.01": 13.9, "71.74": 14.1, "71.10": 14.4, "71.07": 14.7}
    return tile_map(
        title="Harga beras hari ini",
        subtitle="Beras medium, %(unit)s",
        places=LAYOUTS["71"],
        names={},
        values=prices,
        unit="ribu rupiah per kg",
        nothing="belum ada data",
        language="id",
        href=lambda code: f"#w{code}",
        here=here,
    )


def _figures() -> tuple[Figure, ...]:
    shape = (5.1, 4.4, 4.9, 3.6, 3.8, 3.1, 3.3, 2.9, 2.59, 2.41)
    return (
        Figure(
            "Inflasi tahunan", "2,41", "persen", "BPS · Oktober 2026", "turun 0,18 poin dari September",
            series=shape, why="#m",
        ),
        Figure(
            "Harga beras medium", "15.039", "Rp/kg", "Dinas Pangan · 2 jam lalu", "naik 1,2 persen sejak kemarin",
            "provisional", "sementara", shape[::-1], why="#m",
        ),
        Figure(
            "Realisasi APBD", "71,8", "persen", "BKAD · kemarin 23.10", "rencana hari ini 76,0 persen", "soon",
            "tertinggal", (10, 22, 31, 39, 48, 55, 63, 71.8), 76, "#m",
        ),
        Figure(
            "Aduan lewat waktu", "18", "dari 312", "Mapalus · hidup", "naik 3 sejak Senin", "late", "lewat",
            (4, 9, 8, 12, 11, 15, 18), why="#m", is_late=True,
        ),
    )  # fmt: skip


def _days(states: str) -> tuple[Day, ...]:
    words = {"d": "done", "m": "met", "t": "today", "o": "over", "p": "paused", ".": ""}
    return tuple(Day(words[state]) for state in states)


def _clocks() -> tuple[Clock, ...]:
    return (
        Clock("Terpenuhi", "good", "Hari ke-1", "1 dari 3 hari kerja.", _days("m..")),
        Clock("Berjalan, pernah jeda", "soon", "Sisa 1 hari", "Petak kuning adalah hari ini.", _days("ddpt.")),
        Clock("Lewat", "late", "Lewat 2 hari", "Petak merah di luar janji.", _days("dddddoo")),
    )


@login_not_required
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state."""
    form = _Form({"name": "Warung Tinutuan", "phone": "0812"})
    form.is_valid()
    words = ("Diterima", "Dibaca", "Diperiksa", "Disahkan", "Terbit")
    shown = Gallery(
        icons=icons.names(),
        shapes=tuple(icons.SHAPES),
        form=form,
        questions=gallery_questions.asked(),
        figures=_figures(),
        clocks=_clocks(),
        stages=tuple(Stage(word, state) for word, state in zip(words, ("done", "done", "now", "", ""), strict=True)),
        stages_wrong=tuple(Stage(w, s) for w, s in zip(words, ("done", "done", "wrong", "", ""), strict=True)),
        path=(
            Step("Sumber", "31 pencatat pasar", "08.04–08.22"),
            Step("Salinan asli", "disimpan utuh, tidak diubah", "b7e1…09fa", "b7e1" + "0" * 56 + "09fa"),
            Step("Diperiksa", "22 aturan, 372 baris, 2 dikembalikan", "kontrak 1.8"),
            Step("Terbit", "versi 214", "08.30"),
        ),
        map=_map("71.74"),
        charts=gallery_charts.charts()[:1],
        page=Paginator(range(480), 20).page(2),
        moments=(NOON, NOON - timedelta(days=40)),
    )
    return render(request, "ui/gallery.html", {"g": shown})


_PARTS: dict[str, tuple[str, Callable[[], tuple[Shown, ...]]]] = {
    "grafik": ("Grafik", gallery_charts.charts),
    "grafik-batas": ("Grafik: batas-batas", gallery_charts.extremes),
    "peta": ("Peta", gallery_charts.maps),
}


@login_not_required
@require_safe
def part(request: HttpRequest, name: str) -> HttpResponse:
    """Charts, their extremes, maps: each on a page of its own, which stays light."""
    if name not in _PARTS:
        raise NotFound
    title, made = _PARTS[name]
    return render(request, "ui/gallery_part.html", {"title": title, "shown": made(), "is_small": name != "grafik"})
