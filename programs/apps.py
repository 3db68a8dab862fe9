"""The programs app."""

from django.apps import AppConfig


class ProgramsConfig(AppConfig):
    name = "programs"
    verbose_name = "Program catalogue"
    default_auto_field = "django.db.models.BigAutoField"
