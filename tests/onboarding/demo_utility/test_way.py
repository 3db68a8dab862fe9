"""The pages and the answers of OAuth 2.0: test cases that do not end with data, and what is refused."""

import pytest
import requests

from tests.demo_utility import SLOW_SECONDS, DemoUtility, forms_of, get, query_of

CODE = "LEAP_TEST_CAISO"
VERIFIER = "v" * 50


def way_back(demo_utility: DemoUtility, user_name: str) -> dict[str, str]:
    """What the portal is told when a customer comes back; it always comes to the redirect URI."""
    location = demo_utility.sign_in(requests.Session(), demo_utility.authorization_url(CODE, VERIFIER), user_name)
    assert location.partition("?")[0] == demo_utility.redirect_uri
    return query_of(location)


def test_success_comes_back_with_code_state_and_issuer(demo_utility: DemoUtility) -> None:
    answer = way_back(demo_utility, "success")

    assert sorted(answer) == ["code", "iss", "state"]
    assert answer["state"] == "state-1"
    assert answer["iss"] == f"{demo_utility.base_url}/caiso"


@pytest.mark.parametrize(
    ("user_name", "error"),
    [
        ("wrong_password", "access_denied"),
        ("mfa_failed", "access_denied"),
        ("cancel", "access_denied"),
        ("utility_down", "temporarily_unavailable"),
        ("error_after_consent", "server_error"),
    ],
)
def test_failure_comes_back_with_its_reason(demo_utility: DemoUtility, user_name: str, error: str) -> None:
    answer = way_back(demo_utility, user_name)

    assert answer.pop("error_description")
    assert answer == {"error": error, "state": "state-1", "iss": f"{demo_utility.base_url}/caiso"}


def test_password_is_refused_twice_before_the_way_ends(demo_utility: DemoUtility) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(CODE, VERIFIER))

    for _ in range(2):
        form = forms_of(page)[0]
        page = session.post(page.url, [*form.fields[:1], ("user_name", "wrong_password")], allow_redirects=False)
        assert page.status_code == 200
        assert "do not match" in page.text
    back = next(form for form in forms_of(page) if "/back/" in form.action)
    answer = session.post(demo_utility.base_url + back.action, back.fields, allow_redirects=False)

    assert query_of(answer.headers["Location"])["error"] == "access_denied"


def test_utility_that_is_down_answers_503(demo_utility: DemoUtility) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(CODE, VERIFIER))

    answer = session.post(page.url, [*forms_of(page)[0].fields[:1], ("user_name", "utility_down")])

    assert answer.status_code == 503
    assert "down for maintenance" in answer.text


def test_menu_names_each_test_case(demo_utility: DemoUtility) -> None:
    page = requests.get(demo_utility.authorization_url(CODE, VERIFIER))

    assert [value for _, value in forms_of(page)[1].buttons] == [
        *("success", "two_meters", "commercial", "duplicate", "address_mismatch", "no_smart_meter"),
        *("wrong_password", "mfa_failed", "cancel", "utility_down", "error_after_consent"),
        *("no_data", "revoked_later", "expired", "refresh_refused", "slow"),
    ]


def test_forms_need_their_token(demo_utility: DemoUtility) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(CODE, VERIFIER))

    answer = session.post(page.url, {"user_name": "success"})

    assert answer.status_code == 403


def test_sign_in_of_another_browser_is_not_taken_over(demo_utility: DemoUtility) -> None:
    page = requests.Session().get(demo_utility.authorization_url(CODE, VERIFIER))

    taken, own = requests.get(page.url), page

    assert (taken.status_code, own.status_code) == (404, 200)


def test_steps_cannot_be_skipped(demo_utility: DemoUtility) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(CODE, VERIFIER))

    skipped = session.get(page.url.replace("/sign-in/", "/consent/"))

    assert skipped.url == page.url


def test_no_meter_chosen_asks_again(demo_utility: DemoUtility) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(CODE, VERIFIER))
    page = session.post(page.url, [*forms_of(page)[0].fields[:1], ("user_name", "two_meters")])

    again = session.post(page.url, forms_of(page)[0].fields)

    assert "Select at least one meter" in again.text
    assert [form.checked for form in forms_of(again)[:1]] == [[]]


def test_button_pressed_twice_leads_to_the_same_place(demo_utility: DemoUtility) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(CODE, VERIFIER))
    page = session.post(page.url, [*forms_of(page)[0].fields[:1], ("user_name", "success")])
    page = session.post(page.url, forms_of(page)[0].fields + forms_of(page)[0].checked)
    data = [*forms_of(page)[0].fields, ("decision", "authorize")]

    answers = [session.post(page.url, data, allow_redirects=False) for _ in range(2)]

    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert session.get(page.url).status_code == 410


def test_slow_answers_take_their_time(demo_utility: DemoUtility) -> None:
    answer = demo_utility.authorize(CODE, "slow")

    page = get(answer["authorizationURI"], answer["access_token"])

    assert page.elapsed.total_seconds() >= SLOW_SECONDS


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/connect/return/"},
        {"redirect_uri": "http://127.0.0.1:1/connect/return/"},
        {"client_id": "somebody-else"},
        {"client_id": ""},
    ],
)
def test_request_that_cannot_be_answered_stays_here(demo_utility: DemoUtility, changes: dict[str, str]) -> None:
    page = requests.get(demo_utility.authorization_url(CODE, VERIFIER, **changes), allow_redirects=False)

    assert page.status_code == 400
    assert "This link does not work" in page.text


def test_redirect_uri_with_a_query_is_another(demo_utility: DemoUtility) -> None:
    longer = f"{demo_utility.redirect_uri}?next=https://evil.example/"

    page = requests.get(demo_utility.authorization_url(CODE, VERIFIER, redirect_uri=longer), allow_redirects=False)

    assert page.status_code == 400


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": "", "code_challenge_method": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "read write"}, "invalid_scope"),
        ({"scope": "FB=1_3_99;IntervalDuration=900"}, "invalid_scope"),
    ],
)
def test_request_that_is_wrong_comes_back(demo_utility: DemoUtility, changes: dict[str, str], error: str) -> None:
    page = requests.get(demo_utility.authorization_url(CODE, VERIFIER, **changes), allow_redirects=False)

    assert page.status_code == 302
    answer = query_of(page.headers["Location"])
    assert (answer["error"], answer["state"]) == (error, "state-1")
    assert answer["iss"] == f"{demo_utility.base_url}/caiso"


def test_unknown_utility_is_told(demo_utility: DemoUtility) -> None:
    assert requests.get(f"{demo_utility.base_url}/texas/oauth/authorize").status_code == 404


@pytest.mark.parametrize("code", ["LEAP_TEST_CAISO", "DEMO2"])
def test_pages_load_nothing_from_elsewhere(demo_utility: DemoUtility, code: str) -> None:
    session = requests.Session()
    page = session.get(demo_utility.authorization_url(code, VERIFIER))

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "<script" not in page.text
    assert len(page.content) < 20_000
    assert sorted(session.cookies.keys()) == ["demo_utility_csrf", "demo_utility_session"]  # the portal has others


def test_the_partners_page_shows_what_the_address_carried(demo_utility: DemoUtility) -> None:
    page = requests.get(f"{demo_utility.base_url}/partner-page/?refId=home-1&campaign=<b>x</b>", timeout=30).text

    assert "<dt><code>refId</code></dt><dd>home-1</dd>" in page
    assert "<dt><code>campaign</code></dt><dd>&lt;b&gt;x&lt;/b&gt;</dd>" in page
