"""The report for people at a terminal."""

from __future__ import annotations

from mapalus.engine.data.check import Outcome

__all__ = ["show"]


def show(outcome: Outcome) -> None:
    """Print the report."""
    report = outcome.report
    print(f"{outcome.path}: {report['rows']} baris, {report['good_rows']} baik, {report['bad_rows']} perlu diperbaiki")
    for error in report["errors"][:20]:
        print(f"  baris {error['row']}, {error['field']}: {error['message']}")
