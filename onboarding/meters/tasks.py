"""The job of this room that an upgrade leaves to the workers."""

from onboarding.meters.completion import complete_meters
from portal.jobs.upgrades import upgrade_step

upgrade_step("meters.complete")(complete_meters)
