"""What is packed on its way to a browser, and what is not."""

import gzip
from collections.abc import Callable

import pytest
from django.http import FileResponse, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import Client, RequestFactory

from portal.partners.models import User
from portal.web.middleware import PackPagesMiddleware

LONG = "A row of a table. " * 500


def packed(answer: HttpResponseBase, rf: RequestFactory) -> HttpResponseBase:
    """An answer as a browser gets it that understands gzip."""
    return PackPagesMiddleware(lambda _: answer)(rf.get("/", headers={"Accept-Encoding": "gzip, br"}))


def test_page_is_packed_for_who_accepts_it(client_of: Callable[[User], Client], manager: User) -> None:
    client = client_of(manager)

    plain, short = (client.get("/", headers={"Accept-Encoding": accepted}) for accepted in ("", "gzip"))

    assert [(answer.status_code, answer.get("Content-Encoding")) for answer in (plain, short)] == [
        (200, None),
        (200, "gzip"),
    ]
    assert ["Accept-Encoding" in answer["Vary"] for answer in (plain, short)] == [True, True]
    assert int(short["Content-Length"]) == len(short.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(short.content)


def test_length_of_a_packed_page_tells_little_of_what_is_in_it(rf: RequestFactory) -> None:
    lengths = {len(packed(HttpResponse(LONG), rf).content) for _ in range(50)}  # type: ignore[attr-defined]  # a page

    assert len(lengths) > 10


@pytest.mark.parametrize(
    "answer",
    [
        StreamingHttpResponse([LONG.encode()], content_type="text/csv"),
        StreamingHttpResponse([LONG.encode()], content_type="text/html"),
        HttpResponse(LONG, content_type="text/calendar", headers={"ETag": '"1"', "Content-Length": len(LONG)}),
        FileResponse([LONG.encode()], content_type="application/pdf", headers={"Content-Length": len(LONG)}),
        JsonResponse({"text": LONG}),
    ],
    ids=["export", "stream", "feed", "file", "json"],
)
def test_what_is_no_page_stays_as_it_is(answer: HttpResponseBase, rf: RequestFactory) -> None:
    headers = dict(answer.headers)

    body = b"".join(packed(answer, rf))  # type: ignore[arg-type]  # every answer can be read

    assert LONG.encode() in body
    assert dict(answer.headers) == headers
