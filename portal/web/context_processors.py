"""What every template may use."""

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils import timezone

from portal.partners.access import access_of
from portal.web import clock
from portal.web.views import THEME_COOKIE, THEMES


def site(request: HttpRequest) -> dict[str, object]:
    """The person's access (None outside a partner), the theme, and the site's own facts.

    demo_clock: "" unless the demo's clock is ahead.
    """
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {
        "access": access_of(request) if hasattr(request, "session") else None,
        "theme": theme if theme in THEMES else "system",
        "site_name": settings.SITE_NAME,
        "site_mark": static(settings.SITE_MARK),
        "support_email": settings.SUPPORT_EMAIL,
        "status_url": settings.STATUS_URL,
        "is_demo": settings.DEMO,
        "demo_clock": _demo_clock(),
        "request_id": getattr(request, "request_id", ""),
    }


def _demo_clock() -> str:
    if not (ahead := clock.offset()):
        return ""
    today = clock.weekday_text(timezone.localdate(clock.now()))
    return f"Demo clock: {clock.offset_text(ahead)} ahead ({today})"
