"""How the API reads bodies, pages, and answers what it cannot do."""

from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.test import Client
from rest_framework.test import APIRequestFactory

from portal.api.authentication import partner_of
from portal.api.cursors import paginate
from portal.api.errors import ApiError, exception_handler, messages_by_field
from portal.partners.models import ApiKey, Partner
from tests.portal.api_contract import ERROR, holds

pytestmark = pytest.mark.django_db
Key = tuple[ApiKey, str]
UNKNOWN = [
    "/v1.1/",
    "/v1.1",
    "/v1.1/jobs/meters/",
    "/v1.1/jobs",
    "/v2/meters",
    "/v2/meters/a/b",
    "/v3/x",
    "/api/x",
    "/v2/a%0Ab",
]
METHODS = ["get", "head", "post", "put", "patch", "delete", "options", "trace"]


def headers_of(api_key: Key) -> dict[str, str]:
    return {"Authorization": f"Bearer {api_key[1]}"}


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


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_path_is_404_in_the_envelope(api_key: Key, path: str) -> None:
    answer = Client().get(path, headers=headers_of(api_key))

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    expected = {"title": "Not found", "status": 404, "details": {}, "request_id": answer["X-Request-Id"]}
    assert answer.json() == expected
    assert holds(answer.json(), ERROR)


@pytest.mark.parametrize("method", METHODS)
def test_unknown_path_answers_every_method_alike(api_key: Key, method: str) -> None:
    assert getattr(Client(), method)("/v2/nothing", headers=headers_of(api_key)).status_code == 404
    assert getattr(Client(), method)("/v2/nothing").status_code == 401


@pytest.mark.parametrize("method", METHODS)
def test_without_a_key_known_and_unknown_paths_are_alike(method: str) -> None:
    headers = {"X-Request-Id": "the-same-for-both"}
    known, unknown = (
        getattr(Client(), method)(path, headers=headers) for path in ("/v1.1/jobs/meters", "/v1.1/jobs/nothing")
    )

    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
    assert known.status_code == 401


@pytest.mark.parametrize("path", ["/nothing", "/api-keyz/", "/versions/", "/v/"])
def test_unknown_page_stays_a_page(client_of: Any, manager: Any, path: str) -> None:
    answer = client_of(manager).get(path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("method", "content_type", "body", "accept", "status"),
    [
        ("post", "application/json", '{"tags": [', "*/*", 400),
        ("post", "application/json", b"\xff\xfe", "*/*", 400),
        ("post", "text/csv", "a,b", "*/*", 415),
        ("put", "application/json", "{}", "*/*", 405),
        ("post", "application/json", "{}", "text/html", 406),
    ],
)
def test_request_that_cannot_be_read_gets_the_envelope(
    api_key: Key, method: str, content_type: str, body: Any, accept: str, status: int
) -> None:
    headers = {**headers_of(api_key), "Accept": accept}

    answer = getattr(Client(), method)("/v2/meters/search", body, content_type=content_type, headers=headers)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/json")
    assert holds(answer.json(), ERROR)
    assert answer.json()["status"] == status
    assert (answer.get("Allow") == "POST, OPTIONS") if status == 405 else True


def test_error_of_ours_is_the_published_text_and_is_reported() -> None:
    reported: list[Any] = []

    def note(**kwargs: Any) -> None:
        reported.append(kwargs["request"])

    got_request_exception.connect(note)
    try:
        response = exception_handler(RuntimeError("secret"), {})
    finally:
        got_request_exception.disconnect(note)

    assert (response.status_code, response.data) == (500, "An error happened whilst processing your request")
    assert reported == [None]


def test_errors_become_one_text_for_each_field() -> None:
    errors = {"a": ["One.", "Two."], "b": {"c": ["Three."]}, "d": {0: {"e": ["Four."]}}}

    assert messages_by_field(errors) == {"a": "One. Two.", "b": {"c": "Three."}, "d": {"0": {"e": "Four."}}}


def test_request_without_a_key_has_no_partner() -> None:
    request: Any = APIRequestFactory().get("/")
    request.user = None

    with pytest.raises(TypeError):
        partner_of(request)


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_neither_lose_nor_repeat(newest_first: bool) -> None:
    made = [Partner.objects.create(name=f"P{number}", slug=f"p{number}") for number in range(5)]
    rows = Partner.objects.filter(slug__startswith="p")
    seen, token, pages = [], "", 0

    while not pages or token:
        page, next_page = paginate(rows, size=2, token=token, newest_first=newest_first)
        seen += page
        token, pages = next_page.get("next_page_token", ""), pages + 1

    assert (seen, pages) == (made[::-1] if newest_first else made, 3)


def test_token_of_other_rows_is_refused() -> None:
    for number in range(2):
        Partner.objects.create(name=f"P{number}", slug=f"p{number}")
    _, next_page = paginate(Partner.objects.all(), size=1)

    with pytest.raises(ApiError):
        paginate(ApiKey.objects.all(), size=1, token=next_page["next_page_token"])
