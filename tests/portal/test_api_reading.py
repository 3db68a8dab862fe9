"""How requests are read: bodies, JSON, addresses, parameters and fields that nobody knows."""

import gzip
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from rest_framework import serializers

from portal.api.bodies import MOST_BYTES, received
from portal.api.errors import ApiError
from portal.api.unknown import likeliest, unknown_fields
from portal.partners.models import ApiKey
from tests.portal.api_contract import ERROR, holds

pytestmark = pytest.mark.django_db
Key = tuple[ApiKey, str]
SEARCH = "/v2/meters/search"
JSON = "application/json"


@pytest.fixture
def call(api_key: Key) -> Callable[..., Any]:
    def send(method: str, path: str, body: Any = b"", kind: str = JSON, **headers: str) -> Any:
        said = {"Authorization": f"Bearer {api_key[1]}", **headers}
        client = Client(raise_request_exception=False)
        return client.generic(method, path, body, kind, headers=said)  # type: ignore[arg-type]  # bytes or text

    return send


BROKEN: dict[str, tuple[Any, dict[str, str]]] = {
    "truncated": ('{"tags": ["a"', {}),
    "twice": ('{"page_size": 1, "page_size": 2}', {"page_size": "This field is given twice in one object."}),
    "NaN": ('{"page_size": NaN}', {"error": "NaN is not a JSON number."}),
    "Infinity": ('{"page_size": -Infinity}', {"error": "-Infinity is not a JSON number."}),
    "1e999": ('{"page_size": 1e999}', {"error": "1e999 is beyond what a number can be."}),
    "many digits": ('{"page_size": ' + "9" * 5000 + "}", {}),
    "half a character": (
        '{"tags": ["a", "\\ud800"]}',
        {"tags.1": "The text has a NUL or half of a character (\\u0000, \\ud800–\\udfff)."},
    ),
    "NUL": (
        '{"meter_ids": [{"x": "\\u0000"}]}',
        {"meter_ids.0.x": "The text has a NUL or half of a character (\\u0000, \\ud800–\\udfff)."},
    ),
    "NUL in a name": (
        '{"a\\u0000": 1}',
        {"error": "The text has a NUL or half of a character (\\u0000, \\ud800–\\udfff)."},
    ),
    "raw NUL": (b'{"tags": ["\x00"]}', {}),
    "latin-1": ('{"tags": ["é"]}'.encode("latin-1"), {"error": "The body is not UTF-8 at byte 11."}),
    "spaces": ("  ", {}),
    "null": ("null", {"non_field_errors": "No data provided"}),
    "a text": ('"x"', {}),
    "a list": ("[]", {}),
    "null for a list": ('{"tags": null}', {"tags": "This field may not be null."}),
    "null for a number": ('{"page_size": null}', {"page_size": "This field may not be null."}),
    "an object for a text": ('{"tags": [{}]}', {"tags": {"0": "Not a valid string."}}),  # type: ignore[dict-item]
    "an unknown value": ('{"meter_types": ["CAR"]}', {"meter_types": {"0": '"CAR" is not a valid choice.'}}),  # type: ignore[dict-item]
    "a text of 100,000": (json.dumps({"tags": ["x" * 100_000]}), {}),
    "a text of 1 MB": (json.dumps({"partner_references": ["x" * 1024 * 1024]}), {}),
    "1,001 IDs": (json.dumps({"meter_ids": ["0198c0de-0000-7000-8000-000000000002"] * 1001}), {}),
    "a long token": (json.dumps({"page_token": "x" * 100_000}), {}),
}


@pytest.mark.parametrize("name", BROKEN)
def test_body_that_cannot_be_read_is_refused_by_name(call: Callable[..., Any], name: str) -> None:
    body, details = BROKEN[name]

    answer = call("POST", SEARCH, body)

    assert (answer.status_code, answer["Content-Type"]) == (400, JSON)
    assert holds(answer.json(), ERROR)
    assert answer.json()["details"] == (details or answer.json()["details"])
    assert answer.json()["details"]
    assert len(answer.content) < 1000


@pytest.mark.parametrize(
    "body",
    ["", "{}", b"\xef\xbb\xbf{}", '{"page_size": 1E1}', '{"tags": ["\\ud83d\\ude00", "é"]}', '{"page_token": ""}'],
)
def test_body_that_can_be_read_is(call: Callable[..., Any], body: Any) -> None:
    answer = call("POST", SEARCH, body)

    assert (answer.status_code, answer.json()) == (200, {"meters": []})


@pytest.mark.parametrize(
    ("kind", "encoding", "status"),
    [
        ("application/json; charset=utf-8", "", 200),
        ('application/json; charset="UTF-8"', "identity", 200),
        ("application/json; charset=utf-16", "", 415),
        ("text/plain", "", 415),
        ("application/x-www-form-urlencoded", "", 415),
        ("multipart/form-data; boundary=x", "", 415),
        ("", "", 415),
        (JSON, "br", 415),
        (JSON, "gzip, gzip", 415),
    ],
)
def test_only_json_in_utf_8_is_accepted(call: Callable[..., Any], kind: str, encoding: str, status: int) -> None:
    headers = {"Content-Encoding": encoding} if encoding else {}

    answer = call("POST", SEARCH, "{}", kind, **headers)

    assert (answer.status_code, answer["Content-Type"]) == (status, JSON)
    assert status == 200 or holds(answer.json(), ERROR)


PACKED = gzip.compress(b'{"tags": ["a"]}')


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (PACKED, 200),
        (gzip.compress(b'{"tags": ["a"]') + gzip.compress(b"}"), 200),
        (b"", 200),
        (PACKED[:-3], 400),
        (PACKED + b"more", 400),
        (b"{}", 400),
        (gzip.compress(b" " * MOST_BYTES + b"{}"), 413),
        (gzip.compress(gzip.compress(b"{}")), 400),
    ],
    ids=["whole", "in two parts", "empty", "cut", "with more", "not packed", "a bomb", "twice"],
)
def test_packed_body_is_unpacked_up_to_the_limit(call: Callable[..., Any], body: bytes, status: int) -> None:
    answer = call("POST", SEARCH, body, **{"Content-Encoding": "gzip"})

    assert (answer.status_code, answer["Content-Type"]) == (status, JSON)


@pytest.mark.parametrize("said", [None, "10", "-1", "x"])
def test_body_beyond_the_limit_is_refused(call: Callable[..., Any], said: str | None) -> None:
    answer = call("POST", SEARCH, " " * (MOST_BYTES + 1))

    assert (answer.status_code, answer.json()["title"]) == (413, "The body is too large")


def test_body_of_unknown_length_is_read_to_its_end() -> None:
    request: Any = type("Sent", (), {"META": {}, "headers": {}, "environ": {}})()
    request.environ = {"wsgi.input": io.BytesIO(b"{} "), "wsgi.input_terminated": True}

    body = received(request, 3)

    assert (body.file.read(), body.size) == (b"{} ", 3)
    request.environ["wsgi.input"].seek(0)
    with pytest.raises(ApiError):
        received(request, 2)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v2/meters/%00", 400),
        ("/v1.1/jobs/meters?search_query=%00&search_fields=file_name", 400),
        ("/v1.1/connections?reference_id=" + "x" * 8000, 414),
        ("/v2/meters/" + "x" * 8000, 414),
        ("/v2/meters/" + "x" * 7000, 400),
        ("/v2/meters/%ff%fe", 400),
        ("/v2/meters/%ED%A0%80", 400),
        ("/v1.1/jobs/meters?page_token=%ff", 400),
        ("/v1.1/jobs/meters?filter=status:x", 400),
        ("/v1.1/jobs/meters?filter=file_name:" + ",".join("x" * 1000), 400),
        ("/v1.1/jobs/meters?search_fields=partner_reference&search_query=" + ",".join("x" * 1000), 400),
        ("/v1.1/jobs/meters?search_fields=file_name&search_query=" + "x" * 7000, 400),
        ("/v1.1/connections?reference_id=" + "x" * 7000, 400),
        ("/v1.1/connections?" + "&".join(["reference_id=x"] * 101), 400),
        ("/v2/meters/0198c0de-0000-7000-8000-000000000002/enrollments?as_of=" + "9" * 5000, 400),
    ],
)
def test_address_that_no_operation_can_take_is_refused_as_json(
    call: Callable[..., Any], path: str, status: int
) -> None:
    answer = call("GET", path)

    assert (answer.status_code, answer["Content-Type"]) == (status, JSON), answer.content[:300]
    assert holds(answer.json(), ERROR)


def test_error_outside_a_view_is_json(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["portal.example"]

    answer = Client().get("/v2/meters/x", headers={"Host": "evil.example"})

    assert (answer.status_code, answer.json()["status"]) == (400, 400)


# --- names that nobody knows


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("updateExisting", "update_existing"),
        ("update-existing", "update_existing"),
        ("updte_existing", "update_existing"),
    ],
)
def test_misspelled_parameter_of_a_write_is_refused_with_what_was_meant(
    call: Callable[..., Any], name: str, meant: str
) -> None:
    answer = call("POST", f"/v1.1/jobs/meters?{name}=true", '{"assets": []}')

    assert answer.status_code == 400
    assert answer.json()["details"] == {name: f"This parameter is unknown. Did you mean {meant}?"}


@pytest.mark.parametrize("query", ["dry_run", "dry_run=", "dry_run=true&dry_run=false", "dry_run=true&dry_run=true"])
def test_parameter_of_a_write_that_is_empty_or_given_twice_is_refused(call: Callable[..., Any], query: str) -> None:
    answer = call("POST", f"/v1.1/jobs/meters?{query}", '{"assets": []}')

    assert (answer.status_code, list(answer.json()["details"])) == (400, ["dry_run"])


def test_parameter_that_is_like_none_is_refused_all_the_same(call: Callable[..., Any]) -> None:
    answer = call("POST", "/v1.1/enrollment/meters/participate?%0Dx=1", "{}")

    assert (answer.status_code, answer.json()["details"]) == (400, {"\rx": "This parameter is unknown."})


@pytest.mark.parametrize(
    ("method", "path", "header"),
    [
        ("GET", "/v1.1/jobs/meters?page_size=5&pagesize=5&a%0D%0Ab=1", "pagesize, a%0D%0Ab"),
        ("POST", f"{SEARCH}?dry_run=1", "dry_run"),
        ("GET", "/v1.1/jobs/meters?page_size=5", None),
        ("GET", "/v1.1/connections?format=xml", "format"),
    ],
)
def test_parameter_that_a_read_ignored_is_named_in_a_header(
    call: Callable[..., Any], method: str, path: str, header: str | None
) -> None:
    answer = call(method, path)

    assert (answer.status_code, answer.get("X-Unknown-Parameters")) == (200, header)


def test_field_that_nobody_knows_is_warned_of(call: Callable[..., Any]) -> None:
    answer = call("POST", SEARCH, '{"pageSize": 1, "zzz": 1}')

    assert (answer.status_code, answer.json()) == (
        200,
        {
            "meters": [],
            "warnings": [
                {
                    "field": "pageSize",
                    "message": "This field is unknown, so we ignored it. Did you mean page_size?",
                },
                {"field": "zzz", "message": "This field is unknown, so we ignored it."},
            ],
        },
    )


class _Inner(serializers.Serializer[object]):
    name = serializers.CharField()


class _Outer(serializers.Serializer[object]):
    inner = _Inner()
    many = _Inner(many=True)
    listed = serializers.ListField(child=_Inner())
    free = serializers.DictField()


def test_unknown_fields_are_found_at_any_depth() -> None:
    item = {"name": "x", "nme": "y"}

    told = unknown_fields(_Outer(), {"inner": item, "many": [item], "listed": [{"name": "x"}, item], "free": item})

    assert [warning["field"] for warning in told] == ["inner.nme", "many.0.nme", "listed.1.nme"]


def test_name_that_is_far_from_all_is_like_none() -> None:
    assert likeliest("x" * 100_000, ["page_size", "page_token"]) == likeliest("color", ["page_size"]) == ""


# --- packed answers


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("", None),
        ("br", None),
        ("gzip;q=0", None),
        ("gzip; q=0.0, br", None),
    ],
)
def test_answer_is_packed_for_who_accepts_it(call: Callable[..., Any], accepted: str, encoding: str | None) -> None:
    answer = call("GET", "/api/schema", **({"Accept-Encoding": accepted} if accepted else {}))

    assert (answer.get("Content-Encoding"), "Accept-Encoding" in answer["Vary"]) == (encoding, True)
    content = gzip.decompress(answer.content) if encoding else answer.content
    assert content.startswith(b"openapi:")
