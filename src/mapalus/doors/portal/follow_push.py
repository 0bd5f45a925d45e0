"""Messages about a case to the browser of its applicant: begun there, listed, taken away. No account is needed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from mapalus.apps.cases.models import Case
from mapalus.apps.notices import actions as notices
from mapalus.apps.notices import push
from mapalus.apps.notices.models import PushSubscription
from mapalus.doors.portal import following, limits
from mapalus.doors.portal.following import own_case
from mapalus.doors.ui.browsers import Browser, Browsers, mark_of, sent_browser
from mapalus.engine import clock
from mapalus.engine.errors import Invalid, NotFound

__all__ = ["browsers_of", "push_start", "push_stop"]


def browsers_of(found: Case) -> Browsers | None:
    """What the page of an applicant's case shows of it. None: not offered."""
    if not settings.VAPID_PRIVATE_KEY or found.is_final:
        return None
    rows = PushSubscription.objects.filter(receiver=f"case:{found.pk}").order_by("-since", "-pk")
    listed = tuple(Browser(one.pk, one.agent, one.since, mark_of(one.endpoint)) for one in rows)
    start, stop = (reverse(f"portal:case-{what}", args=[found.number]) for what in ("push", "push-stop"))
    return Browsers(push.public_key(), start, stop, listed)


@login_not_required
@never_cache
@require_POST
def push_start(request: HttpRequest, number: str) -> JsonResponse:
    """This browser is to receive what the applicant of this case is told. Sent by push.js after the button."""
    limits.bound(request, "act", most=200)
    found, _by = own_case(request, number)
    if following.is_apart(found):
        raise NotFound
    try:
        notices.let_hear(f"case:{found.pk}", **sent_browser(request), now=clock.now())
    except Invalid as problem:
        return JsonResponse({"problem": problem.say(language=get_language() or "id")}, status=422)
    return JsonResponse({}, status=201)


@login_not_required
@never_cache
@require_POST
def push_stop(request: HttpRequest, number: str) -> HttpResponse:
    found, _by = own_case(request, number)
    key = request.POST.get("number", "")
    if not key.isdecimal() or len(key) > 17 or not notices.hear_no_more(f"case:{found.pk}", key=int(key)):
        raise NotFound
    return redirect("portal:case", number)
