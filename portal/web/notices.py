"""What a page says above its heading about the last action."""

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.http import HttpRequest

from portal.problems import Refused


def tell_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Why a verb said no, and what to do."""
    messages.error(request, " ".join(f"{problem.text} {problem.remedy}" for problem in refusal.problems))


def warn_once(request: HttpRequest, text: str) -> None:
    """Add a warning, unless the same one still waits to be shown."""
    waiting = messages.get_messages(request)
    said = {str(message) for message in waiting}
    if isinstance(waiting, BaseStorage):
        waiting.used = False  # reading them does not count as showing them
    if text not in said:
        messages.warning(request, text)
