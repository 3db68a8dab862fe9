"""The programs app."""

from django.apps import AppConfig

from portal.autodiscover import autodiscover


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "Program catalogue"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        autodiscover(self.name)
