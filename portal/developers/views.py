"""The front of the pages for developers, and their old address."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from portal.partners.access import manager


@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """Lead to the first page."""
    manager(request)
    return redirect("api-keys")


@require_safe
def old_api_keys(request: HttpRequest) -> HttpResponse:
    """Where the keys were before they had pages of their own."""
    manager(request)
    return redirect("api-keys", permanent=True)
