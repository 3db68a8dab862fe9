"""Which cache is where, and that pages leave the shared one alone."""

import pytest
from django.core.cache import cache, caches
from django.db import connection
from django.test.utils import CaptureQueriesContext

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("catalogue")
@pytest.mark.parametrize("path", ["/", "/programs/", "/people/", "/emails/", "/meters/"])
def test_a_page_asks_the_shared_cache_nothing(manager, client_of, path):
    client = client_of(manager)

    with CaptureQueriesContext(
        connection,
    ) as queries:
        for _ in range(2):
            assert client.get(path).status_code == 200

    assert [query["sql"] for query in queries if "portal_cache" in query["sql"]] == []


def test_the_shared_cache_is_in_the_database():
    cache.set("key", [1, 2])

    assert cache.get("key") == [1, 2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM portal_cache")
        assert cursor.fetchone() == (1,)
    assert caches["process"].get("key") is None
