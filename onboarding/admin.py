"""The rooms' tables in the Django admin, gathered for Django."""

from onboarding.staff import admin, connect_figures, overview, passed_deadlines, supplied_consents

__all__ = ["admin", "connect_figures", "overview", "passed_deadlines", "supplied_consents"]
