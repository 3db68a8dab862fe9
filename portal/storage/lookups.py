"""Lookups that state a condition in a form that the databases answer fast."""

import json
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, ForeignKey, Lookup
from django.db.models.fields.related_lookups import RelatedExact
from django.db.models.sql.compiler import SQLCompiler


@CharField.register_lookup
class AnyOf(Lookup):
    """field__any_of=[…]: like __in, but the values travel as one array. For thousands of values that is many times
    cheaper: neither Django nor the driver looks at each of them."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, json.dumps([*self.rhs])]

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        return f"{left} = ANY(%s)", [*params, [*self.rhs]]


@ForeignKey.register_lookup
class Only(RelatedExact):
    """key__only=row: the rows of one owner, for a list that is ordered by (key, primary key) and shows a page of it.

    With a plain "=" PostgreSQL drops the key from the order, walks the primary key of the whole table instead when most
    rows are the owner's, and passes over everybody's newer rows one by one. An array of one value keeps the order, and
    so the index that begins with the key.
    """

    lookup_name = "only"

    def get_rhs_op(self, connection: BaseDatabaseWrapper, rhs: str) -> str:
        return f"= ANY(ARRAY[{rhs}])" if connection.vendor == "postgresql" else f"= {rhs}"
