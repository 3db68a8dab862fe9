"""The one validator: compiled from the catalogue, shared by sheet, form and API."""

from programs.schema.catalogue import catalogue_version
from programs.schema.columns import Column
from programs.schema.compile import schema_for
from programs.schema.schema import Checked, Schema

__all__ = ["Checked", "Column", "Schema", "catalogue_version", "schema_for"]
