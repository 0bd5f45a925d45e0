"""Stories: played by the functions that run real cases, told step by step, compared with what they tell."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mapalus.engine.packs.demo import demo_events
from mapalus.engine.packs.loader import load_pack, load_texts
from mapalus.engine.packs.play import Difference, run_all, run_story
from mapalus.engine.packs.running import as_json, main, tell

EXAMPLE = Path(__file__).parents[3] / "docs" / "reference" / "pack-example"

STORY = """title: Diuji
given: {at: 2026-11-02T09:00+08:00, values: {ketua: Siti Contoh, atas_nama: sendiri, jenis: traktor,
  desa: 71.02.01.2001, nilai: "Rp 25.000.000", benar: true}, holidays: [2026-11-05]}
when:
"""
FIRST = (
    "  - {at: 2026-11-03T10:00+08:00, act: periksa, by: {role: petugas, person: budi}, values: {catatan: Lengkap}%s}\n"
)


@pytest.fixture(scope="module")
def pack():
    return load_pack(EXAMPLE)


def told(pack, steps, then="then: {state: diperiksa}\n"):
    """A story with these steps, read like any other."""
    files = {**pack.files, "examples/diuji.yml": STORY + steps + then}
    found = load_texts(files)
    return run_story(found, found.stories["diuji"])


def differences(run):
    return [found for part in (*run.steps, run) for found in part.differences]


def test_every_story_of_the_example_is_as_told(pack):
    runs = run_all(pack)
    assert [run.story.name for run in runs] == sorted(pack.stories)
    assert [differences(run) for run in runs] == [[] for _run in runs]


def test_a_step_tells_who_did_what_from_where_to_where_by_when(pack):
    run = run_story(pack, pack.stories["disetujui"])
    begun, checked, refused, approved = run.steps
    assert (begun.act, begun.before, begun.after, begun.effects) == ("begin", "", "diajukan", ("notify:diterima",))
    assert checked.by is not None
    assert (checked.by.person, checked.before, checked.after) == ("budi", "diajukan", "diperiksa")
    assert (refused.refused, refused.after) == ("not-same-actor", "diperiksa")
    assert approved.clocks["penyelesaian"]["due"] == "2026-11-23"
    assert approved.values["disetujui"] == 24_000_000


def test_only_what_is_told_is_compared(pack):
    assert told(pack, FIRST % "", "then: {}\n").as_told


def test_what_differs_says_the_step_what_was_told_and_what_it_is(pack):
    then = ", then: {state: diajukan, clocks: {penyelesaian: {due: 2026-11-20, late: true}}, effects: ['notify:x']}"
    run = told(pack, FIRST % then, "then: {turn: applicant, values: {nilai: 'Rp 1', catatan: Lengkap}}\n")
    assert not run.as_told
    assert [found.what for found in run.steps[1].differences] == [
        "state", "effects", "clocks.penyelesaian.due", "clocks.penyelesaian.late",
    ]  # fmt: skip
    assert run.steps[1].differences[0] == Difference("state", "diajukan", "diperiksa")
    assert [found.what for found in run.differences] == ["turn", "values.nilai"]
    words = "\n".join(tell(run))
    assert "1" in words
    assert "2026-11-20" in words
    assert "2026-11-23" in words


def test_a_value_may_be_told_as_people_write_it(pack):
    assert told(pack, FIRST % "", "then: {values: {nilai: 'Rp 25.000.000', ketua: Siti Contoh}}\n").as_told


def test_an_empty_list_of_effects_tells_that_nothing_was_set_off(pack):
    assert told(pack, FIRST % ", then: {effects: []}").as_told
    run = told(pack, FIRST % "", "then: {effects: []}\n")
    assert [found.what for found in run.differences] == ["effects"]


def test_a_refusal_nobody_told_of_and_one_that_did_not_come_are_differences(pack):
    wrong = told(pack, FIRST.replace("role: petugas", "role: kepala") % "", "then: {state: diajukan}\n")
    assert differences(wrong) == [Difference("refused", "", "not-allowed")]
    open_to_him = told(pack, FIRST % ", refused: not-allowed")
    assert differences(open_to_him) == [Difference("refused", "not-allowed", "")]
    other = told(pack, FIRST.replace("{catatan: Lengkap}", "{}") % ", refused: late", "then: {state: diajukan}\n")
    assert differences(other) == [Difference("refused", "late", "needs")]


def test_a_value_that_the_form_refuses_is_refused_as_invalid(pack):
    second = (
        "  - {at: 2026-11-04T09:00+08:00, act: setujui, by: kepala, values: {disetujui: banyak}, refused: invalid}\n"
    )
    run = told(pack, FIRST % "" + second)
    assert run.as_told
    assert list(run.steps[2].fields) == ["disetujui"]


def test_the_same_name_in_two_roles_is_one_human_being_and_another_is_not(pack):
    second = "  - {at: 2026-11-04T09:00+08:00, act: setujui, by: %s, values: {disetujui: 1000}%s}\n"
    assert told(pack, FIRST % "" + second % ("{role: kepala, person: budi}", ", refused: not-same-actor")).as_told
    assert told(pack, FIRST % "" + second % ("kepala", ""), "then: {state: disetujui}\n").as_told


def test_the_applicant_is_who_began_the_case_and_nobody_else(pack):
    steps = "  - {at: 2026-11-02T10:00+08:00, act: batalkan, by: %s, reason: sudah ada%s}\n"
    given = STORY.replace("holidays:", "as: {role: applicant, person: siti}, holidays:")

    def played(steps, state):
        found = load_texts({**pack.files, "examples/diuji.yml": f"{given}{steps}then: {{state: {state}}}\n"})
        return run_story(found, found.stories["diuji"])

    other = played(steps % ("{role: applicant, person: rudi}", ", refused: not-allowed"), "diajukan")
    assert differences(other) == []
    own = played(steps % ("applicant", ""), "ditutup")
    assert own.steps[1].refused == ""
    assert differences(own) == []


def test_time_passes_and_the_holidays_of_the_story_are_the_only_ones(pack):
    run = told(pack, "  - {at: 2026-12-30T10:00+08:00, tick: true}\n", "then: {clocks: {penyelesaian: {late: true}}}\n")
    assert run.as_told
    assert "late:penyelesaian" in run.steps[1].effects
    assert run.steps[0].clocks["penyelesaian"]["due"] == "2026-11-23"


def test_what_the_form_would_ask_as_well_is_noted_not_held_against_the_story(pack):
    run = run_story(pack, pack.stories["ditutup"])
    assert run.as_told
    assert "surat_kuasa" in run.steps[0].notes


def test_acts_that_are_possible_next_may_be_told(pack):
    run = told(pack, FIRST % ", then: {possible: []}")
    (found,) = differences(run)
    assert (found.what, found.expected) == ("possible", [])
    assert told(pack, FIRST % f", then: {{possible: [{', '.join(found.got)}]}}").as_told


def test_a_run_is_one_object_in_json(pack):
    run = run_story(pack, pack.stories["disetujui"])
    found = json.loads(json.dumps(as_json(run)))
    assert (found["pack"], found["story"], found["as_told"]) == (pack.name, "disetujui", True)
    assert found["steps"][2]["refused"]["code"] == "not-same-actor"
    assert set(found["steps"][1]) == {
        "step", "line", "at", "act", "by", "before", "after", "public", "turn", "effects", "clocks", "moved", "values",
        "refused", "notes", "differences",
    }  # fmt: skip


def test_the_command_tells_the_story_and_its_exit_says_whether_it_is_as_told(pack, tmp_path, capsys):
    assert main([str(EXAMPLE), "disetujui"]) == 0
    assert "not-same-actor" in capsys.readouterr().out
    assert main([str(EXAMPLE), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(pack.stories)
    assert main([str(EXAMPLE), "tidak-ada"]) == 2
    assert "disetujui" in capsys.readouterr().err
    folder = tmp_path / pack.name
    for name, text in pack.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    story = folder / "examples" / "disetujui.yml"
    story.write_text(story.read_text(encoding="utf-8").replace("state: disetujui", "state: ditolak"), encoding="utf-8")
    assert main([str(folder), str(story), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["differences"][0]["what"] == "state"


def test_the_story_may_be_named_by_its_file_in_the_pack_or_anywhere(pack, tmp_path, capsys):
    assert main([str(EXAMPLE), "examples/disetujui.yml"]) == 0
    capsys.readouterr()
    other = tmp_path / "lain.yml"
    other.write_text(STORY + FIRST % "" + "then: {state: diperiksa}\n", encoding="utf-8")
    assert main([str(EXAMPLE), str(other), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["story"] == "lain"
    other.write_bytes(b"\xff\xfe\x00")
    assert main([str(EXAMPLE), str(other)]) == 2
    other.write_text("title: x\n", encoding="utf-8")
    assert main([str(EXAMPLE), str(other)]) == 2
    assert "lain.yml" in capsys.readouterr().err


def test_a_story_becomes_demo_events_on_the_same_weekdays(pack):
    story = pack.stories["disetujui"]
    plain = demo_events(story)
    assert [event.act for event in plain] == ["begin", "periksa", "setujui"]  # the refused step is left out
    assert (plain[1].role, plain[1].person) == ("petugas", "budi")
    later = datetime.fromisoformat("2027-03-17T12:00+08:00")
    moved = demo_events(story, begins_at=later)
    assert later - timedelta(weeks=1) < moved[0].at <= later
    assert [event.at.weekday() for event in moved] == [event.at.weekday() for event in plain]
    assert demo_events(replace(story, steps=()))[0].values == dict(story.given.values)
