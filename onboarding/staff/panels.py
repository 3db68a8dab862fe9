"""What this floor adds to the Operations page: how utilities are doing."""

from collections.abc import Mapping

from onboarding.funnel.health import Period, health_of
from portal.operations.panels import Panel, register


def _utilities() -> Mapping[str, object]:
    period = Period.DAY
    return {"rows": health_of(None, period), "period": period, "page": "admin:connect-utility-figures"}


register(Panel("Utilities", "admin/_utilities_panel.html", _utilities))
