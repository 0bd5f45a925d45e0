"""What a pack runs: cases, or hand-ins (setoran), whose states say which step of the machine each one is."""

from __future__ import annotations

__all__ = ["CASE", "HAND_IN", "NEEDED", "REMINDERS", "RUNS", "STAGES"]

CASE, HAND_IN = "case", "hand-in"
RUNS = (CASE, HAND_IN)
# In the order of the way. What lies between the check and the publication is the pack's own to name and to repeat.
STAGES = (
    "received",  # the file is here
    "checking",  # the machine reads it
    "needs-correction",  # more is wrong than the contract allows
    "refused",  # no table at all
    "awaiting-confirmation",  # the producing agency says whether the figures are right
    "awaiting-review",  # walidata checks form and principles
    "awaiting-endorsement",  # the pembina data looks at priority data again
    "approved",  # nothing stands against publication
    "returned",  # sent back with reasons
    "published",
    "withdrawn",  # taken back by who handed it in, or out of sight after it was published
    "replaced",  # a newer one of the same period came before it was published
)
NEEDED = ("received", "checking", "needs-correction", "refused", "returned", "published", "withdrawn", "replaced")
REMINDERS = "lists/pengingat.csv"  # when a file that is owed is asked for: kode, hari (from the due day), kepada
