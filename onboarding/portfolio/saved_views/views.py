"""Saving and removing a view from the list's page."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from onboarding.portfolio.saved_views.domain import remove_view, save_view
from onboarding.portfolio.saved_views.models import SavedView
from portal.partners.access import member
from portal.problems import Refused
from portal.web.notices import tell_refusal

_LONGEST_QUERY = 8_000  # with every column of the catalogue chosen it is about half of that


@require_POST
def view_save(request: HttpRequest) -> HttpResponse:
    access = member(request)
    query = request.POST.get("query", "")[:_LONGEST_QUERY]
    try:
        view = save_view(
            access.partner,
            access.user,
            name=request.POST.get("name", "")[:300],
            query=query,
            is_shared=request.POST.get("shared") == "yes",
            is_default=request.POST.get("default") == "yes",
        )
    except Refused as refusal:
        tell_refusal(request, refusal)
        return redirect(f"{reverse('meters')}?{query}")
    messages.success(request, f"Saved as “{view.name}”.")
    return redirect(f"{reverse('meters')}?{view.query or 'sort=newest'}")


@require_POST
def view_remove(request: HttpRequest, pk: int) -> HttpResponse:
    access = member(request)
    view = get_object_or_404(SavedView, partner=access.partner, owner=access.user, pk=pk)
    remove_view(view)
    messages.success(request, f"The view “{view.name}” is gone. The meters stay.")
    return redirect(f"{reverse('meters')}?{view.query or 'sort=newest'}")
