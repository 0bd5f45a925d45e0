"""What happened, as the ledger has it: each act as a sentence, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from mapalus.apps.ledger.models import Entry
from mapalus.doors.desk.words import count_text

__all__ = ["Happening", "history", "sentence_of"]

_FEW = 6


@dataclass(frozen=True)
class Happening:
    """One row of a timeline: desk/_history.html."""

    at: datetime
    look: str
    text: str
    quote: str
    who: str
    seal: str


def history(entries: Iterable[Entry]) -> tuple[Happening, ...]:
    return tuple(
        Happening(
            at=entry.at,
            look=_LOOKS.get(entry.act, "none"),
            text=sentence_of(entry),
            quote=str(entry.data.get("reason") or entry.data.get("remark") or ""),
            who=entry.actor_label,
            seal=f"{count_text(entry.sequence)} · {entry.hash[:10]}" if entry.sequence else _("not sealed yet"),
        )
        for entry in entries
    )


_LOOKS = {
    "catalogue.publish": "good",
    "catalogue.confirm": "good",
    "catalogue.return": "late",
    "catalogue.record-refusal": "late",
    "catalogue.withdraw": "late",
}


def _some(codes: object) -> str:
    """The first few of them."""
    listed = [str(code) for code in codes] if isinstance(codes, list) else []
    return ", ".join(listed[:_FEW]) + (" …" if len(listed) > _FEW else "") or "–"


def _told(said: object) -> str:
    """What came about by time alone, each kind once."""
    words = {"remind": _("reminded"), "late": _("late"), "escalate": _("passed up"), "notify": _("told")}
    kinds = dict.fromkeys(str(one).partition(":")[0] for one in said) if isinstance(said, list) else {}
    return ", ".join(words[kind] for kind in kinds if kind in words) or "–"


def sentence_of(entry: Entry) -> str:
    """The act in words; its name where this page does not know it."""
    data = entry.data
    known = {
        "catalogue.hand-in": _("Handed in"),
        "catalogue.begin-check": _("Check begun"),
        "catalogue.record-check": _("Checked: %(good)s good, %(bad)s wrong")
        % {"good": count_text(int(data.get("good") or 0)), "bad": count_text(int(data.get("bad") or 0))},
        "catalogue.record-refusal": _("The file could not be used"),
        "catalogue.confirm": _("Confirmed for the agency"),
        "catalogue.return": _("Returned"),
        "catalogue.publish": _("Published as version %(n)s") % {"n": data.get("version", "–")},
        "catalogue.withdraw": _("Version %(n)s withdrawn") % {"n": data.get("version", "–")},
        "catalogue.roll-back": _("Version %(n)s is current again") % {"n": data.get("version", "–")},
        "catalogue.take-back": _("Taken back"),
        "catalogue.unmask": _("Personal values opened"),
        "catalogue.declare": _("Dataset declared"),
        "catalogue.change-contract": _("Contract changed"),
        "catalogue.decide-change": _("Decided over a change (%(kind)s %(field)s): %(choice)s")
        % {"kind": data.get("kind", "–"), "field": data.get("field", ""), "choice": data.get("choice", "–")},
        "catalogue.propose-contract": _("Contract %(release)s proposed") % {"release": data.get("release", "–")},
        "catalogue.answer-proposal": _("Answered to contract %(release)s: %(answer)s")
        % {"release": data.get("proposal", "–"), "answer": data.get("answer", "–")},
        "catalogue.decide-proposal": _("Contract %(release)s taken up") % {"release": data.get("release", "–")}
        if data.get("taken")
        else _("Contract %(release)s dropped") % {"release": data.get("release", "–")},
        "catalogue.add-consumer": _("Builds on the data: %(name)s") % {"name": data.get("consumer", "–")},
        "catalogue.end-consumer": _("No longer builds on the data: %(name)s") % {"name": data.get("consumer", "–")},
        "catalogue.restrict": _("Access: %(access)s") % {"access": data.get("classification", "–")},
        "catalogue.open-up": _("Opened to everybody"),
        "catalogue.dispute": _("A contradiction noted") if data.get("is_open") else _("Contradiction settled"),
        "catalogue.measure": _("%(codes)s worked out from %(dataset)s, version %(n)s")
        % {"codes": _some(data.get("indicators")), "dataset": data.get("dataset", "–"), "n": data.get("version", "–")},
        "catalogue.declare-indicator": _("Indicator declared"),
        "calendar.add-day": _("Day of the working calendar declared"),
        "calendar.remove-day": _("Day of the working calendar taken back"),
        "directory.appoint": _("Appointed"),
        "directory.end-appointment": _("Appointment ended"),
        "directory.extend-appointment": _("Acting term prolonged"),
        "directory.transfer": _("Transferred"),
        "directory.replace-holder": _("Successor named"),
        "directory.succeed-position": _("Position abolished; its duties go on"),
        "directory.set-roles": _("Roles of the position changed"),
        "directory.give-mandate": _("Mandate given"),
        "directory.delegate": _("Delegated"),
        "directory.revoke-mandate": _("Mandate taken back"),
        "directory.open-handover": _("Handover sheet drawn up"),
        "directory.sign-handover": _("Handover sheet signed"),
        "directory.acknowledge-handover": _("Handover acknowledged"),
        "directory.close-account": _("Account closed"),
        "directory.reopen-account": _("Account opened again"),
        "directory.correct-person": _("Person's entry corrected"),
        "directory.read-roster": _("List of officials read"),
        "directory.apply-roster": _("List of officials applied"),
        "directory.drop-roster": _("List of officials thrown away"),
        "directory.create-unit": _("Unit entered"),
        "directory.create-position": _("Position entered"),
        "directory.create-person": _("Person entered"),
        "directory.link-account": _("Account linked"),
        "directory.load-regions": _("Regions loaded"),
        "catalogue.expect": _("Next period expected"),
        "catalogue.endorse": _("Approved by the pembina data"),
        "catalogue.step": _("Passed on"),
        "catalogue.tick": _("Time passed: %(said)s") % {"said": _told(data.get("said"))},
        "catalogue.call": _("Data called for: %(title)s") % {"title": data.get("title", "–")},
        "catalogue.call-off": _("Data call called off"),
        "catalogue.remind": _("Reminded, no. %(n)s") % {"n": data.get("number", "–")},
        "catalogue.remind-by-calendar": _("Reminders by the calendar"),
        "catalogue.load-process": _("Process of hand-ins loaded, version %(n)s") % {"n": data.get("version", "–")},
    }
    text = known.get(entry.act, entry.act)
    if data.get("on_behalf_of"):
        text += " " + _("on behalf of %(unit)s") % {"unit": data["on_behalf_of"]}
    if data.get("mandate"):
        text += " · " + _("under a mandate (%(ground)s)") % {"ground": data.get("ground", "–")}
    return text
