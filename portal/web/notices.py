"""What a page says above its heading about the last action."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from portal.problems import Refused


def tell_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Why a verb said no, and what to do."""
    messages.error(request, " ".join(f"{problem.text} {problem.remedy}" for problem in refusal.problems))


def warn_once(request: HttpRequest, text: str) -> None:
    """A warning that waits to be shown is not said again, however many pages were asked for meanwhile."""
    waiting: Any = messages.get_messages(request)
    said = {str(message) for message in waiting}
    waiting.used = False  # looking is not showing
    if text not in said:
        messages.warning(request, text)
