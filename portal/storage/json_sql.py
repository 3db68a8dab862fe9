"""The few pieces of SQL in which the databases differ when rows are made from JSON inside the database.

Every name and path that comes in here is written in this project's code; values go in as parameters, never as text.
"""

import re
from collections.abc import Sequence

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def checked_path(path: Sequence[str]) -> Sequence[str]:
    """The path, of which each part is a plain name; else a ValueError."""
    if not path or not all(_NAME.fullmatch(part) for part in path):
        raise ValueError(f"not a path of plain names: {path}")
    return path


def text_at(vendor: str, column: str, path: Sequence[str]) -> str:
    """The text at a path of a JSON column, NULL when there is none."""
    checked_path(path)
    if vendor == "postgresql":
        return f"({column} #>> '{{{','.join(path)}}}')" if len(path) > 1 else f"({column} ->> '{path[0]}')"
    return f"json_extract({column}, '$.{'.'.join(path)}')"


def json_at(vendor: str, column: str, path: Sequence[str]) -> str:
    """The JSON at a path of a JSON column."""
    checked_path(path)
    if vendor == "postgresql":
        return f"({column} #> '{{{','.join(path)}}}')"
    return f"({column} -> '$.{'.'.join(path)}')"


def without(vendor: str, column: str, names: Sequence[str]) -> str:
    """The JSON object less some of its names."""
    checked_path(names)
    if vendor == "postgresql":
        return f"({column} - '{{{','.join(names)}}}'::text[])"
    paths = ", ".join(f"'$.{name}'" for name in names)
    return f"json_remove({column}, {paths})"


def each(vendor: str, column: str, alias: str) -> str:
    """A FROM item with one row for each member of a JSON object: {alias}.key and {alias}.value."""
    function = "jsonb_each" if vendor == "postgresql" else "json_each"
    return f"{function}({column}) AS {alias}"


def object_of(vendor: str, pairs: Sequence[tuple[str, str]]) -> str:
    """A JSON object made of names and SQL expressions; an expression that gives JSON stays JSON."""
    function = "jsonb_build_object" if vendor == "postgresql" else "json_object"
    checked_path([name for name, _ in pairs])
    members = ", ".join(f"'{name}', {expression}" for name, expression in pairs)
    return f"{function}({members})"


def list_of(vendor: str, expressions: Sequence[str]) -> str:
    """A JSON list made of SQL expressions."""
    function = "jsonb_build_array" if vendor == "postgresql" else "json_array"
    return f"{function}({', '.join(expressions)})"


def as_json(vendor: str, expression: str) -> str:
    """Marks a column that holds JSON as JSON where the database keeps it as text."""
    return expression if vendor == "postgresql" else f"json({expression})"


def uuid_text(vendor: str, column: str) -> str:
    """A UUID column as text with hyphens, as Python writes it."""
    if vendor == "postgresql":
        return f"{column}::text"
    parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)]
    return " || '-' || ".join(f"substr({column}, {start}, {length})" for start, length in parts)
