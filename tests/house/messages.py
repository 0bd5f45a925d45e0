"""Message catalogues: extract, update, compile, and check that nothing is missing.

    python -m tests.house.messages [--check] [package ...]      package: engine, or apps.ledger, doors.portal, ...

Message ids are English; `locale/id/LC_MESSAGES/*.po` beside each package holds the Indonesian. The compiled .mo is
committed, so that a fresh clone speaks Indonesian without any tool.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SOURCE = Path(__file__).resolve().parents[2] / "src" / "mapalus"
# headers that would change with every run
NOISE = ("#", '"POT-', '"PO-', '"Generated-By', '"Last-Translator', '"Project-Id', '"Report-', '"Language-Team')
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}


EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Package:
    """What shares one catalogue: a name, the folders that speak, and the .po file."""

    name: str
    folders: tuple[Path, ...]
    po: Path


def packages() -> Iterator[Package]:
    """The engine's catalogue also serves connectors and the command line: they speak without a web framework."""
    home = SOURCE / "engine"
    yield Package("engine", (home, SOURCE / "connectors", SOURCE / "project"), _po(home, "engine"))
    for floor in ("apps", "doors"):
        for folder in sorted((SOURCE / floor).iterdir()):
            if (folder / "__init__.py").exists():
                yield Package(f"{floor}.{folder.name}", (folder,), _po(folder, "django"))


def _po(folder: Path, domain: str) -> Path:
    return folder / "locale" / "id" / "LC_MESSAGES" / f"{domain}.po"


def blank() -> Catalog:
    """An empty catalogue; Indonesian has one plural form, which Babel does not know."""
    catalog = Catalog(locale="id", domain="mapalus", charset="utf-8", fuzzy=False)
    setattr(catalog, "_num_plurals", 1)
    setattr(catalog, "_plural_expr", "0")
    return catalog


def extract(folders: tuple[Path, ...]) -> Catalog:
    """Every marked message of the package's Python files and templates."""
    catalog = blank()
    methods = [("**.py", "python"), ("templates/**.*", "tests.house.template_messages:extract_django")]
    for folder in folders:
        for name, line, message, comments, context in extract_from_dir(str(folder), methods, keywords=KEYWORDS):
            catalog.add(message, locations=[(name, line)], auto_comments=comments, context=context)
    return catalog


def existing(path: Path) -> Catalog:
    if not path.exists():
        return blank()
    with path.open("rb") as file:
        return read_po(file, locale="id")


def updated(package: Package) -> Catalog:
    """The catalogue as it should be: new ids added, ids no longer used dropped, translations kept."""
    old = existing(package.po)
    new = extract(package.folders)
    for message in new:
        kept = old.get(message.id, message.context) if message.id else None
        if kept is not None and kept.string:
            message.string = kept.string
    return new


def untranslated(catalog: Catalog) -> list[str]:
    def empty(string: object) -> bool:
        return not (all(string) if isinstance(string, tuple | list) else string)

    return [str(message.id) for message in catalog if message.id and empty(message.string)]


def render(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=0, sort_output=True, omit_header=False, include_lineno=False, no_location=True)
    lines = [line for line in buffer.getvalue().decode().splitlines() if not line.startswith(NOISE)]
    return ("\n".join(lines).strip() + "\n").encode()


def compiled(po: bytes) -> bytes:
    buffer = io.BytesIO()
    catalog = read_po(io.BytesIO(po), locale="id")
    catalog.creation_date = EPOCH  # else Babel writes the present minute, and no check would ever hold
    write_mo(buffer, catalog)
    return buffer.getvalue()


def main(arguments: list[str]) -> int:
    check = "--check" in arguments
    chosen = {word for word in arguments if not word.startswith("--")}
    wrong = [f"there is no package {name}" for name in sorted(chosen - {package.name for package in packages()})]
    for package in packages():
        name, path = package.name, package.po
        if chosen and name not in chosen:
            continue
        catalog = updated(package)
        if not any(message.id for message in catalog):
            continue
        po = render(catalog)
        mo = compiled(po)
        wrong += [f"{name}: not translated: {message}" for message in untranslated(catalog)]
        if check:
            if not path.exists() or path.read_bytes() != po or path.with_suffix(".mo").read_bytes() != mo:
                wrong.append(f"{name}: the catalogue is not current; run ./dev messages")
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(po)
            path.with_suffix(".mo").write_bytes(mo)
    print("\n".join(wrong) or "catalogues are current and complete")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
