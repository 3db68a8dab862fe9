"""Pieces of SQL over JSON: the same answers on every database."""

import pytest
from django.db import connection

from portal.storage import json_sql


def value_of(expression: str, document: str) -> object:
    kind = "jsonb" if connection.vendor == "postgresql" else "text"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {expression} FROM (SELECT CAST(%s AS {kind}) AS j) AS t", [document])
        return cursor.fetchone()[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "text"), [(("a",), "1st"), (("b", "c"), "deep 'quote'"), (("b", "none"), None), (("x", "y"), None)]
)
def test_text_at_a_path(path: tuple[str, ...], text: str | None) -> None:
    expression = json_sql.text_at(connection.vendor, "t.j", path)

    assert value_of(expression, '{"a": "1st", "b": {"c": "deep \'quote\'"}}') == text


@pytest.mark.parametrize("path", [(), ("a'b",), ("a", "b-c"), ("",)])
def test_path_that_is_no_name_is_refused(path: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="not a path"):
        json_sql.text_at("sqlite", "j", path)
