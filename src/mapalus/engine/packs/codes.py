"""Every kind of problem a pack can have: its stable code, its weight, one sentence and what to write instead.

docs/reference/pack.md shows each code by a smallest example, and a test makes each of them happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mapalus.engine.text import _

__all__ = ["CODES", "Code", "Severity"]


class Severity(StrEnum):
    """An error refuses the pack; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Code:
    """One kind of problem. `text` and `advice` hold %(name)s."""

    text: str
    advice: str = ""
    severity: Severity = Severity.ERROR


_WARNING = Severity.WARNING

CODES: dict[str, Code] = {
    # --- the folder and its files
    "folder-missing": Code(_("There is no folder %(name)s."), _("Name the folder that holds pack.yml.")),
    "file-missing": Code(_("The file %(name)s is missing."), _("Write it beside the others.")),
    "file-unknown": Code(_("The file %(name)s has no meaning in a pack."), "%(near)s", severity=_WARNING),
    "file-misnamed": Code(_("%(name)s is not read under this name."), _("Rename it to %(right)s.")),
    "file-code": Code(
        _("A pack holds no programs: %(name)s."), _("Name something of the platform with the effect hook instead.")
    ),
    "file-link": Code(
        _("%(name)s is a link or lies outside the folder."), _("Put a copy of the file into the folder.")
    ),
    "file-too-large": Code(_("%(name)s is larger than %(limit)s KB."), _("Make it shorter.")),
    "too-many-files": Code(
        _("The folder holds more than %(limit)s files."), _("Keep only the files of the pack in it.")
    ),
    "file-not-text": Code(_("%(name)s is not text in UTF-8."), _("Save it as UTF-8.")),
    # --- YAML
    "yaml-syntax": Code(_("This cannot be read: %(reason)s."), _("Check the indentation, colons and quotes here.")),
    "yaml-tab": Code("%(reason)s.", _("Replace the tab by two spaces.")),
    "yaml-sign": Code("%(reason)s.", _("Delete this sign.")),
    "yaml-depth": Code("%(reason)s.", _("A pack needs no more than %(limit)s levels.")),
    "yaml-documents": Code("%(reason)s.", _("Delete the line --- and what follows it.")),
    "yaml-alias": Code("%(reason)s."),
    "yaml-tag": Code("%(reason)s.", _("Write the value without it.")),
    "yaml-number": Code("%(reason)s.", _("Write it in quotes if it is a text.")),
    "yaml-key": Code("%(reason)s."),
    "yaml-duplicate": Code("%(reason)s.", _("Keep one of the two.")),
    # --- keys and values
    "unknown-key": Code(_("There is no key %(key)s here."), "%(near)s"),
    "missing-key": Code(_("The key %(key)s is missing in %(place)s."), _("Add it.")),
    "wrong-type": Code(_("%(key)s must be %(wanted)s, not %(found)s."), "%(hint)s"),
    "unknown-value": Code(_("%(key)s cannot be %(value)s."), "%(near)s"),
    "bad-name": Code(
        _("%(name)s is not a name."), _("Write small letters, digits and %(sign)s, beginning with a letter.")
    ),
    "missing-en": Code(_("The English text %(key)s is missing."), _("Write it beside %(sibling)s.")),
    "text-by-language": Code(
        _("%(key)s is written by language."), _("Write %(key)s: for Indonesian and %(key)s_en: for English.")
    ),
    "duplicate-name": Code(_("%(name)s occurs twice."), _("Keep one, or rename the other.")),
    "bad-number": Code(_("%(key)s cannot be %(value)s."), _("Write a number from %(least)s to %(most)s.")),
    # --- pack.yml
    "format-old": Code(
        _("This pack is written in format %(format)s."),
        _("Bring it up: mapalus pack upgrade %(name)s."),
        severity=_WARNING,
    ),
    "format-unknown": Code(
        _("Format %(format)s is newer than this Mapalus."), _("Use a newer Mapalus, or write format: 1.")
    ),
    "bad-version": Code(_("%(value)s is not a version."), _("Write three numbers in quotes or plain, such as 1.0.0.")),
    "bad-position": Code(
        _("%(value)s is not a position."), _("Write pos:<unit>.<post>, such as pos:diskominfo.kadis.")
    ),
    "unknown-position": Code(_("No roster knows the position %(value)s."), "%(near)s"),
    "number-without-seq": Code(
        _("The numbers %(value)s would not differ from one another."),
        _("Put {seq:06} into it, such as ADU-{year}-{seq:06}."),
    ),
    "number-placeholder": Code(_("A number knows no {%(name)s}."), _("Use {year}, {month}, {unit} and {seq:06}.")),
    "deadline-without-calendar": Code(
        _("There are deadlines, but no calendar."), _("Add calendar: pemerintah (or always) to pack.yml.")
    ),
    "version-not-raised": Code(
        _("The content has changed, but the version is still %(version)s."),
        _("Raise version in pack.yml and say why in CHANGELOG.md."),
    ),
    "no-changelog": Code(
        _("CHANGELOG.md does not mention version %(version)s."), _("Add a line on what changed."), severity=_WARNING
    ),
    "exempt-without-reason": Code(_("%(name)s is exempt without a reason."), _("Write exempt: and why.")),
    # --- form.yml
    "too-many-fields": Code(_("The form has more than %(limit)s fields."), _("Ask less, or use a table.")),
    "missing-privacy": Code(
        _("The field %(name)s has no privacy."), _("Write privacy: public, internal or personal. In doubt: personal.")
    ),
    "key-not-for-type": Code(_("A field of type %(type)s has no %(key)s."), _("Delete it, or choose another type.")),
    "options-missing": Code(_("The field %(name)s has nothing to choose from."), _("Add options.")),
    "limits-crossed": Code(_("%(low)s is larger than %(high)s."), _("Exchange the two.")),
    "bad-limit": Code(_("%(key)s cannot be %(value)s for the type %(type)s."), "%(hint)s"),
    "bad-pattern": Code(
        _("The pattern cannot be used: %(reason)s."), _("Write a regular expression without repeats inside repeats.")
    ),
    "field-never-asked": Code(
        _("Nobody is asked for the field %(name)s."), _("Put it into a step, or write by: staff.")
    ),
    "staff-field-never-set": Code(
        _("No act sets the field %(name)s."), _("Name it in needs, asks or sets of a transition.")
    ),
    "staff-field-in-step": Code(
        _("The field %(name)s is filled by staff, but stands in a step of the applicant."),
        _("Take it out of the step."),
    ),
    "field-in-two-steps": Code(_("The field %(name)s stands in two steps."), _("Keep one of the two.")),
    "condition-circle": Code(_("The field %(name)s shows depending on itself: %(circle)s."), _("Break the circle.")),
    "unknown-field": Code(_("There is no field %(name)s."), "%(near)s"),
    "public-free-text": Code(
        _("What the applicant writes in %(name)s becomes public unread."),
        _("Let an act of staff publish it (effect publish), or make it internal."),
        severity=_WARNING,
    ),
    "field-removed": Code(
        _("The field %(name)s of version %(version)s is gone, but cases may hold it."),
        _("Add migrate: {%(name)s: new_name} or {%(name)s: drop} to form.yml."),
    ),
    "field-retyped": Code(
        _("The field %(name)s was %(before)s in version %(version)s and is %(after)s now."),
        _("Give the new one another name and migrate the old."),
    ),
    # --- packs that run hand-ins
    "stage-missing": Code(
        _("No state has the stage %(name)s, which hand-ins pass through."), _("Write stage: %(name)s at a state.")
    ),
    # --- lists
    "unknown-list": Code(_("There is no list %(name)s."), "%(near)s"),
    "unknown-reference": Code(_("There is no reference list %(name)s."), "%(near)s"),
    "bad-list": Code(
        _("The list cannot be read: %(reason)s."), _("Write one header line and as many values on each line.")
    ),
    "list-without-key": Code(_("The list %(list)s has no column %(name)s."), "%(near)s"),
    "list-empty": Code(_("The list holds no rows."), _("Add some, or delete the list.")),
    "unused-list": Code(_("Nothing uses the list %(name)s."), _("Delete it, or name it."), severity=_WARNING),
    # --- expressions
    "expression-syntax": Code(
        _("%(key)s, column %(column)s: %(reason)s."), _("Write for example: jenis = 'jalan' and not is_empty(lokasi).")
    ),
    "expression-name": Code(_("%(key)s, column %(column)s: %(reason)s."), _("Use the names of fields.")),
    "expression-type": Code(_("%(key)s, column %(column)s: %(reason)s."), _("Compare things of one kind.")),
    "expression-option": Code(
        _("%(key)s, column %(column)s: %(reason)s."), _("Write the value of an option, not its label.")
    ),
    # --- process.yml
    "unknown-state": Code(_("There is no state %(name)s."), "%(near)s"),
    "unknown-role": Code(_("There is no role %(name)s."), "%(near)s"),
    "unknown-act": Code(_("There is no transition %(name)s."), "%(near)s"),
    "unknown-clock": Code(_("There is no clock %(name)s."), "%(near)s"),
    "unknown-start": Code(_("%(name)s is neither a state nor a transition."), "%(near)s"),
    "unknown-effect": Code(_("There is no effect %(name)s."), "%(near)s"),
    "reserved-name": Code(_("The name %(name)s is taken by the platform."), _("Choose another name.")),
    "state-unreachable": Code(_("No case can come to the state %(name)s."), _("Add a transition to it, or delete it.")),
    "state-dead-end": Code(
        _("No case can leave the state %(name)s, which is not final."),
        _("Add a transition from it, or write final: true."),
    ),
    "no-way-out": Code(_("From the state %(name)s no final state can be reached."), _("Add a way that ends the case.")),
    "leaves-final-state": Code(
        _("The transition %(name)s leaves the final state %(state)s."),
        _("Write reopens: true with a within, or use appeal."),
    ),
    "reopens-without-within": Code(_("%(name)s reopens a case for ever."), _("Add within: {working_days: ...}.")),
    "act-nobody": Code(_("Nobody may take %(name)s."), _("Add by: with at least one role.")),
    "role-nobody": Code(
        _("Nobody fills the role %(name)s."), _("Write position: pos:<unit>.<post>, or unit: routed with role: kepala.")
    ),
    "role-two-ways": Code(_("The role %(name)s is found in two ways: %(keys)s."), _("Keep one.")),
    "role-unused": Code(_("Nothing asks for the role %(name)s."), _("Delete it, or name it in by."), severity=_WARNING),
    "routing-missing": Code(
        _("The role %(name)s belongs to the routed unit, but nothing routes a case."),
        _("Add routing, or an effect route."),
    ),
    "by-without-fallback": Code(
        _("Where a case has no unit or the post is vacant, nobody fills %(name)s."),
        _("Add fallback: pos:... to routing."),
    ),
    "turn-missing": Code(_("In the state %(name)s it is nobody's turn."), _("Add turn: with a role, or final: true.")),
    "turn-cannot-act": Code(
        _("In the state %(name)s it is the turn of %(role)s, who can do nothing there."),
        _("Add that role to by of a transition."),
        severity=_WARNING,
    ),
    "transition-idle": Code(_("%(name)s does nothing."), _("Give it another state in to, needs, sets or effects.")),
    "clock-never-started": Code(_("The clock %(name)s never starts."), _("Add from: with a state or a transition.")),
    "clock-never-ended": Code(
        _("The clock %(name)s never ends before the case does."), _("Add until: with states or transitions.")
    ),
    "clock-without-period": Code(
        _("The clock %(name)s has no time."), _("Add one of working_days, hours, open_hours, days or date.")
    ),
    "clock-two-periods": Code(_("The clock %(name)s has two times: %(keys)s."), _("Keep one.")),
    "clock-without-consequence": Code(
        _("When the clock %(name)s is late, nobody hears of it."), _("Add escalate_to or on_late."), severity=_WARNING
    ),
    "final-without-notice": Code(
        _("%(name)s ends the case without a notice to the applicant."),
        _("Add the effect notify: {to: applicant, message: ...}."),
    ),
    "self-approval": Code(
        _("With %(name)s somebody could decide on money or a document in his own matter."),
        _("Add not_same_actor_as: with the transitions before it, or applicant."),
    ),
    "unit-without-role": Code(_("The role %(name)s names a unit, but not which post of it."), _("Add role: kepala.")),
    # --- messages and letters
    "unknown-message": Code(_("There is no message %(name)s."), "%(near)s"),
    "unknown-letter": Code(_("There is no letter %(name)s."), "%(near)s"),
    "unknown-placeholder": Code(_("There is no {%(name)s} to fill in."), "%(near)s"),
    "personal-in-message": Code(
        _("The message shows the personal field %(name)s to somebody other than the applicant."),
        _("Take it out of the message."),
    ),
    "unused-message": Code(_("Nothing sends the message %(name)s."), _("Delete it, or send it."), severity=_WARNING),
    "unused-letter": Code(
        _("Nothing makes the letter %(name)s."), _("Delete it, or add the effect letter."), severity=_WARNING
    ),
    # --- datasets and indicators
    "bad-contract": Code(_("The contract cannot be used: %(reason)s"), ""),
    "dataset-not-public": Code(
        _("The column %(column)s would publish the field %(name)s, which is %(privacy)s."),
        _("Take it out; only public fields are published."),
    ),
    "unknown-system-column": Code(_("There is no system column %(name)s."), "%(near)s"),
    "dataset-column-unknown": Code(_("The contract has no field %(name)s."), "%(near)s"),
    "dataset-column-missing": Code(_("Nothing fills the field %(name)s of the contract."), _("Add it to columns.")),
    "dataset-without-process": Code(
        _("Rows come from cases, but this pack has no process."), _("Add process.yml, or delete rows.")
    ),
    "small-groups": Code(
        _("Counts of people are published without a smallest group."), _("Add min_group: 5 (at least 3).")
    ),
    "bad-indicator": Code(_("The indicator cannot be used: %(reason)s."), ""),
    "bad-board": Code(_("The board cannot be used: %(reason)s."), ""),
    "unknown-dataset": Code(_("This pack has no dataset %(name)s."), "%(near)s"),
    "unknown-column": Code(_("The dataset %(dataset)s has no column %(name)s."), "%(near)s"),
    # --- stories
    "no-stories": Code(_("No story shows how this service runs."), _("Write one into examples/."), severity=_WARNING),
    "bad-time": Code(_("%(value)s is not a time."), _("Write it as 2026-11-02T09:00+08:00.")),
    "time-backwards": Code(_("This happens before what stands above it."), _("Put the steps in the order of time.")),
    "story-step": Code(_("A step is an act or time that passes."), _("Write act: with by:, or tick: true.")),
    "story-value": Code(_("%(value)s is no answer to %(name)s: %(reason)s"), ""),
}
