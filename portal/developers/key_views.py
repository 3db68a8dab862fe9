"""The pages of a partner's API keys, for its managers."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.developers.forms import KeyForm, RollForm
from portal.partners import queries
from portal.partners.access import Access, manager
from portal.partners.keys import create_api_key, older_keys, revoke_api_key, roll_api_key
from portal.partners.models import ApiKey
from portal.problems import Refused


@never_cache  # the answer to a new key holds its secret
@require_http_methods(["GET", "HEAD", "POST"])
def api_keys(request: HttpRequest) -> HttpResponse:
    """The keys, and a new one with its secret, which is shown on this answer only."""
    access = manager(request)
    form = KeyForm(request.POST if request.method == "POST" else None)
    made = create_from(form, access) if request.method == "POST" else None
    context = {
        "section": "developers",
        "keys": queries.api_keys_of(access.partner),
        "form": KeyForm() if made else form,
        "made": made,
    }
    return render(request, "developers/keys.html", context, status=422 if form.errors else 200)


def create_from(form: KeyForm, access: Access) -> tuple[ApiKey, str] | None:
    """The key that the form asks for, with its text; None when the form says what is wrong."""
    if not form.is_valid():
        return None
    try:
        return create_api_key(
            access.partner,
            name=form.cleaned_data["name"],
            by=access.actor,
            created_by=access.user,
            expires_at=form.expires_at,
            permissions=form.cleaned_data["permissions"],
            networks=form.cleaned_data["networks"],
        )
    except Refused as refusal:
        form.add_error("name", " ".join(f"{problem.text} {problem.remedy}" for problem in refusal.problems))
    return None


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def api_key_roll(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask for how long the key works beside the new one; then the new one, shown on this answer only."""
    access = manager(request)
    key = get_object_or_404(queries.api_keys_of(access.partner), pk=pk)
    form = RollForm(request.POST if request.method == "POST" else None)
    made, problems = None, ""
    if request.method == "POST" and form.is_valid():
        try:
            made = roll_api_key(
                key, overlap=form.overlap, by=access.actor, created_by=access.user, expires_at=form.expires_at
            )
        except Refused as refusal:
            problems = " ".join(f"{problem.text} {problem.remedy}" for problem in refusal.problems)
        key.refresh_from_db()
    context = {"section": "developers", "key": key, "form": form, "made": made, "problems": problems}
    return render(request, "developers/key_roll.html", context, status=422 if form.errors or problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def api_key_revoke(request: HttpRequest, pk: str) -> HttpResponse:
    """Ask, then end the key, and if asked those before it; a second time says the same."""
    access = manager(request)
    key = get_object_or_404(queries.api_keys_of(access.partner), pk=pk)
    if request.method != "POST":
        context = {"section": "developers", "key": key, "older": older_keys(key)}
        return render(request, "developers/key_revoke.html", context)
    revoke_api_key(key, by=access.actor, with_older="with_older" in request.POST)
    messages.success(request, f"The key {key.name} is revoked. Software that uses it no longer has access.")
    return redirect("api-keys")
