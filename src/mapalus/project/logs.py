"""What is written to the log, and how: one event a line, with the number of the request it belongs to.

Events are in snake_case, data are keywords, personal data never. `MAPALUS_LOG`: `text` for people, `json` for machines.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse

__all__ = ["RequestNumber", "configure", "settings_for"]

_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _renderer(form: str) -> Any:
    if form == "json":
        return structlog.processors.JSONRenderer(ensure_ascii=False)
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def configure(form: str) -> None:
    """Events go to stderr, so that what a command prints stays its own."""
    exceptions = [structlog.processors.format_exc_info] if form == "json" else []
    structlog.configure(
        processors=[*_SHARED, *exceptions, _renderer(form)],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def settings_for(form: str) -> dict[str, Any]:
    """Django's `LOGGING`: what libraries say in the standard way comes out in the same form, warnings and worse."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form)],
                "foreign_pre_chain": _SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        # A page that was not found is no event, and what a bug was is said once, with its number.
        "loggers": {"django": {"handlers": [], "level": "WARNING"}, "django.request": {"level": "CRITICAL"}},
    }


class RequestNumber:
    """Gives each request a number that stands in each of its events and in the answer (`X-Request-Id`)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A number from outside is not taken over: it could be anything, in a log that people read.
        number = secrets.token_hex(6)
        with structlog.contextvars.bound_contextvars(request=number):
            response = self.get_response(request)
        response["X-Request-Id"] = number
        return response
