"""The catalogue in the Django admin: editing with inlines, history of every change, import and export of the tables."""

from programs.admin import checks, fields, history, places, programs, requirements

__all__ = ["checks", "fields", "history", "places", "programs", "requirements"]
