"""Keeping contracts: a folder per contract, with its reference lists beside it, that never changes."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from mapalus.engine.data import contract as contracts
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.durable import building
from mapalus.engine.data.readings import open_fields
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _, slug

__all__ = ["Kept", "keep", "keep_loaded", "load", "written"]


@dataclass(frozen=True)
class Kept:
    """A contract as it lies in the data folder. `sha256` is over the contract and its reference lists."""

    contract: Contract
    descriptor: dict[str, Any]
    text: str
    sha256: str
    folder: str  # below the data folder


def keep(path: Path, *, dataset: str) -> Kept:
    """Copy a contract and every reference list it names. The same contract twice is kept once. Raises `Problem`."""
    return keep_loaded(contracts.load(path), dataset=dataset, text=path.read_text(encoding="utf-8-sig"))


def keep_loaded(read: Contract, *, dataset: str, text: str) -> Kept:
    """The same for a contract in memory; `text` is how people see it. Raises `Invalid` where a column is left open."""
    if left := open_fields(read):
        named = ", ".join(item.title or item.name for item, _readings in left)
        raise Invalid(
            _("How %(columns)s is to be read is still open: choose one of the two ways first."), columns=named
        )
    files = _lists(read)
    descriptor = contracts.to_descriptor(read)
    written = json.dumps(descriptor, ensure_ascii=False, indent=1, sort_keys=True, default=str)
    digest = hashlib.sha256(written.encode())
    for name, source in sorted(files.items()):
        digest.update(name.encode() + b"\0" + hashlib.sha256(source.read_bytes()).digest())
    sha256 = digest.hexdigest()
    folder = f"contracts/{slug(dataset)}/{sha256[:24]}"
    root, final = Path(settings.DATA_DIR) / "contracts", Path(settings.DATA_DIR) / folder
    if not final.exists():
        _write(root, final, written=written, text=text, files=files)
    return Kept(read, json.loads(written), text, sha256, folder)


def written(read: Contract) -> str:
    """A contract as YAML for people."""
    import yaml

    text: str = yaml.safe_dump(contracts.to_descriptor(read), allow_unicode=True, sort_keys=False, width=120)
    return text


def load(folder: Path) -> Contract:
    """The contract kept in a folder."""
    return contracts.load(folder / "contract.json")


def _write(root: Path, final: Path, *, written: str, text: str, files: Mapping[str, Path]) -> None:
    try:
        with building(root, final) as folder:
            (folder / "contract.json").write_text(written, encoding="utf-8")
            (folder / "contract.yaml").write_text(text, encoding="utf-8")
            for name, source in files.items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, folder / name)
    except FileExistsError:
        return  # somebody else kept the same contract at the same moment


def _lists(read: Contract) -> dict[str, Path]:
    """Every file the contract reads: its path beside the contract, and where it lies now."""
    named = [at for at in read.references.values() if isinstance(at, str)]
    named += [key.resource for key in read.foreign_keys if key.resource not in ("", read.name)]
    named += [_codes(field.mapalus.get("codes")) for field in read.fields]
    paths = sorted({name for name in named if name} - set(read.references))
    return {path: _beside(read, path) for path in paths}


def _codes(declared: object) -> str:
    """The list a field's `codes` names; empty where the codes stand in the contract itself."""
    if isinstance(declared, Mapping):
        declared = declared.get("path") or declared.get("resource") or ""
    return str(declared or "")


def _beside(read: Contract, at: str) -> Path:
    source = (read.folder or Path()) / at
    if Path(at).is_absolute() or ".." in Path(at).parts or not source.is_file():
        raise Invalid(_("The reference list %(path)s is not beside the contract."), path=at)
    return source
