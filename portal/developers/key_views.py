"""The page of a partner's API keys, for its managers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.developers.forms import KeyForm
from portal.partners import domain, queries
from portal.partners.access import manager
from portal.problems import Refused


@never_cache  # the answer to a new key holds its secret
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    """The keys, and a new one with its secret, which is shown on this answer only."""
    access = manager(request)
    form = KeyForm(request.POST if request.method == "POST" else None)
    made, text = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made, text = domain.create_api_key(
                access.partner,
                name=form.cleaned_data["name"],
                by=access.actor,
                created_by=access.user,
                expires_at=form.expires_at,
            )
            form = KeyForm()
        except Refused as refusal:
            form.add_error("name", " ".join(f"{one.text} {one.remedy}" for one in refusal.problems))
    context = {
        "section": "developers",
        "keys": queries.api_keys_of(access.partner),
        "form": form,
        "made": made,
        "text": text,
    }
    return render(request, "developers/keys.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def api_key_revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then end the key; a second time says the same."""
    access = manager(request)
    key = get_object_or_404(queries.api_keys_of(access.partner), pk=pk)
    if request.method != "POST":
        return render(request, "developers/key_revoke.html", {"section": "developers", "key": key})
    domain.revoke_api_key(key, by=access.actor)
    messages.success(request, f"The key {key.name} is revoked. Software that uses it is refused from now on.")
    return redirect("api-keys")
