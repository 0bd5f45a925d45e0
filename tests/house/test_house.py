"""The project about itself: what nobody checks does not last."""

from __future__ import annotations

import ast
import re
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from mapalus.engine import errors
from mapalus.project import cli

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "mapalus"
WRITES = {"save", "create", "bulk_create", "bulk_update", "update_or_create", "get_or_create", "delete", "update"}


def modules(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*.py")) if "migrations" not in path.parts)


def test_import_contracts_hold() -> None:
    command = "from importlinter.cli import lint_imports_command as c; c()"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_every_dependency_has_its_reason() -> None:
    inside, bare = False, []
    for line in (ROOT / "pyproject.toml").read_text().splitlines():
        inside = inside or line.startswith(("dependencies = [", "dev = ["))
        if inside and line.strip().startswith('"') and not line.strip().startswith('"types-') and "#" not in line:
            bare.append(line.strip())
        inside = inside and line.strip() != "]"
    assert bare == [], "a dependency without a line that says why"


def test_version_is_one() -> None:
    import mapalus

    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == mapalus.__version__
    assert f"## {mapalus.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_doors_write_nothing() -> None:
    found = []
    for path in modules(SOURCE / "doors"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                owner = ast.unparse(node.func.value)
                if owner.endswith("objects") or node.func.attr in ("save", "bulk_create"):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno} {owner}.{node.func.attr}")
    assert found == [], "doors read models and call actions; they do not write"


def test_modules_stay_readable() -> None:
    long = {str(p.relative_to(ROOT)): n for p in modules(SOURCE) if (n := len(p.read_text().splitlines())) > 500}
    assert long == {}, "over 500 lines: what two things live here?"


def test_every_folder_of_code_is_a_package() -> None:
    folders = {p.parent for p in SOURCE.rglob("*.py")} | {p.parent for p in (ROOT / "tests").rglob("*.py")}
    assert [str(f.relative_to(ROOT)) for f in sorted(folders) if not (f / "__init__.py").exists()] == []


def test_no_vague_module_names() -> None:
    vague = {"utils", "helpers", "common", "manager", "managers", "services", "misc", "util"}
    files = [*modules(SOURCE), *modules(ROOT / "tests")]
    # What the province offers its citizens is a noun of its own: a door may have a page of services.
    nouns = {SOURCE / "apps" / "services", *(door / "services.py" for door in (SOURCE / "doors").iterdir())}
    assert [str(p.relative_to(ROOT)) for p in files if p.stem in vague and p not in nouns] == []


def every_problem() -> list[type[errors.Problem]]:
    for path in modules(SOURCE / "engine"):
        parts = path.relative_to(SOURCE.parent).with_suffix("").parts
        __import__(".".join(parts).removesuffix(".__init__"))
    found, todo = [], [errors.Problem]
    while todo:
        kind = todo.pop()
        found.append(kind)
        todo.extend(kind.__subclasses__())
    return found


def test_every_problem_has_its_entry_in_the_docs() -> None:
    page = (ROOT / "docs" / "reference" / "problems.md").read_text()
    assert [p.code for p in every_problem() if f"`{p.code}`" not in page] == []


def test_every_setting_has_its_entry_in_the_docs() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    names = {n for path in modules(SOURCE) for n in re.findall(r'"(MAPALUS_[A-Z_]+)"', path.read_text())}
    assert sorted(n for n in names if f"`{n}`" not in page) == []


def test_every_verb_has_its_entry_in_the_docs() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text()
    assert [verb for verb in cli.VERBS if f"`mapalus {verb}" not in page] == []


def test_every_verb_is_there() -> None:
    missing = [v for v, (module, _line) in cli.VERBS.items() if not _exists(module)]
    assert missing == []


def _exists(module: str) -> bool:
    path = SOURCE.parent.joinpath(*module.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_the_map_knows_every_room() -> None:
    page = (ROOT / "docs" / "map.md").read_text()
    rooms = [
        f"{floor}/{room.name}"
        for floor in ("engine", "connectors", "apps", "doors")
        for room in sorted((SOURCE / floor).iterdir())
        if (room / "__init__.py").exists()
    ]
    rooms += [f"engine/data/{p.stem}" for p in sorted((SOURCE / "engine" / "data").glob("*.py")) if p.stem[0] != "_"]
    rooms += [f"project/{p.stem}" for p in sorted((SOURCE / "project").glob("*.py")) if p.stem[0] != "_"]
    assert [room for room in rooms if f"`{room}" not in page] == [], "docs/map.md does not name them"


def test_the_map_names_only_what_exists() -> None:
    page = (ROOT / "docs" / "map.md").read_text()
    named = re.findall(r"`((?:engine|connectors|apps|doors|project)/[a-z0-9_/]+)", page)
    gone = [n for n in named if not (SOURCE / n).exists() and not (SOURCE / n).with_suffix(".py").exists()]
    assert gone == []


@pytest.mark.slow
def test_the_portal_starts_without_the_table_libraries() -> None:
    code = (
        "import sys, django; django.setup(); import mapalus.project.urls\n"
        "from django.urls import get_resolver; get_resolver().url_patterns\n"
        "print([m for m in ('duckdb', 'numpy', 'xlsxwriter', 'python_calamine', 'rdflib') if m in sys.modules])"
    )
    env = {**__import__("os").environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=env)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_the_network_is_closed() -> None:
    with socket.socket() as outside, pytest.raises(RuntimeError, match="loopback"):
        outside.connect(("203.0.113.7", 80))


def test_nothing_private_is_named() -> None:
    words = ("/tmp/brief", "/work/", "helper session", "subagent")
    kinds = (".py", ".md", ".html", ".yml", ".toml", ".css", ".js")
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, cwd=ROOT, check=True).stdout
    text = [ROOT / name for name in listed.splitlines() if name.endswith(kinds) or name == "dev"]
    others = [path for path in text if path != Path(__file__) and path.exists()]
    bad = [f"{path.name}: {word}" for path in others for word in words if word in path.read_text(errors="replace")]
    assert bad == []


def test_every_static_file_a_template_names_exists() -> None:
    from django.contrib.staticfiles import finders

    named = {
        (path.name, name)
        for path in (SOURCE / "doors").rglob("*.html")
        for name in re.findall(r"{% static [\"']([^\"']+)[\"'] %}", path.read_text())
    }
    assert sorted(pair for pair in named if finders.find(pair[1]) is None) == []


def test_forms_that_post_carry_their_token() -> None:
    pages = [path for path in (SOURCE / "doors").rglob("*.html") if 'method="post"' in path.read_text()]
    bare = [path.name for path in pages if "{% csrf_token %}" not in path.read_text()]
    # the two switches only set a cookie of taste, from pages that are cached for everybody
    assert set(bare) <= {"_switches.html"}
    cut_off = [
        f"{path.name}: {name}"
        for path in (SOURCE / "doors").rglob("*.html")
        for name in re.findall(r"{% include [\"']([^\"']+)[\"'][^%]* only %}", path.read_text())
        if any(str(form).endswith(name) for form in pages if form.name not in bare)
    ]
    assert cut_off == [], "`only` cuts the token off"


def test_the_time_is_asked_of_the_clock_when_it_is_needed() -> None:
    bound = re.compile(r"^from mapalus\.engine\.clock import [^\n]*\bnow\b", re.MULTILINE)
    files = [*modules(SOURCE / "doors"), *modules(SOURCE / "apps")]
    found = [str(p.relative_to(ROOT)) for p in files if bound.search(p.read_text())]
    assert found == [], "call clock.now(): a name bound at import does not follow a clock that is set"
