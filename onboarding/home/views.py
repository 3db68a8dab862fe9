"""The partner's home page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onboarding.home.queries import needs_of
from portal.partners.access import signed_in


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    _, access = signed_in(request)
    if access is None:
        return redirect("admin:index")
    return render(request, "home/home.html", {"section": "home", "needs": needs_of(access.partner), "access": access})
