"""The rooms' tables in the Django admin, gathered for Django."""

from onboarding.staff import admin

__all__ = ["admin"]
