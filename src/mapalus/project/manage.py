"""`mapalus manage ...`: the commands of the web framework, for administrators."""

from __future__ import annotations

import os
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapalus.project.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["mapalus manage", *arguments])
    return 0
