"""Acts in words, for those who give a mandate and those who read one."""

from __future__ import annotations

from django.utils.translation import gettext as _

__all__ = ["act_text"]


def act_text(act: str) -> str:
    """What is done, as one says it (`confirm figures for the agency`); the act's name where no words are known."""
    return {
        "cases.assign": _("assign a case"),
        "cases.attach": _("attach a file to a case"),
        "cases.find-person": _("look for the cases of a person"),
        "cases.link": _("link two cases"),
        "cases.merge": _("merge cases that are one"),
        "cases.open": _("begin a case"),
        "cases.remark": _("write in a case"),
        "cases.return": _("give a case back"),
        "cases.split": _("split a case"),
        "cases.take": _("take a step of a case's process"),
        "cases.unmask": _("open masked personal values of a case"),
        "catalogue.change-contract": _("change the contract of a dataset"),
        "catalogue.decide-change": _("decide over a change against the last version"),
        "catalogue.propose-contract": _("propose a contract"),
        "catalogue.answer-proposal": _("answer to a proposed contract"),
        "catalogue.decide-proposal": _("decide over a proposed contract"),
        "catalogue.add-consumer": _("say that something builds on a dataset"),
        "catalogue.end-consumer": _("say that something no longer builds on a dataset"),
        "catalogue.restrict": _("restrict a dataset on a ground"),
        "catalogue.open-up": _("open a restricted dataset"),
        "catalogue.confirm": _("confirm figures for the agency"),
        "catalogue.declare": _("enter a dataset in the data list"),
        "catalogue.declare-indicator": _("declare an indicator"),
        "catalogue.dispute": _("note or settle a contradiction"),
        "catalogue.expect": _("set when a dataset is owed"),
        "catalogue.call": _("call for data"),
        "catalogue.call-off": _("call a data call off"),
        "catalogue.endorse": _("approve priority data as pembina data"),
        "catalogue.remind": _("remind a producer"),
        "catalogue.step": _("pass a hand-in on"),
        "catalogue.hand-in": _("hand in a file"),
        "catalogue.publish": _("publish a version"),
        "catalogue.return": _("return a hand-in"),
        "catalogue.roll-back": _("make an earlier version current again"),
        "catalogue.take-back": _("take a hand-in back"),
        "catalogue.unmask": _("open masked personal values with a reason"),
        "catalogue.withdraw": _("withdraw a version"),
        "directory.close-account": _("close an account"),
        "directory.correct-person": _("correct a person's name or number"),
        "directory.create-person": _("enter a person"),
        "calendar.add-day": _("declare a day off"),
        "calendar.remove-day": _("take back a declared day off"),
        "directory.link-account": _("open an account for a person"),
        "directory.open-handover": _("draw up a handover sheet"),
        "directory.reopen-account": _("open a closed account again"),
    }.get(act, act)
