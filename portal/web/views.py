"""Pages that belong to no room: errors, health, theme, the demo's clock."""

import sys
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.jobs.faults import READ_ONLY_SECONDS, is_read_only
from portal.partners.access import ManagersOnly, NoPartner, signed_in
from portal.storage.interface import TRY_AGAIN_SECONDS, StorageAway
from portal.web import clock

THEME_COOKIE = "theme"
THEMES = ("light", "dark", "system")
_YEAR = 365 * 24 * 3600
_SECURITY_TXT_DAYS = 180  # RFC 9116 asks for less than a year


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not allowed, and who can help: no partner yet, a manager's page, or anything else."""
    reason = (
        "no_partner"
        if isinstance(exception, NoPartner)
        else "managers_only"
        if isinstance(exception, ManagersOnly)
        else ""
    )
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/403.html", {"reason": "stale_form"}, status=403)


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: uses no database and no session. Says so when it is only that nothing can be written now, or
    that stored files cannot be reached."""
    error = sys.exc_info()[1]
    read_only, files_away = is_read_only(error), isinstance(error, StorageAway)
    context = {
        "request_id": getattr(request, "request_id", ""),
        "site_name": settings.SITE_NAME,
        "is_read_only": read_only,
        "are_files_away": files_away,
    }
    status = 503 if read_only or files_away else 500
    response = render(None, "errors/500.html", context, status=status)  # no request: no context processors
    if status == 503:
        response["Retry-After"] = str(READ_ONLY_SECONDS if read_only else TRY_AGAIN_SECONDS)
    return response


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the portal can serve: the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return JsonResponse({"status": "database does not answer"}, status=503)
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """Where to report a vulnerability, as RFC 9116 has it."""
    lines = {
        "Contact": f"mailto:{settings.SECURITY_EMAIL}",
        "Expires": (clock.now() + timedelta(days=_SECURITY_TXT_DAYS)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Preferred-Languages": "en",
        "Canonical": settings.SITE_URL + request.path,
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@login_not_required
@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keep the chosen theme in a cookie and go back to the page."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        raise PermissionDenied
    response = HttpResponseRedirect(_back(request))
    response.set_cookie(THEME_COOKIE, theme, max_age=_YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response


def _back(request: HttpRequest) -> str:
    """The page of ours from which a form was sent."""
    back, hosts = request.POST.get("next", "/"), {request.get_host()}
    return back if url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure()) else "/"


@login_not_required  # decides for itself: in production nobody has this page
def demo_clock(request: HttpRequest) -> HttpResponse:
    """Move the demo's clock ahead by a day, or back to the real time, and go back to the page."""
    if not settings.DEMO:
        raise Http404
    return _set_demo_clock(request) if request.user.is_authenticated else redirect_to_login("/")


@require_POST
def _set_demo_clock(request: HttpRequest) -> HttpResponse:
    signed_in(request)
    ahead = clock.offset() + timedelta(days=1) if request.POST.get("move") == "day" else timedelta()
    clock.set_offset(min(ahead, clock.MOST))
    return HttpResponseRedirect(_back(request))
