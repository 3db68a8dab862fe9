"""Whether searching has its index."""

from collections.abc import Iterator

from django.core.checks import CheckMessage
from django.db import connection

from onboarding.meters.search.index import PARTS
from portal.operations.doctor import operational, problem


@operational(trouble="The search index cannot be looked at", hint="Run: manage.py migrate", needs_database=True)
def search_index() -> Iterator[CheckMessage]:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [PARTS])
        (is_there,) = cursor.fetchone()
    if not is_there:
        text = "The database lacks the index for searching, which needs its extensions pg_trgm and btree_gin."
        yield problem("search_index", text, "Make both (CREATE EXTENSION), then run: manage.py migrate")
