"""The facts of the seed: each value with its public source, and whether it is verified.

A change here is a change of a fact, and needs a source that says so.
"""

import re
from datetime import date
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from programs.models import (
    CheckKind,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Footnote,
    IntervalColumn,
    IntervalDataRule,
    Program,
    ProgramCheck,
    ProgramFact,
    Region,
    Requirement,
    UnknownSeason,
)
from programs.queries import not_over, program_choices
from tests.programs.test_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]

SAMPLES_2024, SAMPLES_2025 = (f"Leap API reference: sample meters of {year}" for year in (2024, 2025))
DAYS_2024, DAYS_2025 = (
    f"The same days as in the sample meters of {year} of Leap’s API reference" for year in (2024, 2025)
)
DSGS, NONE = "Olivine: DSGS questions and answers", "No public source"
ERCOT, PJM = "ERCOT: Emergency Response Service", "PJM: demand response"
CONED = "Con Edison: demand response"


# --- seasons and deadlines

# Program: its periods (name without prefix), the source and the verified flag of the periods, and of their deadlines.
SEASONS: list[tuple[str, list[str], tuple[str, bool], tuple[str, bool]]] = [
    ("CCA", ["2024_OCT", "2024_NOV", "2024_DEC"], (SAMPLES_2024, True), (SAMPLES_2024, True)),
    ("DRAM", ["2024_OCT", "2024_NOV", "2024_DEC"], (SAMPLES_2024, True), (SAMPLES_2024, True)),
    ("ELRP", ["2024_OCT"], (SAMPLES_2024, True), (SAMPLES_2024, True)),
    (
        "ELRP",
        ["2027_MAY", "2027_JUN", "2027_JUL", "2027_AUG", "2027_SEP", "2027_OCT"],
        ("SDG&E and CPUC: Emergency Load Reduction Program", False),
        (DAYS_2024, False),
    ),
    ("CONED-CSRP", ["2025_MAY_SEP"], (SAMPLES_2025, True), (SAMPLES_2025, True)),
    ("CONED-CSRP", ["2026_MAY_SEP", "2027_MAY_SEP"], (DAYS_2025, False), (DAYS_2025, False)),
    ("PSEGLI-DLRP", ["2025_MAY_SEP"], (SAMPLES_2025, True), (SAMPLES_2025, True)),
    ("NYISO-SCR", ["2024_MAY_OCT", "2024_NOV_2025_APR", "2025_MAY_OCT"], (SAMPLES_2025, True), (SAMPLES_2025, True)),
    (
        "NYISO-SCR",
        ["2026_NOV_2027_APR", "2027_MAY_OCT", "2027_NOV_2028_APR"],
        (DAYS_2025, False),
        (DAYS_2025, False),
    ),
    (
        "MA_DOER-CPS",
        ["2024_OCT_NOV", "2024_DEC_2025_FEB", "2025_MAR_APR"],
        (SAMPLES_2025, True),
        (SAMPLES_2025, True),
    ),
    (
        "MA_DOER-CPS",
        ["2026_OCT_NOV", "2026_DEC_2027_FEB", "2027_MAR_APR", "2027_OCT_NOV", "2027_DEC_2028_FEB"],
        (DAYS_2025, False),
        (DAYS_2025, False),
    ),
    ("RIE-CS", ["2025_JUN_SEP"], (SAMPLES_2025, True), (SAMPLES_2025, True)),
    ("RIE-CS", ["2026_JUN_SEP", "2027_JUN_SEP"], (DAYS_2025, False), (DAYS_2025, False)),
    ("CEC-DSGS", ["2025_AUG_OCT"], ("Leap API reference: meter enrollment", False), (NONE, False)),
    ("CEC-DSGS", ["2026_MAY_OCT", "2027_MAY_OCT"], (DSGS, False), (NONE, False)),
    ("PJM-CAPACITY", ["2026_JUN_2027_MAY", "2027_JUN_2028_MAY"], (PJM, False), (PJM, False)),
    ("ERCOT-ERS", ["2026_OCT_NOV", "2026_DEC_2027_MAR", "2027_APR_MAY"], (ERCOT, False), (NONE, False)),
]


@pytest.mark.parametrize(("program", "names", "of_periods", "of_deadlines"), SEASONS)
def test_season_has_its_source(program, names, of_periods, of_deadlines):
    periods = [DeliveryPeriod.objects.get(program__identifier=program, name__endswith=f"_{name}") for name in names]
    lines = Deadline.objects.filter(period__in=periods).values_list("source", "verified").distinct().order_by()

    assert {(period.source, period.verified) for period in periods} == {of_periods}
    assert set(lines) <= {of_deadlines}


def test_verified_are_the_sample_meters_of_the_api_reference_and_no_other_season():
    verified = DeliveryPeriod.objects.filter(verified=True)

    assert {period.source for period in verified} == {SAMPLES_2024, SAMPLES_2025}
    assert not DeliveryPeriod.objects.filter(source__in=[SAMPLES_2024, SAMPLES_2025], verified=False).exists()
    assert not Deadline.objects.exclude(period__in=verified).filter(verified=True).exists()
    assert not Deadline.objects.filter(period__in=verified, verified=False).exists()


def local_days(period: DeliveryPeriod) -> tuple[date, date]:
    zone = ZoneInfo(period.program.time_zone)
    return period.starts_at.astimezone(zone).date(), period.ends_at.astimezone(zone).date()


def test_elrp_has_its_season_and_no_winter():
    months = [local_days(period)[0].month for period in DeliveryPeriod.objects.filter(program__identifier="ELRP")]

    assert sorted(set(months)) == [5, 6, 7, 8, 9, 10]
    assert months.count(5) == 1


def test_late_window_of_dsgs_has_its_days_and_no_deadlines():
    window = DeliveryPeriod.objects.get(name="CEC-DSGS_2025_AUG_OCT")

    assert local_days(window) == (date(2025, 8, 1), date(2025, 10, 31))
    assert not window.deadlines.exists()


def test_no_program_lets_weekends_roll_over():
    """Con Edison's rule is about its own two dates, which are a fact of their own."""
    assert not Program.objects.filter(weekend_rolls_over=True).exists()


@pytest.mark.parametrize(
    ("program", "first", "last", "classification", "source"),
    [
        ("MA_DOER-CPS", date(2027, 5, 1), date(2027, 9, 30), "", "Leap API reference: meter enrollment"),
        ("ELRP", date(2026, 1, 1), date(2027, 12, 31), "RESIDENTIAL", "CPUC decision D.23-12-005"),
    ],
)
def test_unpublished_season(program, first, last, classification, source):
    season = UnknownSeason.objects.get(program__identifier=program)

    assert (season.starts_on, season.ends_on, season.classification) == (first, last, classification)
    assert (season.source, season.verified) == (source, False)


# --- single facts

EVENTS = "Up to 60 events from June to September, between 3 and 8 PM, lasting up to 3 hours each."
FACTS = [
    ("ERCOT-ERS", "size", "100 kW", "ERCOT: Emergency Response Service, document of 2019", False),
    ("PJM-CAPACITY", "size", "100 kW", "LoadVizPro: PJM capacity", False),
    ("NATGRID-CS", "events", EVENTS, "National Grid: ConnectedSolutions", True),
    ("RIE-CS", "events", EVENTS, "Rhode Island Energy: ConnectedSolutions", True),
    ("EVERSOURCE-CS", "events", EVENTS, "Cape Light Compact: ConnectedSolutions", False),
    ("UNITIL-CS", "events", EVENTS, NONE, False),
    ("MA_DOER-CPS", "eligibility", "municipal light plants", "225 CMR 21.05 and MassCEC: Clean Peak Standard", True),
    ("ELRP", "events", "May to October, 4 to 9 PM", "SDG&E and CPUC: Emergency Load Reduction Program", True),
    ("ELRP", "outlook", "through 2027 for businesses", "CPUC decision D.23-12-005", False),
    ("CONED-CSRP", "dates", "until Apr 1 for a May 1 start", CONED, True),
    ("CONED-DLRP", "dates", "until May 1 for a Jun 1 start", CONED, True),
    ("CEC-DSGS", "outlook", "may end after 2026", "California Solar & Storage Association: DSGS", True),
    ("CEC-DSGS", "outlook", "Option 1 is suspended in 2026", DSGS, True),
    ("CCA", "order", "CCA, then ENERGY-ONLY, then ELRP", NONE, False),
    ("ENERGY-ONLY", "order", "CCA, then ENERGY-ONLY, then ELRP", NONE, False),
    ("ELRP", "order", "CCA, then ENERGY-ONLY, then ELRP", NONE, False),
]


@pytest.mark.parametrize(("program", "about", "text", "source", "verified"), FACTS)
def test_fact_has_its_source(program, about, text, source, verified):
    facts = ProgramFact.objects.filter(program__identifier=program, about=about, period=None, text__contains=text)

    assert [(fact.source, fact.verified) for fact in facts] == [(source, verified)]


def test_the_next_season_of_dsgs_has_both_notes():
    facts = ProgramFact.objects.filter(period__name="CEC-DSGS_2027_MAY_OCT").order_by("pk")

    assert [(fact.text[:27], fact.source, fact.verified) for fact in facts] == [
        ("The program may end after 2", "California Solar & Storage Association: DSGS", True),
        ("Option 1 is suspended in 20", DSGS, True),
    ]


def test_places_and_leaving_are_not_verified_where_the_overview_says_nothing_of_them():
    for program in not_over():
        told = program.facts.filter(about="places")
        assert told.exists() is bool(program.states or program.utilities.exists()), program
        assert program.facts.filter(about="leaving", text="").count() == 1
    assert not ProgramFact.objects.filter(about__in=["places", "leaving"], verified=True).exists()


def test_regions_and_footnotes_are_those_of_the_overview():
    rows = [*Region.objects.all(), *Footnote.objects.all()]

    assert {(row.source, row.verified) for row in rows} == {("Leap: onboarding overview", True)}
    assert len(rows) == 8


# --- which programs exclude each other

YES, NO = True, False
PAIRS = [
    ("CEC-DSGS", "ELRP", "", "", "", NO, DSGS, False),
    ("ELRP", "CCA", "SDGE", "", "", NO, "SDG&E: Emergency Load Reduction Program", True),
    ("ELRP", "ENERGY-ONLY", "PGE", "", "", YES, "Olivine: ELRP of PG&E", True),
    ("ELRP", "CCA", "SCE", "COMMERCIAL", "", YES, "SCE: Emergency Load Reduction Program", False),
    ("ELRP", "CCA", "SCE", "RESIDENTIAL", "", NO, "SCE: Emergency Load Reduction Program", True),
    ("ELRP", "CCA", "SCE", "RESIDENTIAL", "submetered", YES, "SCE: Emergency Load Reduction Program", True),
    ("CCA", "ENERGY-ONLY", "", "", "", NO, "California electric rules 24 and 32", False),
    ("CONED-CSRP", "CONED-DLRP", "", "", "", YES, CONED, True),
    ("NYISO-SCR", "CONED-CSRP", "", "", "", YES, "Con Edison and National Grid: demand response", True),
    ("MA_DOER-CPS", "EVERSOURCE-CS", "", "", "", YES, "Massachusetts DOER: Clean Peak Standard, questions", True),
    ("EVERSOURCE-CS", "NATGRID-CS", "", "", "", NO, NONE, False),
]


@pytest.mark.parametrize(("program", "other", "utility", "classification", "path", "together", "source", "ok"), PAIRS)
def test_pair_has_its_source(program, other, utility, classification, path, together, source, ok):
    rows = Conflict.objects.filter(
        program__identifier=program,
        other__identifier=other,
        utility__code=utility or None,
        classification=classification,
    )
    (row,) = rows.filter(path__contains=path) if path else rows.filter(path="")

    assert (row.is_allowed, row.verified) == (together, ok)
    assert row.source.startswith(source)


def test_the_answer_about_connected_solutions_belongs_to_its_programs_in_massachusetts():
    said = Conflict.objects.exclude(said_by=None).values_list(
        "program__identifier", "other__identifier", "said_by__path"
    )

    assert set(said) == {
        ("MA_DOER-CPS", name, "isone.in_connected_solutions") for name in ("EVERSOURCE-CS", "NATGRID-CS", "UNITIL-CS")
    }


# --- identifiers of which nothing else is published

UNOFFERED = {
    "CAISO-CCA-SC_ONLY": "CA",
    "CAISO-ELRP-A4": "CA",
    "CEC-DSGS-OPTION2": "CA",
    "CEC-DSGS-OPTION4": "CA",
    "CT_GB-ESS": "",
    "ENERGYHUB-CS": "",
    "NRG-REALTIME": "",
    "NRG-RED": "",
    "ONCOR-CLM": "TX",
    "PGE-ART": "CA",
    "PGE-CBP": "CA",
    "PSE-RPO": "",
    "SRP-RPO": "",
    "TVA-RPO": "",
}


def test_all_published_identifiers_are_there_and_fourteen_are_not_offered():
    unoffered = Program.objects.filter(is_offered=False).select_related("region")

    assert Program.objects.count() == 31
    assert {one.identifier: one.region.code if one.region else "" for one in unoffered} == UNOFFERED
    assert {(one.source, one.verified) for one in unoffered} == {("Leap API reference: meter enrollment", False)}


def test_an_identifier_that_is_not_offered_has_no_invented_rules():
    for model in (Requirement, DeliveryPeriod, ProgramCheck, ProgramFact, UnknownSeason, IntervalDataRule):
        assert not model.objects.filter(program__is_offered=False).exists()
    facts = Program.objects.filter(is_offered=False).values_list(
        "is_partner_created", "is_customer_authorized", "accepted_meter_types", "program_type", "interval_data_source"
    )
    assert list(facts) == [(False, False, [], "", "")] * 14


def test_an_identifier_that_is_not_offered_is_nowhere_to_be_joined(client_of, manager):
    client = client_of(manager)
    pages = [reverse("programs"), reverse("which-way"), reverse("which-way") + "?region=CA&asset=UTILITY_METER"]

    assert not {name for name, _ in program_choices()} & set(UNOFFERED)
    assert "ELRP" in dict(program_choices())
    for url in pages:
        shown = client.get(url).content.decode()
        assert not [name for name in UNOFFERED if re.search(rf"\b{name}\b", shown)], url
    assert {client.get(reverse("program", args=[name])).status_code for name in UNOFFERED} == {404}
    assert client.get(reverse("program", args=["ELRP"])).status_code == 200
    for kind in ("xlsx", "csv"):
        assert client.get(reverse("template", args=["PGE-CBP", kind])).status_code == 404


def test_admins_see_an_identifier_that_is_not_offered(client_of, staff):
    page = client_of(staff).get(reverse("admin:programs_program_changelist") + "?is_offered__exact=0")

    assert [name for name in sorted(UNOFFERED) if name not in page.content.decode()] == []


# --- interval data


def test_every_offered_program_says_which_interval_data_it_needs_and_no_deadline_is_verified():
    rules = {rule.program.identifier: rule for rule in IntervalDataRule.objects.select_related("program")}

    assert set(rules) == set(Program.objects.filter(is_offered=True).values_list("identifier", flat=True))
    assert {(rule.needs_load, rule.needs_runtime, rule.needs_performance) for rule in rules.values()} == {
        (True, False, False)
    }
    assert {(rule.source, rule.verified) for rule in rules.values()} == {(NONE, False)}
    assert {name for name, rule in rules.items() if rule.program.interval_data_source == "partner"} == {
        *("CEC-DSGS", "MA_DOER-CPS", "EVERSOURCE-CS", "NATGRID-CS", "UNITIL-CS", "RIE-CS")
    }
    assert [name for name, rule in rules.items() if rule.program.interval_data_source == "iso"] == ["ERCOT-ERS"]


@pytest.mark.parametrize(
    ("days", "counted_from", "day", "deadline", "words"),
    [
        (7, "day", date(2027, 2, 7), "2027-02-15T00:00:00-05:00", "7 days after the end of each day"),
        (7, "day", date(2027, 3, 10), "2027-03-18T00:00:00-04:00", "7 days after the end of each day"),
        (0, "day", date(2027, 3, 13), "2027-03-14T00:00:00-05:00", "By the end of each day"),
        (1, "month", date(2027, 12, 1), "2028-01-02T00:00:00-05:00", "1 day after the end of each month"),
    ],
)
def test_submission_deadlines_are_midnights_where_the_program_is(days, counted_from, day, deadline, words):
    rule = IntervalDataRule.objects.get(program__identifier="RIE-CS")
    rule.days_to_submit, rule.counted_from = days, counted_from

    assert rule.submission_deadline(day).isoformat() == deadline
    assert rule.deadline_words == words


def test_the_columns_that_nobody_publishes_are_rows_of_ours():
    rows = IntervalColumn.objects.values_list("data_type", "name", "least", "most", "source", "verified")

    assert sorted(rows) == [
        ("PERFORMANCE_DATA", "performance_kwh", None, None, NONE, False),
        ("RUNTIME_DATA", "runtime_minutes", 0.0, 15.0, NONE, False),
    ]


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (None, None, "Minutes that the device ran"),
        (0, None, "Minutes that the device ran, 0 or more"),
        (None, 7.5, "Minutes that the device ran, at most 7.5"),
        (0, 15, "Minutes that the device ran, 0 to 15"),
    ],
)
def test_a_column_says_what_it_may_hold(least, most, words):
    assert IntervalColumn(meaning="Minutes that the device ran", least=least, most=most).range_words == words


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"name": "final"}, "Load data has a column of this name. Choose another name."),
        ({"name": "Run Time"}, "Use lowercase letters, digits and underscores."),
        ({"name": "performance_kwh"}, "Interval column with this Column already exists."),
        ({"least": "15"}, "Enter a value greater than the minimum value."),
    ],
)
def test_admins_cannot_name_a_column_that_files_could_not_have(client_of, staff, changed, said):
    column = IntervalColumn.objects.get(data_type="RUNTIME_DATA")
    values = {"name": column.name, "meaning": column.meaning, "least": "0", "most": "15", "source": column.source}

    page = client_of(staff).post(
        reverse("admin:programs_intervalcolumn_change", args=[column.pk]), values | changed, follow=True
    )

    assert said in page.content.decode()
    column.refresh_from_db()
    assert (column.name, column.least) == ("runtime_minutes", 0)


def test_admins_change_a_column(client_of, staff):
    column = IntervalColumn.objects.get(data_type="RUNTIME_DATA")
    address = reverse("admin:programs_intervalcolumn_change", args=[column.pk])
    page = client_of(staff).get(address).content.decode()
    token = page.split('name="_state" value="')[1].split('"')[0] if 'name="_state"' in page else ""
    values = {"name": "run_minutes", "meaning": column.meaning, "least": "", "most": "15", "source": column.source}

    client_of(staff).post(address, values | {"_state": token})

    column.refresh_from_db()
    assert (column.name, column.least, column.most) == ("run_minutes", None, 15)


# --- what partners read

BUILDERS = re.compile(
    r"inferred|contract:|contract sample|domain facts|leap\.md|SERV_|second-hand|rolled forward|unverified",
    re.IGNORECASE,
)
SOURCED = (
    CheckKind,
    Conflict,
    Deadline,
    DeliveryPeriod,
    Footnote,
    Program,
    ProgramCheck,
    ProgramFact,
    Region,
    Requirement,
)


def test_no_public_source_is_a_note_for_builders():
    for model in (*SOURCED, UnknownSeason, IntervalDataRule, IntervalColumn):
        texts = set(model.objects.values_list("source", flat=True))
        assert "" not in texts, model
        assert [text for text in texts if BUILDERS.search(text)] == [], model


def test_remarks_are_kept_for_admins():
    assert Requirement.objects.filter(remark__contains="inferred").exists()


@pytest.mark.parametrize("identifier", ["CEC-DSGS", "MA_DOER-CPS", "ELRP", "CONED-CSRP", "ERCOT-ERS", "CCA"])
def test_page_of_a_program_has_no_note_for_builders(client_of, manager, identifier):
    text = text_of(client_of(manager).get(reverse("program", args=[identifier])))

    assert BUILDERS.findall(text) == []
    assert "Compatible programs" in text
    assert "Not verified yet" in text


def page_of(client: Client, identifier: str) -> str:
    return text_of(client.get(reverse("program", args=[identifier])))


@time_machine.travel("2026-11-29 12:00 +0000", tick=False)
def test_page_shows_each_fact_with_its_source(client_of, manager):
    client = client_of(manager)

    dsgs = page_of(client, "CEC-DSGS")
    assert "The program may end after 2026. California Solar &amp; Storage Association: DSGS Verified" in dsgs
    assert f"Option 1 is suspended in 2026. {DSGS} Verified" in dsgs
    assert f"Seasons: {DSGS} Not verified yet Deadlines: {NONE} Not verified yet" in dsgs
    assert "States and utilities Customers in CA. No public source Not verified yet" in dsgs
    assert "Emergency Load Reduction Program No The same reduction can’t be paid for twice." in dsgs
    cps = page_of(client, "MA_DOER-CPS")
    assert "May 1, 2027 to Sep 30, 2027: not published yet." in cps
    assert "Delivery periods from May to September haven’t been published." in cps
    elrp = page_of(client, "ELRP")
    assert "Capacity/Energy with a CCA , Energy only Homes of Southern California Edison No SCE excludes homes" in elrp
    assert "Homes of Southern California Edison Virtual power plant or vehicle-grid integration" in elrp
    assert "Jan 1, 2026 to Dec 31, 2027, homes: not published yet." in elrp
    assert "After disenrolling, an active meter leaves at the end of the month." in elrp
    scr = page_of(client, "NYISO-SCR")
    assert f"Seasons: {DAYS_2025} Not verified yet Deadlines: {DAYS_2025} Not verified yet" in scr


def test_source_with_a_link_opens_it(client_of, manager):
    page = client_of(manager).get(reverse("program", args=["CEC-DSGS"])).content.decode()

    assert f'<a href="https://dsgs.olivineinc.com/faq" rel="noopener noreferrer">{DSGS}</a>' in page
