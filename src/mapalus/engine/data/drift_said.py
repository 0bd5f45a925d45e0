"""What a finding of drift says, and what to do about it."""

from __future__ import annotations

from mapalus.engine.text import _

__all__ = ["ADVICE", "SAID"]

SAID = {
    "new-column": _("The file has a new column, %(title)s, which the contract does not know."),
    "missing-column": _("The column %(field)s is no longer there; the last version had %(count)s values in it."),
    "renamed-column": _("The column %(field)s seems to be called %(title)s now (%(alike)s percent the same letters)."),
    "type-change": _("%(percent)s percent of the values in %(field)s are no longer of the type %(was)s."),
    "new-values": _("%(field)s has values that were not there before: %(values)s (%(count)s rows)."),
    "gone-values": _("%(field)s no longer has %(values)s, which stood in %(count)s rows before."),
    "distribution": _(
        "The values of %(field)s are distributed otherwise: %(measure)s %(size)s%(unit)s; middle or most frequent %(was)s before, %(now)s now."  # noqa: E501 - one sentence
    ),
    "unit-jump": _(
        "The values of %(field)s are all about %(factor)s times what they were: middle %(was)s before, %(now)s now."
    ),
    "volume": _("There are %(after)s rows where the last version had %(before)s (%(percent)s percent)."),
    "key-loss": _("%(count)s of %(rows)s rows (%(percent)s percent) repeat the key %(field)s; before, it was unique."),
    "missing-rate": _("%(after)s percent of %(field)s is empty (%(count)s cells); it was %(before)s percent."),
    "region-lost": _("%(count)s of %(of)s regions are no longer in %(field)s: %(values)s."),
    "period-lost": _("%(count)s of %(of)s periods are no longer in %(field)s: %(values)s."),
}
ADVICE = {
    "new-column": _("Take it into the contract, or say that it is not wanted; it is left out until then."),
    "missing-column": _("Ask for the file with the column, or accept that it stays empty from now on."),
    "renamed-column": _("Confirm that it is the same column; the new name is then kept with the contract."),
    "type-change": _("Return the file, or change the contract if the values are written so from now on."),
    "new-values": _("Add them to the code list, or return the file if they are misspelt."),
    "gone-values": _("Ask whether they are missing or are called otherwise now."),
    "distribution": _("Ask the producer what happened; if it is right, say so and it is published."),
    "unit-jump": _("Ask whether the unit has changed (rupiah and thousand rupiah, percent and fraction)."),
    "volume": _("Ask whether the file is whole; if it is, say that the number is right."),
    "key-loss": _("Return the file if rows are doubled; change the contract if a row now means something else."),
    "missing-rate": _("Ask whether the values will follow, or accept the gap."),
    "region-lost": _("Ask for the missing regions, or say that they are covered elsewhere."),
    "period-lost": _("Ask for the missing periods, or say that they are meant to be gone."),
}
