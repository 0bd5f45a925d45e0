"""What a question to the web is asked with in these tests."""

from __future__ import annotations

from typing import Any

from mapalus.engine.harvest.connector import Surroundings
from tests.connectors.served import Request, Response

__all__ = ["SECRET", "around", "echo"]

SECRET = "rahasia-Z9"


def around(**changed: Any) -> Surroundings:
    return Surroundings(**{"secret": lambda name: SECRET, "allowed": ("127.0.0.1",), "longest": 120.0, **changed})


def echo(request: Request) -> Response:
    """What was asked."""
    return Response.json({"query": request.query, "headers": request.headers, "method": request.method})
