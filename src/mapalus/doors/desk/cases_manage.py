"""What is done with a case beside the acts of its pack: assign, give back, merge, split, link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mapalus.apps.cases import actions
from mapalus.apps.cases.areas import areas
from mapalus.apps.cases.models import Case, LinkKind
from mapalus.apps.cases.packs import here, pack_of, process_of
from mapalus.apps.cases.reading import possible
from mapalus.apps.directory.roster import Roster, roster
from mapalus.doors.desk.cases_asking import keep
from mapalus.doors.desk.cases_page import find_case
from mapalus.doors.desk.offering import offered
from mapalus.doors.desk.problems import to_form
from mapalus.doors.desk.rail import Seat, seat
from mapalus.doors.ui.places import REFRESH
from mapalus.doors.ui.questions import Question, questions, raw_of
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotAllowed, NotFound, Problem
from mapalus.engine.forms import By, FieldType

__all__ = ["ManagePage", "manage"]


class AssignForm(forms.Form):
    to = forms.ChoiceField(label=gettext_lazy("To which position"))
    reason = forms.CharField(
        label=gettext_lazy("What is to be done"), required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def prepare(self, case: Case, place: Seat) -> None:
        choice = self.fields["to"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("Choose")), *_below(case, roster(place.now))]


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Whoever assigned it reads this."),
    )  # fmt: skip

    def prepare(self, case: Case, place: Seat) -> None:
        """Nothing to choose from."""


class LinkForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number of the other case"), max_length=60, help_text=gettext_lazy("One that you may see.")
    )
    kind = forms.ChoiceField(label=gettext_lazy("This case is"), choices=LinkKind.choices, initial=LinkKind.RELATED)

    def prepare(self, case: Case, place: Seat) -> None:
        choice = self.fields["kind"]
        assert isinstance(choice, forms.ChoiceField)
        # An objection and a converted request come of acts; nobody says so by hand.
        by_hand = (LinkKind.RELATED, LinkKind.DUPLICATE, LinkKind.PART)
        choice.choices = [(kind.value, kind.label) for kind in by_hand]


class MergeForm(forms.Form):
    number = forms.CharField(
        label=gettext_lazy("Number of the case that goes on"), max_length=60,
        help_text=gettext_lazy("This one is closed; its applicant hears what happens to the other one."),
    )  # fmt: skip
    act = forms.ChoiceField(label=gettext_lazy("By which step it is closed"))
    reason = forms.CharField(
        label=gettext_lazy("Reason"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def prepare(self, case: Case, place: Seat) -> None:
        choice = self.fields["act"]
        assert isinstance(choice, forms.ChoiceField)
        process = process_of(pack_of(case.pack))
        acts = [process.transitions[one.transition] for one in possible(case, by=place.actor, now=place.now)]
        closing = [one for one in acts if one.to and process.states[one.to].is_final]
        closing.sort(
            key=lambda one: "gabung" not in one.name and "merge" not in one.name and "duplikat" not in one.name
        )
        choice.choices = [(one.name, here(one, "label") or one.name) for one in closing]


class SplitForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why it is split"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def prepare(self, case: Case, place: Seat) -> None:
        """The questions are the pack's."""


_Form = AssignForm | ReturnForm | LinkForm | MergeForm | SplitForm


@dataclass(frozen=True)
class _Way:
    """One thing that can be done: how it is asked, and what is said afterwards."""

    right: str
    form: type[_Form]
    title: Callable[[], str]
    text: Callable[[], str]
    button: Callable[[], str]
    run: Callable[[Case, dict[str, Any], Seat], str]  # what is said when it is done
    is_stop: bool = False


@dataclass(frozen=True)
class ManagePage:
    """Context of desk/cases/manage.html."""

    seat: Seat
    case: Case
    form: _Form
    questions: tuple[Question, ...]
    title: str
    text: str
    button: str
    is_stop: bool


def _below(case: Case, known: Roster) -> list[tuple[str, str]]:
    """Positions below whoever has the turn, the nearest first, each with who holds it."""
    giver = case.turn_of or case.turn
    found: list[tuple[int, str, str]] = []
    for code, position in known.positions.items():
        depth, above, seen = 1, known.superior(code), set[str]()
        while above and above not in seen and above != giver:
            seen.add(above)
            depth, above = depth + 1, known.superior(above)
        if above == giver:
            held = known.holder(code)
            title = held.title if held else _("%(title)s (VACANT)") % {"title": position.title}
            found.append((depth, title, code))
    back = [(giver, _("Take it back myself"))] if case.turn_of else []
    return [*back, *((code, title) for _depth, title, code in sorted(found) if code != case.turn)]


def _other(number: str, place: Seat) -> Case:
    found = Case.objects.visible_to(place.actor).filter(number=number.strip().upper()).first()
    found = found or Case.objects.visible_to(place.actor).filter(number=number.strip()).first()
    if found is None:
        raise Invalid(fields={"number": _("There is no such case, or you may not see it.")})
    return found


def _assign(case: Case, data: dict[str, Any], place: Seat) -> str:
    actions.assign(case, to=data["to"], reason=data["reason"], by=place.actor, now=place.now)
    known = roster(place.now)
    held, position = known.holder(data["to"]), known.positions.get(data["to"])
    title = held.title if held else position.title if position else data["to"]
    return _("Assigned to %(title)s.") % {"title": title}


def _return(case: Case, data: dict[str, Any], place: Seat) -> str:
    actions.return_(case, reason=data["reason"], by=place.actor, now=place.now)
    return _("Given back.")


def _link(case: Case, data: dict[str, Any], place: Seat) -> str:
    actions.link(case, to=_other(data["number"], place), kind=data["kind"], by=place.actor, now=place.now)
    return _("Linked.")


def _merge(case: Case, data: dict[str, Any], place: Seat) -> str:
    into = _other(data["number"], place)
    pack = pack_of(case.pack)
    transition = process_of(pack).transitions[data["act"]]
    # A step that asks for the number of the other case is told it; nobody writes it twice.
    texts = [name for name in transition.needs if pack.form.by_name[name].type is FieldType.STRING]
    values = {texts[0]: into.number} if len(texts) == 1 == len(transition.needs) else {}
    actions.merge(case, into=into, act=data["act"], values=values, reason=data["reason"], by=place.actor, now=place.now)
    return _("Merged into %(number)s.") % {"number": into.number}


def _split(case: Case, data: dict[str, Any], place: Seat) -> str:
    made = actions.split(case, values=data["values"], reason=data["reason"], by=place.actor, now=place.now)
    return _("The part is now case %(number)s.") % {"number": made.case.number}


WAYS = {
    "tugaskan": _Way(
        "cases.assign", AssignForm, lambda: _("Assign this case"),
        lambda: _("The limit stays as it is. You keep sight of it and may take it back."), lambda: _("Assign"), _assign,
    ),
    "serahkan-kembali": _Way(
        "cases.return", ReturnForm, lambda: _("Give this case back"),
        lambda: _("It goes back to whoever assigned it to you; the limit stays as it is."), lambda: _("Give back"),
        _return,
    ),
    "kaitkan": _Way(
        "cases.link", LinkForm, lambda: _("Link to another case"),
        lambda: _("Both cases name each other, for whoever may see both."), lambda: _("Link"), _link,
    ),
    "gabungkan": _Way(
        "cases.merge", MergeForm, lambda: _("Merge as a duplicate"),
        lambda: _("What was written stays readable; the other case goes on for both applicants."), lambda: _("Merge"),
        _merge, is_stop=True,
    ),
    "pisahkan": _Way(
        "cases.split", SplitForm, lambda: _("Split this case"),
        lambda: _("A second case begins for the same applicant. Change below what is different in it."),
        lambda: _("Split"), _split,
    ),
}  # fmt: skip


@never_cache
@require_http_methods(["GET", "POST"])
def manage(request: HttpRequest, number: str, slug: str) -> HttpResponse:
    """Ask, then do; what was typed stays when it is refused."""
    place = seat(request)
    case = find_case(number, place)
    way = WAYS.get(slug)
    if way is None:
        raise NotFound(number=number)
    if not place.actor.may(way.right, case, place.now):
        raise NotAllowed
    form = way.form(request.POST if request.method == "POST" else None)
    form.prepare(case, place)
    asked, wrong = _part(request, case) if slug == "pisahkan" else ((), None)
    status = 200
    if REFRESH in request.POST:
        pass  # a list of places is wanted, nothing is decided yet
    elif request.method == "POST" and form.is_valid():
        try:
            done = way.run(case, {**form.cleaned_data, "values": wrong or {}}, place)
        except Problem as problem:
            status = problem.status
            asked = _with_errors(asked, problem)
            to_form(problem, form)
        else:
            messages.success(request, done)
            seen = Case.objects.visible_to(place.actor).filter(pk=case.pk).exists()
            return redirect(reverse("desk:case", kwargs={"number": number}) if seen else reverse("desk:inbox"))
    elif request.method == "POST":
        status = 422
    page = ManagePage(place, case, form, asked, way.title(), way.text(), way.button(), way.is_stop)
    return render(request, "desk/cases/manage.html", {"view": page}, status=status)


def _part(request: HttpRequest, case: Case) -> tuple[tuple[Question, ...], dict[str, Any] | None]:
    """The questions of the part, none of them personal (those are taken over), and what was answered."""
    form = pack_of(case.pack).form
    names = [one.name for one in form.of(By.APPLICANT) if not one.is_personal and one.type is not FieldType.FILE]
    raw = raw_of(request.POST, request.FILES, form, names, keep=keep) if request.method == "POST" else None
    found = questions(
        form, names, values=raw or case.values, offered=offered(form, names), areas=areas(clock.now()), prefix="bagian"
    )
    return found, raw


def _with_errors(asked: tuple[Question, ...], problem: Problem) -> tuple[Question, ...]:
    errors = problem.fields if isinstance(problem, Invalid) else {}
    return tuple(replace(one, error=errors.get(one.name, "")) for one in asked)
