"""What is decided over a hand-in: confirm, return, publish, take back. Each is a page, so it needs no script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from mapalus.apps.cases.packs import here
from mapalus.apps.catalogue import actions, ways
from mapalus.apps.catalogue.models import FigureStatus, HandIn
from mapalus.apps.catalogue.ways import Meaning
from mapalus.doors.desk.finding import find
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.words import count_text
from mapalus.doors.ui import figures
from mapalus.engine.errors import Conflict, Invalid, NotAllowed, NotFound
from mapalus.engine.flow import Reason, Transition

__all__ = ["DECISIONS", "Choice", "DecidePage", "choices", "decide"]


class RemarkForm(forms.Form):
    remark = forms.CharField(
        label=gettext_lazy("Remark"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What has to be corrected"),
        help_text=gettext_lazy("The one who handed in reads this as it stands. Say what to do."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class BackForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"),
        help_text=gettext_lazy("Everybody reads this on the page of the dataset, as it stands. No personal data."),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PublishForm(RemarkForm):
    status = forms.ChoiceField(
        label=gettext_lazy("Status of the figures"),
        choices=FigureStatus.choices,
        initial=FigureStatus.PROVISIONAL,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("A provisional figure is marked wherever it stands; revisions are announced."),
    )
    field_order = ("status", "remark")


@dataclass(frozen=True)
class Decision:
    """How an act of the process is asked for and told, by what it means; its name and button are the process's own."""

    meaning: Meaning
    act: str  # of the ledger
    slug: str  # the usual address; an act of another name has its own
    form: type[forms.Form]
    title: Callable[[HandIn], str]
    text: Callable[[HandIn], str]
    run: Callable[[HandIn, dict[str, str], Seat, str], object]
    done: Callable[[HandIn], str]
    is_stop: bool = False


@dataclass(frozen=True)
class Choice:
    """A button on the hand-in's page; `is_main` is the one filled one."""

    address_name: str
    slug: str
    text: str
    is_main: bool
    is_stop: bool


@dataclass(frozen=True)
class DecidePage:
    """Context of desk/handins/decide.html."""

    seat: Seat
    handin: HandIn
    form: forms.Form
    title: str
    text: str
    button: str
    is_stop: bool


def _rows(handin: HandIn) -> str:
    good = handin.rows_good or 0
    return ngettext("%(n)s row", "%(n)s rows", good) % {"n": count_text(good)}


def _publish_title(handin: HandIn) -> str:
    version = handin.version
    return _("Publish version %(n)s?") % {"n": version.number if version else "–"}


def _publish_text(handin: HandIn) -> str:
    current = handin.dataset.current
    if handin.dataset.is_open:
        text = _("%(rows)s will be seen by everybody.") % {"rows": _rows(handin)}
    else:
        text = _("%(rows)s will be seen by those who may see this dataset.") % {"rows": _rows(handin)}
    if current is not None:
        text += " " + _("Version %(n)s can still be opened.") % {"n": current.number}
    return text


def _confirm_text(handin: HandIn) -> str:
    period = figures.period(handin.period, language="id") if handin.period else ""
    return _(
        "With this your agency says that the figures of %(period)s are right: %(rows)s. Walidata then checks form "
        "and principles, not truth."
    ) % {"period": period or handin.receipt, "rows": _rows(handin)}


def _endorse_text(handin: HandIn) -> str:
    return _(
        "With this the pembina data says that concept, classification and figures may stand: %(rows)s. Walidata then "
        "publishes."
    ) % {"rows": _rows(handin)}


def _step_title(handin: HandIn) -> str:
    return handin.dataset.title_here


def _step_text(handin: HandIn) -> str:
    return _("The next one reads your remark. Nothing is published by this.")


def _withdraw_title(handin: HandIn) -> str:
    version = handin.version
    return _("Withdraw version %(n)s?") % {"n": version.number if version else "–"}


def _withdraw_text(handin: HandIn) -> str:
    earlier = handin.dataset.versions.published().exclude(handin=handin).order_by("-number").first()
    if earlier is None:
        return _("Nobody sees its rows any more; the dataset then has no version. The reason stays on its page.")
    return _("Nobody sees its rows any more; version %(n)s counts again. The reason stays on its page.") % {
        "n": earlier.number
    }


def _withdraw(handin: HandIn, data: dict[str, str], place: Seat, act: str) -> object:
    version = handin.version
    if version is None:
        raise Conflict(_("This version is not published."))
    return actions.withdraw(version, reason=data["reason"], act=act, by=place.actor, now=place.now)


DECISIONS = {
    decision.meaning: decision
    for decision in (
        Decision(
            meaning=Meaning.CONFIRM,
            act="catalogue.confirm",
            slug="sahkan",
            form=RemarkForm,
            title=lambda handin: _("Confirm these figures?"),
            text=_confirm_text,
            run=lambda handin, data, place, act: actions.confirm(
                handin, remark=data["remark"], act=act, by=place.actor, now=place.now
            ),
            done=lambda handin: _("Confirmed. It is now the turn of walidata."),
        ),
        Decision(
            meaning=Meaning.ENDORSE,
            act="catalogue.endorse",
            slug="setujui",
            form=RemarkForm,
            title=lambda handin: _("Approve these priority data?"),
            text=_endorse_text,
            run=lambda handin, data, place, act: actions.endorse(
                handin, remark=data["remark"], act=act, by=place.actor, now=place.now
            ),
            done=lambda handin: _("Approved. Walidata publishes."),
        ),
        Decision(
            meaning=Meaning.STEP,
            act="catalogue.step",
            slug="",
            form=RemarkForm,
            title=_step_title,
            text=_step_text,
            run=lambda handin, data, place, act: actions.step(
                handin, reason=data["remark"], act=act, by=place.actor, now=place.now
            ),
            done=lambda handin: _("Done. Whose turn it is now stands below."),
        ),
        Decision(
            meaning=Meaning.PUBLISH,
            act="catalogue.publish",
            slug="terbitkan",
            form=PublishForm,
            title=_publish_title,
            text=_publish_text,
            run=lambda handin, data, place, act: actions.publish(
                handin,
                status=FigureStatus(data["status"]),
                remark=data["remark"],
                act=act,
                by=place.actor,
                now=place.now,
            ),
            done=lambda handin: _("Published."),
        ),
        Decision(
            meaning=Meaning.RETURN,
            act="catalogue.return",
            slug="kembalikan",
            form=ReasonForm,
            title=lambda handin: _("Return this hand-in?"),
            text=lambda handin: (
                _("It goes back to %(label)s. Nothing is lost; the file stays.") % {"label": handin.label}
            ),
            run=lambda handin, data, place, act: actions.return_handin(
                handin, reason=data["reason"], act=act, by=place.actor, now=place.now
            ),
            done=lambda handin: _("Returned to %(label)s.") % {"label": handin.label},
        ),
        Decision(
            meaning=Meaning.TAKE_BACK,
            act="catalogue.take-back",
            slug="tarik",
            form=BackForm,
            title=lambda handin: _("Take this hand-in back?"),
            text=lambda handin: _("It waits for nobody any more. The file stays as a snapshot."),
            run=lambda handin, data, place, act: actions.take_back(
                handin, reason=data["reason"], act=act, by=place.actor, now=place.now
            ),
            done=lambda handin: _("Taken back."),
            is_stop=True,
        ),
        Decision(
            meaning=Meaning.WITHDRAW,
            act="catalogue.withdraw",
            slug="tarik-terbitan",
            form=WithdrawForm,
            title=_withdraw_title,
            text=_withdraw_text,
            run=_withdraw,
            done=lambda handin: _("Withdrawn. The reason stands on the page of the dataset."),
            is_stop=True,
        ),
    )
}


def _open_acts(handin: HandIn, place: Seat) -> list[tuple[Transition, Decision]]:
    """What this position may do with this hand-in now: what its process lets it do and its rights allow."""
    acts = ways.look(handin, now=place.now).open_acts(place.actor, place.now)
    found = [(act, DECISIONS[meaning]) for act, meaning in acts]
    return [(act, how) for act, how in found if place.actor.may(how.act, handin, place.now)]


def choices(handin: HandIn, place: Seat) -> tuple[Choice, ...]:
    """The buttons, in the order of the process; what goes on is the filled one."""
    may = _open_acts(handin, place)
    main = next((act.name for act, how in may if how.meaning not in _BESIDE), "")
    return tuple(
        Choice("desk:handin-decide", act.name, here(act, "label"), act.name == main, how.is_stop) for act, how in may
    )


_BESIDE = (Meaning.RETURN, Meaning.TAKE_BACK, Meaning.WITHDRAW)


def _asked(handin: HandIn, slug: str, place: Seat) -> tuple[Transition, Decision]:
    """The act at this address: by its own name, or by the usual one of what it means. Raises what stands against it."""
    may = _open_acts(handin, place)
    for act, how in may:
        if slug == act.name:
            return act, how
    for act, how in may:
        if slug == how.slug:
            return act, how
    way = ways.look(handin, now=place.now)
    known = slug in way.process.transitions or any(slug == one.slug for one in DECISIONS.values())
    if not known:
        raise NotFound(decision=slug)
    state = way.situation.state
    for act in way.process.transitions.values():
        if state in act.origins and slug in (act.name, DECISIONS[ways.meaning_of(way.process, act, state)].slug):
            raise NotAllowed(_("It is the turn of another position."))
    raise way.overtaken()


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, receipt: str, slug: str) -> HttpResponse:
    """Ask, then do. A hand-in that moved on in between says so on its own page."""
    place = seat(request)
    handin = find(receipt, place)
    act, decision = _asked(handin, slug, place)
    form = _form(decision, act, request)
    if request.method == "POST" and form.is_valid():
        try:
            decision.run(handin, form.cleaned_data, place, act.name)
        except Invalid as problem:
            to_form(problem, form)
        else:
            messages.success(request, decision.done(handin))
            return redirect("desk:handin", receipt=receipt)
    context = DecidePage(
        place, handin, form, decision.title(handin), decision.text(handin), here(act, "label"), decision.is_stop
    )
    if decision.meaning is Meaning.STEP:
        context = replace(context, title=here(act, "label"))
    status = 422 if form.errors else 200
    return render(request, "desk/handins/decide.html", {"view": context}, status=status)


def _form(decision: Decision, act: Transition, request: HttpRequest) -> forms.Form:
    form = decision.form(request.POST if request.method == "POST" else None)
    if act.reason is Reason.REQUIRED and "remark" in form.fields:
        form.fields["remark"].required = True
    return form
