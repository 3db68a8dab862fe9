"""The whole way, from the authorization request to the feeds, for each test case."""

import pytest

from onboarding.demo_utility.registration import UTILITIES
from tests.demo_utility import DemoUtility, get


@pytest.mark.parametrize("code", UTILITIES)
def test_success_leads_to_both_feeds(demo_utility: DemoUtility, code: str) -> None:
    answer = demo_utility.authorize(code, "success")
    usage = get(answer["resourceURI"], answer["access_token"])
    retail = get(answer["customerResourceURI"], answer["access_token"])
    assert usage.status_code == retail.status_code == 200
