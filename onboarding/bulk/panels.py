"""What the lists of meters offer for the chosen ones: a bulk action."""

from django.utils import timezone

from onboarding.bulk.handlers import offered_kinds
from onboarding.bulk.sheets.spec import sheet_actions
from onboarding.portfolio.panels import SelectionPanel, register


def _context() -> dict[str, object]:
    return {"kinds": offered_kinds(), "sheets": sheet_actions(), "seen_at": timezone.now()}


register(SelectionPanel("bulk-ask", "bulk/_choose.html", "bulk/_by_spreadsheet.html", _context))
