"""What the lists of meters offer for the chosen ones: a bulk action."""

from onboarding.bulk.handlers import offered_kinds
from onboarding.bulk.sheets.spec import sheet_actions
from onboarding.portfolio.panels import SelectionPanel, register
from portal.web import clock


def _context() -> dict[str, object]:
    return {"kinds": offered_kinds(), "sheets": sheet_actions(), "seen_at": clock.now()}


register(SelectionPanel("bulk-ask", "bulk/_choose.html", "bulk/_by_spreadsheet.html", _context))
