"""Licences by their name in contracts, with what catalogues say of them."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LICENSES", "License", "license_of"]


@dataclass(frozen=True)
class License:
    """A licence: identifier (SPDX), title, address, and whether it is open by the Open Definition."""

    id: str
    title: str
    url: str
    is_open: bool = True


LICENSES: tuple[License, ...] = (
    License("CC-BY-4.0", "Creative Commons Attribution 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    License("CC-BY-SA-4.0", "Creative Commons Attribution Share-Alike 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    License("CC0-1.0", "CC0 1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    License("ODbL-1.0", "Open Data Commons Open Database License 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    License("ODC-BY-1.0", "Open Data Commons Attribution License 1.0", "https://opendatacommons.org/licenses/by/1-0/"),
)  # fmt: skip


def license_of(name: str) -> License:
    """The licence of this name; one we do not know is not called open."""
    return next((one for one in LICENSES if one.id.lower() == name.lower()), License(name, name, "", is_open=False))
