"""References, tags and registrations by API."""

from collections.abc import Callable
from typing import Any

import pytest

from onboarding.enrollment.models import RegistrationRefresh
from onboarding.meters.models import Meter
from onboarding.staff.domain import record_checks
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from tests import builders
from tests.onboarding.api.conftest import Call

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
METERS, NOBODY = "/v1.1/meters", "11111111-1111-1111-1111-111111111111"


@pytest.fixture
def meters(call: Call, run_jobs: Callable[[], int]) -> list[str]:
    """The IDs of home-000001 to home-000003; the last is a utility meter."""
    last = builders.asset(3) | {"meter_type": "UTILITY_METER"}
    call("post", "/v1.1/jobs/meters", {"assets": [builders.asset(1), builders.asset(2), last]})
    run_jobs()
    return [str(pk) for pk in Meter.objects.order_by("partner_reference").values_list("pk", flat=True)]


def references() -> list[str]:
    return list(Meter.objects.order_by("pk").values_list("partner_reference", flat=True))


def rename(call: Call, *pairs: tuple[str, Any]) -> Any:
    items = [{"meter_id": meter, "partner_meter_ref": new} for meter, new in pairs]
    return call("patch", f"{METERS}/partner_meter_ref", {"meters": items})


def test_meter_gets_another_reference_once(call: Call, meters: list[str]) -> None:
    path, body = f"{METERS}/{meters[0]}/partner_meter_ref", {"partner_meter_ref": "site-1"}

    first, second = call("patch", path, body), call("patch", path, body)

    assert first.json() == {"meter_id": meters[0], "partner_meter_ref": "site-1", "result": "CHANGED"}
    assert (second.status_code, second.json()["result"]) == (200, "UNCHANGED")
    assert Event.objects.filter(verb="meter.reference_changed").count() == 1
    assert first["ETag"] == call("get", f"/v2/meters/{meters[0]}")["ETag"]


def test_references_are_swapped_and_unknown_meters_named(call: Call, meters: list[str]) -> None:
    answer = rename(call, (meters[0], "home-000002"), (meters[1], "home-000001"), (NOBODY, "site-9"))

    assert answer.json()["unknown_meter_ids"] == [NOBODY]
    assert [line["result"] for line in answer.json()["meters"]] == ["CHANGED", "CHANGED"]
    assert references() == ["home-000002", "home-000001", "home-000003"]


@pytest.mark.parametrize(
    ("second", "code"),
    [("site-1", "NEW_REFERENCE_TWICE"), ("home-000003", "REFERENCE_TAKEN"), ("a?b", "CHARACTERS_NOT_ALLOWED")],
)
def test_one_wrong_entry_changes_nothing(call: Call, meters: list[str], second: str, code: str) -> None:
    answer = rename(call, (meters[0], "site-1"), (meters[1], second))

    assert answer.status_code == 400
    assert (answer.json()["details"][-1]["index"], answer.json()["details"][-1]["code"]) == (1, code)
    assert references() == ["home-000001", "home-000002", "home-000003"]


@pytest.mark.parametrize("value", [True, 1.5, None, "", "ab", ["site-1"], "a" * 257])
def test_what_is_no_reference_is_400(call: Call, meters: list[str], value: object) -> None:
    assert rename(call, (meters[0], value)).status_code == 400


def test_only_unknown_meters_are_404(call: Call, meters: list[str]) -> None:
    tags = {"meter_ids": [NOBODY], "tags": ["summer"]}

    answers = [rename(call, (NOBODY, "site-1")), *(call(how, f"{METERS}/tags", tags) for how in ("post", "delete"))]

    assert [(one.status_code, one.json()["details"]) for one in answers] == [(404, {"unknown_meter_ids": [NOBODY]})] * 3


def test_tags_come_and_go(call: Call, meters: list[str]) -> None:
    both = {"meter_ids": [meters[0], meters[1], NOBODY], "tags": ["summer", "north  side"]}

    added = call("post", f"{METERS}/tags", both).json()
    again = call("post", f"{METERS}/tags", both).json()
    removed = call("delete", f"{METERS}/tags", {"meter_ids": [meters[0]], "tags": ["summer", "never"]}).json()

    assert added["meters"][0] == {"meter_id": meters[0], "tags": ["summer", "north side"], "result": "CHANGED"}
    assert added["unknown_meter_ids"] == [NOBODY]
    assert {line["result"] for line in again["meters"]} == {"UNCHANGED"}
    assert removed["meters"] == [{"meter_id": meters[0], "tags": ["north side"], "result": "CHANGED"}]
    verbs = list(
        Event.objects.filter(verb__in=["meter.tagged", "meter.untagged"]).order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["meter.tagged", "meter.tagged", "meter.untagged"]


@pytest.mark.parametrize(
    "body", [{}, {"tags": ["a,b"]}, {"tags": [""]}, {"tags": [True]}, {"tags": ["x" * 65]}, {"meter_ids": ["first"]}]
)
def test_what_are_no_tags_is_400(call: Call, meters: list[str], body: Any) -> None:
    asked = {"meter_ids": [meters[0]], "tags": ["fine"], **body} if body else {}

    assert call("post", f"{METERS}/tags", asked).status_code == 400
    assert set(map(tuple, Meter.objects.values_list("tags", flat=True))) == {()}


def test_if_match_is_refused_where_nothing_is_compared(call: Call, meters: list[str]) -> None:
    renamed = {"meters": [{"meter_id": meters[0], "partner_meter_ref": "site-1"}]}
    idle = {"start_date": "2099-01-01", "end_date": "2099-01-02"}

    answers = [
        call("patch", f"{METERS}/partner_meter_ref", renamed, **{"If-Match": '"another"'}),
        call("post", f"/v1.1/enrollment/meters/{meters[0]}/idle_periods", idle, **{"If-Match": '"another"'}),
    ]

    assert [(answer.status_code, list(answer.json()["details"])) for answer in answers] == [(400, ["If-Match"])] * 2
    assert not Meter.objects.filter(partner_reference="site-1").exists()


def test_if_match_keeps_a_meter_that_changed_meanwhile(call: Call, meters: list[str]) -> None:
    read = call("get", f"/v2/meters/{meters[0]}")["ETag"]
    tag = {"meter_ids": [meters[0]], "tags": ["summer"]}
    path = f"{METERS}/{meters[0]}/partner_meter_ref"

    fresh = call("post", f"{METERS}/tags", tag, **{"If-Match": read})
    stale = [
        call("delete", f"{METERS}/tags", tag, **{"If-Match": read}),
        call("patch", path, {"partner_meter_ref": "site-1"}, **{"If-Match": read}),
    ]
    many = call("post", f"{METERS}/tags", tag | {"meter_ids": meters}, **{"If-Match": read})

    assert fresh.status_code == 200
    assert [answer.status_code for answer in stale] == [412, 412]
    assert many.status_code == 400
    assert Meter.objects.get(pk=meters[0]).tags == ["summer"]
    assert references()[0] == "home-000001"


def test_registration_is_asked_for_once_until_it_is_recorded(
    call: Call, meters: list[str], acme: Partner, staff: User, client_of: Any
) -> None:
    path = f"/v2/meters/{meters[2]}/market-registrations/refresh-requests"
    first, second = call("post", path).json(), call("post", path).json()
    page = client_of(staff).get("/admin/onboarding/registrationrefresh/?answered_at__isempty=1")
    meter = Meter.objects.get(pk=meters[2])
    record_checks([meter], "HAS_MARKET_REGISTRATION", holds=False, by=Actor.system())

    assert first == second
    assert (page.status_code, meters[2] in page.content.decode()) == (200, True)
    assert Event.objects.filter(verb="meter.registration_refresh_requested", subject_id=meters[2]).count() == 1
    assert RegistrationRefresh.objects.get().answered_at is not None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"meter_type": "DEVICE"}, "REGISTRATION_OF_OTHER_TYPE"),
        ({"transmission_region": "NYISO"}, "REGISTRATION_OF_OTHER_REGION"),
        ({"enrollment_status": "ELIGIBLE"}, "REGISTRATION_NOT_NEEDED"),
    ],
)
def test_other_meters_have_no_registration_to_refresh(
    call: Call, meters: list[str], fields: dict[str, str], code: str
) -> None:
    Meter.objects.filter(pk=meters[2]).update(**fields)

    answer = call("post", f"/v2/meters/{meters[2]}/market-registrations/refresh-requests")

    assert (answer.status_code, answer.json()["details"][0]["code"]) == (400, code)
    assert RegistrationRefresh.objects.count() == 0
