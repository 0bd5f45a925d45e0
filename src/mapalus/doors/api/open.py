"""What the machine door shows: open, published datasets, as anybody may see them; and how its answers travel."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from mapalus.apps.catalogue.models import Dataset
from mapalus.apps.catalogue.models.dataset import DatasetQuerySet

__all__ = ["SAMPLE", "find", "identifier", "open_datasets", "open_to_all", "site"]

SAMPLE = "data contoh"  # the mark of a sample province, in every answer that describes data
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "mapalus")
P = ParamSpec("P")


def open_datasets() -> DatasetQuerySet:
    """Datasets whose published rows anybody may read. The machine door knows no hats: it never shows more."""
    return Dataset.objects.visible_to(None).for_reading()


def identifier(*parts: str) -> str:
    """A UUID that a thing of this province keeps for ever, made from its name."""
    return str(uuid.uuid5(_NAMESPACE, "/".join((settings.PROVINCE_CODE, *parts))))


def find(id_or_name: str) -> Dataset | None:
    """An open dataset by name or by identifier."""
    dataset = open_datasets().filter(name=id_or_name).first()
    if dataset is None and len(id_or_name) == 36:
        names = open_datasets().values_list("name", flat=True)
        name = next((name for name in names if identifier("dataset", name) == id_or_name), None)
        dataset = open_datasets().filter(name=name).first() if name else None
    return dataset


def site(request: HttpRequest) -> str:
    """The address of the province without a slash at the end; while none is set, the one the request came to."""
    declared: str = settings.SITE_URL.rstrip("/")
    if urlsplit(declared).hostname in ("127.0.0.1", "localhost", "::1"):
        return request.build_absolute_uri("/").rstrip("/")
    return declared


def open_to_all(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """No sign-in, no cookies, any origin: nothing here depends on who asks."""

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
            response = view(request, *args, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], answer)
