"""Versions of a contract: what changed from one to the next, and its release number."""

from __future__ import annotations

from mapalus.apps.catalogue import contracts
from mapalus.apps.catalogue.contracts import Kept
from mapalus.apps.catalogue.models import ContractVersion
from mapalus.engine.data.contract import Contract
from mapalus.engine.data.evolution import Difference, differences, next_release, size_of

__all__ = ["FIRST", "changed", "read", "release_after"]

FIRST = "1.0.0"


def read(version: ContractVersion) -> Contract:
    """The contract as it lies in the data folder; from the row where the folder is gone."""
    if version.path.is_file():
        return contracts.load(version.path.parent)
    from mapalus.engine.data.contract import parse

    return parse(version.descriptor)


def changed(current: ContractVersion | None, kept: Kept) -> tuple[Difference, ...]:
    """What the new contract changes; nothing where there was none."""
    return () if current is None else differences(read(current), kept.contract)


def release_after(current: ContractVersion | None, found: tuple[Difference, ...]) -> str:
    """The semantic version a contract gets after `current`."""
    return FIRST if current is None else next_release(current.release or FIRST, size_of(found))
