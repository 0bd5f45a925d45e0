"""The lake on an object storage: where `MAPALUS_LAKE` names a bucket, the data folder holds what was read lately.

    <prefix><dataset>/v<number>/<file>   and last   <prefix><dataset>/v<number>/manifest.json

A version is written here, brought there whole, then named by its row in the database. Its manifest (size and SHA-256 of
each file) is put last and by one request: without it a version is not there, whatever else is. Who reads a version that
is not at hand fetches it into a folder beside the lake, compares every file, and lets it appear by one rename.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from mapalus.engine.data.durable import BUILDING, building
from mapalus.engine.errors import Misconfigured, NotFound, Unavailable
from mapalus.engine.text import _
from mapalus.engine.web.bucket import Bucket, sha256_of

__all__ = ["at_hand", "bring", "bucket", "folders", "place_of", "remove", "remove_folder", "there"]

MANIFEST = "manifest.json"
_QUIET = 3600.0  # seconds that a version was not asked for before it may make room


def bucket() -> Bucket | None:
    """Where the lake is; None: in the data folder. Raises `Misconfigured`."""
    said = str(settings.LAKE)
    return None if not said else _bucket(said, settings.LAKE_ADDRESS, settings.LAKE_REGION, *settings.LAKE_KEY)


@lru_cache(maxsize=8)
def _bucket(said: str, address: str, region: str, key_id: str, secret: str) -> Bucket:
    kind, _colon, rest = said.partition("://")
    name, _stroke, prefix = rest.partition("/")
    if kind != "s3" or not name or not address.startswith(("https://", "http://")):
        raise Misconfigured(
            _("MAPALUS_LAKE is no place of an object storage."),
            advice=_("Write s3://bucket/prefix, and the address of the service into MAPALUS_LAKE_ADDRESS."),
        )
    return Bucket(address, name, f"{prefix.strip('/')}/" if prefix.strip("/") else "", region, key_id, secret)


def bring(folder: Path) -> None:
    """Bring a version there, whole; before its row. Done again, it replaces what a dead process left."""
    place = bucket()
    if place is None:
        return
    key = _key(folder)
    listed = {}
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.name != MANIFEST):
        place.put(f"{key}/{path.name}", path)
        listed[path.name] = {"size": path.stat().st_size, "sha256": sha256_of(path)}
    said = json.dumps({"files": listed}, indent=1).encode()
    place.put_bytes(f"{key}/{MANIFEST}", said)
    (folder / MANIFEST).write_bytes(said)  # what has it may make room


def at_hand(folder: Path) -> Path:
    """The folder of a version, fetched where it is not here. Raises `Unavailable`, `NotFound`."""
    place = bucket()
    if place is None:
        return folder
    if folder.is_dir():
        _asked_for(folder)
        return folder
    with _alone(folder):
        if not folder.is_dir():  # somebody else was faster
            _fetch(place, folder)
    _make_room(besides=folder)
    return folder


def remove(folder: Path) -> None:
    """Remove a version there; the manifest first, so that nobody begins to fetch it."""
    remove_folder(_key(folder))


def there() -> set[tuple[str, int]]:
    """Dataset and number of every version that lies there whole."""
    place = bucket()
    keys = [key.split("/") for key in place.listed()] if place is not None else []
    return {(key[0], _number(key[1])) for key in keys if len(key) == 3 and key[2] == MANIFEST}


def folders() -> dict[str, datetime]:
    """Folders of versions there, whole or not, as `dbd-mingguan/v9`: when the last of their files was written."""
    place = bucket()
    found: dict[str, datetime] = {}
    for key, at in place.dated() if place is not None else ():
        parts = key.split("/")
        if len(parts) == 3 and place_of(f"{parts[0]}/{parts[1]}")[1] > 0:
            folder = f"{parts[0]}/{parts[1]}"
            found[folder] = max(at, found.get(folder, at))
    return found


def place_of(folder: str) -> tuple[str, int]:
    """Dataset and number that a folder there is the version of; the number is -1 where it is none."""
    name, _stroke, last = folder.partition("/")
    return name, _number(last) if last.startswith("v") else -1


def remove_folder(folder: str) -> None:
    """Remove what no row names; the manifest first, so that nobody begins to fetch it."""
    place = bucket()
    if place is None:
        return
    place.remove(f"{folder}/{MANIFEST}")
    for key in list(place.listed(f"{folder}/")):
        place.remove(key)


def _number(folder: str) -> int:
    digits = folder.removeprefix("v")
    return int(digits) if digits.isdecimal() else -1


def _key(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def _fetch(place: Bucket, folder: Path) -> None:
    key = _key(folder)
    try:
        manifest = place.get_bytes(f"{key}/{MANIFEST}")
    except NotFound:
        raise Unavailable(_("A version is not in the lake, where it should be.")) from None
    listed = json.loads(manifest)["files"]
    with building(folder.parents[1], folder) as beside:
        for name, said in listed.items():
            if "/" in name or name.startswith("."):
                raise Unavailable
            place.get(f"{key}/{name}", beside / name)
            if sha256_of(beside / name) != said["sha256"]:
                raise Unavailable(_("A file of the lake is not what was written there."))
        (beside / MANIFEST).write_bytes(manifest)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One fetches, the others of this host wait for it."""
    locks = Path(settings.DATA_DIR) / "afar"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / f"{folder.parent.name}-{folder.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _asked_for(folder: Path) -> None:
    try:
        if time.time() - (folder / MANIFEST).stat().st_mtime > _QUIET / 4:
            os.utime(folder / MANIFEST)
    except OSError:
        return  # not there yet: it is being brought


def _make_room(*, besides: Path) -> None:
    """What was not asked for the longest goes first; only what lies there whole, and was quiet for an hour."""
    found = []
    for manifest in _lake().glob(f"*/v[0-9]*/{MANIFEST}"):
        try:
            size = sum(path.stat().st_size for path in manifest.parent.iterdir())
            found.append((manifest.stat().st_mtime, size, manifest.parent))
        except OSError:
            continue  # another process was here
    taken = sum(size for _at, size, _folder in found)
    for at, size, folder in sorted(found):
        if taken <= settings.LAKE_CACHE * 1024**3 or time.time() - at < _QUIET:
            return
        if folder != besides:
            gone = _lake() / BUILDING / f"gone-{os.urandom(4).hex()}"
            gone.parent.mkdir(exist_ok=True)
            os.rename(folder, gone)  # at once: nobody opens half of it
            shutil.rmtree(gone, ignore_errors=True)
            taken -= size


def _lake() -> Path:
    return Path(settings.DATA_DIR) / "lake"
