"""From texts to a pack, or to everything that is wrong with them.

pack = load_pack(Path("packs/aduan"))          # raises BadPack with all its problems
pack = load_texts(files)                       # the texts a running case keeps
problems = check_pack(Path("packs/aduan"))     # errors and warnings, by file and line
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from mapalus.engine.forms.form import Form
from mapalus.engine.packs import keys
from mapalus.engine.packs.boardfile import read_alarm, read_board
from mapalus.engine.packs.datasetfile import read_dataset, read_indicator
from mapalus.engine.packs.folder import LARGEST_FILE, digest, is_known, read_folder, tidy
from mapalus.engine.packs.formfile import read_form
from mapalus.engine.packs.header import read_header
from mapalus.engine.packs.lint import Whole, check_positions, check_process
from mapalus.engine.packs.lists import read_list
from mapalus.engine.packs.node import Node
from mapalus.engine.packs.pack import FORMAT, CodeList, Pack, PackDataset, Story
from mapalus.engine.packs.problem import BadPack, Bag, PackProblem
from mapalus.engine.packs.processfile import read_process
from mapalus.engine.packs.storyfile import read_story
from mapalus.engine.packs.texts import check_letter, read_messages
from mapalus.engine.packs.upgrade import format_of, upgrade
from mapalus.engine.strict_yaml import YamlProblem, load_located

__all__ = ["check_pack", "load_pack", "load_texts", "read_pack"]

_DEPTH = 12
_FORM, _PROCESS, _MESSAGES = "form.yml", "process.yml", "messages.yml"


def load_pack(folder: Path) -> Pack:
    """The pack of a folder. Raises `BadPack` with every problem when there is an error."""
    bag = Bag()
    files = read_folder(folder, bag)
    return _or_raise(_read(files, bag), bag, folder.name)


def load_texts(files: Mapping[str, str]) -> Pack:
    """The pack in texts by path, as `Pack.files` keeps them. Raises `BadPack`."""
    bag = Bag()
    taken = _taken(files, bag)
    return _or_raise(_read(taken, bag), bag, "")


def _or_raise(pack: Pack | None, bag: Bag, name: str) -> Pack:
    if pack is None or any(problem.is_error for problem in bag.problems):
        raise BadPack(bag.problems, name=name or (pack.name if pack else ""))
    return pack


def check_pack(
    source: Path | Mapping[str, str],
    *,
    known_positions: Container[str] | None = None,
    earlier: Pack | None = None,
) -> tuple[PackProblem, ...]:
    """Every problem, in order. With a roster positions are looked up; with an earlier version changes are judged."""
    return read_pack(source, known_positions=known_positions, earlier=earlier)[1]


def read_pack(
    source: Path | Mapping[str, str],
    *,
    known_positions: Container[str] | None = None,
    earlier: Pack | None = None,
) -> tuple[Pack | None, tuple[PackProblem, ...]]:
    """The pack as far as it could be read, and every problem. The pack is to be used only where none is an error."""
    bag = Bag()
    files = read_folder(source, bag) if isinstance(source, Path) else _taken(source, bag)
    pack = _read(files, bag, known_positions=known_positions, earlier=earlier)
    return pack, bag.problems


def _taken(files: Mapping[str, str], bag: Bag) -> dict[str, str]:
    taken: dict[str, str] = {}
    for name, text in files.items():
        if is_known(name, bag):
            if len(text) > LARGEST_FILE:
                bag.add("file-too-large", name, 1, name=name, limit=LARGEST_FILE // 1000)
            else:
                taken[name] = tidy(text)
    return taken


def _read(
    files: dict[str, str],
    bag: Bag,
    *,
    known_positions: Container[str] | None = None,
    earlier: Pack | None = None,
) -> Pack | None:
    if bag.has("folder-missing"):
        return None
    before = format_of(files)
    if before is not None and before < FORMAT:
        bag.add("format-old", "service.yaml", 1, format=before, name=".")
        files = upgrade(files, before)
    if "pack.yml" not in files:
        bag.add("file-missing", "pack.yml", 1, name="pack.yml")
        return None
    return _Reader(files, bag).pack(known_positions, earlier)


class _Reader:
    """One reading of one pack."""

    def __init__(self, files: dict[str, str], bag: Bag) -> None:
        self.files, self.bag = files, bag
        self.documents: dict[str, Node] = {}

    def document(self, name: str) -> Node | None:
        """The YAML of a file; None where it is missing or cannot be read."""
        if name not in self.files:
            return None
        if name not in self.documents:
            try:
                located = load_located(self.files[name], depth=_DEPTH)
            except YamlProblem as problem:
                self.say(name, problem)
                return None
            for found in located.problems:
                self.say(name, found)
            self.documents[name] = Node(name, located, self.bag)
        return self.documents[name]

    def say(self, name: str, problem: YamlProblem) -> None:
        code = "file-too-large" if problem.code == "file-too-large" else problem.code
        self.bag.add(code, name, problem.line, reason=problem, key=str(problem.data), name=name, limit=_DEPTH)

    def under(self, folder: str, ending: str) -> list[str]:
        return sorted(
            name
            for name in self.files
            if name.startswith(f"{folder}/") and name.endswith(ending) and name.count("/") == 1
        )

    def pack(self, known_positions: Container[str] | None, earlier: Pack | None) -> Pack | None:
        header = self.document("pack.yml")
        if header is None:
            return None
        is_service = _PROCESS in self.files
        out = read_header(header, is_service=is_service)
        lists = self.lists()
        out |= {"lists": lists, "letters": {name: self.files[name] for name in self.letters()}}
        formfile, processfile = self.document(_FORM), self.document(_PROCESS)
        form = read_form(formfile, lists) if formfile else Form()
        out["form"] = form
        is_half = not is_service and (_FORM in self.files or _MESSAGES in self.files)
        if is_half or (is_service and _FORM not in self.files):
            missing = _PROCESS if is_half else _FORM
            if not self.bag.has("file-misnamed"):
                self.bag.add("file-missing", missing, 1, name=missing)
        elif formfile or not is_service:  # without its fields nothing else can be judged
            out["messages"] = self.messages(form)
            if formfile and processfile:
                out |= self.service(header, formfile, processfile, out)
            datasets = self.datasets(form, is_service=is_service)
            out["datasets"] = datasets
            out["indicators"] = self.indicators(datasets, is_service=is_service)
        self.boards()
        self.others(out)
        if known_positions is not None:
            check_positions(self.positions(header, processfile), known_positions)
        pack = self.finish(out)
        if earlier is not None:
            _changes(header, formfile, pack, earlier)
        return pack

    def finish(self, out: dict[str, Any]) -> Pack:
        required: dict[str, Any] = {"name": "", "version": "", "title": "", "owner": ""}
        return Pack(**{**required, **out}, files=self.files, digest=digest(self.files))

    # --- parts

    def lists(self) -> dict[str, CodeList]:
        names = self.under("lists", ".csv")
        return {name: read_list(name, self.files[name], self.bag) or CodeList(name, (), {}) for name in names}

    def letters(self) -> list[str]:
        return [*self.under("letters", ".md"), *self.under("letters", ".html")]

    def messages(self, form: Form) -> Any:
        node = self.document(_MESSAGES)
        return read_messages(node, form) if node else {}

    def service(self, header: Node, formfile: Node, processfile: Node, out: Mapping[str, Any]) -> dict[str, Any]:
        form: Form = out["form"]
        process = read_process(
            processfile,
            form,
            owner=out.get("owner", ""),
            lists=out["lists"],
            messages=self.message_names(),
            letters=out["letters"],
        )
        for name, text in out["letters"].items():
            check_letter(name, text, form.by_name, self.bag)
        check_process(
            Whole(
                header, formfile, processfile, self.document(_MESSAGES), form, process, out["messages"], out["letters"],
                out["lists"],
            )
        )  # fmt: skip
        stories: dict[str, Story] = {}
        for name in self.under("examples", ".yml"):
            node = self.document(name)
            story = read_story(node, PurePosixPath(name).stem, form, process) if node else None
            if story is not None:
                stories[story.name] = story
        if not self.under("examples", ".yml"):
            self.bag.add("no-stories", "pack.yml", 1)
        return {"process": process, "stories": stories}

    def message_names(self) -> tuple[str, ...] | None:
        node = self.document(_MESSAGES)
        if node is None:
            return None if _MESSAGES in self.files else ()
        return tuple(name for name, _inner in node.items())

    def datasets(self, form: Form, *, is_service: bool) -> dict[str, PackDataset]:
        found: dict[str, PackDataset] = {}
        for name in self.under("datasets", ".yml"):
            node = self.document(name)
            if node is not None:
                stem = PurePosixPath(name).stem
                found[stem] = read_dataset(node, stem, form, is_service=is_service)
        return found

    def indicators(self, datasets: Mapping[str, PackDataset], *, is_service: bool) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for name in self.under("indicators", ".yml"):
            node = self.document(name)
            if node is not None:
                found[PurePosixPath(name).stem] = read_indicator(node, datasets, is_service=is_service)
        return found

    def boards(self) -> None:
        for name in self.under("boards", ".yml"):
            node = self.document(name)
            if node is not None:
                read_board(node, PurePosixPath(name).stem)
        for name in self.under("alarms", ".yml"):
            node = self.document(name)
            if node is not None:
                read_alarm(node, PurePosixPath(name).stem)

    def others(self, out: Mapping[str, Any]) -> None:
        quality = self.document("quality.yml")
        if quality is not None:
            quality.read(keys.QUALITY)
            for name, inner in quality.at("rules").items():
                if isinstance(inner.value, dict) and not str(inner.at("exempt").value or "").strip():
                    inner.wrong("exempt-without-reason", name=name)
        version = out.get("version")
        changelog = self.files.get("CHANGELOG.md")
        if _PROCESS in self.files and version and (changelog is None or version not in changelog):
            self.bag.add("no-changelog", "CHANGELOG.md", 1, version=version)

    def positions(self, header: Node, processfile: Node | None) -> list[Node]:
        """Every place that names a position of the right shape."""
        found = [header.at("owner")]
        if processfile is not None:
            found.append(processfile.at("routing").at("fallback"))
            found += [role.at("position") for _name, role in processfile.at("roles").items()]
        return [node for node in found if isinstance(node.value, str) and node.value.startswith("pos:")]


def _changes(header: Node, formfile: Node | None, pack: Pack, earlier: Pack) -> None:
    """What changed since an earlier version must be said, and must not lose what cases hold."""
    if pack.version == earlier.version and pack.digest != earlier.digest:
        header.at("version").wrong("version-not-raised", version=pack.version)
    if formfile is None:
        return
    migrate = formfile.at("migrate")
    known = pack.form.by_name
    for name, before in earlier.form.by_name.items():
        if name not in known and not migrate.has(name):
            formfile.at("fields").wrong("field-removed", name=name, version=earlier.version)
        elif name in known and known[name].type is not before.type:
            place = formfile.at("fields").at(name).at("type")
            after = str(known[name].type)
            place.wrong("field-retyped", name=name, before=str(before.type), after=after, version=earlier.version)
    for name, inner in migrate.items():
        if inner.value != "drop" and inner.value not in known:
            inner.unknown("unknown-field", inner.value, (*known, "drop"))
        if name in known:
            inner.wrong("duplicate-name", name=name)
