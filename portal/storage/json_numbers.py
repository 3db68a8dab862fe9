"""Numbers inside JSON columns, read and added up by the database.

Only JSON numbers count: a text in their place is no number on either database, and stops nothing.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FloatField, Func
from django.db.models.sql.compiler import SQLCompiler

from portal.storage.json_sql import checked_path


class NumberAt(Func):
    """The number at a path of a JSON column, NULL where there is none."""

    output_field = FloatField()

    def __init__(self, column: str, path: Sequence[str]) -> None:
        super().__init__(column)
        self.path = tuple(checked_path(path))

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self.source_expressions[0])
        path = ".".join(self.path)
        return (
            f"CASE WHEN json_type({column}, '$.{path}') IN ('integer', 'real') "
            f"THEN json_extract({column}, '$.{path}') END",
            [*params, *params],
        )

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self.source_expressions[0])
        value = f"{column} #> '{{{','.join(self.path)}}}'"
        return f"CASE WHEN jsonb_typeof({value}) = 'number' THEN ({value})::float8 END", [*params, *params]


class SumOverList(Func):
    """The sum of a number of each object in the list at a path of a JSON column, NULL where none has it."""

    output_field = FloatField()

    def __init__(self, column: str, path: Sequence[str], name: str) -> None:
        super().__init__(column)
        self.path, (self.name,) = tuple(checked_path(path)), checked_path([name])

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self.source_expressions[0])
        number = (
            f"CASE WHEN item.type = 'object' AND json_type(item.value, '$.{self.name}') IN ('integer', 'real') "
            f"THEN json_extract(item.value, '$.{self.name}') END"
        )
        return f"(SELECT SUM({number}) FROM json_each({column}, '$.{'.'.join(self.path)}') item)", params

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> tuple[str, Any]:
        column, params = compiler.compile(self.source_expressions[0])
        value = f"{column} #> '{{{','.join(self.path)}}}'"
        number = f"item -> '{self.name}'"
        return (
            f"(SELECT SUM(CASE WHEN jsonb_typeof({number}) = 'number' THEN ({number})::float8 END) "
            f"FROM jsonb_array_elements(CASE WHEN jsonb_typeof({value}) = 'array' THEN {value} ELSE '[]'::jsonb END) "
            "item)",
            [*params, *params],
        )
