"""Reading: from a file as an agency hands it in to a table as text.

`read` decides by content, never by the name of the file. Row numbers are those the producer sees: records of a text
file from 1, blank ones included; rows of a sheet; rows of an HTML table; records of a JSON document.
What a contract may pin is in `mapalus.engine.data.reading.declared`.
"""

from __future__ import annotations

from pathlib import Path

from mapalus.engine.data.contract import Contract
from mapalus.engine.data.table import Scan
from mapalus.engine.errors import Refused
from mapalus.engine.text import _

__all__ = ["read", "spool"]


def read(path: Path, *, contract: Contract | None = None, sheet: str | None = None, scratch: Path) -> Scan:
    """The table in a file, as text, with every guess and its reason.

    `sheet` chooses a sheet by name before anything the contract says. `scratch` is a folder for spools, which the
    caller removes. Raises `Refused` (its `reason` is the code) where nothing can be read.
    """
    from mapalus.engine.data.reading.declared import Declared
    from mapalus.engine.data.reading.entrance import enter

    _refuse_no_file(path)
    declared = Declared.of(contract, sheet=sheet)
    try:
        return enter(path, declared=declared, scratch=scratch)
    except OSError as error:
        raise _unreadable(path, error) from error


def _refuse_no_file(path: Path) -> None:
    try:
        if not path.exists():
            raise Refused("not-found", _("There is no file %(name)s."), name=path.name)
        if not path.is_file():
            raise Refused("not-tabular", _("%(name)s is a folder or a device, not a file."), name=path.name)
        if path.stat().st_size == 0:
            raise Refused("empty-file", _("The file is empty."), advice=_("Save it once more and hand it in again."))
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Refused:
    cause = getattr(error, "strerror", None) or str(error)
    return Refused("not-readable", _("The file %(name)s cannot be read: %(error)s."), name=path.name, error=cause)


def spool(scan: Scan, scratch: Path) -> Scan:
    """The same table written out row by row, each row with its number and its flaw.

    For a scan in place whose rows turn out to be ragged. The header, the columns and the guesses stay.
    """
    from mapalus.engine.data.reading.delimited import respool

    return scan if scan.spooled else respool(scan, scratch)
