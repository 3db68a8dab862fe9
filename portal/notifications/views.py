"""The page on which somebody chooses emails, and the one that every email links to, which stops its kind."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from portal.notifications import domain
from portal.notifications.choices import notification_kind, notification_kinds
from portal.partners.access import member


@require_http_methods(["GET", "HEAD", "POST"])
def emails(request: HttpRequest) -> HttpResponse:
    access = member(request)
    if request.method == "POST":
        domain.choose(access.user, request.POST.getlist("kind"))
        messages.success(request, "Saved.")
        return redirect("emails")
    context = {"section": "people", "kinds": notification_kinds(), "wanted": domain.wanted_by(access.user)}
    return render(request, "notifications/emails.html", context)


@login_not_required  # the link is the access: it came in the email that it stops
@csrf_exempt  # mail programs post to it with one click (RFC 8058); the token says who asks
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def emails_stop(request: HttpRequest, token: str) -> HttpResponse:
    subscription = domain.read_stop(token)
    if subscription is None:
        raise Http404
    user, code = subscription
    if request.method == "POST":
        domain.stop(user, code)
    is_off = code not in domain.wanted_by(user)
    return render(
        request, "notifications/stop.html", {"reader": user, "kind": notification_kind(code), "is_off": is_off}
    )
