"""The onboarding app."""

from django.apps import AppConfig
from django.core import checks

from portal.autodiscover import autodiscover
from portal.operations.doctor import OPERATIONS

_REGISTERING = (
    "customer_steps",
    "history",
    "impact",
    "index",
    "panels",
    "past",
    "published",
    "tryout",
    "uses",
)


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Also: what rooms add to histories, published events, the catalogue's pages, the search's index and lists;
        and the steps of customers with a device."""
        autodiscover(self.name, also=_REGISTERING)
        checks.register(texts_are_compiled, checks.Tags.translation, OPERATIONS, deploy=True)


def texts_are_compiled(**_: object) -> list[checks.CheckMessage]:
    """Before a release serves: whether customers get their pages in every language that these say they are in."""
    from onboarding.connect.texts import stale_catalogues

    languages = ", ".join(source.parts[-3] for source in stale_catalogues())
    said = f"The customers' texts are not compiled, or have changed since: {languages}."
    return [checks.Warning(said, hint="Run: manage.py compile_texts", id="onboarding.W001")] if languages else []
