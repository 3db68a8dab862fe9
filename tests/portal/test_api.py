"""How the API reads bodies."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "body",
    [
        "[" * 100_000,
        "[" * 100_000 + "]" * 100_000,
        '{"a": ' * 3_000 + "1" + "}" * 3_000,
        '{"tags": ' + "[" * 900 + "]" * 900 + "}",
    ],
    ids=["open", "lists", "objects", "under Python's own limit"],
)
def test_deeply_nested_json_is_refused_as_json(api_key, body):
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    answer = Client().post("/v2/meters/search", body, content_type="application/json", headers=headers)

    assert answer.status_code == 400
    assert answer.json()["title"] == "The request cannot be read"


def test_plain_json_is_read(api_key):
    headers = {"Authorization": f"Bearer {api_key[1]}"}

    answer = Client().post("/v2/meters/search", '{"tags": ["a"]}', content_type="application/json", headers=headers)

    assert (answer.status_code, answer.json()) == (200, {"meters": []})
