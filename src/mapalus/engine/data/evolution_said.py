"""What a difference between two contracts says."""

from __future__ import annotations

from mapalus.engine.text import _

__all__ = ["SAID", "WORDS"]

SAID = {
    "field-renamed": _("The field %(field)s is now called %(to)s."),
    "field-removed": _("The field %(field)s is no longer there."),
    "field-added": _("There is a new field, %(field)s (%(type)s)."),
    "field-required-added": _("There is a new field that every row must fill: %(field)s (%(type)s)."),
    "type-changed": _("%(field)s was %(was)s and is %(now)s."),
    "format-changed": _("%(field)s is written otherwise in the file: %(was)s before, %(now)s now."),
    "required-added": _("%(field)s must be filled from now on."),
    "required-removed": _("%(field)s may be empty from now on."),
    "unique-added": _("No value of %(field)s may occur twice from now on."),
    "unique-removed": _("Values of %(field)s may occur twice from now on."),
    "rule-narrowed": _("%(field)s: the rule %(rule)s is stricter: %(was)s before, %(now)s now."),
    "rule-widened": _("%(field)s: the rule %(rule)s is wider: %(was)s before, %(now)s now."),
    "enum-dropped": _("%(field)s takes any value from now on."),
    "enum-introduced": _("%(field)s takes only these values from now on: %(values)s."),
    "values-removed": _("%(field)s no longer takes: %(values)s."),
    "values-added": _("%(field)s also takes: %(values)s."),
    "meaning-changed": _("%(field)s means something else: %(what)s was %(was)s and is %(now)s."),
    "codes-changed": _("%(field)s goes by another code list: %(was)s before, %(now)s now."),
    "hidden": _("%(field)s is no longer published."),
    "shown": _("%(field)s is published from now on."),
    "masked": _("%(field)s holds personal data and is masked."),
    "unmasked": _("%(field)s no longer counts as personal data."),
    "key-changed": _("What names a row was %(was)s and is %(now)s."),
    "unique-key-added": _("%(field)s together may occur only once from now on."),
    "unique-key-removed": _("%(field)s together may occur twice from now on."),
    "reference-added": _("%(field)s must occur in %(to)s from now on."),
    "reference-removed": _("%(field)s need not occur in %(to)s any more."),
    "row-rule-added": _("A rule over columns is new or another: %(rule)s (%(text)s)."),
    "row-rule-removed": _("A rule over columns is gone: %(rule)s."),
    "classification-changed": _("Access was %(was)s and is %(now)s."),
    "cadence-changed": _("It came %(was)s and comes %(now)s."),
    "suppression-changed": _("Small groups are hidden otherwise: %(was)s before, %(now)s now."),
    "licence-changed": _("The licence was %(was)s and is %(now)s."),
    "reading-changed": _("The file is read otherwise."),
    "words-changed": _("%(field)s: names or explanations changed."),
    "said-changed": _("Other entries changed: %(keys)s."),
}
WORDS = {
    "terbuka": _("open"),
    "terbatas": _("restricted"),
    "tertutup": _("closed"),
    "aliran": _("as a stream"),
    "harian": _("daily"),
    "mingguan": _("weekly"),
    "bulanan": _("monthly"),
    "triwulanan": _("quarterly"),
    "semesteran": _("every half year"),
    "tahunan": _("yearly"),
    "sekali": _("once"),
}
