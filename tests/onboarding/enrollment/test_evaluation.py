"""What the evaluation says: each check, its values and source; what excludes what; what time changes."""

import re
from datetime import UTC, date, datetime
from html import unescape
from typing import Any

import pytest
from django.template.loader import render_to_string

from onboarding.enrollment.checks import REGISTRY, CheckOutcome
from onboarding.enrollment.domain import join_program, making_room, re_evaluate
from onboarding.enrollment.evaluate import ProgramResult, explain
from onboarding.enrollment.load import facts_of
from onboarding.enrollment.models import Enrollment, ParticipationPeriod
from onboarding.enrollment.queries import program_results_of
from onboarding.enrollment.rules import rules_of
from onboarding.meters.domain import MeterChange, change_meters
from onboarding.meters.models import Meter
from onboarding.portfolio.cards import cards_of
from onboarding.portfolio.stacking import pairs_of
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner
from programs.models import ActionType, Conflict, DeliveryPeriod, Program, ProgramCheck, Requirement, Utility
from programs.schema import schema_for
from tests.onboarding.enrollment.meters import activate, at, make_meter, note

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
BATTERY = {"battery_power_capacity_kw": 5, "battery_energy_capacity_kwh": 13.5}


def dsgs(partner: Partner, reference: str = "battery-1", **more: Any) -> Meter:
    """A battery that lacks nothing for DSGS."""
    parts = {"device": BATTERY, "site": {"number_of_devices": 1}} | more
    return make_meter(partner, programs=["CEC-DSGS"], reference=reference, meter_type="DEVICE", **parts)


def status(meter: Meter, program: str) -> str:
    return Enrollment.objects.get(meter=meter, program__identifier=program).status


def program_result(meter: Meter, program: str, when: str = "2026-11-25") -> ProgramResult:
    """By the rules and values of the present, whenever the day is: what was is for test_past.py."""
    rules, moment = rules_of(), at(when)
    schema = schema_for(rules)
    return explain(facts_of([meter], rules, schema, moment)[meter.pk], rules[program], schema, moment)


def card_text(meter: Meter, when: str, program: str = "CEC-DSGS") -> str:
    """The card of a program on the meter's page, as it reads at a moment."""
    (card,) = cards_of([program_result(meter, program, when)], at(when))
    page = render_to_string("portfolio/_program_card.html", {"card": card, "meter": meter, "as_of": when})
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split()).replace(" .", ".").replace(" :", ":")


def failed(meter: Meter, program: str, when: str = "2026-11-25") -> list[tuple[str, str, str]]:
    """What does not hold or is not known: the item, what was found, what was wanted."""
    checks = program_result(meter, program, when).checks
    return [(one.action_type, one.actual, one.wanted) for one in checks if one.outcome is not CheckOutcome.PASSED]


def test_every_item_of_the_published_checklist_is_answered_for() -> None:
    assert REGISTRY.keys() == set(ActionType.values)


def test_meter_that_lacks_nothing_is_eligible_and_says_what_was_compared(acme: Partner) -> None:
    meter = dsgs(acme, utility="PGE")

    result = program_result(meter, "CEC-DSGS")

    assert (result.status, meter.enrollment_status) == ("ELIGIBLE", "ELIGIBLE")
    assert {check.outcome for check in result.checks} == {CheckOutcome.PASSED}
    told = {check.subject: (check.actual, check.wanted, check.source.source != "") for check in result.checks}
    assert told["Transmission region"] == ("CAISO", "CAISO", True)
    assert told["Meter type"] == ("Device", "Device", True)
    assert told["Battery power capacity"] == ("5", "filled in", True)


@pytest.mark.parametrize(
    ("changes", "program", "expected"),
    [
        ({"meter_type": "UTILITY_METER"}, "CEC-DSGS", ("IS_ELIGIBLE", "Utility meter", "Device")),
        ({"region": "NYISO"}, "CEC-DSGS", ("IS_ELIGIBLE", "NYISO", "CAISO")),
        (
            {"region": "ISONE", "utility": "NATGRID"},
            "EVERSOURCE-CS",
            ("IS_ELIGIBLE", "NATGRID", "CAPELIGHT, EVERSOURCE"),
        ),
        ({"region": "ISONE"}, "RIE-CS", ("ADDRESS", "MA", "RI")),
        ({"meter_type": "UTILITY_METER"}, "CCA", ("IS_AUTHORIZED", "none", "given")),
    ],
)
def test_what_does_not_fit_is_said_with_both_values(
    acme: Partner, changes: dict[str, Any], program: str, expected: tuple[str, str, str]
) -> None:
    meter = make_meter(acme, programs=[program], **({"meter_type": "DEVICE"} | changes))

    assert expected in failed(meter, program)
    assert status(meter, program) == "INELIGIBLE"


def test_meter_that_does_not_fit_is_told_of_no_fields(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CEC-DSGS"], region="NYISO", meter_type="DEVICE")

    row = Enrollment.objects.get(meter=meter)

    assert row.missing == []
    assert {reason["code"] for reason in row.reasons} == {"PROGRAM_OTHER_REGION", "PROGRAM_OTHER_STATE"}


def test_storage_before_2019_is_outside_cps(acme: Partner) -> None:
    def battery(day: str) -> list[tuple[str, str, str]]:
        more: Any = {"device": {"install_date": day}, "isone": {"in_connected_solutions": False}}
        meter = make_meter(
            acme, programs=["MA_DOER-CPS"], region="ISONE", meter_type="DEVICE", reference=f"m {day}", **more
        )
        return failed(meter, "MA_DOER-CPS")

    nominations = ("HAS_NOMINATIONS", "not recorded yet", "yes")
    assert battery("2019-01-01") == [nominations]
    assert battery("2018-12-31") == [
        ("MEETS_EXTRA_PROGRAM_REQUIREMENTS", "2018-12-31", "from 2019-01-01"),
        nominations,
    ]


def test_generator_without_its_facts(acme: Partner) -> None:
    generator = {"site_devices": [{"device_type": "GENERATOR", "power_capacity_kw": 200}]}
    meter = make_meter(acme, programs=["ERCOT-ERS"], region="ERCOT", account="10443720000000000", site=generator)

    row = Enrollment.objects.get(meter=meter)

    assert (row.status, row.missing, row.partner_actions) == (
        "INELIGIBLE",
        ["site.site_devices.0.fuel_type"],
        ["GENERATOR"],
    )


def test_what_leap_has_to_find_out_is_pending_until_it_is_recorded(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE", evaluated=False)
    note(meter, "IS_AUTHORIZED")
    re_evaluate([meter.pk], by=BY)
    row = Enrollment.objects.get(meter=meter)
    assert (row.status, row.partner_actions, row.leap_actions) == ("PENDING", [], ["HAS_MARKET_REGISTRATION"])

    note(
        meter, "HAS_MARKET_REGISTRATION", program="CCA", holds=False, code="DUPLICATE", note="Another provider has it."
    )
    re_evaluate([meter.pk], by=BY)
    row.refresh_from_db()
    assert row.status == "INELIGIBLE"
    assert [reason["code"] for reason in row.reasons] == ["PROGRAM_CHECK_FAILED"]

    note(meter, "HAS_MARKET_REGISTRATION", program="CCA", since="2021-01-01")
    re_evaluate([meter.pk], by=BY)
    assert status(meter, "CCA") == "ELIGIBLE"


def test_check_that_an_admin_adds_blocks_at_once(acme: Partner) -> None:
    meter = dsgs(acme)
    kind = ProgramCheck.objects.first().kind.__class__.objects.get(action_type="DOCUMENTS_SIGNED")
    ProgramCheck.objects.create(program=Program.objects.get(identifier="CEC-DSGS"), kind=kind)

    re_evaluate([meter.pk], by=BY)

    row = Enrollment.objects.get(meter=meter)
    assert (row.status, row.partner_actions) == ("INELIGIBLE", ["DOCUMENTS_SIGNED"])


# --- what excludes what

BUSINESS: dict[str, Any] = {
    "reference": "site-1",
    "utility": "PGE",
    "account": "42",
    "classification": "COMMERCIAL",
}


@pytest.mark.parametrize(("utility", "expected"), [("PGE", "ELIGIBLE"), ("SCE", "ELIGIBLE"), ("SDGE", "INELIGIBLE")])
def test_elrp_beside_cca_differs_by_utility(acme: Partner, utility: str, expected: str) -> None:
    where: Any = {"utility": utility, "account": "123", "classification": "COMMERCIAL"}
    meter = make_meter(acme, programs=["CCA", "ELRP"], evaluated=False, **where)
    note(meter, "IS_AUTHORIZED")
    note(meter, "HAS_MARKET_REGISTRATION")
    re_evaluate([meter.pk], by=BY)
    re_evaluate([meter.pk], by=BY)

    assert (status(meter, "CCA"), status(meter, "ELRP")) == ("ELIGIBLE", expected)


def test_other_meter_of_the_customer_excludes_and_makes_room_when_it_leaves(acme: Partner, borealis: Partner) -> None:
    dsgs(borealis, utility="PGE", account="42")  # another partner's meter of the same account is nobody's business
    first = dsgs(acme, utility="PGE", account="42")
    site = make_meter(acme, programs=["ELRP"], evaluated=False, **BUSINESS)
    note(site, "IS_AUTHORIZED")
    re_evaluate([site.pk], by=BY)

    row = Enrollment.objects.get(meter=site)
    assert (row.status, row.partner_actions) == ("INELIGIBLE", ["NOT_ENROLLED_IN_CONFLICTING_PROGRAM"])
    (reason,) = row.reasons
    assert (reason["context"]["other"], reason["context"]["where"]) == ("CEC-DSGS", "your meter battery-1")
    assert status(first, "CEC-DSGS") == "ELIGIBLE"

    ParticipationPeriod.objects.create(partner=acme, meter=first, preference="DISENROLL", starts_at=at("2020-01-01"))
    re_evaluate([first.pk], by=BY)

    assert (status(first, "CEC-DSGS"), status(site, "ELRP")) == ("NOT_PARTICIPATING", "ELIGIBLE")


def site_beside_battery(partner: Partner, **site: Any) -> tuple[Meter, Meter]:
    """A battery in CEC-DSGS, and a site in ELRP of the same account, which the battery keeps out."""
    battery = dsgs(partner, utility="PGE", account="42")
    about: dict[str, Any] = BUSINESS | {"evaluated": False} | site
    other = make_meter(partner, programs=["ELRP"], **about)
    note(other, "IS_AUTHORIZED")
    re_evaluate([other.pk], by=BY)
    assert status(other, "ELRP") == "INELIGIBLE"
    return battery, other


def test_archive_makes_room_and_takes_it_again(acme: Partner) -> None:
    battery, site = site_beside_battery(acme)

    change_meters([MeterChange(battery, {"is_archived": True})], verb="meter.archived", partner=acme, by=BY)
    assert status(site, "ELRP") == "ELIGIBLE"
    battery.refresh_from_db()
    change = [MeterChange(battery, {"is_archived": False})]
    change_meters(change, verb="meter.taken_out_of_the_archive", partner=acme, by=BY)
    assert status(site, "ELRP") == "INELIGIBLE"


def test_meter_that_goes_to_another_account_makes_room(acme: Partner) -> None:
    battery, site = site_beside_battery(acme)

    with making_room([battery.pk], by=BY):
        battery.account_number = "43"
        battery.save()
        re_evaluate([battery.pk], by=BY)

    assert (status(battery, "CEC-DSGS"), status(site, "ELRP")) == ("ELIGIBLE", "ELIGIBLE")


@pytest.mark.parametrize("site_first", [False, True])
@pytest.mark.parametrize(
    ("row", "excludes"),
    [
        ({"classification": "COMMERCIAL"}, True),
        ({"classification": "AGRICULTURAL"}, False),
        ({"valid_to": date(2026, 12, 31)}, False),
        ({"valid_from": date(2027, 1, 1)}, True),
    ],
)
def test_limited_conflict_is_the_same_from_both_sides(
    acme: Partner, row: dict[str, Any], excludes: bool, site_first: bool
) -> None:
    pair = Conflict.objects.filter(program__identifier__in=["CEC-DSGS", "ELRP"])
    for conflict in pair.filter(other__identifier__in=["CEC-DSGS", "ELRP"]):
        for name, value in row.items():
            setattr(conflict, name, value)
        conflict.save()
    on_site: Any = {"utility": "PGE", "account": "42", "classification": "COMMERCIAL", "reference": "site-1"}
    made = []
    for is_site in (site_first, not site_first):
        if is_site:
            made.append(make_meter(acme, programs=["ELRP"], evaluated=False, **on_site))
            note(made[-1], "IS_AUTHORIZED")
        else:
            made.append(dsgs(acme, utility="PGE", account="42"))
        re_evaluate([made[-1].pk], by=BY, at=at("2026-11-25"))

    first, then = (Enrollment.objects.get(meter=meter).status for meter in made)
    assert (first, then) == ("ELIGIBLE", "INELIGIBLE" if excludes else "ELIGIBLE")
    rules = rules_of(["CEC-DSGS", "ELRP"])
    for meter in made:
        classes = {one.customer_classification for one in made}
        (shown,) = pairs_of(list(rules.values()), utility="PGE", classes=classes, at=at("2026-11-25"))
        assert shown.is_allowed is not excludes, meter


def test_active_program_stays_although_the_other_was_joined_first(acme: Partner) -> None:
    battery = dsgs(acme, utility="PGE", account="42")
    site = make_meter(acme, programs=["ELRP"], evaluated=False, **BUSINESS)
    note(site, "IS_AUTHORIZED")
    activate(site, "CAISO-ELRP_2027_MAY", since="2027-05-01T07:00")
    re_evaluate([site.pk], by=BY, at=at("2027-05-20"))

    assert (status(site, "ELRP"), status(battery, "CEC-DSGS")) == ("ACTIVE", "INELIGIBLE")


def test_rule_for_one_utility_goes_before_the_general_one(acme: Partner) -> None:
    rules = rules_of()["ELRP"]
    on = date(2026, 11, 25)
    assert rules.exclusion_of("CCA", utility="", classes={"RESIDENTIAL"}, on=on) is None
    general = Conflict.objects.create(
        program=Program.objects.get(identifier="ELRP"), other=Program.objects.get(identifier="CCA")
    )
    homes = Conflict.objects.create(
        program=Program.objects.get(identifier="CCA"),
        other=Program.objects.get(identifier="ELRP"),
        utility=Utility.objects.get(code="PGE"),
        classification="RESIDENTIAL",
    )

    rules = rules_of()["ELRP"]

    def deciding(utility: str, classification: str) -> str:
        row = rules.exclusion_of("CCA", utility=utility, classes={classification}, on=on)
        return row.source.rule if row else ""

    assert deciding("", "COMMERCIAL") == f"conflict {general.pk}"
    assert deciding("PGE", "RESIDENTIAL") == f"conflict {homes.pk}"
    assert deciding("PGE", "COMMERCIAL") not in ("", f"conflict {general.pk}", f"conflict {homes.pk}")


# --- time


def test_requirement_of_the_next_season_counts_for_the_season(acme: Partner) -> None:
    meter = dsgs(acme)
    Requirement.objects.create(
        program=Program.objects.get(identifier="CEC-DSGS"),
        field_id=Requirement.objects.get(program__identifier="CEC-DSGS", field__path="utility.tariff").field_id,
        valid_from=date(2027, 1, 1),
    )

    re_evaluate([meter.pk], by=BY, at=at("2026-11-25"))

    assert Enrollment.objects.get(meter=meter).missing == ["utility.tariff"]
    assert [one.status for one in program_result(meter, "CEC-DSGS", "2026-09-01").periods] == ["ELIGIBLE", "INELIGIBLE"]


def test_day_can_be_asked_for_and_the_answer_stays(acme: Partner) -> None:
    meter = dsgs(acme)
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-06-01T07:00", until="2027-08-01T07:00")

    def asked(day: str) -> str:
        return program_result(meter, "CEC-DSGS", day).status.value

    days = ["2027-05-31", "2027-06-02", "2027-07-31", "2027-08-02"]
    assert [asked(day) for day in days] == ["ELIGIBLE", "ACTIVE", "ACTIVE", "ELIGIBLE"]
    assert [asked(day) for day in days] == ["ELIGIBLE", "ACTIVE", "ACTIVE", "ELIGIBLE"]


def test_period_whose_deadlines_have_passed_is_too_late(acme: Partner) -> None:
    meter = dsgs(acme)

    late, next_year = program_result(meter, "CEC-DSGS", "2026-10-10").periods

    assert (late.period.name, late.status) == ("CEC-DSGS_2026_MAY_OCT", "INELIGIBLE")
    assert [one.problem.code for one in late.checks if one.problem] == ["PROGRAM_TOO_LATE"]
    assert (next_year.status, program_result(meter, "CEC-DSGS", "2026-10-10").status) == ("ELIGIBLE", "ELIGIBLE")


@pytest.mark.parametrize(
    ("day", "period", "deadline"),
    [
        ("2027-03-15T03:59", "CONED-CSRP_2027_MAY_SEP", datetime(2027, 3, 15, 4, tzinfo=UTC)),
        ("2027-03-15T04:01", "CONED-CSRP_2027_MAY_SEP", datetime(2027, 4, 15, 4, tzinfo=UTC)),
        # August 15th 2027 is a Sunday: it does not move, because Con Edison's rule is about its own dates.
        ("2027-08-15T03:59", "CONED-CSRP_2027_MAY_SEP", datetime(2027, 8, 15, 4, tzinfo=UTC)),
    ],
)
def test_next_deadline_of_con_edison(acme: Partner, day: str, period: str, deadline: datetime) -> None:
    rules = rules_of()["CONED-CSRP"]

    leading = rules.leading_period(at(day))

    assert leading is not None
    assert leading.name == period
    ahead = leading.next_deadline(at(day))
    assert ahead is not None
    assert ahead.accepted_until == deadline


def test_meter_in_a_season_that_crosses_the_year(acme: Partner) -> None:
    meter = make_meter(acme, programs=["NYISO-SCR"], region="NYISO")
    activate(meter, "NYISO-SCR_2026_NOV_2027_APR", since="2026-11-01T04:00")

    assert program_result(meter, "NYISO-SCR", "2027-01-01T04:30").status == "ACTIVE"
    assert program_result(meter, "NYISO-SCR", "2027-05-02").status == "INELIGIBLE"


# --- writing


def test_change_of_status_is_one_event_and_the_global_status_follows(acme: Partner) -> None:
    meter = dsgs(acme)
    Event.objects.all().delete()
    note(meter, "HAS_AMI", holds=False, note="No interval meter yet.")

    re_evaluate([meter.pk], by=BY)
    re_evaluate([meter.pk], by=BY)

    meter.refresh_from_db()
    assert meter.enrollment_status == "INELIGIBLE"
    changed = {"enrollment_status": ["ELIGIBLE", "INELIGIBLE"]}
    assert [(event.verb, event.data["changes"]) for event in Event.objects.order_by("pk")] == [
        ("meter.enrollment_changed", changed),
        ("meter.global_status_changed", changed),
    ]
    assert Event.objects.earliest("pk").data["program"] == "CEC-DSGS"


def test_joining_twice_has_one_effect(acme: Partner) -> None:
    meter = make_meter(acme, programs=["CCA"], utility="PGE")

    join_program(meter, rules_of()["ELRP"], by=BY)
    join_program(meter, rules_of()["ELRP"], by=BY)

    assert Enrollment.objects.filter(meter=meter).count() == 2
    assert Event.objects.filter(verb="meter.program_joined").count() == 1


def test_queries_do_not_grow_with_meters(acme: Partner, django_assert_max_num_queries: Any) -> None:
    keys = [dsgs(acme, f"b-{n}", utility="PGE", account=str(n)).pk for n in range(12)]

    for count in (1, 12):
        with django_assert_max_num_queries(16):
            re_evaluate(keys[:count], by=BY)


def test_activation_to_come_is_no_activity_yet(acme: Partner) -> None:
    meter = dsgs(acme)
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-05-01T07:00")

    assert program_result(meter, "CEC-DSGS", "2026-11-25").status == "ELIGIBLE"
    assert program_result(meter, "CEC-DSGS", "2026-11-25").periods[0].status == "ACTIVE"
    assert program_result(meter, "CEC-DSGS", "2027-05-01T08:00").status == "ACTIVE"


def test_meter_that_is_idle_now_takes_no_part_although_it_is_back_before_the_season(acme: Partner) -> None:
    meter = dsgs(acme)
    ParticipationPeriod.objects.create(
        partner=acme, meter=meter, preference="IDLE", starts_at=at("2026-11-01"), ends_at=at("2026-12-01")
    )

    re_evaluate([meter.pk], by=BY, at=at("2026-11-25"))

    assert status(meter, "CEC-DSGS") == "NOT_PARTICIPATING"
    assert Enrollment.objects.get(meter=meter).reconsider_at == at("2026-12-01")
    assert [one.status for one in program_result(meter, "CEC-DSGS").periods] == ["ELIGIBLE"]
    assert program_result(meter, "CEC-DSGS", "2026-12-02").status == "ELIGIBLE"


def test_eligible_meter_that_makes_a_deadline_is_expected_on_its_date(acme: Partner) -> None:
    meter = dsgs(acme)

    # The deadline is the midnight that begins the 15th, by the clock of California.
    for day, made in (("2027-04-15T06:59", False), ("2027-04-15T07:00", True), ("2027-05-03", True)):
        re_evaluate([meter.pk], by=BY, at=at(day))
        result = program_result(meter, "CEC-DSGS", day)
        period = result.periods[0]
        assert (status(meter, "CEC-DSGS"), result.status, period.status) == ("ELIGIBLE",) * 3, day
        assert result.leading is not None
        assert (result.leading.name, bool(period.made)) == ("CEC-DSGS_2027_MAY_OCT", made)
        assert period.expected_at == at("2027-05-01T07:00")
    assert "Leap hasn’t recorded it yet" not in card_text(meter, "2027-04-20")
    assert "It should have been active since May 1, 2027 , but Leap hasn’t recorded it yet." in card_text(
        meter, "2027-05-03"
    )


def test_card_of_a_meter_that_is_too_late_says_so_and_asks_for_nothing(acme: Partner) -> None:
    meter = dsgs(acme)
    DeliveryPeriod.objects.exclude(name="CEC-DSGS_2027_MAY_OCT").filter(program__identifier="CEC-DSGS").delete()
    Enrollment.objects.filter(meter=meter).update(joined_at=at("2027-10-20"))

    text = card_text(meter, "2027-10-20")

    assert "You:" not in text
    assert "We don’t know an activation date" not in text
    assert "The meter can join in the next delivery period." in text


def test_meter_that_was_mended_after_the_deadline_has_not_made_it(acme: Partner) -> None:
    meter = dsgs(acme, evaluated=False)
    note(meter, "DOCUMENTS_SIGNED", holds=False, since="2027-01-01", until="2027-05-10")

    period = program_result(meter, "CEC-DSGS", "2027-05-12").periods[0]
    later = program_result(meter, "CEC-DSGS", "2027-09-20").periods[0]

    assert (period.status, period.made) == ("ELIGIBLE", None)
    assert later.made is not None
    assert later.made.accepted_until > at("2027-05-12")


def test_activation_that_was_ended_makes_no_deadline(acme: Partner) -> None:
    meter = dsgs(acme)
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-05-01T07:00", until="2027-05-20", end_reason="Recalled")

    period = program_result(meter, "CEC-DSGS", "2027-05-21").periods[0]

    assert period.made is None
    assert "Ended May 19, 2027, 5:00 PM PDT: Recalled" in card_text(meter, "2027-05-21")


def test_a_short_idle_time_at_the_start_of_a_season_keeps_nobody_out_of_it(acme: Partner) -> None:
    meter = dsgs(acme)
    season = {"first": ("2027-05-01T07:00", "2027-05-02T07:00"), "whole": ("2027-05-02T07:00", "2027-11-01T07:00")}

    def idle(name: str) -> None:
        start, end = map(at, season[name])
        ParticipationPeriod.objects.create(partner=acme, meter=meter, preference="IDLE", starts_at=start, ends_at=end)

    idle("first")
    assert program_result(meter, "CEC-DSGS", "2026-11-25").status == "ELIGIBLE"
    assert program_result(meter, "CEC-DSGS", "2027-05-01T12:00").status == "NOT_PARTICIPATING"
    assert program_result(meter, "CEC-DSGS", "2027-05-02T12:00").status == "ELIGIBLE"
    idle("whole")
    assert program_result(meter, "CEC-DSGS", "2026-11-25").status == "NOT_PARTICIPATING"


def test_program_that_does_not_fit_asks_for_nothing_when_another_fits(acme: Partner) -> None:
    programs = ["EVERSOURCE-CS", "NATGRID-CS", "RIE-CS"]
    about: Any = {"customer": {"dispatch_option": "CURTAIL"}}
    meter = make_meter(
        acme, programs=programs, region="ISONE", meter_type="DEVICE", utility="EVERSOURCE", account="1", **about
    )

    asked = dict(Enrollment.objects.filter(meter=meter).values_list("program__identifier", "acts"))
    assert (asked["NATGRID-CS"], asked["RIE-CS"]) == ("", "")
    alone = make_meter(acme, programs=["RIE-CS"], region="ISONE", meter_type="DEVICE", reference="m-2")
    assert Enrollment.objects.get(meter=alone).partner_actions == ["ADDRESS"]


def test_season_runs_to_the_end_of_its_last_day(acme: Partner) -> None:
    meter = dsgs(acme)
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-05-01T07:00")

    assert program_result(meter, "CEC-DSGS", "2027-11-01T06:59").status == "ACTIVE"
    assert program_result(meter, "CEC-DSGS", "2027-11-01T07:00").status == "ELIGIBLE"


@pytest.mark.parametrize("backwards", [False, True])
def test_what_is_stored_agrees_with_what_is_explained_whatever_the_order(acme: Partner, backwards: bool) -> None:
    """Of programs that exclude each other the first one holds; one pass sets all meters of a customer right."""
    programs = ["CCA", "ENERGY-ONLY", "ELRP"]
    meters = [
        make_meter(acme, programs=programs, evaluated=False, **BUSINESS | {"reference": f"site-{n}"}) for n in (1, 2)
    ]
    steps = [
        lambda meter: note(meter, "HAS_MARKET_REGISTRATION"),
        lambda meter: note(meter, "IS_AUTHORIZED"),
        lambda meter: re_evaluate([meter.pk], by=BY),
    ]
    for step in steps:
        for meter in meters[::-1] if backwards else meters:
            step(meter)
            re_evaluate([meter.pk], by=BY)

    def agree() -> dict[str, list[str]]:
        statuses = {}
        for meter in meters:
            stored = dict(Enrollment.objects.filter(meter=meter).values_list("program__identifier", "status"))
            told = {one.program.identifier: one.status.value for one in program_results_of(meter) if one.is_wanted}
            assert stored == told
            statuses[meter.partner_reference] = [stored[name] for name in programs]
        return statuses

    assert agree() == {
        "site-1": ["ELIGIBLE", "INELIGIBLE", "ELIGIBLE"],
        "site-2": ["ELIGIBLE", "INELIGIBLE", "ELIGIBLE"],
    }
    idle = [
        ParticipationPeriod.objects.create(partner=acme, meter=meter, preference="IDLE", starts_at=at("2020-01-01"))
        for meter in meters
    ]
    re_evaluate([meters[0].pk], by=BY)
    assert agree()["site-1"] == ["NOT_PARTICIPATING"] * 3
    idle[0].delete()
    re_evaluate([meters[0].pk], by=BY)
    assert agree()["site-1"] == ["ELIGIBLE", "INELIGIBLE", "ELIGIBLE"]


def test_meter_that_is_activated_again_was_active_before(acme: Partner) -> None:
    meter = dsgs(acme)
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-05-10", until="2027-06-15")
    activate(meter, "CEC-DSGS_2027_MAY_OCT", since="2027-08-01")

    days = ["2027-06-14", "2027-07-01", "2027-08-02"]
    assert [program_result(meter, "CEC-DSGS", day).status for day in days] == ["ACTIVE", "ELIGIBLE", "ACTIVE"]
