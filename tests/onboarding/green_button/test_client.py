"""Fetching resources from a real server: what each status means, and what is bounded."""

import io
from datetime import UTC, datetime, timedelta, timezone

import pytest
import requests

from onboarding.green_button.client import FetchAnswer, backoff, fetch_resource, published_since
from tests.onboarding.green_button.conftest import Utility

LONG_AGO = "Mon, 01 Jan 2001 00:00:00 GMT"


def fetch(utility: Utility, **options: object) -> tuple[FetchAnswer, bytes]:
    into = io.BytesIO()
    with requests.Session() as session:
        url = f"{utility.url}/Batch/Subscription/1"
        answer = fetch_resource(session, url, access_token="hush", into=into, **options)  # type: ignore[arg-type]
    return answer, into.getvalue()


def test_feed_is_written_to_the_file(utility: Utility) -> None:
    utility.body, utility.headers = b"<feed/>" * 50_000, [("ETag", '"7"')]

    assert fetch(utility) == (FetchAnswer("feed", 200, None, 350_000, '"7"'), utility.body)
    assert utility.asked[0].headers["AUTHORIZATION"] == "Bearer hush"


@pytest.mark.parametrize(
    ("status", "headers", "answer"),
    [
        ("202 Accepted", [("Retry-After", "120")], FetchAnswer("not_ready", 202, timedelta(minutes=2))),
        ("204 No Content", [], FetchAnswer("not_ready", 204)),
        ("503 Service Unavailable", [("Retry-After", "9999999")], FetchAnswer("not_ready", 503, timedelta(days=1))),
        ("503 Service Unavailable", [], FetchAnswer("failed", 503)),
        ("429 Too Many Requests", [("Retry-After", "soon")], FetchAnswer("not_ready", 429)),
        ("202 Accepted", [("Retry-After", LONG_AGO)], FetchAnswer("not_ready", 202, timedelta(0))),
        ("304 Not Modified", [], FetchAnswer("unchanged", 304)),
        ("401 Unauthorized", [], FetchAnswer("refused", 401)),
        ("403 Forbidden", [], FetchAnswer("refused", 403)),
        ("404 Not Found", [], FetchAnswer("gone", 404)),
        ("500 Internal Server Error", [], FetchAnswer("failed", 500)),
        ("302 Found", [("Location", "/elsewhere")], FetchAnswer("failed", 302)),
    ],
)
def test_every_status_has_a_meaning(
    utility: Utility, status: str, headers: list[tuple[str, str]], answer: FetchAnswer
) -> None:
    utility.status, utility.headers, utility.body = status, headers, b""

    assert fetch(utility) == (answer, b"")
    assert len(utility.asked) == 1


def test_body_beyond_the_limit_is_not_taken(utility: Utility) -> None:
    utility.body = b"a" * 1_000_000
    answer, taken = fetch(utility, max_bytes=100_000)

    assert answer.outcome == "too_large"
    assert len(taken) <= 100_000


def test_body_beyond_its_deadline_is_given_up(utility: Utility) -> None:
    utility.body = b"a" * 1_000_000

    with pytest.raises(requests.Timeout):
        fetch(utility, deadline_seconds=-1.0)


def test_etag_is_asked_for(utility: Utility) -> None:
    fetch(utility, etag='"7"')

    assert utility.asked[0].headers["IF_NONE_MATCH"] == '"7"'


def test_only_what_is_new_is_asked_for() -> None:
    after = datetime(2026, 11, 2, 12, tzinfo=timezone(timedelta(hours=-8)))

    assert published_since("https://u.example/a?x=1&published-min=old", after) == (
        "https://u.example/a?x=1&published-min=2026-11-02T20%3A00%3A00Z"
    )
    assert published_since("https://u.example/a", after.astimezone(UTC)).startswith(
        "https://u.example/a?published-min="
    )


def test_waits_double_up_to_the_cap() -> None:
    waits = [backoff(attempt) for attempt in (0, 1, 2, 3, 8, 10_000)]

    assert (
        waits == [timedelta(minutes=5)] * 2 + [timedelta(minutes=10), timedelta(minutes=20)] + [timedelta(hours=6)] * 2
    )
