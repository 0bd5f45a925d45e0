"""The stream process: live events, nothing else. Pages are served by `wsgi`."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapalus.project.settings")
django.setup()

from mapalus.doors.command.stream import application  # noqa: E402 - settings come first

__all__ = ["application"]
