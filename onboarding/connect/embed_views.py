"""The page with a link's snippets for the partner's site, and the button's picture, which anybody may load."""

import hashlib
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from onboarding.connect import languages
from onboarding.connect.embeds import PLACEHOLDER, button_svg, embeds_of
from onboarding.connect.models import ConnectLink
from onboarding.connect.queries import links_of
from portal.partners.access import member


@require_safe
def link_embed(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Snippets to copy, in each language, with the button as it looks."""
    link = get_object_or_404(links_of(member(request).partner), pk=pk)
    context = {"section": "connections", "link": link, "embeds": embeds_of(link), "placeholder": PLACEHOLDER}
    return render(request, "connect/embed.html", context)


@login_not_required
@require_safe
def button(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The button's picture. Of a link that has ended it is gray, and leads to a page that says so: a partner's site
    shows no broken picture."""
    link = ConnectLink.objects.filter(pk=pk).only("color", "state", "variant").first()
    if link is None:
        raise Http404
    language = languages.known(request.GET.get(languages.PARAMETER, "")) or languages.ENGLISH
    content = button_svg(link, language).encode()
    response = HttpResponse(content, content_type="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
