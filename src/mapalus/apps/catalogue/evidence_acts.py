"""Evidence for one instrument, fixed to a moment: a ZIP with an index, one CSV for each list, and a hash of it all."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

import mapalus
from mapalus.apps.catalogue.evidence import Gathered, Indicator, Listed, Standing, gather
from mapalus.apps.catalogue.models import EvidencePack
from mapalus.apps.ledger.action import action, note
from mapalus.engine.data.durable import sync, sync_folder
from mapalus.engine.errors import NotAllowed
from mapalus.engine.ports import Actor

__all__ = ["fix_evidence", "packed"]


def fix_evidence(instrument: str, *, by: Actor, now: datetime) -> EvidencePack:
    """Gather, write the file, and only then write it down: nothing slow happens inside the act. Raises `NotFound`."""
    if not by.may("catalogue.fix-evidence", instrument, now):
        raise NotAllowed(act="catalogue.fix-evidence", position=by.label)
    gathered = gather(instrument, now=now)
    content = packed(gathered, label=by.label)
    sha256 = hashlib.sha256(content).hexdigest()
    file = f"evidence/{sha256}.zip"
    _write(Path(settings.DATA_DIR) / file, content)
    return _fix_evidence(instrument, gathered=gathered, file=file, sha256=sha256, size=len(content), by=by, now=now)


@action("catalogue.fix-evidence")
def _fix_evidence(
    instrument: str, *, gathered: Gathered, file: str, sha256: str, size: int, by: Actor, now: datetime
) -> EvidencePack:
    """Fix what the platform can show for an instrument at this moment, as a ZIP known by its hash."""
    made = EvidencePack.objects.create(
        instrument=instrument,
        as_of=now,
        sha256=sha256,
        file=file,
        size=size,
        shown=gathered.count(Standing.THERE) + gathered.count(Standing.PART),
        missing=len(gathered.indicators) - gathered.count(Standing.THERE),
        position=by.position,
        label=by.label,
    )
    note(subject=made, instrument=instrument, sha256=sha256, size=size, missing=made.missing)
    return made


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all; the name is the content's hash, so what is there already is the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{uuid4().hex}")
    fresh.write_bytes(content)
    sync(fresh)
    fresh.replace(path)
    sync_folder(path.parent)


def packed(gathered: Gathered, *, label: str) -> bytes:
    """The bytes of the ZIP: the same evidence at the same moment gives the same bytes."""
    files = {"indeks.html": _index(gathered, label), "indikator.csv": _csv(_HEAD, _lines(gathered))}
    for one in gathered.lists.values():
        files[f"bukti/{one.name}.csv"] = _csv(one.columns, one.found.rows)
    files["isi.json"] = _manifest(gathered, files)
    local = timezone.localtime(gathered.as_of)
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, text in files.items():
            info = zipfile.ZipInfo(f"bukti-{gathered.instrument}-{local:%Y%m%d}/{name}", local.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            pack.writestr(info, text)
    return box.getvalue()


_HEAD = ("Indikator", "Nama", "Keadaan", "Bukti", "Baris", "Terbaru", "Yang belum ada", "Dibawa oleh")


def _lines(gathered: Gathered) -> list[list[object]]:
    rows: list[list[object]] = []
    for one in gathered.indicators:
        head = [one.code, one.title, one.standing.value]
        for listed in one.lists:
            gaps = "; ".join(gap.what for gap in listed.found.gaps[:50])
            if not listed.is_there:
                gaps = "belum ada satu pun" + (f"; {gaps}" if gaps else "")
            by = listed.mended_by if gaps else ""
            rows.append([*head, listed.title, len(listed.found.rows), _at(listed.found.newest), gaps, by])
        rows += [[*head, "", "", "", need.what, need.by] for need in one.brought]
    return rows


def _csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    from mapalus.engine.data.export import defused  # late: pages start without the data engine

    box = io.StringIO()
    writer = csv.writer(box, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([defused("" if cell is None else cell) for cell in row] for row in rows)
    return box.getvalue().encode("utf-8-sig")


def _manifest(gathered: Gathered, files: dict[str, bytes]) -> bytes:
    said = {
        "instrumen": gathered.instrument,
        "judul": gathered.title,
        "per": gathered.as_of.isoformat(),
        "data_contoh": bool(settings.SAMPLE_DATA),
        "perangkat_lunak": f"Mapalus {mapalus.__version__}",
        "berkas": {name: hashlib.sha256(text).hexdigest() for name, text in sorted(files.items())},
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode()


def _at(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d}" if moment else ""


# --- the index as a page that opens anywhere -------------------------------------------------------------------------

_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse;width:100%}th,td{border-top:1px solid #bbb;padding:.4rem .5rem;text-align:left;"
    "vertical-align:top}h2{margin-top:2rem}.k{white-space:nowrap}small{color:#555}@media print{a{color:inherit}}"
)


def _index(gathered: Gathered, label: str) -> bytes:
    sample = "<p><strong>Data contoh, bukan data resmi.</strong></p>" if settings.SAMPLE_DATA else ""
    counts = ", ".join(f"{gathered.count(one)} {one.value}" for one in Standing)
    rows = "".join(_row(one) for one in gathered.indicators)
    lists = "".join(_list(one) for one in gathered.lists.values())
    text = f"""<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(gathered.title)}</title>
<style>{_STYLE}</style><h1>Bukti dukung: {escape(gathered.title)}</h1>{sample}
<p>Per {timezone.localtime(gathered.as_of):%d-%m-%Y %H:%M}, dibuat oleh {escape(label)}. {escape(gathered.source)}.</p>
<p>{len(gathered.indicators)} indikator: {counts}. Hash tiap berkas ada di isi.json.</p>
<table><thead><tr><th>Indikator<th>Keadaan<th>Bukti<th>Yang belum ada</thead><tbody>{rows}</tbody></table>
<h2>Daftar bukti</h2><table><thead><tr><th>Bukti<th>Baris<th>Terbaru<th>Berkas</thead>
<tbody>{lists}</tbody></table></html>
"""
    return text.encode()


def _row(one: Indicator) -> str:
    there = "<br>".join(
        f'<a href="bukti/{listed.name}.csv">{escape(listed.title)}</a>, {len(listed.found.rows)} baris'
        for listed in one.lists
        if listed.is_there
    )
    missing = [
        f"{listed.title} ({listed.mended_by or 'belum ada pemegang'})" for listed in one.lists if not listed.is_there
    ]
    missing += [
        f"{listed.title}: {len(listed.found.gaps)} belum lengkap ({listed.mended_by or 'belum ada pemegang'})"
        for listed in one.lists
        if listed.is_there and listed.found.gaps
    ]
    missing += [f"{need.what} ({need.by or 'belum ada pemegang'})" for need in one.brought]
    lacking = "<br>".join(escape(text) for text in missing)
    return (
        f'<tr><td><span class="k">{escape(one.code)}</span> {escape(one.title)}'
        f"<td>{one.standing.value}<td>{there}<td>{lacking}"
    )


def _list(one: Listed) -> str:
    return (
        f"<tr><td>{escape(one.title)}<td>{len(one.found.rows)}<td>{_at(one.found.newest)}"
        f'<td><a href="bukti/{one.name}.csv">{one.name}.csv</a>'
    )
