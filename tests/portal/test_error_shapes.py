"""The shape of an error is that of its path; each carries the request's ID."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import override_settings
from django.test.client import Client
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from portal import correlation
from portal.api.errors import ApiError
from portal.api.shapes import ENVELOPE, ERROR_AND_MESSAGE, ERRORS, MESSAGE, ErrorShape
from portal.api.views import ApiView
from portal.partners.models import ApiKey
from portal.web.logs import WithRequestId

Key = tuple[ApiKey, str]
ID = "request-0001"
TWO = [
    {"message": "Too short.", "json_index": 1, "problem_field": "customer.city"},
    {"message": "Unknown.", "json_index": 3, "problem_field": "meter_type"},
]


class _Failing(ApiView):
    """Fails as the body asks."""

    def post(self, request: Request) -> Response:
        raise {"list": ApiError("Not valid", details=TWO), "object": _OBJECT, "ours": RuntimeError()}[
            request.data["as"]
        ]


_OBJECT = ApiError("Not valid", details={"tags": "Too many.", "meter": {"0": "No ID."}})


def _path(name: str, shape: ErrorShape) -> Any:
    return path(name, type("Failing", (_Failing,), {"error_shape": shape}).as_view())


urlpatterns = [
    _path("v1/envelope", ENVELOPE),
    _path("v1/webhooks", ERROR_AND_MESSAGE),
    _path("v1/meters", ERRORS),
    _path("v1/provisional", MESSAGE),
]
TEXT_OF_500 = "An error happened whilst processing your request"
SHAPES: dict[tuple[str, str], Any] = {
    ("envelope", "list"): {"title": "Not valid", "status": 400, "details": TWO},
    ("envelope", "ours"): TEXT_OF_500,
    ("webhooks", "object"): {
        "error": "Bad Request",
        "message": "Not valid. tags: Too many. meter.0: No ID.",
        "details": {"tags": "Too many.", "meter": {"0": "No ID."}},
    },
    ("webhooks", "ours"): {"error": "Internal Server Error", "message": TEXT_OF_500},
    ("meters", "list"): {
        "errors": [
            {"field": "customer.city", "description": "Too short."},
            {"field": "meter_type", "description": "Unknown."},
        ]
    },
    ("meters", "object"): {
        "errors": [{"field": "tags", "description": "Too many."}, {"field": "meter.0", "description": "No ID."}]
    },
    ("meters", "ours"): TEXT_OF_500,
    ("provisional", "list"): {
        "message": "Too short.",
        "json_index": 1,
        "problem_field": "customer.city",
        "details": TWO,
    },
    ("provisional", "ours"): TEXT_OF_500,
}


@pytest.fixture
def post(api_key: Key) -> Callable[..., Any]:
    def send(name: str, body: Any, **headers: str) -> Any:
        said = {"Authorization": f"Bearer {api_key[1]}", "X-Request-Id": ID, **headers}
        with override_settings(ROOT_URLCONF=__name__):
            return Client(raise_request_exception=False).post(f"/v1/{name}", body, "application/json", headers=said)

    return send


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "how"), SHAPES)
def test_error_is_answered_in_the_shape_of_its_path(post: Callable[..., Any], name: str, how: str) -> None:
    expected = SHAPES[name, how]

    answer = post(name, {"as": how})

    assert answer.json() == ({**expected, "request_id": ID} if isinstance(expected, dict) else expected)
    assert (answer.status_code, answer["X-Request-Id"]) == (500 if how == "ours" else 400, ID)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("envelope", {"title": "Unauthorized", "status": 401, "details": {}}),
        ("webhooks", {"error": "Unauthorized", "message": "Unauthorized"}),
        ("meters", {"errors": [{"description": "Unauthorized"}]}),
        ("provisional", {"message": "Unauthorized"}),
    ],
)
def test_error_before_the_view_has_the_shape_too(post: Callable[..., Any], name: str, expected: Any) -> None:
    answer = post(name, {}, Authorization="Bearer none")

    assert (answer.status_code, answer.json()) == (401, {**expected, "request_id": ID})


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["short", "x" * 65, "a b c d e f", "line\r\nbreak-", '<script src="x">'])
def test_request_id_that_could_do_harm_is_replaced(given: str) -> None:
    answer = Client().get("/v2/x", headers={"X-Request-Id": given})

    assert answer["X-Request-Id"] == answer.json()["request_id"] != given


def test_line_of_the_log_names_the_request_that_it_is_about() -> None:
    def named(**extra: object) -> str:
        record = logging.makeLogRecord(extra)
        assert WithRequestId().filter(record)
        return str(record.request_id)  # type: ignore[attr-defined]  # the filter put it there

    request = HttpRequest()
    request.request_id = "request-0002"  # type: ignore[attr-defined]  # our own mark on the request
    with correlation.working_for(ID):
        during = named()

    assert (during, named(request=request), named()) == (ID, "request-0002", "-")
