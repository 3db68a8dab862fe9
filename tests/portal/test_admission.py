"""Which requests of a key come in: by permission, by network and by rate; and what answers say about it."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from portal.api.urls import ApiSchema
from portal.api.views import ApiView, UnknownPath
from portal.events.actors import Actor
from portal.partners.keys import create_api_key, revoke_api_key
from portal.partners.models import ApiKey, KeyPermission, Partner

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")
NOBODY = "00000000-0000-0000-0000-000000000000"


def addresses(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from addresses(entry)
        else:
            yield entry


def ask(text: str, method: str = "get", path: str = "/v1.1/jobs/meters", **extra: Any) -> HttpResponse:
    return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {text}"}, **extra)


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("get", "/v1.1/jobs/meters", "READ_METERS"),
        ("head", "/v1.1/jobs/meters", "READ_METERS"),
        ("post", "/v1.1/jobs/meters", "WRITE_METERS"),
        ("get", f"/v2/meters/{NOBODY}", "READ_METERS"),
        ("post", f"/v1.1/enrollment/meters/{NOBODY}/idle_periods", "ENROLLMENT"),
        ("get", "/v1.1/connections", "CONNECTIONS"),
    ],
)
def test_key_does_what_it_may_and_nothing_else(acme, method, path, permission):
    others = [other for other in KeyPermission if other.value != permission]
    _, may = create_api_key(acme, name="may", by=BY, permissions=[KeyPermission(permission)])
    _, may_not = create_api_key(acme, name="may not", by=BY, permissions=others)

    refused = ask(may_not, method, path)

    assert refused.status_code == 403
    assert ask(may, method, path).status_code not in {401, 403}
    if method != "head":
        assert refused.json()["title"] == "You do not have the necessary permissions for this operation"
        assert permission in refused.json()["details"]["error"]


def test_every_operation_says_which_permission_it_needs():
    """A method without one would be open to every key."""
    classes = [getattr(entry.callback, "view_class", None) for entry in addresses(get_resolver())]
    views = [view for view in classes if isinstance(view, type) and issubclass(view, ApiView)]
    operations = [
        (view, method)
        for view in views
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(view, method) and view not in {UnknownPath, ApiSchema}
    ]

    assert len(operations) > 10
    assert [(view, method) for view, method in operations if method.upper() not in view.needs] == []


def test_unknown_paths_and_the_schema_need_no_permission(acme):
    _, text = create_api_key(acme, name="reader", by=BY, permissions=[KeyPermission.CONNECTIONS])

    assert [ask(text, path=path).status_code for path in ("/v2/nothing", "/api/schema")] == [404, 200]


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "status"),
    [
        (0, "203.0.113.7", None, 200),
        (0, "198.51.100.1", None, 403),
        (0, "198.51.100.1", "203.0.113.7", 403),  # nobody vouches for the header
        (1, "10.0.0.1", "203.0.113.7", 200),
        (1, "10.0.0.1", "198.51.100.1", 403),
        (1, "10.0.0.1", "203.0.113.7, 198.51.100.1", 403),  # the first one is what the caller says
        (1, "10.0.0.1", "198.51.100.1, 203.0.113.7", 200),
    ],
)
def test_key_works_from_its_networks_alone(acme, proxies, peer, forwarded, status):
    _, text = create_api_key(acme, name="office", by=BY, networks=["203.0.113.0/24"])
    extra = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}

    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        answer = ask(text, REMOTE_ADDR=peer, **extra)

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["title"] == "This key doesn’t work from this network address"
        assert ApiKey.objects.get().last_used_at is None


@override_settings(API_REQUESTS_PER_MINUTE=3)
def test_requests_of_a_key_are_counted_and_every_answer_says_how_many_are_left(acme, borealis):
    _, text = create_api_key(acme, name="busy", by=BY)
    _, other = create_api_key(acme, name="other", by=BY)

    paths = ["/v1.1/jobs/meters", "/v2/nothing", "/v1.1/jobs/meters?page_size=x", "/v1.1/jobs/meters"]
    answers = [ask(text, path=path) for path in paths]

    assert [answer.status_code for answer in answers] == [200, 404, 400, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert {(answer["RateLimit-Limit"], answer["RateLimit-Policy"]) for answer in answers} == {("3", "3;w=60")}
    assert answers[3].json()["title"] == "Too many requests"
    assert 1 <= int(answers[3]["Retry-After"]) == int(answers[3]["RateLimit-Reset"]) <= 60
    assert ask(other).status_code == 200
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert ask(text).status_code == 200


def test_partner_may_have_a_limit_of_its_own(acme):
    Partner.objects.update(api_requests_per_minute=1)
    _, text = create_api_key(acme, name="slow", by=BY)

    assert [ask(text).status_code for _ in range(2)] == [200, 429]


@override_settings(API_BAD_KEYS_PER_MINUTE=2)
def test_bad_keys_of_an_address_are_limited_and_good_ones_are_not_locked_out(acme):
    key, good = create_api_key(acme, name="good", by=BY)
    gone, revoked = create_api_key(acme, name="gone", by=BY)
    revoke_api_key(gone, by=BY)

    bad = [ask(text) for text in ("nonsense", f"{key.pk}:guessed", revoked, "a b")]

    assert [answer.status_code for answer in bad] == [401, 401, 429, 429]
    assert int(bad[2]["Retry-After"]) >= 1
    assert ask(good).status_code == 200
    assert ask("nonsense", REMOTE_ADDR="203.0.113.9").status_code == 401
    assert Client().get("/v1.1/jobs/meters").status_code == 401  # without a key there is nothing to guess


def test_health_is_not_counted(db):
    assert "RateLimit-Limit" not in Client().get("/healthz")


def test_queries_of_a_request(acme, api_key, django_assert_num_queries):
    """The key with its partner, the count, the jobs, and after the answer the log; the first one notes its use."""
    _, text = api_key
    ask(text)

    with django_assert_num_queries(4):
        ask(text)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time")
@override_settings(API_REQUESTS_PER_MINUTE=50)
def test_24_clients_at_once_are_admitted_exactly_up_to_the_limit(api_key: tuple[ApiKey, str]) -> None:
    def ask_often(_: int) -> list[int]:
        try:
            return [ask(api_key[1], path="/v2/nothing").status_code for _ in range(4)]
        finally:
            connection.close()

    with ThreadPoolExecutor(24) as pool:
        answers = Counter(status for statuses in pool.map(ask_often, range(24)) for status in statuses)

    assert answers == {404: 50, 429: 46}
