"""The page of the sandbox: made, filled, reset. It is the same one in the sandbox and in the real partner."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.partners.access import SESSION_KEY, manager, member
from portal.partners.models import Partner
from portal.partners.queries import sandbox_beside
from portal.partners.sandboxes import create_sandbox, filling_of, reset_sandbox
from portal.problems import Refused
from portal.web.live import is_poll, takes_whole_page
from portal.web.notices import tell_refusal


@require_safe
def sandbox(request: HttpRequest) -> HttpResponse:
    """What the sandbox is, how far it is filled, and its buttons. While it is being filled the page looks again."""
    access = member(request)
    made = sandbox_beside(access.partner)
    context = {"section": "developers", "sandbox": made, **_progress_of(made)}
    if is_poll(request) and context["job"]:
        return render(request, "developers/_sandbox_live.html", context)
    page = render(request, "developers/sandbox.html", context)
    return takes_whole_page(page) if is_poll(request) else page


def _progress_of(made: Partner | None) -> dict[str, object]:
    """job: the one that fills it. is_stuck: whether it is not full, and nothing fills it any more."""
    if made is None or not made.is_being_filled:
        return {"job": None, "is_stuck": False}
    job = filling_of(made)
    return {"job": job, "is_stuck": job is None}


@require_POST
def sandbox_create(request: HttpRequest) -> HttpResponse:
    """Make the sandbox, and go there."""
    access = manager(request)
    try:
        made = create_sandbox(access.partner, by=access.actor)
    except Refused as refusal:
        tell_refusal(request, refusal)
    else:
        request.session[SESSION_KEY] = str(made.pk)
    return redirect("sandbox")


@require_http_methods(["GET", "HEAD", "POST"])
def sandbox_reset(request: HttpRequest) -> HttpResponse:
    """Say what goes and what stays; then have it reset. A second click changes nothing."""
    access = manager(request)
    made = sandbox_beside(access.partner)
    if made is None:
        return redirect("sandbox")  # where it is made
    if request.method != "POST":
        return render(request, "developers/sandbox_reset.html", {"section": "developers", "sandbox": made})
    if not reset_sandbox(made, by=access.actor):
        messages.info(request, "The sandbox is already being filled.")
    return redirect("sandbox")
