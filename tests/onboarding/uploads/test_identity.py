"""Identifiers that look alike are one, whatever the door; whatever the database refuses is one row."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from onboarding.enrollment.models import Enrollment
from onboarding.enrollment.queries import meters_of_customer
from onboarding.meters.models import Meter
from onboarding.portfolio.batch_lookup import batch_lookup
from onboarding.portfolio.filters import meter_filter
from onboarding.uploads.corrections.rows import correct_rows
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline import commit as writing
from onboarding.uploads.queries import receipt_lines
from portal.events.actors import Actor
from portal.jobs.models import Job
from portal.partners.models import ApiKey, Partner
from programs.models import Conflict
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
CASES = Path(__file__).parents[2] / "cases"
ZERO_WIDTH = "home-\N{ZERO WIDTH SPACE}000001"


def said(upload: Upload) -> list[tuple[str, str]]:
    return [row.outcome(upload) for row in UploadRow.objects.filter(upload=upload).order_by("number")]


def test_references_with_characters_that_cannot_be_seen_are_duplicates(acme: Partner, send: Any, commit: Any) -> None:
    upload = send(acme, (CASES / "reference-zero-width.csv").read_bytes(), "zero-width.csv")

    assert upload.counts == {"create": 1, "duplicate": 3, "rows": 4}
    duplicates = UploadProblem.objects.filter(blocks=True).order_by("row_number")
    assert [problem.context["first"] for problem in duplicates] == [2, 2, 2]
    commit(upload)
    assert [name for name, _ in said(upload)] == ["METER_CREATED", *["DUPLICATE_REF_ID"] * 3]
    assert [line[1] for line in receipt_lines(upload)][1] != "zw-sfne"  # echoed as it was sent
    assert Meter.objects.get().partner_reference == "zw-sfne"


def test_number_for_a_reference_is_its_digits_and_the_job_ends(
    acme: Partner, api_key: tuple[ApiKey, str], run_jobs: Callable[[], int]
) -> None:
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    body = (CASES / "reference-number.json").read_bytes()
    answer = Client().post("/v1.1/jobs/meters", data=body, content_type="application/json", headers=headers)
    run_jobs()

    job = Client().get(f"/v1.1/jobs/meters/{answer.json()['job_id']}", headers=headers).json()
    assert job["status"] == "COMPLETED_WITH_ERRORS"
    assert [asset["status_detail"]["name"] for asset in job["assets"]] == ["METER_CREATED", "DUPLICATE_REF_ID"]
    assert Meter.objects.get().partner_reference == "7700123"


def test_reference_that_looks_like_a_known_one_names_the_meter_and_its_spelling(
    acme: Partner, send: Any, commit: Any
) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))

    upload = send(acme, builders.csv_bytes([builders.row(1, partner_reference=ZERO_WIDTH)]), "b.csv")

    text = UploadProblem.objects.get(upload=upload).problem.text
    assert str(Meter.objects.get().pk) in text
    assert "It is spelled home-000001 there." in text


def test_update_by_a_reference_that_looks_alike_keeps_the_spelling(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))
    line = builders.row(1, partner_reference="home\N{NON-BREAKING HYPHEN}000001", customer__city="Oakland")

    commit(send(acme, builders.csv_bytes([line]), "b.csv", update_existing=True))

    meter = Meter.objects.get()
    assert (meter.partner_reference, meter.reference_key, meter.city) == ("home-000001", "home-000001", "Oakland")
    assert list(UploadRow.objects.latest("pk").changes) == ["customer.city"]


def test_reference_in_other_capitals_is_a_new_meter_with_a_warning(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))

    upload = send(acme, builders.csv_bytes([builders.row(2, partner_reference="HOME-000001")]), "b.csv")

    (problem,) = UploadProblem.objects.filter(upload=upload)
    assert (problem.code, problem.blocks) == ("REFERENCE_DIFFERS_IN_CAPITALS", False)
    assert "home-000001" in problem.problem.text
    assert upload.counts == {"create": 1, "rows": 1}


def exclude_each_other(*names: str) -> None:
    for conflict in Conflict.objects.filter(program__identifier__in=names, other__identifier__in=names):
        conflict.is_allowed = False
        conflict.save()


@pytest.fixture
def accounts_three_ways(acme: Partner, send: Any, commit: Any) -> list[Meter]:
    exclude_each_other("MA_DOER-CPS", "EVERSOURCE-CS")
    content = (CASES / "same-account-three-ways.csv").read_bytes()
    lines = content.splitlines(keepends=True)
    commit(send(acme, lines[0] + lines[1], "a.csv", programs=("EVERSOURCE-CS",)))
    commit(send(acme, lines[0] + b"".join(lines[2:]), "b.csv", programs=("MA_DOER-CPS",)))
    return list(Meter.objects.order_by("partner_reference"))


def test_account_written_three_ways_is_one_customer(acme: Partner, accounts_three_ways: list[Meter]) -> None:
    assert {meter.account_number for meter in accounts_three_ways} == {
        "52345678901",
        "5-234-567-8901",
        "5 234 567 8901",
    }
    assert {meter.account_key for meter in accounts_three_ways} == {"52345678901"}
    for meter in accounts_three_ways:
        assert len(meters_of_customer(meter)) == 3
    excluded = Enrollment.objects.filter(program__identifier="MA_DOER-CPS")
    assert [row.status for row in excluded] == ["INELIGIBLE"] * 3


@pytest.mark.parametrize("text", ["52345678901", "5-234-567-8901", "234 567", "5.234.567.8901"])
def test_account_is_searched_however_it_is_written(
    acme: Partner, accounts_three_ways: list[Meter], run_jobs: Callable[[], int], text: str
) -> None:
    run_jobs()

    assert len(meter_filter({"q": text}, partner=acme).qs) == 4


@pytest.mark.parametrize("text", ["5-234-567-8901", "52345678901.0"])
def test_account_is_looked_up_however_it_is_written(
    acme: Partner, borealis: Partner, accounts_three_ways: list[Meter], text: str
) -> None:
    assert batch_lookup(acme, text).matches == accounts_three_ways
    assert batch_lookup(borealis, text).matches == []


def test_serial_number_is_looked_up_and_warned_of_however_it_is_written(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))

    upload = send(acme, builders.csv_bytes([builders.row(2, device__device_serial_number="sn 0000 0001")]), "b.csv")

    assert UploadProblem.objects.get(upload=upload).code == "SERIAL_NUMBER_TWICE"
    assert batch_lookup(acme, "SN/00000001").matches == [Meter.objects.get()]


def test_twins_of_before_are_each_reached_by_their_own_spelling(acme: Partner, send: Any, commit: Any) -> None:
    spelled = {"home-1": "home-1", "home\N{EN DASH}1": "home\N{EN DASH}1"}
    for reference, key in spelled.items():
        Meter.objects.create(partner=acme, partner_reference=reference, reference_key=key, transmission_region="CAISO")
    cities = dict(zip(spelled, ("Oakland", "Fresno"), strict=True))
    lines = [builders.row(1, partner_reference=text, customer__city=city) for text, city in cities.items()]

    upload = commit(send(acme, builders.xlsx(lines), update_existing=True))

    assert upload.counts["METER_UPDATED"] == 2
    assert dict(Meter.objects.values_list("partner_reference", "city")) == cities
    assert dict(Meter.objects.values_list("partner_reference", "reference_key")) == spelled


# --- whatever fails, fails alone


def _without_id(row: UploadRow) -> None:
    row.meter_id = None


def _with_the_id_of_another(row: UploadRow) -> None:
    other = Partner.objects.get(slug="borealis")
    row.meter_id = Meter.objects.create(partner=other, partner_reference="theirs", transmission_region="PJM").pk


def _without_load_types(row: UploadRow) -> None:
    assert row.asset
    del row.asset["load_types"]


def _too_long(row: UploadRow) -> None:
    assert row.asset
    row.asset["customer"]["state_or_province_code"] = "California"


FAULTS = [_without_id, _with_the_id_of_another, _without_load_types]
FAULTS += [_too_long] if connection.vendor == "postgresql" else []  # SQLite takes texts of any length


@pytest.mark.parametrize("bad", [{3}, {2, 13}, {7, 8, 9}, set(range(2, 14))], ids=str)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__[1:])
def test_row_that_the_database_refuses_fails_alone(
    acme: Partner, borealis: Partner, send: Any, commit: Any, fault: Callable[[UploadRow], None], bad: set[int]
) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(12)), "a.csv")
    for row in UploadRow.objects.filter(upload=upload, number__in=bad):
        if fault is _with_the_id_of_another and Meter.objects.filter(partner=borealis).exists():
            row.meter_id = Meter.objects.get(partner=borealis).pk
        else:
            fault(row)
        row.save()

    commit(upload)

    names = {number: name for number, (name, _) in enumerate(said(upload), 2)}
    assert upload.state == "done"
    assert {number for number, name in names.items() if name == "PROCESSING_ERROR"} == bad
    assert {name for number, name in names.items() if number not in bad} <= {"METER_CREATED"}
    assert Meter.objects.filter(partner=acme).count() == 12 - len(bad)
    assert Enrollment.objects.filter(partner=acme).count() == 12 - len(bad)


def test_update_that_the_database_refuses_fails_alone(acme: Partner, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(5)), "a.csv"))
    lines = [builders.row(n, customer__city="Oakland") for n in range(1, 6)]
    upload = send(acme, builders.csv_bytes(lines), "b.csv", update_existing=True)
    row = UploadRow.objects.get(upload=upload, number=4)
    assert row.asset
    del row.asset["load_types"]
    row.save()

    commit(upload)

    assert [name for name, _ in said(upload)] == ["METER_UPDATED"] * 2 + ["PROCESSING_ERROR"] + ["METER_UPDATED"] * 2
    assert Meter.objects.filter(city="Oakland").count() == 4
    assert "The other rows were written" in said(upload)[2][1]


def test_row_over_which_the_evaluation_fails_fails_alone(
    acme: Partner, send: Any, commit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(4)), "a.csv")
    unlucky = UploadRow.objects.get(upload=upload, number=3).meter_id
    plain = writing.re_evaluate_sharing

    def fails(meters: Any, **options: Any) -> None:
        if unlucky in meters:
            raise KeyError("a fault of ours")
        plain(meters, **options)

    monkeypatch.setattr(writing, "re_evaluate_sharing", fails)

    commit(upload)

    assert [name for name, _ in said(upload)] == ["METER_CREATED", "PROCESSING_ERROR", "METER_CREATED", "METER_CREATED"]


def test_job_of_the_api_ends_when_its_commit_stops(
    acme: Partner, api_key: tuple[ApiKey, str], run_jobs: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stops(*_: object, **__: object) -> None:
        raise RuntimeError("no way to go on")

    monkeypatch.setattr(writing, "_commit_chunk", stops)
    headers = {"Authorization": f"Bearer {api_key[1]}"}
    body = json.dumps({"assets": [builders.asset(1), builders.asset(2)]})
    answer = Client().post("/v1.1/jobs/meters", data=body, content_type="application/json", headers=headers)

    for _ in range(5):
        run_jobs()
        Job.objects.update(not_before=timezone.now())

    job = Client().get(f"/v1.1/jobs/meters/{answer.json()['job_id']}", headers=headers).json()
    assert job["status"] in {"COMPLETED_WITH_ERRORS", "FAILED"}
    assert [asset["status_detail"]["name"] for asset in job["assets"]] == ["PROCESSING_ERROR"] * 2
    assert not Meter.objects.exists()


def test_reference_as_a_text_formula_is_the_text(acme: Partner, send: Any, commit: Any) -> None:
    rows = [builders.row(1, partner_reference='="home-1"'), builders.row(2, partner_reference="home-1")]
    as_text = builders.text_xlsx(rows)

    upload = commit(send(acme, as_text, "a.xlsx"))
    changed = builders.text_xlsx([builders.row(1, partner_reference='="home-1"', customer__city="Oakland")])
    update = send(acme, changed, "b.xlsx", update_existing=True)

    assert list(upload.rows.order_by("number").values_list("partner_reference", "plan")) == [
        ("home-1", "create"),
        ("home-1", "duplicate"),
    ]
    assert Meter.objects.get().reference_key == "home-1"
    assert update.counts == {"update": 1, "rows": 1}


def test_references_of_a_file_that_differ_only_in_capitals_are_warned_of(
    acme: Partner, send: Any, settings: Any, run_jobs: Callable[[], int]
) -> None:
    settings.JOB_CHUNK_ROWS = 2
    names = ["Home-1", "other", "HOME-1", "home-2", "home-1", "Home-1"]
    content = builders.csv_bytes([builders.row(n, partner_reference=name) for n, name in enumerate(names)])

    upload = send(acme, content, "a.csv")
    lines = upload.problems.filter(code="REFERENCES_DIFFER_IN_CAPITALS").order_by("row_number")
    before = [(line.row_number, line.context["first"], line.blocks) for line in lines]
    correct_rows(upload, {2: {"partner_reference": "else"}, 4: {"customer.city": "Oakland"}}, by=Actor.system())

    assert before == [(4, 2, False), (6, 2, False)]
    assert upload.counts == {"create": 5, "duplicate": 1, "rows": 6}
    after = [(line.row_number, line.context["first"]) for line in lines.all()]
    assert (4, 6) in after
