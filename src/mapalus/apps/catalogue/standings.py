"""What indicators say now, put together from what single versions say: valid versions alone, the newest counts.

Called inside the act that records a measurement. Mostly only the newest version changed: then it is laid over what was
there. Where a version was withdrawn, rolled back behind or measured late, everything is put together anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.conf import settings

from mapalus.apps.catalogue.models import Dataset, Indicator, Measurement, Standing, Version
from mapalus.apps.directory.models import Region
from mapalus.engine.data.indicator import Declaration
from mapalus.engine.data.indicator.frame import EMPTY, Frame, digest, overlaid, pack, unpack, with_origin
from mapalus.engine.data.indicator.standing import SQL, is_plain, stand

__all__ = [
    "Levels", "Outcome", "declaration_digest", "expected_regions", "inputs_now", "parts_of", "put_together",
    "valid_versions",
]  # fmt: skip

_LEVELS = {"kabupaten": 2, "kecamatan": 3, "desa": 4}
_BATCH = 500


@dataclass(frozen=True)
class Outcome:
    """What came of putting indicators together: their codes, and those of which a value changed."""

    codes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    values: int = 0


_COUNTS = (
    "dataset", "value", "where", "period", "region", "province", "down_to", "dimensions", "status", "inputs", "formula",
    "sql", "so_far", "moving", "change", "latest", "coverage", "incomplete", "levels", "absent",
)  # fmt: skip


def declaration_digest(one: Declaration) -> str:
    """Of what its values hang on: another one means that history is worked out anew; another title does not."""
    part = {key: one.descriptor[key] for key in _COUNTS if key in one.descriptor}
    told = json.dumps(part, sort_keys=True, default=str, ensure_ascii=False)
    return blake2b(told.encode(), digest_size=16).hexdigest()


def valid_versions(datasets: Iterable[str]) -> dict[str, list[int]]:
    """Of each dataset the versions that count, oldest first: published, not withdrawn, none after the current one."""
    names = list(datasets)
    found: dict[str, list[int]] = {name: [] for name in names}
    current = dict(Dataset.objects.filter(name__in=names).values_list("name", "current__number"))
    published = Version.objects.filter(
        dataset__name__in=names, published_at__isnull=False, withdrawn_at__isnull=True
    ).order_by("dataset__name", "number")
    for pk, name, number in published.values_list("pk", "dataset__name", "number"):
        if current.get(name) is not None and number <= (current[name] or 0):
            found[name].append(pk)
    return found


class Levels:
    """Codes of the province's regions by level, each level asked for once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[str, ...]] = {}

    def __getitem__(self, level: int) -> tuple[str, ...]:
        if level not in self._known:
            province = str(settings.PROVINCE_CODE)
            # Between two codes, since no index helps a beginning: there are some 90,000 regions.
            found = Region.objects.filter(level=level, code__gt=province, code__lt=str(int(province) + 1))
            codes = found.order_by("code").values_list("code", flat=True)
            self._known[level] = tuple(code for code in codes if code.startswith(f"{province}."))
        return self._known[level]


def expected_regions(one: Declaration, levels: Levels | None = None) -> tuple[str, ...]:
    """Dotted codes of the regions that should have a value, where the declaration says so."""
    if not isinstance(one.coverage, str):
        return one.coverage
    return (levels or Levels())[_LEVELS[one.coverage]] if one.coverage in _LEVELS else ()


@dataclass
class _Work:
    """What is the same for all indicators that are put together at once."""

    fresh: Mapping[tuple[str, str], Frame]  # (code, input) -> what was measured just now
    version: Version
    valid: Mapping[str, list[int]]
    now: datetime
    packs: Mapping[int, bytes] = field(default_factory=dict)  # bytes of fresh frames, by identity
    frames: dict[str, Frame] = field(default_factory=dict)  # of indicators put together in this round
    levels: Levels = field(default_factory=Levels)
    hashes: dict[tuple[int, ...], str] = field(default_factory=dict)

    def basis(self, versions: Sequence[int]) -> str:
        key = tuple(versions)
        if key not in self.hashes:
            self.hashes[key] = blake2b(repr(key).encode(), digest_size=12).hexdigest()
        return self.hashes[key]


def put_together(
    declared: Sequence[Declaration],
    *,
    fresh: Mapping[tuple[str, str], Frame],
    packs: Mapping[int, bytes],
    version: Version,
    problems: Mapping[str, str],
    now: datetime,
) -> Outcome:
    """Write what the indicators say now. `declared` in an order in which each comes after those it stands on."""
    names = {name for one in declared for name in one.datasets}
    work = _Work(fresh, version, valid_versions(names), now, packs)
    known = {one.code: one for one in Indicator.objects.filter(code__in=[one.code for one in declared])}
    rows = {row.indicator_id: row for row in Standing.objects.filter(indicator__in=known.values())}
    written: list[Standing] = []
    changed: list[str] = []
    values = 0
    for one in declared:
        indicator = known.get(one.code)
        if indicator is None:
            continue
        row, is_changed, count = _one(one, indicator, rows.get(indicator.pk), work, problems.get(one.code, ""))
        written.append(row)
        values += count
        changed += [one.code] if is_changed else []
    Standing.objects.bulk_create(
        written, batch_size=_BATCH, update_conflicts=True, unique_fields=["indicator"],
        update_fields=[
            "packed", "parts", "basis", "versions", "digest", "declared", "problem", "computed_at", "changed_at",
        ],
    )  # fmt: skip
    return Outcome(tuple(one.code for one in declared if one.code in known), tuple(changed), values)


def _one(
    one: Declaration, indicator: Indicator, row: Standing | None, work: _Work, problem: str
) -> tuple[Standing, bool, int]:
    declared = declaration_digest(one)
    parts, basis = _inputs(one, indicator, row, work, is_same=row is not None and row.declared == declared)
    frame = stand(one, parts, expected=expected_regions(one, work.levels))
    work.frames[one.code] = frame
    told = digest(frame)
    is_changed = row is None or row.digest != told
    made = Standing(
        indicator=indicator,
        packed=work.packs.get(id(frame)) or pack(frame),
        parts=b"" if is_plain(one) else _pack_parts(parts),
        basis=basis,
        versions=sorted({source for part in parts.values() for source in part.sources}),
        digest=told,
        declared=declared,
        problem=problem[:400],
        computed_at=work.now,
        changed_at=work.now if is_changed or row is None else row.changed_at,
    )
    return made, is_changed, len(frame)


def _inputs(
    one: Declaration, indicator: Indicator, row: Standing | None, work: _Work, *, is_same: bool
) -> tuple[dict[str, Frame], dict[str, str]]:
    """The frames of its inputs over all valid versions."""
    before = parts_of(one, row) if row is not None and is_same else {}
    frames: dict[str, Frame] = {}
    basis: dict[str, str] = {}
    asked = [(SQL, one.dataset)] if one.sql else [(part.name, part.dataset) for part in one.inputs]
    for part in one.inputs:
        if part.indicator:
            frames[part.name] = _of_another(part.indicator, work)
    told = row.basis if row is not None and is_same and not one.sql else {}
    for name, dataset in asked:
        if not dataset:
            continue
        valid = work.valid[dataset]
        basis[name] = work.basis(valid)
        frames[name] = _merged(one, name, indicator, before.get(name), told, valid, work)
    return frames, basis


def _of_another(code: str, work: _Work) -> Frame:
    if code not in work.frames:
        row = Standing.objects.filter(indicator__code=code).first()
        work.frames[code] = unpack(row.packed) if row else EMPTY
    return work.frames[code]


def _merged(
    one: Declaration, name: str, indicator: Indicator, before: Frame | None, basis: Mapping[str, str],
    valid: Sequence[int], work: _Work,
) -> Frame:  # fmt: skip
    fresh = work.fresh.get((one.code, name))
    is_newest = bool(valid) and valid[-1] == work.version.pk
    told = basis.get(name)
    if before is not None and fresh is None and told == work.basis(valid):
        return before
    if before is not None and fresh is not None and is_newest:
        if told == work.basis(valid[:-1]):
            return overlaid(before, fresh)
        if told == work.basis(valid) and not _has_lost(before, fresh, work.version.pk):
            return overlaid(before, fresh)
    # What an earlier formula said does not count; "" was said by a release that did not write it down.
    of_now = ("", declaration_digest(one))
    kept = Measurement.objects.filter(indicator=indicator, input=name, version__in=valid, declared__in=of_now)
    merged = EMPTY
    for packed, pk, beside in kept.order_by("version__number").values_list("packed", "version_id", "beside"):
        if not beside or _are_valid(beside):
            merged = overlaid(merged, with_origin(unpack(packed), pk))
    return merged


def _are_valid(versions: Sequence[int]) -> bool:
    return Version.objects.published().filter(pk__in=versions).count() == len(set(versions))


def _has_lost(before: Frame, fresh: Frame, version: int) -> bool:
    """Whether this version said something when it was measured before that it does not say now."""
    if before.keys == fresh.keys:
        return False
    mine = fresh.places
    return any(
        before.sources[origin] == version and key not in mine
        for key, origin in zip(before.keys, before.origins, strict=True)
    )


def inputs_now(one: Declaration, indicator: Indicator, *, now: datetime) -> dict[str, Frame]:
    """The frames of its inputs over what is valid at this moment, whatever was put together before."""
    work = _Work({}, Version(), valid_versions(one.datasets), now)
    return _inputs(one, indicator, None, work, is_same=False)[0]


# --- the frames of inputs, as kept -----------------------------------------------------------------------------------


def _pack_parts(parts: Mapping[str, Frame]) -> bytes:
    bodies = [(name, pack(frame)) for name, frame in parts.items()]
    head = json.dumps([[name, len(body)] for name, body in bodies]).encode()
    return len(head).to_bytes(4, "little") + head + b"".join(body for _name, body in bodies)


def parts_of(one: Declaration, row: Standing) -> dict[str, Frame]:
    """The frames of its inputs by name."""
    if is_plain(one):
        return {SQL if one.sql else one.inputs[0].name: unpack(row.packed)}
    data = bytes(row.parts)
    if not data:
        return {}
    size = int.from_bytes(data[:4], "little")
    at, found = 4 + size, {}
    listed: list[Any] = json.loads(data[4 : 4 + size])
    for name, length in listed:
        found[str(name)] = unpack(data[at : at + length])
        at += length
    return found
