"""The catalogue in the Django admin: editing with inlines, history of every change, import and export of the tables."""

from programs.admin import checks, connect, fields, history, places, programs, requirements

__all__ = ["checks", "connect", "fields", "history", "places", "programs", "requirements"]
