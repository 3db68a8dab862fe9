"""The rooms' tables in the Django admin, gathered for Django."""

from onboarding.staff import admin, passed_deadlines

__all__ = ["admin", "passed_deadlines"]
