"""A proposed contract: what it breaks, what those asked say, and what is decided."""

from __future__ import annotations

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mapalus.apps.catalogue import actions
from mapalus.apps.catalogue.models import Answer, AnswerWord, Proposal, ProposalState
from mapalus.doors.desk.contracts import in_words, kind_text
from mapalus.doors.desk.holders import Holding, holding
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.engine.data.evolution import Difference
from mapalus.engine.errors import NotAllowed, NotFound, Problem

__all__ = ["ProposalPage", "proposal"]


class AnswerForm(forms.Form):
    word = forms.ChoiceField(
        label=gettext_lazy("Your answer"), widget=forms.RadioSelect,
        choices=[(AnswerWord.FINE.value, AnswerWord.FINE.label), (AnswerWord.OBJECTS.value, AnswerWord.OBJECTS.label)],
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("What would break"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )
    answer = forms.IntegerField(widget=forms.HiddenInput)


class DecideForm(forms.Form):
    taken = forms.ChoiceField(
        label=gettext_lazy("Decision"), widget=forms.RadioSelect,
        choices=[("ya", gettext_lazy("The new contract is in force")), ("tidak", gettext_lazy("The old one stays"))],
    )  # fmt: skip
    decision = forms.CharField(
        label=gettext_lazy("Why"), required=False, max_length=400, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Those who objected read it."),
    )  # fmt: skip


@dataclass(frozen=True)
class AnswerRow:
    answer: Answer
    kind: str
    holder: Holding | None
    look: str
    form: AnswerForm | None


@dataclass(frozen=True)
class ProposalPage:
    """Context of desk/contracts/proposal.html."""

    seat: Seat
    proposal: Proposal
    changes: tuple[tuple[str, str], ...]
    answers: tuple[AnswerRow, ...]
    form: DecideForm | None


@require_http_methods(["GET", "POST"])
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """What would change, who says what; POST answers or decides."""
    place = seat(request)
    found = Proposal.objects.visible_to(place.actor).select_related("dataset__unit").filter(pk=pk).first()
    if found is None:
        raise NotFound(proposal=pk)
    is_asking = found.state == ProposalState.ASKING
    may_decide = is_asking and place.actor.may("catalogue.decide-proposal", found, place.now)
    answering = request.method == "POST" and "answer" in request.POST
    deciding = request.method == "POST" and not answering
    form = DecideForm(request.POST if deciding else None) if may_decide else None
    if deciding:
        if form is None:
            raise NotAllowed
        if form.is_valid() and _decide(request, found, form, place):
            return redirect("desk:proposal", pk=pk)
    answer_form = AnswerForm(request.POST) if answering else None
    if answer_form is not None and answer_form.is_valid() and _answer(request, found, answer_form, place):
        return redirect("desk:proposal", pk=pk)
    changes = in_words(tuple(Difference.from_dict(one) for one in found.changes))
    rows = tuple(_row(one, place, is_asking, answer_form) for one in found.answers.all())
    wrong = bool((form and form.errors) or (answer_form and answer_form.errors))
    view = ProposalPage(place, found, changes, rows, form)
    return render(request, "desk/contracts/proposal.html", {"view": view}, status=422 if wrong else 200)


def _row(one: Answer, place: Seat, is_asking: bool, sent: AnswerForm | None) -> AnswerRow:
    form = None
    if is_asking and one.position and place.actor.may("catalogue.answer-proposal", one, place.now):
        is_sent = sent is not None and sent.data.get("answer") == str(one.pk)
        form = sent if is_sent else AnswerForm(initial={"answer": one.pk, "word": one.word, "reason": one.reason})
    looks = {AnswerWord.FINE: "good", AnswerWord.OBJECTS: "late"}
    holder = holding(one.position, place.now) if one.position else None
    return AnswerRow(one, kind_text(one.kind), holder, looks.get(AnswerWord(one.word), "none"), form)


def _answer(request: HttpRequest, found: Proposal, form: AnswerForm, place: Seat) -> bool:
    data = form.cleaned_data
    mine = found.answers.filter(pk=data["answer"]).first()
    if mine is None:
        raise NotFound(answer=data["answer"])
    try:
        actions.answer_proposal(
            mine, word=AnswerWord(data["word"]), reason=data["reason"], by=place.actor, now=place.now
        )
    except Problem as problem:
        to_form(problem, form)
        return False
    messages.success(request, _("Your answer is written down."))
    return True


def _decide(request: HttpRequest, found: Proposal, form: DecideForm, place: Seat) -> bool:
    data = form.cleaned_data
    try:
        actions.decide_proposal(
            found, is_taken=data["taken"] == "ya", reason=data["decision"], by=place.actor, now=place.now
        )
    except Problem as problem:
        to_form(problem, form)
        return False
    messages.success(request, _("Decided; everybody who was asked is told."))
    return True
