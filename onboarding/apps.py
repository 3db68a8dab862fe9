"""The onboarding app."""

from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers the job handlers and the words of this floor's problems."""
        from onboarding.enrollment import impact  # noqa: F401  imported for its jobs, and the admin asks it
        from onboarding.enrollment.calendar import digest  # noqa: F401  imported for its jobs and kinds of e-mail
        from onboarding.enrollment.participation import bulk as participation  # noqa: F401  imported for its kinds
        from onboarding.entry import domain as entry  # noqa: F401  imported for its tidying
        from onboarding.meters.bulk import domain as bulk  # noqa: F401  imported for its registrations
        from onboarding.meters.bulk.references import problems as references  # noqa: F401  as above
        from onboarding.meters.exports import domain as exports  # noqa: F401  imported for its registrations
        from onboarding.meters.search import domain as search  # noqa: F401  imported for its job
        from onboarding.uploads import jobs, problems  # noqa: F401  imported for their registrations
