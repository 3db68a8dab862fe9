"""The onboarding app."""

from importlib import import_module

from django.apps import AppConfig

_REGISTERING = [
    "onboarding.bulk.domain",
    "onboarding.bulk.panels",
    "onboarding.bulk.participation.domain",
    "onboarding.bulk.references.problems",
    "onboarding.calendar.digest",
    "onboarding.enrollment.impact",
    "onboarding.meter_form.domain",
    "onboarding.meters.search.domain",
    "onboarding.participation.problems",
    "onboarding.portfolio.exports.domain",
    "onboarding.staff.history",
    "onboarding.uploads.problems",
    "onboarding.uploads.tasks",
]


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the job handlers and the texts of this floor's problems."""
        for module in _REGISTERING:
            import_module(module)
