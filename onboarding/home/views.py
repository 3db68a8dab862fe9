"""The partner's home page, and the search over everything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onboarding.home.queries import needs_of, search_everywhere
from portal.partners.access import member, signed_in


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    _, access = signed_in(request)
    if access is None:
        return redirect("admin:index")
    return render(request, "home/home.html", {"section": "home", "needs": needs_of(access.partner), "access": access})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Meters and uploads that hold a text; redirects to the one that an ID names."""
    access = member(request)
    text = " ".join(request.GET.get("q", "").split())[:200]
    matches = search_everywhere(access.partner, text)
    if matches.exactly is not None:
        return redirect(matches.exactly)
    return render(request, "home/search.html", {"section": "search", "text": text, "matches": matches})
