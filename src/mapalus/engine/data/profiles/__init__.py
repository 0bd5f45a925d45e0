"""Files that people download from national systems: how they look, and what their columns are called here.

A profile is one YAML file beside this module: who keeps the system, by which headings its file is known, which rows are
none, and a contract with standard names. `sure` says where that is from: `seen` in a file of the system, `memory`
otherwise; a profile from memory is a proposal, and whoever has the real file corrects the YAML. None of these systems
gives a province an open interface: their data come *lewat berkas*.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.table import Guess
from mapalus.engine.errors import Invalid
from mapalus.engine.text import Label, _

__all__ = [
    "ByFile",
    "Profile",
    "Recognised",
    "by_file",
    "guessed",
    "named",
    "plain_heading",
    "profile",
    "profiles",
    "recognise",
]

_HERE = Path(__file__).parent
_ENOUGH = 0.35  # share of the columns of a profile that a file must have, besides its signature


@dataclass(frozen=True)
class Profile:
    """One kind of file. signature: groups of headings; of each group one must be there.

    order: the columns as the system wants them back, where it takes a file in; empty where it takes none.
    doubts: what is not known for certain, for a person.
    """

    name: str
    system: str
    keeper: str
    title: Label
    sure: str
    doubts: str
    signature: tuple[tuple[str, ...], ...]
    contract: Contract
    order: tuple[tuple[str, str], ...] = ()  # standard name, heading in the file

    @property
    def headings(self) -> Mapping[str, str]:
        """Heading, made plain -> standard name."""
        return {
            plain_heading(heading): item.name
            for item in self.contract.fields for heading in (item.name, item.title, *item.aliases) if heading
        }  # fmt: skip


@dataclass(frozen=True)
class Recognised:
    """A file that looks like one of a system. names: its headings -> standard names."""

    profile: Profile
    confidence: float
    names: Mapping[str, str]


@dataclass(frozen=True)
class ByFile:
    """A system whose data come by file. profiles: names of those that read its files; there may be none."""

    system: str
    keeper: str
    what: Label
    profiles: tuple[str, ...]


@cache
def by_file() -> tuple[ByFile, ...]:
    """The systems for which the page says: lewat berkas."""
    from mapalus.engine.strict_yaml import load_yaml

    listed: Any = load_yaml((_HERE / "systems.yaml").read_text(encoding="utf-8"), depth=20)
    return tuple(
        ByFile(one["system"], one["keeper"], Label(one["what"]["id"], one["what"]["en"]), tuple(one["profiles"]))
        for one in listed
    )


@cache
def profiles() -> tuple[Profile, ...]:
    """All of them, by name."""
    return tuple(_read(path) for path in sorted(_HERE.glob("*.yml")))


def profile(name: str) -> Profile | None:
    return next((one for one in profiles() if one.name == name), None)


def named(name: str) -> Contract:
    """The contract of a profile. Raises `Invalid` with the names that there are."""
    found = profile(name)
    if found is None:
        names = ", ".join(one.name for one in profiles())
        raise Invalid(_("There is no profile %(name)s. There are: %(names)s."), name=name, names=names)
    return found.contract


def recognise(titles: Sequence[str]) -> Recognised | None:
    """The profile that fits headings best; None where none does, or two do equally well."""
    plain = {plain_heading(title): title for title in titles if title}
    found = sorted((one for one in (_fit(each, plain) for each in profiles()) if one), key=lambda one: -one.confidence)
    if not found or (len(found) > 1 and found[0].confidence == found[1].confidence):
        return None
    return found[0]


def guessed(titles: Sequence[str]) -> tuple[Guess, ...]:
    """What `recognise` finds, as a guess among the others."""
    found = recognise(titles)
    if found is None:
        return ()
    text = _("Its headings are those of a file downloaded from %(system)s: %(count)s of its columns are known.")
    if found.profile.sure != "seen":
        text = _("Its headings look like those of %(system)s (from memory): %(count)s of its columns are known.")
    data = {"system": found.profile.system, "count": len(found.names)}
    return (Guess("profile", found.profile.name, text, found.confidence, data),)


def _fit(found: Profile, plain: Mapping[str, str]) -> Recognised | None:
    if not all(any(plain_heading(heading) in plain for heading in group) for group in found.signature):
        return None
    known = found.headings
    names = {title: known[heading] for heading, title in plain.items() if heading in known}
    distinct = set(names.values())
    # A short export holds few of the columns that there are, and few others.
    share = max(len(distinct) / len(found.contract.fields), len(distinct) / len(plain))
    if share < _ENOUGH:
        return None
    weight = 0.95 if found.sure == "seen" else 0.8
    return Recognised(found, round(weight * (0.5 + share / 2), 2), names)


def plain_heading(heading: str) -> str:
    """`Nama_Sekolah`, ` NAMA SEKOLAH ` and `Nama Sekolah*` are one heading."""
    text = unicodedata.normalize("NFKC", heading).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", text).split())


def _read(path: Path) -> Profile:
    from mapalus.engine.data.descriptor import parse
    from mapalus.engine.strict_yaml import load_yaml

    said: Any = load_yaml(path.read_text(encoding="utf-8"), depth=20)
    about = said["profile"]
    contract = parse({"name": path.stem, **said["contract"]}, name=path.stem)
    names = {item.name for item in contract.fields}
    order = tuple((str(one["name"]), str(one["heading"])) for one in said.get("order") or ())
    assert all(name in names for name, _heading in order), path.name
    return Profile(
        name=path.stem, system=about["system"], keeper=about["keeper"],
        title=Label(about["title"]["id"], about["title"]["en"]), sure=about["sure"], doubts=about.get("doubts", ""),
        signature=tuple(tuple(group) for group in about["signature"]), contract=contract, order=order,
    )  # fmt: skip
