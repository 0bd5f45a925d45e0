"""Whatever a folder holds ends in a pack or in problems; what was read can be kept and read again."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mapalus.engine.errors import Conflict, Invalid
from mapalus.engine.forms import FieldType
from mapalus.engine.packs.folder import digest
from mapalus.engine.packs.loader import check_pack, load_pack, load_texts, read_pack
from mapalus.engine.packs.new import new_pack
from mapalus.engine.packs.play import run_all
from mapalus.engine.packs.problem import BadPack
from mapalus.engine.packs.upgrade import upgrade
from mapalus.engine.strict_yaml import dump_yaml, load_yaml
from tests.engine.packs.example import EXAMPLE, ROOT, texts


def codes(source, **more) -> list[str]:
    return [problem.code for problem in check_pack(source, **more)]


# --- folders and files


def test_a_pack_is_the_same_from_its_folder_and_from_its_texts():
    pack = load_pack(EXAMPLE)
    again = load_texts(pack.files)
    assert again == pack
    assert [(run.story.name, run.as_told) for run in run_all(pack)] == [("disetujui", True), ("ditutup", True)]


def test_a_folder_without_a_process_stays_a_valid_pack():
    pack = load_pack(ROOT / "packs" / "sulut-demo")
    assert not pack.is_service
    assert len(pack.datasets) == len(list((ROOT / "packs" / "sulut-demo" / "datasets").glob("*.yml")))


def test_no_folder_is_one_problem(tmp_path: Path):
    assert codes(tmp_path / "none") == ["folder-missing"]
    assert codes(tmp_path) == ["file-missing"]
    with pytest.raises(BadPack) as caught:
        load_pack(tmp_path)
    assert caught.value.code == "bad-pack"


def written(folder: Path) -> Path:
    for name, text in texts().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_links_are_not_followed(tmp_path: Path):
    folder = written(tmp_path / "pack")
    (tmp_path / "secret.md").write_text("secret")
    (folder / "letters" / "x.md").symlink_to(tmp_path / "secret.md")
    (folder / "lists2").symlink_to(tmp_path)
    problems = check_pack(folder)
    assert [(problem.code, problem.file) for problem in problems] == [
        ("file-link", "letters/x.md"),
        ("file-link", "lists2"),
    ]
    pack, _problems = read_pack(folder)
    assert pack is not None
    assert "letters/x.md" not in pack.files


@pytest.mark.parametrize("name", ["../pack.yml", "/etc/x.yml", "letters/../../x.md", "a\\b.yml"])
def test_a_path_out_of_the_folder_is_refused(name):
    assert "file-link" in codes({**texts(), name: "x"})


@pytest.mark.parametrize(
    "raw", [b"\xff\xfea\x00:\x00", b"\x89PNG\r\n\x1a\n\x00\x00", b"title: caf\xe9\n", b"PK\x03\x04\xfa\xfb"]
)
def test_what_is_not_utf8_text_is_one_sentence(tmp_path: Path, raw):
    folder = written(tmp_path)
    (folder / "messages.yml").write_bytes(raw)
    problems = check_pack(folder)
    assert "file-not-text" in {problem.code for problem in problems}
    assert {problem.code for problem in problems} <= {"file-not-text", "unknown-message"}


def test_windows_line_ends_and_a_byte_order_mark_are_taken(tmp_path: Path):
    folder = written(tmp_path)
    for path in folder.rglob("*.*"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert check_pack(folder) == ()
    assert load_pack(folder).digest == load_pack(EXAMPLE).digest


def test_what_is_too_much_is_refused(tmp_path: Path):
    assert codes({**texts(), "letters/lang.md": "x" * 1_000_001}) == ["file-too-large"]
    folder = written(tmp_path)
    for number in range(500):
        (folder / "letters" / f"{number}.md").write_text("x")
    assert "too-many-files" in codes(folder)


def test_more_than_a_thousand_fields_are_refused():
    fields = "\n".join(
        f"  f{n}: {{type: integer, label: F, label_en: F, privacy: internal, by: staff}}" for n in range(1000)
    )
    files = texts()
    files["form.yml"] = files["form.yml"].replace("steps:\n", fields + "\nsteps:\n")
    assert "too-many-fields" in codes(files)


def test_hidden_files_and_folders_of_other_rooms_are_not_looked_at(tmp_path: Path):
    folder = written(tmp_path)
    for name in (".git/x.py", "maps/x.yml", "story/x.csv", "__pycache__/x.pyc"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text("x")
    assert check_pack(folder) == ()


@pytest.mark.parametrize("name", ["process.yaml", "Process.yml", "process.json"])
def test_half_a_service_is_no_pack_of_data(name):
    files = texts()
    files[name] = files.pop("process.yml")
    assert codes(files) == ["file-misnamed"]
    del files[name]
    assert codes(files) == ["file-missing"]


def test_rows_of_cases_need_a_process():
    files = {name: text for name, text in texts().items() if name.startswith(("pack", "datasets"))}
    assert set(codes(files)) == {"dataset-without-process", "unknown-field"}


def test_an_amount_that_is_proposed_is_decided_by_another():
    files = texts()
    files["process.yml"] = files["process.yml"].replace("needs: [catatan]", "needs: [catatan, disetujui]")
    assert codes(files) == []  # `setujui` keeps out who took `periksa`
    files["process.yml"] = files["process.yml"].replace("not_same_actor_as: [periksa, applicant]", "reason: optional")
    assert codes(files) == ["self-approval", "self-approval"]


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("messages.yml", "a: {b: {c} d}\n", "yaml-syntax"),
        ("lists/jenis.csv", "kode,kode\n", "bad-list"),
        ("lists/jenis.csv", 'kode,label,label_en,unit\n"a', "bad-list"),
        ("form.yml", "fields: [\n", "yaml-syntax"),
        ("process.yml", "a: b: c\n", "yaml-syntax"),
        ("pack.yml", "- a: b: c\n", "yaml-syntax"),
    ],
)
def test_a_file_that_cannot_be_read_is_said_once(file, text, code):
    assert codes({**texts(), file: text}) == [code]


# --- what changes between versions


def test_content_that_changed_raises_the_version():
    earlier = load_texts(texts())
    files = texts()
    files["messages.yml"] = files["messages.yml"].replace("Terima kasih", "Salam")
    assert codes(files, earlier=earlier) == ["version-not-raised"]
    files["pack.yml"] = files["pack.yml"].replace("1.0.0", "1.0.1")
    files["CHANGELOG.md"] += "\n## 1.0.1\nSalam.\n"
    assert codes(files, earlier=earlier) == []


def test_a_changelog_alone_is_no_change_of_content():
    files = texts()
    files["CHANGELOG.md"] += "\nMore words.\n"
    assert codes(files, earlier=load_texts(texts())) == []


def test_a_field_does_not_vanish_or_change_its_type():
    earlier = load_texts(texts())
    files = texts()
    files["pack.yml"] = files["pack.yml"].replace("1.0.0", "2.0.0")
    files["CHANGELOG.md"] += "\n## 2.0.0\n"
    files["form.yml"] = files["form.yml"].replace("{type: phone,", "{type: email,").replace("dipakai", "mulai_dipakai")
    assert codes(files, earlier=earlier) == ["field-removed", "field-retyped"]
    files["form.yml"] += "migrate: {dipakai: mulai_dipakai}\n"
    assert codes(files, earlier=earlier) == ["field-retyped"]


def test_positions_are_looked_up_in_a_roster():
    known = {"distan.kadis", "distan.kabid-sarana"}
    problems = check_pack(texts(), known_positions=known)
    assert [(problem.code, problem.file, problem.line) for problem in problems] == [
        ("unknown-position", "process.yml", 6)
    ]
    assert check_pack(texts(), known_positions={*known, "pos:distan.sekretaris"}) == ()


def test_a_service_without_stories_is_warned_of():
    files = {name: text for name, text in texts().items() if not name.startswith("examples/")}
    assert codes(files) == ["no-stories"]


# --- a new one


def test_a_new_pack_passes_its_check_and_its_story(tmp_path: Path):
    folder = new_pack("izin-riset", tmp_path / "izin-riset")
    assert check_pack(folder) == ()
    pack = load_pack(folder)
    assert pack.name == "izin-riset"
    assert all(run.as_told for run in run_all(pack))
    assert sum(len(path.read_text().splitlines()) for path in folder.rglob("*.*")) <= 120


def test_a_new_pack_overwrites_nothing(tmp_path: Path):
    new_pack("a", tmp_path / "a")
    with pytest.raises(Conflict):
        new_pack("a", tmp_path / "a")
    for name in ("../x", "A", "1a", "", "a b"):
        with pytest.raises(Invalid):
            new_pack(name, tmp_path / "b")


# --- format 0

WORDS = ("judul", "isi", "jawaban", "masuk", "selesai", "jawab")
OLD = {
    "service.yaml": """
pack: 0
id: aduan-lama
version: 2.1.0
title: t.judul
owner: pos:diskominfo.kadis
audience: [anyone]
auth: {min_level: none}
calendar: pemerintah
fields:
  isi: {type: text, label: t.isi, required: true, privacy: internal}
  jawaban: {type: text, label: t.jawaban, by: staff, privacy: internal}
steps:
  - {name: isi, title: t.isi, fields: [isi]}
routing: {unit: {from: isi}, fallback: pos:diskominfo.kadis}
workflow:
  initial: masuk
  states:
    masuk: {label: t.masuk, turn: pos:unit.kepala, deadline: {working_days: 5, escalate_to: pos:setda.sekda}}
    selesai: {label: t.selesai, final: true}
  transitions:
    jawab: {label: t.jawab, from: [masuk], to: selesai, by: [pos:unit.kepala], needs: [jawaban],
            letter: letters/jawaban.md, not_same_actor_as: [applicant]}
notify:
  jawab: {to: applicant, subject: t.judul, body: t.selesai}
""",
    "texts.id.yaml": "".join(f"t.{word}: {word.title()}\n" for word in WORDS),
    "texts.en.yaml": "".join(f"t.{word}: En {word}\n" for word in WORDS),
    "letters/jawaban.md": "# Jawaban {number}\n",
    "CHANGELOG.md": "## 2.1.0\n",
}  # fmt: skip


def test_a_pack_of_format_0_is_brought_up_and_runs():
    assert codes(OLD) == ["no-stories", "format-old"]
    pack = load_texts(OLD)
    assert (pack.name, pack.title, pack.title_en, pack.auth.level) == ("aduan-lama", "Judul", "En judul", "none")
    assert pack.process is not None
    assert pack.process.roles["kepala"].unit == "routed"
    assert pack.process.roles["sekda"].position == "setda.sekda"
    assert [getattr(effect, "name", "") for effect in pack.process.transitions["jawab"].effects] == [
        "letter:letters/jawaban.md", "notify:jawab",
    ]  # fmt: skip
    assert pack.form.field("isi").type is FieldType.TEXT
    assert load_texts(upgrade(OLD, 0)) == pack


def test_a_pack_of_format_0_that_cannot_be_read_is_refused_as_any_other():
    assert "yaml-syntax" in codes({"service.yaml": "id: [a"})
    assert codes({"service.yaml": "- a\n"})  # some problem, no fault


# --- anything at all

DOCUMENTS = {name: load_yaml(text, depth=20) for name, text in texts().items() if name.endswith(".yml")}
STRANGE: list[object] = [
    None, True, 0, -1, 1.5, "", "x", "{x}", "pos:a.b", [], {}, ["x"], [None], [[1]], [{}], {"x": 1}, {"by": "jenis"},
    {"working_days": 1}, "today", "ref:wilayah", "lists/jenis.csv", "jenis", "kepala", "1 = 1", "(", 10**30, "é" * 300,
]  # fmt: skip


def places(value, path=()):
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from places(item, (*path, key))


PLACES = [(name, path) for name, document in DOCUMENTS.items() for path in places(document)]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(range(len(STRANGE)))), min_size=1, max_size=3))
def test_any_value_anywhere_ends_in_a_pack_or_in_problems(changes):
    documents = copy.deepcopy(DOCUMENTS)
    for (name, path), value in changes:
        at = documents[name]
        for key in path[:-1]:
            at = at[key] if (isinstance(at, dict) and key in at) or (isinstance(at, list) and key < len(at)) else None
        if path and (isinstance(at, dict) or (isinstance(at, list) and path[-1] < len(at))):
            at[path[-1]] = copy.deepcopy(STRANGE[value])
    pack, problems = read_pack({**texts(), **{name: dump_yaml(document) for name, document in documents.items()}})
    assert pack is not None
    for problem in problems:
        assert problem.say(language="id")
    if not any(problem.is_error for problem in problems):
        assert digest(pack.files) == pack.digest


@settings(max_examples=60)
@given(
    st.sampled_from(sorted(texts())),
    st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")),
)
def test_any_text_in_any_file_ends_in_problems(name, text):
    for problem in check_pack({**texts(), name: text}):
        assert problem.say(language="en")
