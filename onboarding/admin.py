"""The rooms' tables in the Django admin, gathered for Django."""

from onboarding.enrollment.staff import admin

__all__ = ["admin"]
