"""The one validator: compiled from the catalogue, shared by sheet, form and API."""

from programs.schema.catalogue import catalogue_version
from programs.schema.coerce import says_nothing
from programs.schema.coerce.dates import DateOrder, order_of, reading_of
from programs.schema.coerce.plain import without_marks
from programs.schema.columns import Column
from programs.schema.compile import schema_for, schema_of_past
from programs.schema.crossfield import ROW_CODES
from programs.schema.crossfield.zips import state_of as state_of_zip
from programs.schema.crossfield.zips import zone_of as zone_of_zip
from programs.schema.json_schema import asset_json_schema
from programs.schema.json_types import TypedRow, under
from programs.schema.nesting import Nesting, flatten, flatten_json
from programs.schema.schema import Checked, Rule, Schema, missing_in

__all__ = [
    "ROW_CODES",
    "Checked",
    "Column",
    "DateOrder",
    "Nesting",
    "Rule",
    "Schema",
    "TypedRow",
    "asset_json_schema",
    "catalogue_version",
    "flatten",
    "flatten_json",
    "missing_in",
    "order_of",
    "reading_of",
    "says_nothing",
    "schema_for",
    "schema_of_past",
    "state_of_zip",
    "under",
    "without_marks",
    "zone_of_zip",
]
