"""What is done about forms from time to time."""

from onboarding.meter_form.domain import drop_unsaved
from portal.jobs.periodic import periodic

periodic(hours=1)(drop_unsaved)
