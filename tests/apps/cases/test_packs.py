"""Packs come into force whole or not at all; a running case keeps the version it began with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mapalus.apps.cases import actions
from mapalus.apps.cases.loading import load_packs
from mapalus.apps.cases.models import Case, PackRefusal, PackVersion
from tests.apps.cases import cast
from tests.apps.cases.cast import KABID, NOW, hat, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cast.organisation()
    return Path(shutil.copytree(cast.PACK, tmp_path / "aduan-uji"))


def change(folder: Path, file: str, old: str, new: str, *, version: str = "1.1.0") -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new))
    header = (folder / "pack.yml").read_text()
    (folder / "pack.yml").write_text(header.replace("version: 1.0.0", f"version: {version}"))
    (folder / "CHANGELOG.md").write_text(f"# Changelog\n\n## {version}\nChanged.\n\n## 1.0.0\nThe first.\n")


def test_a_pack_is_loaded_once_and_again_when_it_changes(folder: Path) -> None:
    assert load_packs([folder], now=NOW).fresh == ("aduan-uji",)
    assert load_packs([folder], now=NOW).same == ("aduan-uji",)
    change(folder, "process.yml", "label: Verifikasi\n", "label: Periksa\n")
    assert load_packs([folder], now=NOW).fresh == ("aduan-uji",)
    assert list(PackVersion.objects.values_list("version", "is_current")) == [("1.0.0", False), ("1.1.0", True)]


def test_a_running_case_keeps_the_rules_it_began_with(folder: Path) -> None:
    load_packs([folder], now=NOW)
    old = opened(PackVersion.objects.current().get())
    change(folder, "process.yml", "to: diteruskan\n    by: [verifikator]", "to: ditolak\n    by: [verifikator]")
    refused = load_packs([folder], now=NOW).refused
    assert refused == ("aduan-uji",)  # a state is out of reach now: refused, and the version before stays in force
    assert PackVersion.objects.current().get().version == "1.0.0"
    after = actions.take(old, act="verifikasi", values={"klasifikasi": "pengaduan"}, by=hat(KABID), now=NOW)
    assert after.state == "diteruskan"


def test_a_refused_pack_says_every_reason_and_is_not_there_by_half(folder: Path) -> None:
    (folder / "form.yml").write_text("fields: {judul: {type: text}}\n")
    assert load_packs([folder], now=NOW).refused == ("aduan-uji",)
    refusal = PackRefusal.objects.get()
    assert {problem["file"] for problem in refusal.problems} >= {"form.yml"}
    assert not PackVersion.objects.exists()
    shutil.copyfile(cast.PACK / "form.yml", folder / "form.yml")
    assert load_packs([folder], now=NOW).fresh == ("aduan-uji",)
    assert not PackRefusal.objects.exists()


def test_a_position_nobody_knows_is_a_reason(folder: Path) -> None:
    change(folder, "process.yml", "pos:kominfo.kabid", "pos:kominfo.tidak-ada")
    assert load_packs([folder], now=NOW).refused == ("aduan-uji",)
    assert "kominfo.tidak-ada" in str(PackRefusal.objects.get().problems)


def test_without_posts_nothing_is_loaded_yet(tmp_path: Path) -> None:
    assert load_packs([cast.PACK], now=NOW).fresh == ()
    assert not PackRefusal.objects.exists()


def test_a_change_that_is_taken_back_makes_no_third_version(folder: Path) -> None:
    load_packs([folder], now=NOW)
    names = ("process.yml", "pack.yml", "CHANGELOG.md")
    before = [(folder / name).read_text() for name in names]
    change(folder, "process.yml", "label: Verifikasi\n", "label: Periksa\n")
    load_packs([folder], now=NOW)
    for name, text in zip(names, before, strict=True):
        (folder / name).write_text(text)
    load_packs([folder], now=NOW)
    assert PackVersion.objects.count() == 2
    assert not Case.objects.exists()
