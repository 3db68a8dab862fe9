"""Emails in Chromium as mail programs show them: axe, no sideways scroll, light and dark. No portal is needed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override
from playwright.sync_api import Browser

from portal.emails.messages import Sender, html_of, portal_sender
from portal.notifications.choices import notification_kind
from portal.partners.models import Role
from tests.browser.axe import run_axe
from tests.browser.conftest import LONG

HOSTILE: Final = "<img src=x onerror=alert(1)> & Sons"
SITE: Final = settings.SITE_URL
WEEK: Final = f"""This is what meters need from you this week. A meter can wait for several things.

Demand Side Grid Support (CEC-DSGS): 2 meters
- Not yet “Required fields are filled”: 2
- Not yet “The address is in the program's area”: 1
See 2 meters not eligible yet:
{SITE}/meters/?program=CEC-DSGS&status=INELIGIBLE

Next deadlines:
- CEC-DSGS closes in 37 days: by end of Wed, Apr 14 (11:59 PM PDT). Active from May 1, 2027.

{SITE}/{"long" * 40}/"""
ACME, BLACK, LIGHT = Sender("Acme", "#8a1c5a"), Sender(LONG, "#000000"), Sender(HOSTILE, "#fff2a8", "#000000")
ABOUT: Final[dict[str, Any]] = {
    "name": HOSTILE,
    "partner": HOSTILE,
    "utility": "Golden State Electric",
    "manage": f"{SITE}/connect/mine/{'x' * 80}/",
    "address": f"{SITE}/connect/continue/{'x' * 80}/",
    "stop": f"{SITE}/connect/stop/{'x' * 80}/",
    "questions": f"Questions? Contact {LONG}",
    "text": LONG,
    "signatures": [{"title": LONG}, {"title": "Terms of service"}],
    "resume_days": 7,
    "renewal_days": 14,
    "touchpoint": "FIRST",
    "site_name": "Partner portal",
    "reset": f"{SITE}/accounts/password/reset/",
    "support": "support@portal.example",
    "timestamp": datetime(2026, 11, 30, 7, 4, tzinfo=UTC),
    "inviter": HOSTILE,
    "role": Role.MANAGER,
    "link": f"{SITE}/invitations/{'x' * 43}/",
    "days": 14,
    "expires_at": datetime(2026, 12, 14, 7, 4, tzinfo=UTC),
    "time_zone": "America/Chicago",
}


def emails() -> Iterator[tuple[str, str]]:
    """Emails of every look, as HTML by name."""
    news = {"text": WEEK, "action": "See all dates", "kind": notification_kind("weekly")}
    kinds = {
        "week": ("notifications/email.txt", portal_sender()),
        "invitation": ("partners/email/invitation.txt", portal_sender()),
        "notice": ("mfa/email/totp_deactivated_message.txt", portal_sender()),
        "reminder": ("connect/emails/reminder.txt", ACME),
        "signed": ("connect/emails/signed.txt", BLACK),
        "renewal": ("connect/emails/renewal.txt", LIGHT),
    }
    for name, (template, sender) in kinds.items():
        language = "es" if name in ("reminder", "renewal") else "en"
        with override(language):
            text = render_to_string(template, ABOUT | news)
        yield name, html_of(f"{name}: {HOSTILE}", text, sender=sender, language=language)


def test_emails_pass_axe_and_fit_any_width(chromium: Browser) -> None:
    made = dict(emails())
    backgrounds = set()
    for width in (320, 600):
        for scheme in ("light", "dark"):
            context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
            page = context.new_page()
            asked: list[str] = []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            for name, html in made.items():
                page.set_content(html)
                wide = page.evaluate("document.documentElement.scrollWidth")
                assert wide == width, (name, width, scheme)
                results = run_axe(page)
                assert results.violations_count == 0, (name, width, scheme, results.generate_report())
                assert page.locator("script, img, link").count() == 0
                button = page.locator("a.button").bounding_box()
                assert button is not None
                assert button["height"] >= 44
            backgrounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
            assert asked == []
            context.close()
    assert backgrounds == {"rgb(247, 246, 243)", "rgb(15, 23, 24)"}
