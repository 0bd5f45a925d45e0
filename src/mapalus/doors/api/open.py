"""What the machine door shows: open, published datasets, as anybody may see them; and how its answers travel."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from threading import Lock
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.models.dataset import DatasetQuerySet
from mapalus.apps.catalogue.overview import Overview, present
from mapalus.apps.catalogue.reading_tokens import Reader, readable, reader_of
from mapalus.engine import clock

__all__ = [
    "SAMPLE",
    "SUFFIXES",
    "find",
    "find_resource",
    "identifier",
    "open_datasets",
    "open_to_all",
    "reader",
    "resource_name",
    "site",
    "token",
]

SAMPLE = "data contoh"  # the mark of a sample province, in every answer that describes data
SUFFIXES = ("csv", "xlsx", "json", "parquet", "geojson")  # of the files of a dataset
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "mapalus")
P = ParamSpec("P")


_asking: ContextVar[HttpRequest | None] = ContextVar("asking", default=None)


def reader() -> Reader | None:
    """The application that asks, by its token; None for everybody else. Raises `UnknownToken` (401)."""
    request = _asking.get()
    if request is None:
        return None
    if not hasattr(request, "reader"):
        request.reader = reader_of(request.headers, now=clock.now())  # type: ignore[attr-defined]
    found: Reader | None = request.reader  # type: ignore[attr-defined]
    return found


def token() -> int:
    """The number of the token that is read with; 0 without one."""
    known = reader()
    return known.token.pk if known else 0


def open_datasets() -> DatasetQuerySet:
    """Datasets whose published rows the caller may read: those anybody may, and with a token what it reaches."""
    return readable(reader()).for_reading()


def identifier(*parts: str) -> str:
    """A UUID that a thing of this province keeps for ever, made from its name."""
    return str(uuid.uuid5(_NAMESPACE, "/".join((settings.PROVINCE_CODE, *parts))))


class _Names:
    """Names by the identifiers made from them, for as long as the process lives: what is named so stays named so."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.province = ""
        self.known: dict[bytes, tuple[str, str]] = {}  # identifier -> name and suffix
        self.names: set[str] = set()
        self.complete: Overview | None = None  # whose names are all there

    def of(self, wanted: str, catalogue: Overview) -> tuple[str, str] | None:
        """Name and suffix (empty: the dataset itself) of an identifier of this catalogue."""
        try:
            key = uuid.UUID(wanted)
        except ValueError:
            return None
        if str(key) != wanted:
            return None
        with self.lock:
            if self.complete is not catalogue:
                self._learn(catalogue)
            return self.known.get(key.bytes)

    def _learn(self, catalogue: Overview) -> None:
        if self.province != settings.PROVINCE_CODE or len(self.names) > 2 * len(catalogue.by_name) + 1000:
            self.province, self.known, self.names = settings.PROVINCE_CODE, {}, set()
        for name in catalogue.by_name.keys() - self.names:
            for suffix in ("", *SUFFIXES):
                parts = ("dataset", name, suffix) if suffix else ("dataset", name)
                self.known[uuid.UUID(identifier(*parts)).bytes] = name, suffix
            self.names.add(name)
        self.complete = catalogue


_names = _Names()


def find(id_or_name: str) -> Dataset | None:
    """An open dataset by name or by identifier."""
    dataset = open_datasets().filter(name=id_or_name).first()
    if dataset is None and len(id_or_name) == 36:
        name, suffix = _names.of(id_or_name, present()) or ("", "")
        dataset = open_datasets().filter(name=name).first() if name and not suffix else None
    return dataset


def find_resource(id_or_name: str) -> tuple[Dataset, str] | None:
    """An open dataset and the ending of one of its files, by the file's identifier; by the dataset's name its CSV."""
    dataset = open_datasets().filter(name=id_or_name).first()
    if dataset is not None:
        return dataset, SUFFIXES[0]
    name, suffix = (_names.of(id_or_name, present()) if len(id_or_name) == 36 else None) or ("", "")
    dataset = open_datasets().filter(name=name).first() if suffix else None
    return (dataset, suffix) if dataset else None


def resource_name(id_or_name: str) -> str:
    """The name of the open dataset behind the identifier of a file, or behind its own name; empty where there is none.

    Asks the overview only; what it names is to be read through `open_datasets`.
    """
    catalogue = present()
    entry = catalogue.by_name.get(id_or_name)
    if entry is None and len(id_or_name) == 36:
        name, suffix = _names.of(id_or_name, catalogue) or ("", "")
        entry = catalogue.by_name.get(name) if suffix else None
    if entry is not None and entry.is_readable:
        return entry.name
    beside = find_resource(id_or_name) if reader() is not None else None  # what only a token reaches
    return beside[0].name if beside else ""


def site(request: HttpRequest) -> str:
    """The address of the province without a slash at the end; while none is set, the one the request came to."""
    declared: str = settings.SITE_URL.rstrip("/")
    if urlsplit(declared).hostname in ("127.0.0.1", "localhost", "::1"):
        return request.build_absolute_uri("/").rstrip("/")
    return declared


def open_to_all(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """No sign-in, no cookies, any origin: nothing here depends on who asks, unless he sends a token for reading."""

    @login_not_required
    @csrf_exempt
    @wraps(view)
    def answer(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=204)
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = (
                "Content-Type, Authorization, Idempotency-Key, X-CKAN-API-Key"
            )
            response.headers["Access-Control-Max-Age"] = "86400"
        else:
            asking = _asking.set(request)
            try:
                response = view(request, *args, **kwargs)
            finally:
                _asking.reset(asking)
            if getattr(request, "reader", None) is not None:
                response.headers["Cache-Control"] = "private, no-cache"
                patch_vary_headers(response, ["Authorization", "X-CKAN-API-Key"])
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], answer)
