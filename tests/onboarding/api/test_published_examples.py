"""The examples of the published contract (leap.md 4.4 and 4.5): the same periods, deadlines and actions."""

from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from portal.partners.models import Partner
from tests.onboarding.enrollment.meters import activate, make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
AS_OF = "2024-10-10"
GROUP = UUID("406720c2-0175-4137-9ff1-1641702292d4")
SUMMER_2025 = [
    ("2025-03-15T04:00:00Z", "2025-05-01T04:00:00Z"),
    ("2025-04-15T04:00:00Z", "2025-06-01T04:00:00Z"),
    ("2025-06-15T04:00:00Z", "2025-07-01T04:00:00Z"),
    ("2025-07-15T04:00:00Z", "2025-08-01T04:00:00Z"),
    ("2025-08-15T04:00:00Z", "2025-09-01T04:00:00Z"),
]


@pytest.fixture
def ask(client: Client, api_key: Any) -> Any:
    def answer(meter: Any, as_of: str = AS_OF) -> dict[str, Any]:
        key = {"Authorization": f"Bearer {api_key[1]}"}
        response = client.get(f"/v2/meters/{meter.pk}/enrollments?as_of={as_of}", headers=key)
        assert response.status_code == 200, response.content
        return dict(response.json())

    return answer


def periods(answer: dict[str, Any]) -> dict[str, tuple[str, str, list[tuple[str, str]]]]:
    """Name of the period: start, end, deadlines with their activations."""
    return {
        enrollment["delivery_period"]: (
            enrollment["delivery_period_start_date_time"],
            enrollment["delivery_period_end_date_time"],
            [
                (line["enrollment_deadline_date_time"], line["activation_date_time"])
                for line in enrollment["enrollment_deadlines"]
            ],
        )
        for enrollment in answer["program_enrollment"]
    }


def statuses(answer: dict[str, Any]) -> dict[str, str]:
    return {one["delivery_period"]: one["enrollment_status"] for one in answer["program_enrollment"]}


def actions(answer: dict[str, Any], acts: str) -> list[tuple[str, ...]]:
    names = ("program_identifier", "delivery_period", "enrollment_deadline_date_time")
    told = ("action_type", "action_description", "action_code")
    return sorted(tuple(one[name] for name in (*names, *told)) for one in answer["required_actions"][acts])


AUTHORIZE = ("IS_AUTHORIZED", "End customer must re-authorize meter. Learn more in our partner guide", "AUTH_0001")
SCR_FIELDS = (
    "NO_MISSING_FIELDS",
    "Partner needs configuration for fields: Voltage Group, CBL Method, Load Zone.",
    "SERV_0005",
)
NOMINATE = ("HAS_NOMINATIONS", "This meter does not have nominations set", "LEAP_0001")


def test_new_york_meters(acme: Partner, ask: Any) -> None:
    """Meters 1111… and 2222… of the samples: ConEd's programs, PSEG's that do not fit, SCR with open actions."""
    wanted = ["CONED-CSRP", "CONED-DLRP", "NYISO-SCR"]
    meter = make_meter(acme, programs=wanted, region="NYISO", utility="CECONY")
    note(meter, "IS_AUTHORIZED", program="CONED-CSRP")
    note(meter, "IS_AUTHORIZED", program="CONED-DLRP")
    activate(meter, "CONED-DLRP_2025_MAY_SEP", since="2025-05-01", market_group_name="PGSB_1_PDRP93")

    answer = ask(meter)

    expected = {
        f"{program}_2025_MAY_SEP": ("2025-05-01T04:00:00Z", "2025-09-30T04:00:00Z", SUMMER_2025)
        for program in ("CONED-CSRP", "CONED-DLRP", "PSEGLI-CSRP", "PSEGLI-DLRP")
    }
    assert periods(answer) == expected | {
        "NYISO-SCR_2024_MAY_OCT": (
            "2024-05-01T04:00:00Z",
            "2024-10-31T04:00:00Z",
            [("2024-04-29T04:00:00Z", "2024-05-01T04:00:00Z")],
        ),
        "NYISO-SCR_2024_NOV_2025_APR": (
            "2024-11-01T04:00:00Z",
            "2025-04-30T04:00:00Z",
            [("2024-10-30T04:00:00Z", "2024-11-01T04:00:00Z")],
        ),
        "NYISO-SCR_2025_MAY_OCT": (
            "2025-05-01T04:00:00Z",
            "2025-10-31T04:00:00Z",
            [*SUMMER_2025, ("2025-09-15T04:00:00Z", "2025-10-01T04:00:00Z")],
        ),
    }
    assert statuses(answer) == {
        "CONED-CSRP_2025_MAY_SEP": "ELIGIBLE",
        "CONED-DLRP_2025_MAY_SEP": "ACTIVE",
        "PSEGLI-CSRP_2025_MAY_SEP": "INELIGIBLE",
        "PSEGLI-DLRP_2025_MAY_SEP": "INELIGIBLE",
        "NYISO-SCR_2024_MAY_OCT": "INELIGIBLE",
        "NYISO-SCR_2024_NOV_2025_APR": "INELIGIBLE",
        "NYISO-SCR_2025_MAY_OCT": "INELIGIBLE",
    }
    scr = ("NYISO-SCR", "NYISO-SCR_2024_MAY_OCT", "2024-05-01T04:00:00Z")
    assert actions(answer, "partner") == [(*scr, *AUTHORIZE), (*scr, *SCR_FIELDS)]
    assert actions(answer, "leap") == [(*scr, *NOMINATE)]


def test_authorization_that_ends_with_october_is_asked_for_in_november(acme: Partner, ask: Any) -> None:
    """Meter 1111…: authorized in the summer season of SCR, not any more in the winter."""
    meter = make_meter(acme, programs=["NYISO-SCR"], region="NYISO", utility="CECONY")
    note(meter, "IS_AUTHORIZED", until="2024-11-01")

    answer = ask(meter)

    summer = ("NYISO-SCR", "NYISO-SCR_2024_MAY_OCT", "2024-05-01T04:00:00Z")
    winter = ("NYISO-SCR", "NYISO-SCR_2024_NOV_2025_APR", "2024-11-01T04:00:00Z")
    assert actions(answer, "partner") == [(*summer, *SCR_FIELDS), (*winter, *AUTHORIZE)]
    assert actions(answer, "leap") == [(*summer, *NOMINATE)]


def test_new_england_device(acme: Partner, ask: Any) -> None:
    """Meter 3333…: a commercial battery with every program of New England; CPS lacks the company's name."""
    meter = make_meter(
        acme,
        programs=["MA_DOER-CPS"],
        region="ISONE",
        meter_type="DEVICE",
        classification="COMMERCIAL",
        utility="UNITIL",
        isone={"in_connected_solutions": False},
    )

    answer = ask(meter)

    summer = ("2025-06-01T04:00:00Z", "2025-09-30T04:00:00Z", [("2025-05-30T04:00:00Z", "2025-06-01T04:00:00Z")])
    assert periods(answer) == {
        "UNITIL-CS_2025_JUN_SEP": summer,
        "RIE-CS_2025_JUN_SEP": summer,
        "EVERSOURCE-CS_2025_JUN_SEP": summer,
        "NATGRID-CS_2025_JUN_SEP": summer,
        "MA_DOER-CPS_2024_OCT_NOV": (
            "2024-10-01T04:00:00Z",
            "2024-11-30T05:00:00Z",
            [("2024-09-29T04:00:00Z", "2024-10-01T04:00:00Z")],
        ),
        "MA_DOER-CPS_2024_DEC_2025_FEB": (
            "2024-12-01T05:00:00Z",
            "2025-02-28T05:00:00Z",
            [("2024-11-29T05:00:00Z", "2024-12-01T05:00:00Z")],
        ),
        "MA_DOER-CPS_2025_MAR_APR": (
            "2025-03-01T05:00:00Z",
            "2025-04-30T04:00:00Z",
            [("2025-02-27T05:00:00Z", "2025-03-01T05:00:00Z")],
        ),
    }
    assert set(statuses(answer).values()) == {"INELIGIBLE"}
    cps = ("MA_DOER-CPS", "MA_DOER-CPS_2024_OCT_NOV", "2024-10-01T04:00:00Z")
    named = "Partner needs configuration for fields: End Customer Company Name."
    assert actions(answer, "partner") == [(*cps, "NO_MISSING_FIELDS", named, "SERV_0005")]
    assert actions(answer, "leap") == [(*cps, *NOMINATE)]


def test_california_meter(acme: Partner, ask: Any) -> None:
    """Meter 2fa8…: active in CCA and ELRP, not in DRAM; its authorization ends with October."""
    meter = make_meter(acme, programs=["CCA", "DRAM", "ELRP"], utility="PGE")
    note(meter, "IS_AUTHORIZED", program="CCA", until="2024-11-01")
    note(meter, "IS_AUTHORIZED", program="DRAM")
    note(meter, "IS_AUTHORIZED", program="ELRP")
    note(meter, "HAS_MARKET_REGISTRATION", program="CCA")
    note(meter, "IS_ASSIGNED_TO_A_RESOURCE", program="DRAM", since="2024-10-01", until="2024-11-01")
    for month in ("OCT", "NOV", "DEC"):
        day = {"OCT": "2024-10-01T07:00", "NOV": "2024-11-01T07:00", "DEC": "2024-12-01T08:00"}[month]
        activate(meter, f"CAISO-CCA_2024_{month}", since=day, market_group_id=GROUP, market_group_name="PGSB_1_PDRP68")
    activate(meter, "CAISO-ELRP_2024_OCT", since="2024-10-01T07:00", market_group_name="PGSB_1_PDRP92")

    answer = ask(meter)

    months = {
        "OCT": ("2024-10-01T07:00:00Z", "2024-10-31T07:00:00Z", "2024-09-29T07", "2024-10-13T07", "2024-10-15T07"),
        "NOV": ("2024-11-01T07:00:00Z", "2024-11-30T08:00:00Z", "2024-10-30T07", "2024-11-13T08", "2024-11-15T08"),
        "DEC": ("2024-12-01T08:00:00Z", "2024-12-31T08:00:00Z", "2024-11-29T08", "2024-12-13T08", "2024-12-15T08"),
    }
    for name, published in periods(answer).items():
        start, end, first, second, middle = months[name[-3:]]
        lines = [(f"{first}:00:00Z", start), (f"{second}:00:00Z", f"{middle}:00:00Z")]
        assert published == (start, end, lines), name
    names = [f"CAISO-{program}_2024_{month}" for program in ("CCA", "DRAM") for month in months]
    assert sorted(periods(answer)) == sorted([*names, "CAISO-ELRP_2024_OCT"])
    assert answer["global_enrollment_status"] == "ACTIVE"
    assert {name for name, status in statuses(answer).items() if status == "ACTIVE"} == {
        *(f"CAISO-CCA_2024_{month}" for month in months),
        "CAISO-ELRP_2024_OCT",
    }
    cca = ("CCA", "CAISO-CCA_2024_NOV", "2024-11-01T07:00:00Z")
    dram = ("DRAM", "CAISO-DRAM_2024_NOV", "2024-11-01T07:00:00Z")
    assert actions(answer, "partner") == [(*cca, *AUTHORIZE)]
    assigned = ("IS_ASSIGNED_TO_A_RESOURCE", "The meter is not enrolled in the program", "LEAP_0001")
    assert actions(answer, "leap") == [(*dram, *assigned)]
    october = next(one for one in answer["program_enrollment"] if one["delivery_period"] == "CAISO-CCA_2024_OCT")
    assert (october["market_group_id"], october["market_group_name"]) == (str(GROUP), "PGSB_1_PDRP68")


def test_new_meter_takes_part_from_its_creation_on(acme: Partner, ask: Any) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], meter_type="DEVICE")

    assert ask(meter, "2026-11-25")["participation_preferences"] == [
        {
            "participation_preference": "PARTICIPATE",
            "start_time": f"{meter.created_at:%Y-%m-%dT%H:%M:%SZ}",
            "end_time": "9000-01-01T00:00:00Z",
        }
    ]
