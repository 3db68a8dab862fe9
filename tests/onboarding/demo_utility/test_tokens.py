"""Codes and tokens: what they open, and when they end."""

import pytest
import requests

from tests.demo_utility import DemoUtility, get, query_of

CODE = "LEAP_TEST_CAISO"
VERIFIER = "v" * 50
DAY = 86400


def granted(demo_utility: DemoUtility, code: str = CODE) -> str:
    """An authorization code."""
    url = demo_utility.authorization_url(code, VERIFIER)
    return query_of(demo_utility.sign_in(requests.Session(), url, "success"))["code"]


def refused(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.fixture
def clock(demo_utility: DemoUtility):
    yield demo_utility.set_clock
    demo_utility.set_clock(0)


def test_token_answer_says_where_the_data_is(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize(CODE, "success")

    resource = demo_utility.endpoints(CODE)["resource"]
    number = answer["resourceURI"].rpartition("/")[2]
    assert answer["resourceURI"] == f"{resource}Batch/Subscription/{number}"
    assert answer["authorizationURI"] == f"{resource}Authorization/{number}"
    assert answer["customerResourceURI"].startswith(f"{resource}Batch/RetailCustomer/")
    assert (answer["expires_in"], answer["token_type"]) == (3600, "Bearer")
    assert answer["scope"] == demo_utility.endpoints(CODE)["scope"]


def test_code_is_worth_nothing_without_its_verifier(demo_utility: DemoUtility) -> None:
    code = granted(demo_utility)

    wrong = demo_utility.exchange(CODE, code, "w" * 50)
    missing = demo_utility.exchange(CODE, code, "")

    assert refused(wrong) == (400, "invalid_grant")
    assert refused(missing)[0] == 400


def test_code_works_once(demo_utility: DemoUtility) -> None:
    code = granted(demo_utility)

    first, second = (demo_utility.exchange(CODE, code, VERIFIER) for _ in range(2))

    assert first.status_code == 200
    assert refused(second) == (400, "invalid_grant")


def test_code_needs_the_redirect_uri_that_it_was_asked_with(demo_utility: DemoUtility) -> None:
    code = granted(demo_utility)

    altered = demo_utility.exchange(CODE, code, VERIFIER, redirect_uri=f"{demo_utility.redirect_uri}more/")

    assert altered.status_code == 400


def test_code_of_another_utility_is_refused(demo_utility: DemoUtility) -> None:
    code = granted(demo_utility, "DEMO2")

    assert refused(demo_utility.exchange(CODE, code, VERIFIER)) == (400, "invalid_grant")


def test_client_proves_who_it_is(demo_utility: DemoUtility) -> None:
    code = granted(demo_utility)
    url = demo_utility.endpoints(CODE)["token"]
    data = {"grant_type": "authorization_code", "code": code, "redirect_uri": demo_utility.redirect_uri}
    data["code_verifier"] = VERIFIER
    client = demo_utility.client

    wrong = requests.post(url, data, auth=(client.client_id, "guess"))
    anonymous = requests.post(url, {**data, "client_id": client.client_id})
    in_body = {"client_id": client.client_id, "client_secret": client.client_secret}
    right = requests.post(url, {**data, **in_body})

    assert refused(wrong) == refused(anonymous) == (401, "invalid_client")
    assert right.status_code == 200


def test_refresh_changes_both_tokens(demo_utility: DemoUtility) -> None:
    first = demo_utility.authorize(CODE, "success")

    second = demo_utility.refresh(CODE, first["refresh_token"]).json()

    assert second["resourceURI"] == first["resourceURI"]
    assert second["scope"] == first["scope"]
    assert get(first["authorizationURI"], first["access_token"]).status_code == 401
    assert get(first["authorizationURI"], second["access_token"]).status_code == 200


def test_refresh_token_that_was_used_ends_its_family(demo_utility: DemoUtility) -> None:
    first = demo_utility.authorize(CODE, "success")
    second = demo_utility.refresh(CODE, first["refresh_token"]).json()

    replayed = demo_utility.refresh(CODE, first["refresh_token"])
    after = demo_utility.refresh(CODE, second["refresh_token"])

    assert refused(replayed) == refused(after) == (400, "invalid_grant")


def test_token_sees_its_own_subscription_only(demo_utility: DemoUtility) -> None:
    own, other = (demo_utility.authorize(CODE, name) for name in ("success", "commercial"))
    names = ("resourceURI", "customerResourceURI", "authorizationURI")

    statuses = [[get(answer[name], own["access_token"]).status_code for name in names] for answer in (own, other)]

    assert statuses == [[200, 200, 200], [404, 404, 404]]


def test_token_of_another_utility_is_refused(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize("DEMO2", "success")

    elsewhere = get(answer["authorizationURI"].replace("/caiso2/", "/caiso/"), answer["access_token"])

    assert elsewhere.status_code == 401


def test_data_needs_a_token_in_the_header(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize(CODE, "success")

    without = requests.get(answer["resourceURI"])
    in_url = requests.get(f"{answer['resourceURI']}?access_token={answer['access_token']}")

    assert (without.status_code, in_url.status_code) == (401, 401)
    assert without.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_token_that_is_given_back_ends_the_authorization(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize(CODE, "success")
    data = {"token": answer["refresh_token"], "token_type_hint": "refresh_token"}

    revoked = demo_utility.post(demo_utility.endpoints(CODE)["revocation"], data)

    assert revoked.status_code == 200
    assert get(answer["resourceURI"], answer["access_token"]).status_code == 401
    assert refused(demo_utility.refresh(CODE, answer["refresh_token"])) == (400, "invalid_grant")


def test_access_ends_by_the_demo_clock_and_is_renewed(demo_utility: DemoUtility, clock) -> None:
    answer = demo_utility.authorize(CODE, "success")

    clock(2 * DAY)
    late = get(answer["resourceURI"], answer["access_token"])
    renewed = demo_utility.refresh(CODE, answer["refresh_token"]).json()

    assert late.status_code == 401
    assert get(renewed["resourceURI"], renewed["access_token"]).status_code == 200


def test_expired_authorization_gives_nothing_after_a_day(demo_utility: DemoUtility, clock) -> None:
    answer = demo_utility.authorize(CODE, "expired")
    before = get(answer["resourceURI"], answer["access_token"])

    clock(DAY + 60)

    assert before.status_code == 200
    assert get(answer["resourceURI"], answer["access_token"]).status_code == 401
    assert refused(demo_utility.refresh(CODE, answer["refresh_token"])) == (400, "invalid_grant")


def test_access_that_is_not_renewed_ends_after_a_minute(demo_utility: DemoUtility, clock) -> None:
    answer = demo_utility.authorize(CODE, "refresh_refused")
    before = get(answer["resourceURI"], answer["access_token"])

    clock(61)

    assert (answer["expires_in"], before.status_code) == (60, 200)
    assert get(answer["resourceURI"], answer["access_token"]).status_code == 401
    assert refused(demo_utility.refresh(CODE, answer["refresh_token"])) == (400, "invalid_grant")


def test_revoked_later_works_for_three_days(demo_utility: DemoUtility, clock) -> None:
    answer = demo_utility.authorize(CODE, "revoked_later")

    clock(2 * DAY)
    renewed = demo_utility.refresh(CODE, answer["refresh_token"]).json()
    before = get(renewed["resourceURI"], renewed["access_token"])
    clock(3 * DAY + 1)

    assert before.status_code == 200
    assert get(renewed["resourceURI"], renewed["access_token"]).status_code == 401
    assert refused(demo_utility.refresh(CODE, renewed["refresh_token"])) == (400, "invalid_grant")


def test_data_that_never_comes_is_waited_for(demo_utility: DemoUtility, clock) -> None:
    answer = demo_utility.authorize(CODE, "no_data")
    clock(30 * DAY)
    renewed = demo_utility.refresh(CODE, answer["refresh_token"]).json()

    pages = [get(renewed[name], renewed["access_token"]) for name in ("resourceURI", "customerResourceURI")]

    assert [(page.status_code, page.content, page.headers["Retry-After"]) for page in pages] == [(202, b"", "3600")] * 2
