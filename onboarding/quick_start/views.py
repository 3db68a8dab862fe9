"""The page of the quick start."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from onboarding.quick_start.commands import commands, example_of, programs_shown
from portal.developers.forms import KeyForm
from portal.developers.key_views import create_from
from portal.partners.access import Access, manager, member
from portal.partners.models import ApiKey, KeyPermission
from portal.web import clock

PLACEHOLDER = "YOUR_KEY"
_DAYS = "30"


@never_cache  # the answer to a new key holds its secret
@require_http_methods(["GET", "HEAD", "POST"])
def quick_start(request: HttpRequest) -> HttpResponse:
    """The commands with the partner's own programs; a manager makes the key for them here."""
    access = member(request)
    made = problem = None
    if request.method == "POST":
        made, problem = _made(manager(request))
    programs = programs_shown(access.partner)
    example = example_of(programs)
    base = request.build_absolute_uri("/").rstrip("/")
    context = {
        "section": "developers",
        "made": made,
        "problem": problem,
        "programs": programs,
        "example": example,
        "commands": commands(example, base=base, key=made[1] if made else PLACEHOLDER) if example else [],
        "placeholder": PLACEHOLDER,
        "base": base,
        "keys": ApiKey.objects.filter(partner=access.partner, revoked_at=None).order_by("-created_at")[:5],
    }
    return render(request, "developers/quick_start.html", context, status=422 if problem else 200)


def _made(access: Access) -> tuple[tuple[ApiKey, str] | None, str | None]:
    """A key for what the commands do, named after the minute; or why there is none."""
    name = f"Quick start, {timezone.localtime(clock.now()):%b %-d, %H:%M}"
    permissions = [KeyPermission.READ_METERS.value, KeyPermission.WRITE_METERS.value]
    form = KeyForm({"name": name, "days": _DAYS, "permissions": permissions})
    made = create_from(form, access)
    return made, None if made else " ".join(str(error) for errors in form.errors.values() for error in errors)
