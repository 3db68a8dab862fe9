"""What machines ask: whether a process lives, whether it can serve, what Prometheus reads."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from portal.operations.checks import not_ready
from portal.operations.exposition import CONTENT_TYPE, exposition


@login_not_required
@require_safe
def livez(request: HttpRequest) -> JsonResponse:
    """Whether this process answers. Asks nobody else: a process is not restarted because a server is down."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve pages: the names of what it lacks, and 503."""
    missing = not_ready()
    return JsonResponse(
        {"status": "not ready" if missing else "ok", "missing": missing}, status=503 if missing else 200
    )


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for Prometheus. 404 without METRICS_TOKEN, 401 for whoever does not send it."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.META.get("HTTP_AUTHORIZATION", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(), content_type=CONTENT_TYPE)
