"""What is done about forms from time to time."""

from onboarding.meter_form.domain import UNSAVED_KEPT, drop_unsaved
from portal.jobs.periodic import periodic
from portal.jobs.retention import Retention, register

periodic(hours=1)(drop_unsaved)
register(Retention("Drafts of meters that nobody saved", UNSAVED_KEPT, "the last change", drop_unsaved))
