"""How the API reads bodies, pages, and answers what it cannot do."""

from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.signals import got_request_exception
from django.test import Client
from rest_framework.test import APIRequestFactory

from portal.api.authentication import ApiCaller, partner_of
from portal.api.cursors import paginate
from portal.api.errors import ApiError, exception_handler, messages_by_field
from portal.api.etags import answer_unless_known, etag_of, refuse_stale
from portal.events.actors import Actor
from portal.partners.keys import create_api_key
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


def request_of(caller: ApiCaller, path: str = "/v2/x") -> Any:
    request: Any = APIRequestFactory().get(path)
    request.user = caller
    return request


@pytest.mark.parametrize("newest_first", [False, True])
def test_pages_neither_lose_nor_repeat(api_key: Key, newest_first: bool) -> None:
    made = [Partner.objects.create(name=f"P{number}", slug=f"p{number}") for number in range(5)]
    rows, request = Partner.objects.filter(slug__startswith="p"), request_of(ApiCaller(api_key[0]))
    seen, token, pages = [], "", 0

    while not pages or token:
        page, next_page = paginate(rows, request=request, size=2, token=token, newest_first=newest_first)
        seen += page
        token, pages = next_page.get("next_page_token", ""), pages + 1

    assert (seen, pages) == (made[::-1] if newest_first else made, 3)


def test_token_leads_on_only_where_it_was_given(api_key: Key, borealis: Partner) -> None:
    caller = ApiCaller(api_key[0])
    stranger = ApiCaller(create_api_key(borealis, name="theirs", by=Actor.system())[0])
    token = paginate(Partner.objects.all(), request=request_of(caller), size=1)[1]["next_page_token"]

    for rows, request, given in [
        (ApiKey.objects.all(), request_of(caller), token),
        (Partner.objects.all(), request_of(caller, "/v2/y"), token),
        (Partner.objects.all(), request_of(stranger), token),
        (Partner.objects.all(), request_of(caller), token[:-1] + ("a" if token[-1] != "a" else "b")),
    ]:
        with pytest.raises(ApiError):
            paginate(rows, request=request, size=1, token=given)  # type: ignore[type-var]  # of either model
    assert paginate(Partner.objects.all(), request=request_of(caller), size=1, token=token)[0]


@pytest.mark.parametrize("path", ["/v1.1/jobs/meters?page_token=", "/v1.1/connections?page_token="])
def test_empty_page_token_in_a_query_is_the_first_page(api_key: Key, path: str) -> None:
    assert Client().get(path, headers=headers_of(api_key)).status_code == 200


@pytest.mark.parametrize("path", ["/v2/meters/search", "/v2/meters/enrollments/search"])
def test_empty_page_token_in_a_body_is_the_first_page(api_key: Key, path: str) -> None:
    answer = Client().post(path, {"page_token": ""}, "application/json", headers=headers_of(api_key))

    assert (answer.status_code, answer.json()) == (200, {"meters": []})


ANSWER = {"meter_id": "a", "at": datetime(2031, 1, 1, tzinfo=UTC)}
ETAG = etag_of(ANSWER)


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("", 200),
        ('"other"', 200),
        ("not a tag", 200),
        (ETAG, 304),
        (f'"other", {ETAG}', 304),
        (f"W/{ETAG}", 304),
        (f'{ETAG[:-1]}-gzip"', 304),
        ("*", 304),
    ],
)
def test_known_answer_is_not_sent_again(said: str, status: int) -> None:
    response = answer_unless_known(APIRequestFactory().get("/", headers={"If-None-Match": said}), ANSWER)  # type: ignore[arg-type]  # Django's request has headers too

    assert (response.status_code, response["ETag"]) == (status, ETAG)
    assert response.data == (ANSWER if status == 200 else None)


@pytest.mark.parametrize(
    ("said", "is_stale"),
    [(None, False), (ETAG, False), (f'{ETAG[:-1]}-gzip"', False), ("*", False), ('"other"', True), ("", True)],
)
def test_change_of_what_changed_since_is_refused(said: str | None, is_stale: bool) -> None:
    request: Any = APIRequestFactory().patch("/", headers={} if said is None else {"If-Match": said})

    with pytest.raises(ApiError) if is_stale else nullcontext() as raised:
        refuse_stale(request, ANSWER)

    assert not is_stale or (raised.value.status_code, raised.value.details) == (412, {"ETag": ETAG})
