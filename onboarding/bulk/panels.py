"""What the lists of meters offer for the chosen ones: a bulk action."""

from typing import Any

from django.utils import timezone

from onboarding.bulk.models import BulkKind
from onboarding.portfolio.panels import SelectionPanel, register


def _context() -> dict[str, Any]:
    return {"kinds": BulkKind.of_chosen(), "seen_at": timezone.now()}


register(SelectionPanel("bulk-ask", "bulk/_choose.html", "bulk/_by_spreadsheet.html", _context))
