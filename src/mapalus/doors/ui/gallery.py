"""The gallery: every component in every state, with invented figures. The page is the reference, and a test."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mapalus.doors.ui import gallery_questions, icons
from mapalus.doors.ui.charts import Bar, BarChart, LineChart, Series
from mapalus.doors.ui.parts import Clock, Day, Figure, Stage, Step
from mapalus.doors.ui.questions import Question
from mapalus.doors.ui.tilemaps import LAYOUTS, TileMap, tile_map

__all__ = ["Gallery", "gallery"]

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
    line: LineChart
    lines: LineChart
    bars: BarChart
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


MONTHS = ("Jan 2026", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt")


def _line() -> LineChart:
    return LineChart(
        title="Beras di Manado naik 5,2 persen sejak Januari",
        subtitle="Beras medium",
        sentence="Grafik garis: Manado naik dari 14.350 menjadi 15.100; Talaud tertinggi, 16.900.",
        labels=MONTHS,
        series=(
            Series("Talaud", (16200, 16250, 16180, 16300, 16420, 16500, 16600, 16700, 16850, 16900)),
            Series("Bitung", (14900, 14950, 15010, 15000, None, 15120, 15200, 15300, 15400, 15450)),
            Series("Manado", (14350, 14400, 14390, 14500, 14550, 14700, 14800, 14950, 15000, 15100), is_accent=True),
            Series("Kotamobagu", (13700, 13750, 13800, 13790, 13850, 13900, 13960, 14000, 14050, 14100)),
        ),
        language="id",
        unit="Rp/kg",
        provisional_from=9,
        provisional_word="sementara",
        table_name="Bulan",
    )


def _plan() -> LineChart:
    return LineChart(
        title="Belanja 4,2 poin di bawah rencana",
        subtitle="Realisasi belanja",
        sentence="Grafik garis: realisasi 71,8 persen, rencana 76.",
        labels=MONTHS,
        series=(Series("", (3, 9, 16, 24, 31, 39, 47, 56, 64, 71.8), is_accent=True),),
        language="id",
        unit="persen pagu",
        plan=76,
        plan_name="rencana 76",
        table_name="Bulan",
    )


def _bars() -> BarChart:
    names = (("Kota Bitung", 159.1), ("Kota Manado", 71.2), ("Kab. Kepulauan Talaud", 31.0), ("Kota Tomohon", None))
    return BarChart(
        title="Bitung mendaratkan hampir separuh ikan provinsi",
        subtitle="Produksi tangkap triwulan III 2026",
        sentence="Diagram batang: Kota Bitung 159,1 ribu ton, Kota Manado 71,2.",
        bars=tuple(Bar(name, value, "" if index == 0 else "rest") for index, (name, value) in enumerate(names)),
        language="id",
        unit="ribu ton",
        table_name="Daerah",
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
        line=_line(),
        lines=_plan(),
        bars=_bars(),
        page=Paginator(range(480), 20).page(2),
        moments=(NOON, NOON - timedelta(days=40)),
    )
    return render(request, "ui/gallery.html", {"g": shown})
