"""What the catalogue's facts do to meters: unpublished seasons, programs that exclude each other, answers that do not
agree with the programs."""

from typing import Any

import pytest
import time_machine
from django.test import Client

from onboarding.connect.absorb import enroll_meters
from onboarding.enrollment.domain import join_program, re_evaluate
from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.queries import next_activations, program_results_of
from onboarding.enrollment.results import EnrollmentResult
from onboarding.enrollment.rules import rules_of
from onboarding.meters.models import Meter
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview
from portal.events.actors import Actor
from portal.partners.models import Partner, User
from programs.models import Program, UnknownSeason
from tests import builders
from tests.onboarding.connect import builders as connect
from tests.onboarding.enrollment.meters import at, make_meter, note
from tests.onboarding.enrollment.test_evaluation import card_text, program_result

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
MASSACHUSETTS: dict[str, Any] = {"region": "ISONE", "meter_type": "DEVICE", "utility": "EVERSOURCE"}


def enrolled(meter: Meter) -> dict[str, str]:
    return dict(Enrollment.objects.filter(meter=meter).values_list("program__identifier", "status"))


# --- seasons that nobody published


def clean_peak(partner: Partner) -> Meter:
    meter = make_meter(
        partner,
        programs=["MA_DOER-CPS"],
        evaluated=False,
        isone={"in_connected_solutions": True},
        **MASSACHUSETTS,
    )
    note(meter, "HAS_NOMINATIONS")
    return meter


@pytest.mark.parametrize(
    ("when", "status", "activation"),
    [
        ("2027-02-27T04:59", "ELIGIBLE", "2027-03-01"),  # the last deadline before summer, at local midnight
        ("2027-02-27T05:00", "ELIGIBLE", ""),  # it has made that deadline, and is expected on March 1
        ("2027-05-01T03:59", "ELIGIBLE", ""),
        ("2027-05-01T04:00", "PENDING", ""),
        ("2027-06-15", "PENDING", ""),
        ("2027-09-29T04:01", "PENDING", ""),
        ("2027-10-01T03:59", "PENDING", ""),  # the last minute of September there
        ("2027-10-01T04:00", "ELIGIBLE", "2027-12-01"),
    ],
)
def test_nobody_can_tell_when_a_meter_of_clean_peak_is_active_in_summer(
    acme: Partner, when: str, status: str, activation: str
) -> None:
    meter = clean_peak(acme)

    re_evaluate([meter.pk], by=BY, at=at(when))

    row = Enrollment.objects.get(meter=meter)
    ahead = next_activations(["MA_DOER-CPS"], at(when)).get("MA_DOER-CPS")
    assert (row.status, f"{ahead.activation_at:%Y-%m-%d}" if ahead else "") == (status, activation)
    assert (row.partner_actions, row.leap_actions, row.acts) == ([], [], "")
    assert [reason["code"] for reason in row.reasons] == (["PROGRAM_SEASON_UNKNOWN"] if status == "PENDING" else [])
    assert program_result(meter, "MA_DOER-CPS", when).status == status


def test_card_says_that_it_cannot_tell_and_names_no_date(acme: Partner) -> None:
    card = card_text(clean_peak(acme), "2027-06-15", "MA_DOER-CPS")

    assert card.startswith(
        "Clean Peak Standard MA_DOER-CPS Pending Unknown: We don’t know yet when this meter becomes active in "
        "MA_DOER-CPS. Delivery periods from May to September haven’t been published. You don’t need to do anything. "
        "We’ll show the dates here once they’re published. We don’t know an activation date yet."
    )
    assert "Expected to be active" not in card
    assert "published Cannot tell" in card  # among the checks, with its source


def test_season_that_an_admin_published_is_told_again(acme: Partner) -> None:
    meter = clean_peak(acme)
    UnknownSeason.objects.filter(program__identifier="MA_DOER-CPS").delete()

    assert program_result(meter, "MA_DOER-CPS", "2027-06-15").status == "ELIGIBLE"


@pytest.mark.parametrize(("classification", "status"), [("RESIDENTIAL", "PENDING"), ("COMMERCIAL", "ELIGIBLE")])
def test_elrp_is_for_businesses_as_far_as_its_source_says(acme: Partner, classification: str, status: str) -> None:
    meter = make_meter(acme, programs=["ELRP"], utility="PGE", classification=classification, evaluated=False)
    note(meter, "IS_AUTHORIZED")

    re_evaluate([meter.pk], by=BY, at=at("2026-11-29"))

    assert enrolled(meter) == {"ELRP": status}
    assert Enrollment.objects.get(meter=meter).acts == ""


# --- programs that exclude each other, and that nobody chose


def cells(**more: Any) -> dict[str, Any]:
    return {
        "partner_reference": "site-1",
        "transmission_region": "CAISO",
        "customer_classification": "COMMERCIAL",
        "meter_type": "UTILITY_METER",
        "load_types.0": "HVAC",
        "customer.street_1": "1 Main Street",
        "customer.city": "San Francisco",
        "customer.state_or_province_code": "CA",
        "customer.postal_code": "94103",
        **more,
    }


def previewed(partner: Partner, *programs: str, **more: Any) -> dict[str, EnrollmentResult]:
    preview = RowPreview(partner, programs=programs, update_existing=False)
    (row,) = preview.check([CandidateRow(1, cells(**more))])
    assert row.problems == ()
    return row.programs


def joined(results: dict[str, EnrollmentResult]) -> set[str]:
    return {name for name, result in results.items() if not result.could_join}


@pytest.mark.parametrize(
    ("utility", "classification", "programs"),
    [
        ("PGE", "COMMERCIAL", {"CCA", "ELRP"}),
        ("PGE", "RESIDENTIAL", {"CCA", "ELRP"}),
        ("SDGE", "COMMERCIAL", {"CCA"}),
        ("SCE", "COMMERCIAL", {"CCA", "ELRP"}),
        ("SCE", "RESIDENTIAL", {"CCA"}),
        ("", "COMMERCIAL", {"CCA", "ELRP"}),
    ],
)
def test_of_programs_that_nobody_chose_the_first_in_the_catalogue_is_joined(
    acme: Partner, utility: str, classification: str, programs: set[str]
) -> None:
    more = {"utility.utility_name": utility} if utility else {}

    results = previewed(acme, customer_classification=classification, **more)

    assert joined(results) == programs
    assert results.keys() == {"CCA", "ENERGY-ONLY", "ELRP"}


def test_order_of_the_catalogue_is_data(acme: Partner) -> None:
    Program.objects.filter(identifier="CCA").update(position=9)
    Program.objects.get(identifier="CCA").save()

    assert joined(previewed(acme, **{"utility.utility_name": "PGE"})) == {"ENERGY-ONLY", "ELRP"}


def test_programs_that_the_partner_chose_are_joined_as_chosen(acme: Partner) -> None:
    assert joined(previewed(acme, "ENERGY-ONLY", **{"utility.utility_name": "PGE"})) == {"ENERGY-ONLY"}
    assert joined(previewed(acme, "CCA", "ENERGY-ONLY", **{"utility.utility_name": "PGE"})) == {"CCA", "ENERGY-ONLY"}


def test_meter_by_api_has_nothing_to_do_because_of_the_program_that_it_did_not_join(
    acme: Partner, user: User, api_key: Any, run_jobs: Any, client_of: Any
) -> None:
    asset = builders.asset(1) | {"meter_type": "UTILITY_METER", "utility": {"utility_name": "PGE"}}
    key = {"Authorization": f"Bearer {api_key[1]}"}
    answer = Client().post(
        "/v1.1/jobs/meters", data=builders.json_bytes([asset]), content_type="application/json", headers=key
    )
    assert answer.status_code == 201
    run_jobs()

    meter = Meter.objects.get()
    rows = Enrollment.objects.filter(meter=meter)
    assert {row.program.identifier: row.partner_actions for row in rows} == {
        "CCA": ["IS_AUTHORIZED"],
        "ELRP": ["IS_AUTHORIZED"],
    }
    note(meter, "IS_AUTHORIZED")
    note(meter, "HAS_MARKET_REGISTRATION")
    re_evaluate([meter.pk], by=BY)
    actions = Client().get(f"/v2/meters/{meter.pk}/enrollments", headers=key).json()["required_actions"]
    assert actions == {"partner": [], "leap": []}
    page = client_of(user).get(f"/meters/{meter.pk}/").content.decode()
    assert "Possible instead of CCA." in page
    assert f"/meters/{meter.pk}/programs/ENERGY-ONLY/join/" in page


@pytest.mark.parametrize(("utility", "programs"), [("PGE", {"CCA", "ELRP"}), ("SDGE", {"CCA"}), ("SMUD", set())])
def test_meter_of_a_link_that_names_no_program_joins_the_first_of_those_that_exclude_each_other(
    acme: Partner, utility: str, programs: set[str]
) -> None:
    session = connect.connection(acme, "home-1").sessions.get()
    meter = make_meter(acme, programs=[], utility=utility, classification="COMMERCIAL")

    enroll_meters([(meter, True)], session, by=BY)

    assert set(enrolled(meter)) == programs


def test_no_meter_joins_an_identifier_that_is_not_offered(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE")

    looked_at = {one.program.identifier for one in program_results_of(meter)}

    assert looked_at == {"CCA", "ENERGY-ONLY", "ELRP"}
    assert set(previewed(acme, "PGE-CBP")["PGE-CBP"].partner_actions) == {"IS_ELIGIBLE"}


# --- a utility that is not known


def test_without_the_utility_nobody_can_tell_whether_elrp_goes_with_cca(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA", "ELRP"], classification="COMMERCIAL", evaluated=False)
    note(meter, "IS_AUTHORIZED")
    note(meter, "HAS_MARKET_REGISTRATION")

    re_evaluate([meter.pk], by=BY, at=at("2026-11-29"))

    row = Enrollment.objects.get(meter=meter, program__identifier="ELRP")
    assert enrolled(meter) == {"CCA": "ELIGIBLE", "ELRP": "PENDING"}
    assert ([reason["code"] for reason in row.reasons], row.partner_actions) == (["PROGRAM_EXCLUSION_UNKNOWN"], [])
    Meter.objects.filter(pk=meter.pk).update(
        utility_name="PGE", data={**meter.data, "utility": {"utility_name": "PGE"}}
    )
    re_evaluate([meter.pk], by=BY, at=at("2026-11-29"))
    assert enrolled(meter) == {"CCA": "ELIGIBLE", "ELRP": "ELIGIBLE"}


def test_preview_says_what_cannot_be_told_without_the_utility(acme: Partner) -> None:
    def codes(**more: Any) -> list[str]:
        return [reason.code for reason in previewed(acme, **more)["ELRP"].reasons]

    assert codes() == ["PROGRAM_NEEDS_AUTHORIZATION", "PROGRAM_EXCLUSION_UNKNOWN"]
    assert codes(**{"utility.utility_name": "PGE"}) == ["PROGRAM_NEEDS_AUTHORIZATION"]


# --- the answer about ConnectedSolutions


def battery(partner: Partner, *programs: str, answer: bool | None) -> Meter:
    said = {} if answer is None else {"isone": {"in_connected_solutions": answer}}
    parts: dict[str, Any] = MASSACHUSETTS | {"account": "12345678901"} | said
    return make_meter(partner, programs=programs, **parts)


@pytest.mark.parametrize(
    ("answer", "codes", "actions"),
    [
        (True, [], []),
        (False, ["PROGRAM_ANSWER_DISAGREES"], ["MEETS_EXTRA_PROGRAM_REQUIREMENTS"]),
        (None, [], ["NO_MISSING_FIELDS"]),
    ],
)
def test_answer_agrees_with_the_programs_that_the_meter_holds(
    acme: Partner, answer: bool | None, codes: list[str], actions: list[str]
) -> None:
    meter = battery(acme, "MA_DOER-CPS", "EVERSOURCE-CS", answer=answer)
    re_evaluate([meter.pk], by=BY, at=at("2026-11-29"))

    row = Enrollment.objects.get(meter=meter, program__identifier="MA_DOER-CPS")
    assert ([reason["code"] for reason in row.reasons], row.partner_actions) == (codes, actions)
    assert enrolled(meter)["EVERSOURCE-CS"] == "ELIGIBLE"


def test_answer_no_is_right_while_the_meter_holds_none(acme: Partner) -> None:
    meter = battery(acme, "MA_DOER-CPS", answer=False)
    assert Enrollment.objects.get(meter=meter).reasons == []

    join_program(meter, rules_of()["EVERSOURCE-CS"], by=BY)
    row = Enrollment.objects.get(meter=meter, program__identifier="MA_DOER-CPS")
    (reason,) = row.reasons

    assert (reason["code"], reason["field"]) == ("PROGRAM_ANSWER_DISAGREES", "isone.in_connected_solutions")


@pytest.mark.parametrize(("answer", "programs"), [("no", {"MA_DOER-CPS"}), ("yes", {"MA_DOER-CPS", "EVERSOURCE-CS"})])
@time_machine.travel("2026-11-29 12:00 +0000", tick=False)
def test_answer_decides_which_programs_a_meter_joins_that_nobody_chose(
    acme: Partner, answer: str, programs: set[str]
) -> None:
    about = {
        "transmission_region": "ISONE",
        "meter_type": "DEVICE",
        "customer.city": "Boston",
        "customer.state_or_province_code": "MA",
        "customer.postal_code": "02108",
        "utility.utility_name": "EVERSOURCE",
        "isone.in_connected_solutions": answer,
    }

    results = previewed(acme, **about)

    assert joined(results) == programs
    assert "EVERSOURCE-CS" in results
