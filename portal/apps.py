"""The portal app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Registers how the API's schema describes our keys, our lookup, and who listens to sign-ins."""
        from portal.api import schema  # noqa: F401  imported for its registration
        from portal.notifications import domain as notifications  # noqa: F401  imported for its job
        from portal.partners import sign_ins  # noqa: F401  imported for its registrations
        from portal.storage import lookups  # noqa: F401  imported for its registration
