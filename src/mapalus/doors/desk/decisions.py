"""What is decided over a hand-in: confirm, return, publish, take back. Each is a page, so it needs no script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import actions, chain
from mapalus.apps.catalogue.models import FigureStatus, HandIn, HandInState
from mapalus.doors.desk.finding import find
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.desk.words import count_text
from mapalus.doors.ui import figures
from mapalus.engine.errors import Conflict, Invalid, NotFound

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
    """One thing that can be decided: how it is asked, which act it is, and what is said afterwards."""

    slug: str
    act: str
    form: type[forms.Form]
    button: Callable[[], str]
    title: Callable[[HandIn], str]
    text: Callable[[HandIn], str]
    states: tuple[HandInState, ...]
    run: Callable[[HandIn, dict[str, str], Seat], object]
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


DECISIONS = {
    decision.slug: decision
    for decision in (
        Decision(
            slug="sahkan",
            act="catalogue.confirm",
            form=RemarkForm,
            button=lambda: _("Confirm the figures"),
            title=lambda handin: _("Confirm these figures?"),
            text=_confirm_text,
            states=(HandInState.AWAITING_CONFIRMATION,),
            run=lambda handin, data, place: actions.confirm(
                handin, remark=data["remark"], by=place.actor, now=place.now
            ),
            done=lambda handin: _("Confirmed. It is now the turn of walidata."),
        ),
        Decision(
            slug="terbitkan",
            act="catalogue.publish",
            form=PublishForm,
            button=lambda: _("Publish"),
            title=_publish_title,
            text=_publish_text,
            states=(HandInState.AWAITING_REVIEW,),
            run=lambda handin, data, place: actions.publish(
                handin, status=FigureStatus(data["status"]), remark=data["remark"], by=place.actor, now=place.now
            ),
            done=lambda handin: _("Published."),
        ),
        Decision(
            slug="kembalikan",
            act="catalogue.return",
            form=ReasonForm,
            button=lambda: _("Return"),
            title=lambda handin: _("Return this hand-in?"),
            text=lambda handin: (
                _("It goes back to %(label)s. Nothing is lost; the file stays.") % {"label": handin.label}
            ),
            states=(HandInState.AWAITING_CONFIRMATION, HandInState.AWAITING_REVIEW),
            run=lambda handin, data, place: actions.return_handin(
                handin, reason=data["reason"], by=place.actor, now=place.now
            ),
            done=lambda handin: _("Returned to %(label)s.") % {"label": handin.label},
        ),
        Decision(
            slug="tarik",
            act="catalogue.take-back",
            form=BackForm,
            button=lambda: _("Take back"),
            title=lambda handin: _("Take this hand-in back?"),
            text=lambda handin: _("It waits for nobody any more. The file stays as a snapshot."),
            states=(
                HandInState.RECEIVED,
                HandInState.CHECKING,
                HandInState.NEEDS_CORRECTION,
                HandInState.RETURNED,
                HandInState.REFUSED,
                HandInState.AWAITING_CONFIRMATION,
            ),
            run=lambda handin, data, place: actions.take_back(
                handin, reason=data["reason"], by=place.actor, now=place.now
            ),
            done=lambda handin: _("Taken back."),
            is_stop=True,
        ),
    )
}


def choices(handin: HandIn, place: Seat) -> tuple[Choice, ...]:
    """What this position may decide over this hand-in now."""
    may = [
        decision
        for decision in DECISIONS.values()
        if handin.stage in decision.states
        and place.actor.may(decision.act, handin, place.now)
        and (decision.slug != "tarik" or handin.position == place.actor.position)
        and (decision.slug not in ("sahkan", "terbitkan") or not chain.own_reason(handin, by=place.actor))
    ]
    main = next((decision.slug for decision in may if not decision.is_stop), "")
    return tuple(Choice("desk:handin-decide", d.slug, d.button(), d.slug == main, d.is_stop) for d in may)


@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, receipt: str, slug: str) -> HttpResponse:
    """Ask, then do. A hand-in that moved on in between says so on its own page."""
    place = seat(request)
    handin = find(receipt, place)
    decision = DECISIONS.get(slug)
    if decision is None:
        raise NotFound(decision=slug)
    if handin.stage not in decision.states:
        raise Conflict
    form = decision.form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            decision.run(handin, form.cleaned_data, place)
        except Invalid as problem:
            to_form(problem, form)
        else:
            messages.success(request, decision.done(handin))
            return redirect("desk:handin", receipt=receipt)
    context = DecidePage(
        place, handin, form, decision.title(handin), decision.text(handin), decision.button(), decision.is_stop
    )
    status = 422 if form.errors else 200
    return render(request, "desk/handins/decide.html", {"view": context}, status=status)
