"""A contract to any of the forms, as the text of a file; what cannot be carried is named."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mapalus.engine.data.contract import Contract, to_descriptor
from mapalus.engine.data.exchange import frictionless, json_schema, odcs, statistics, statistics_files
from mapalus.engine.data.exchange.written import Lost
from mapalus.engine.data.strict_yaml import dump_yaml
from mapalus.engine.errors import Invalid
from mapalus.engine.text import _

__all__ = ["ENDINGS", "FORMS", "File", "convert"]

FORMS = ("mapalus", "frictionless", "frictionless-1", "table-schema", "odcs", "json-schema", *statistics.FORMS)
ENDINGS = {
    "yaml": "application/yaml", "json": "application/json", "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip


@dataclass(frozen=True)
class File:
    """What was written. `ending` is that of the file's name."""

    content: bytes
    ending: str
    lost: tuple[Lost, ...] = ()


def convert(
    contract: Contract,
    to: str,
    *,
    ending: str = "",
    version: str = "1.0.0",
    address: str = "",
    agency: str = "",
    indicators: Sequence[Mapping[str, Any]] = (),
) -> File:
    """Raises `Invalid` for a form or an ending nobody knows."""
    if to in statistics.FORMS:
        form = statistics.ms(contract, to, indicators=indicators, agency=agency, address=address)
        return _statistics(form, ending or "json")
    document, lost = _document(contract, to, version=version, address=address)
    ending = ending or ("yaml" if to in ("mapalus", "odcs") else "json")
    if ending == "yaml":
        return File(dump_yaml(dict(document)).encode(), ending, lost)
    if ending == "json":
        return File((json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n").encode(), ending, lost)
    raise Invalid(_("There is no file .%(ending)s of %(form)s."), ending=ending, form=to)


def _document(contract: Contract, to: str, *, version: str, address: str) -> tuple[Mapping[str, Any], tuple[Lost, ...]]:
    match to:
        case "mapalus":
            return to_descriptor(contract), ()
        case "frictionless" | "frictionless-1":
            made = frictionless.write(contract, version=1 if to.endswith("1") else 2, path=address)
        case "table-schema":
            made = frictionless.write(contract, ours=False)
            return made.document["resources"][0]["schema"], made.lost
        case "odcs":
            made = odcs.write(contract, version=version, address=address)
        case "json-schema":
            made = json_schema.write(contract)
        case _:
            raise Invalid(_("There is no form %(form)s. Allowed are %(allowed)s."), form=to, allowed=", ".join(FORMS))
    return made.document, made.lost


def _statistics(form: statistics.Form, ending: str) -> File:
    match ending:
        case "json":
            text = json.dumps(statistics_files.as_document(form), ensure_ascii=False, indent=2)
            return File((text + "\n").encode(), ending, form.empty)
        case "csv":
            return File(statistics_files.as_csv(form).encode("utf-8-sig"), ending, form.empty)
        case "xlsx":
            return File(statistics_files.as_xlsx(form), ending, form.empty)
        case _:
            raise Invalid(_("There is no file .%(ending)s of %(form)s."), ending=ending, form=form.name)
