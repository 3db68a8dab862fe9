"""The jobs that write the emails about deadlines, and the hourly look at which are due."""

from onboarding.calendar.notifications import queue_notifications, write_notices, write_week
from portal.jobs.domain import job_handler
from portal.jobs.periodic import periodic

periodic(hours=1)(queue_notifications)
job_handler("calendar.weekly")(write_week)
job_handler("calendar.deadlines")(write_notices)
