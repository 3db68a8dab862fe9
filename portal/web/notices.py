"""What a page says above its heading about the last action."""

from django.contrib import messages
from django.http import HttpRequest

from portal.problems import Refused


def tell_refusal(request: HttpRequest, refusal: Refused) -> None:
    """Why a verb said no, and what to do."""
    messages.error(request, " ".join(f"{problem.text} {problem.remedy}" for problem in refusal.problems))
