"""The partner's look: its color and logo."""

import hashlib
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from onboarding.connect.links import text_color_on
from onboarding.connect.models import ConnectLink
from portal.web.downloads import stored_file


@login_not_required
@require_safe
def brand_css(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The partner's color as a style sheet, since pages hold no styles of their own."""
    link = ConnectLink.objects.filter(pk=pk).only("color").first()
    if link is None:
        raise Http404
    color = link.color
    text = f":root{{--brand:{color};--on-brand:{text_color_on(color)}}}" if color else ""
    response = HttpResponse(text, content_type="text/css; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'
    return response


@login_not_required
@require_safe
def brand_logo(request: HttpRequest, pk: UUID) -> HttpResponseBase:
    """The partner's logo, as we wrote it."""
    link = ConnectLink.objects.filter(pk=pk).only("logo").first()
    if link is None or not link.logo:
        raise Http404
    response = stored_file(link.logo, file_name="logo.png", content_type="image/png", as_attachment=False)
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
