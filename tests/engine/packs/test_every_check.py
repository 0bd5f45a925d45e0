"""Every code of the reference page happens by its example there: that code, on that line, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mapalus.engine.errors import Problem
from mapalus.engine.packs import keys
from mapalus.engine.packs.codes import CODES, Severity
from mapalus.engine.packs.datasetfile import SYSTEM_COLUMNS
from mapalus.engine.packs.formfile import MOST_FIELDS, PREFILLS, REFERENCES
from mapalus.engine.packs.loader import check_pack, load_texts
from mapalus.engine.packs.node import Key
from mapalus.engine.packs.processfile import EFFECTS
from mapalus.engine.packs.storyfile import REFUSALS
from mapalus.engine.packs.texts import PLACEHOLDERS
from tests.engine.packs.example import PAGE, ROOT, texts

ROW = re.compile(
    r"\| `([a-z-]+)` \| (error|warning) \| (\S+?)(?::(\d+))?(?:, by a change of (\S+))? \| (.*?) \| (.*?) \|"
)
ROWS = [found.groups() for line in PAGE.read_text().splitlines() if (found := ROW.fullmatch(line))]
EXAMPLES = [row for row in ROWS if row[3]]


def shown(text: str) -> str:
    return text.strip("`").replace("\\|", "|").replace("↵", "\n").replace("→|", "\t").replace("⍾", "\x07")


def changed(file: str, before: str, after: str) -> dict[str, str]:
    files = texts()
    if after == "no file":
        del files[file]
    elif before == "no file":
        files[file] = shown(after)
    else:
        old = shown(before)
        assert files[file].count(old) == 1, "the example has changed"
        files[file] = files[file].replace(old, "" if after == "nothing" else shown(after))
    return files


def test_the_example_is_right():
    assert check_pack(texts()) == ()
    assert load_texts(texts()).name == "bantuan-alat"


@pytest.mark.parametrize("row", EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_the_example_of_a_check_gives_that_code_on_that_line_and_no_other(row):
    code, weight, where, line, source, before, after = row
    problems = check_pack(changed(source or where, before, after))
    assert {problem.code for problem in problems} == {code}
    assert (problems[0].file, problems[0].line, problems[0].severity) == (where, int(line), weight)
    for language in ("id", "en"):
        for problem in problems:
            sentence = problem.say(language=language)
            assert not re.search(r"%\(|\.\.$|\?\.$", sentence), sentence
            assert sentence[-1] in ".?"


def test_every_code_is_on_the_page_with_its_weight():
    assert {row[0]: row[1] for row in ROWS} == {name: str(code.severity) for name, code in CODES.items()}


def test_no_code_is_said_that_is_not_declared():
    sources = [path.read_text() for path in (ROOT / "src/mapalus/engine/packs").glob("*.py") if path.stem != "codes"]
    sources.append((ROOT / "src/mapalus/engine/strict_yaml.py").read_text())
    whole = "\n".join(sources)
    said = set(re.findall(r'(?:\.wrong|\.unknown|bag\.add|code=|self\.bag\.add)\(?\s*"([a-z]+(?:-[a-z]+)+)"', whole))
    assert said <= set(CODES)
    assert [name for name in CODES if f'"{name}"' not in whole] == []


def test_every_key_and_word_of_the_format_is_on_the_page():
    page = PAGE.read_text()
    tables = [table for name, table in vars(keys).items() if name.isupper() and isinstance(table, dict)]
    words = {word for table in tables for word in table}
    words |= {value for table in tables for key in table.values() if isinstance(key, Key) for value in key.one_of}
    words |= {*REFUSALS, *EFFECTS, *(f"{{{name}}}" for name in PLACEHOLDERS), *SYSTEM_COLUMNS, *PREFILLS, *REFERENCES}
    missing = [word for word in sorted(words) if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", page)]
    assert missing == []
    assert f"{MOST_FIELDS} fields" in page


def test_what_must_be_there_is_said_so():
    page = PAGE.read_text()
    for name, key in keys.PACK.items():
        if key.is_required:
            assert re.search(rf"\| `{name}`.*must be there", page), name


def test_warnings_are_few_and_refuse_nothing():
    files = texts()
    files["lists/lama.csv"] = "kode,label,label_en\na,A,A\n"
    problems = check_pack(files)
    assert [problem.severity for problem in problems] == [Severity.WARNING]
    assert load_texts(files).version == "1.0.0"


def test_all_problems_are_told_at_once():
    files = texts()
    for code, _weight, where, _line, source, before, after in EXAMPLES:
        file = source or where
        if code in (
            "unknown-role",
            "wrong-type",
            "dataset-not-public",
            "unknown-placeholder",
            "missing-privacy",
            "bad-time",
        ):
            files[file] = files[file].replace(shown(before), shown(after))
    codes = {problem.code for problem in check_pack(files)}
    assert {
        "unknown-role",
        "wrong-type",
        "dataset-not-public",
        "unknown-placeholder",
        "missing-privacy",
        "bad-time",
    } <= codes


def test_the_page_names_only_files_that_are_there():
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", PAGE.read_text()):
        assert Path(PAGE.parent, path).exists(), path


def test_a_story_may_await_every_refusal_that_there_is():
    from mapalus.engine.flow import problems

    codes = {kind.code for kind in vars(problems).values() if isinstance(kind, type) and issubclass(kind, Problem)}
    assert codes - {"problem", "not-found"} <= set(REFUSALS)
