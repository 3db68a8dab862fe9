"""The preview says what is stored: values, programs that are joined, unknown references; and it can be discarded."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.enrollment.models import Enrollment
from onboarding.home.queries import needs_of
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload, UploadProblem, UploadRow
from onboarding.uploads.pipeline.check import recheck_upload
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.withdraw import discard_upload, withdraw_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import ApiKey, Partner, User
from portal.problems import Refused
from portal.storage.disk import path_of
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


def page_of(client: Client, upload: Upload, query: str = "") -> str:
    page = client.get(reverse("upload", args=[upload.pk]) + query).content.decode()
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page.split("<main")[1]))


def programs_of(meter: Meter) -> set[str]:
    return set(Enrollment.objects.filter(meter=meter).values_list("program__identifier", flat=True))


# --- programs are changes too


def in_massachusetts(n: int, **changes: Any) -> dict[str, Any]:
    place = {
        "transmission_region": "ISONE",
        "customer__city": "Cambridge",
        "customer__state_or_province_code": "MA",
        "customer__postal_code": "02139",
        "utility__utility_name": "EVERSOURCE",
        "utility__electric_service_account_number": f"5234567890{n}",
        "caiso__nem_type": None,
    }
    return builders.row(n, **(place | changes))


@pytest.fixture
def joining(acme: Partner, send: Any, commit: Any) -> Upload:
    """Three meters of one program are sent again, unchanged, for another one."""
    lines = [in_massachusetts(n) for n in (1, 2, 3)]
    commit(send(acme, builders.csv_bytes(lines), "a.csv", programs=("EVERSOURCE-CS",)))
    again = builders.csv_bytes([*lines[:2], in_massachusetts(3, customer__city="Boston")])
    return send(acme, again, "b.csv", programs=("MA_DOER-CPS",), update_existing=True)  # type: ignore[no-any-return]  # the fixture is untyped


def test_row_that_joins_a_program_is_a_change_and_shown_as_one(client: Client, joining: Upload) -> None:
    assert joining.counts == {"update": 3, "rows": 3}
    text = page_of(client, joining)
    assert "3 existing meters will be changed" in text
    assert re.search("Program MA_DOER-CPS: none → (Pending|Eligible|Not eligible yet)", text)


def test_joined_program_has_an_event_and_nothing_else_changes(joining: Upload, commit: Any) -> None:
    commit(joining)

    meters = list(Meter.objects.order_by("partner_reference"))
    assert [programs_of(meter) for meter in meters] == [{"EVERSOURCE-CS", "MA_DOER-CPS"}] * 3
    assert [meter.version for meter in meters] == [1, 1, 2]
    joined = Event.objects.filter(verb="meter.program_joined").order_by("pk")
    assert {event.subject_id for event in joined} == {str(meter.pk) for meter in meters}
    assert {(event.data["program"], event.data["upload"]) for event in joined} == {("MA_DOER-CPS", str(joining.pk))}
    assert Event.objects.filter(verb="meter.updated").count() == 1


def test_taking_back_leaves_the_programs_that_were_joined(
    joining: Upload, commit: Any, run_jobs: Callable[[], int]
) -> None:
    commit(joining)

    withdraw_upload(joining, by=BY)
    run_jobs()

    assert [programs_of(meter) for meter in Meter.objects.all()] == [{"EVERSOURCE-CS"}] * 3
    assert set(Meter.objects.values_list("city", flat=True)) == {"Cambridge"}
    assert set(UploadRow.objects.filter(upload=joining).values_list("withdrawal", flat=True)) == {"restored"}
    assert Event.objects.filter(verb="meter.program_left").count() == 3


def test_meter_that_is_active_in_a_joined_program_stays_there(
    joining: Upload, commit: Any, run_jobs: Callable[[], int]
) -> None:
    commit(joining)
    meter = Meter.objects.get(partner_reference="home-000001")
    Enrollment.objects.filter(meter=meter, program__identifier="MA_DOER-CPS").update(status="ACTIVE")

    withdraw_upload(joining, by=BY)
    run_jobs()

    assert programs_of(meter) == {"EVERSOURCE-CS", "MA_DOER-CPS"}
    row = UploadRow.objects.get(upload=joining, partner_reference="home-000001")
    assert (row.withdrawal, row.description) == ("left", "It is active in MA_DOER-CPS.")


def test_same_update_again_changes_nothing(acme: Partner, joining: Upload, send: Any, commit: Any) -> None:
    commit(joining)

    again = send(
        acme,
        builders.xlsx([in_massachusetts(1), in_massachusetts(2)]),
        "c.xlsx",
        programs=("MA_DOER-CPS",),
        update_existing=True,
    )

    assert again.counts == {"unchanged": 2, "rows": 2}


# --- unknown references


@pytest.fixture
def mistaken(acme: Partner, send: Any, commit: Any) -> Upload:
    commit(send(acme, builders.csv_bytes(builders.rows(2)), "a.csv"))
    lines = [{"partner_reference": text, "customer.city": "Oakland"} for text in ("home-000001", "home-00002", "new-1")]
    return send(acme, builders.csv_bytes(lines), "b.csv", update_existing=True)  # type: ignore[no-any-return]  # the fixture is untyped


def test_unknown_reference_of_an_update_is_one_problem_with_the_near_one(client: Client, mistaken: Upload) -> None:
    assert mistaken.counts == {"update": 1, "needs_fixing": 2, "rows": 3}
    problems = list(UploadProblem.objects.filter(upload=mistaken, blocks=True).order_by("row_number"))
    assert [(problem.row_number, problem.code) for problem in problems] == [
        (3, "REFERENCE_UNKNOWN"),
        (4, "REFERENCE_UNKNOWN"),
    ]
    assert "None of your meters has the reference home-00002. Did you mean home-000002?" in problems[0].problem.text
    assert "Did you mean" not in problems[1].problem.text
    assert "2 rows carry a reference that none of your meters has." in page_of(client, mistaken)


def test_update_creates_meters_only_after_a_yes(
    acme: Partner, client: Client, send: Any, commit: Any, run_jobs: Callable[[], int]
) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(1)), "b.csv", update_existing=True)
    assert upload.counts == {"needs_fixing": 1, "rows": 1}

    client.post(reverse("upload-recheck", args=[upload.pk]), {"creates_unknown": "yes"})
    run_jobs()

    upload.refresh_from_db()
    assert upload.counts == {"create": 1, "rows": 1}
    commit(upload)
    assert Meter.objects.get().partner_reference == "home-000001"


def test_references_of_others_are_never_suggested(borealis: Partner, mistaken: Upload, send: Any) -> None:
    line = {"partner_reference": "home-00002", "customer.city": "Oakland"}

    theirs = send(borealis, builders.csv_bytes([line]), "b.csv", update_existing=True)

    assert "Did you mean" not in UploadProblem.objects.get(upload=theirs).problem.text


def test_request_by_api_that_may_update_creates_what_is_unknown(
    acme: Partner, api_key: tuple[ApiKey, str], run_jobs: Callable[[], int]
) -> None:
    Client().post(
        "/v1.1/jobs/meters?update_existing=true",
        data=builders.json_bytes([builders.asset(1)]),
        content_type="application/json",
        headers={"Authorization": f"Bearer {api_key[1]}"},
    )
    run_jobs()

    assert Meter.objects.count() == 1


# --- values


def test_first_rows_are_shown_with_the_values_that_are_stored(acme: Partner, client: Client, send: Any) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(12)), "a.csv")

    text = page_of(client, upload)

    assert "The first 10 rows as they will be stored" in text
    assert "12 Main Street" in page_of(client, upload, "?row=13")
    assert "Values that will be stored" in text


def test_head_says_how_many_meters_are_eligible_beside_how_many_are_created(
    acme: Partner, client: Client, send: Any
) -> None:
    lacking = builders.row(2, utility__utility_name=None)
    lines = [builders.row(1), lacking, builders.row(3, site__number_of_devices=None)]

    upload = send(acme, builders.csv_bytes(lines), "a.csv")

    head = page_of(client, upload).split("The first")[0]
    says = upload.outlook["CEC-DSGS"]
    assert "3 meters will be created" in head
    assert f"Demand Side Grid Support: {says['eligible']} eligible, {says['not_yet']} not yet: " in head
    assert says["not_yet"] > 0


def test_update_shows_old_and_new_values(acme: Partner, client: Client, send: Any, commit: Any) -> None:
    commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))
    line = {"partner_reference": "home-000001", "customer.city": "Oakland", "customer.street_2": "-"}

    upload = send(acme, builders.csv_bytes([line]), "b.csv", update_existing=True)

    text = page_of(client, upload)
    assert "San Francisco → Oakland" in text
    assert "Unit 1 → empty" in text


def test_shown_values_are_those_of_the_database_afterwards(
    acme: Partner, client: Client, send: Any, commit: Any
) -> None:
    from onboarding.meters.columns import asset_of
    from onboarding.uploads.corrections.rows import as_shown
    from onboarding.uploads.shown_values import values_of
    from programs.schema import schema_for

    upload = send(acme, builders.xlsx(builders.rows(3)))
    shown = {row.partner_reference: values_of(row, schema_for()) for row in UploadRow.objects.filter(upload=upload)}
    commit(upload)

    for meter in Meter.objects.all():
        flat = schema_for().flatten(asset_of(meter))
        assert [value.text for value in shown[meter.partner_reference]] == [
            as_shown(flat[column.key]) for column in schema_for().columns if column.key in flat
        ]


def test_values_of_partners_are_escaped(acme: Partner, client: Client, send: Any) -> None:
    upload = send(acme, builders.csv_bytes([builders.row(1, device__installer='A & "B"')]), "a.csv")

    assert "A &amp; &quot;B&quot;" in client.get(reverse("upload", args=[upload.pk])).content.decode()


# --- giving up


def test_discarded_upload_leaves_home_and_its_file_can_be_sent_anew(
    acme: Partner, client: Client, send: Any, commit: Any
) -> None:
    content = builders.csv_bytes(builders.rows(2))
    upload = send(acme, content, "a.csv")
    assert needs_of(acme).to_confirm == [upload]

    client.post(reverse("upload-discard", args=[upload.pk]))

    upload.refresh_from_db()
    assert (upload.state, needs_of(acme).to_confirm) == ("discarded", [])
    assert not UploadRow.objects.exists()
    assert "You discarded this upload" in page_of(client, upload)
    again, is_new = receive_upload(
        [content], file_name="a.csv", partner=acme, programs=["CEC-DSGS"], update_existing=False, by=BY
    )
    assert (is_new, again.pk == upload.pk) == (True, False)
    assert Event.objects.filter(verb="upload.discarded").count() == 1
    with pytest.raises(Refused) as refused:
        recheck_upload(upload, by=BY)
    assert refused.value.problems[0].code == "UPLOAD_SENT_BEFORE"


def test_discarded_upload_is_taken_up_again(acme: Partner, send: Any, commit: Any, run_jobs: Any) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(2)), "a.csv")
    discard_upload(upload, by=BY)

    recheck_upload(upload, by=BY)
    run_jobs()
    upload.refresh_from_db()
    commit(upload)

    assert Meter.objects.count() == 2


def test_what_was_confirmed_is_not_discarded(acme: Partner, send: Any, commit: Any) -> None:
    upload = commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))

    with pytest.raises(Refused):
        discard_upload(upload, by=BY)

    upload.refresh_from_db()
    assert upload.state == "done"


def test_file_that_cannot_be_read_is_checked_again_only_while_no_other_has_its_place(acme: Partner, send: Any) -> None:
    upload = send(acme, b"\x00\x01nonsense", "a.csv")
    assert upload.state == "failed"
    send(acme, b"\x00\x01nonsense", "b.csv")
    Upload.objects.exclude(pk=upload.pk).update(state="ready")

    with pytest.raises(Refused) as refused:
        recheck_upload(upload, by=BY)

    assert refused.value.problems[0].code == "UPLOAD_SENT_BEFORE"


def sent_before(partner: Partner, content: bytes, *, update_existing: bool) -> Upload:
    upload, _ = receive_upload(
        [content], file_name="b.csv", partner=partner, programs=["CEC-DSGS"], update_existing=update_existing, by=BY
    )
    return upload


@pytest.mark.parametrize(
    ("partner", "state", "is_taken"),
    [("acme", "ready", True), ("acme", "withdrawn", True), ("acme", "failed", False), ("borealis", "ready", False)],
)
def test_choice_is_changed_unless_the_partner_sent_the_file_with_it_before(
    acme: Partner, borealis: Partner, send: Any, partner: str, state: str, is_taken: bool
) -> None:
    content = builders.csv_bytes(builders.rows(1))
    upload = send(acme, content, "a.csv")
    other = sent_before({"acme": acme, "borealis": borealis}[partner], content, update_existing=True)
    Upload.objects.filter(pk=other.pk).update(state=state)

    if is_taken:
        with pytest.raises(Refused, match="UPLOAD_SENT_BEFORE"):
            recheck_upload(upload, by=BY, update_existing=True)
    else:
        recheck_upload(upload, by=BY, update_existing=True)

    upload.refresh_from_db()
    assert (upload.state, upload.update_existing) == (("ready", False) if is_taken else ("received", True))


def test_check_again_keeps_the_choices_that_nobody_changes(acme: Partner, send: Any, run_jobs: Any) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(1)), "a.csv", update_existing=True)
    assert upload.counts == {"needs_fixing": 1, "rows": 1}

    recheck_upload(upload, by=BY, creates_unknown=True)
    run_jobs()
    recheck_upload(upload, by=BY)
    run_jobs()

    upload.refresh_from_db()
    assert (upload.update_existing, upload.creates_unknown, upload.counts) == (True, True, {"create": 1, "rows": 1})


def test_what_was_confirmed_is_not_checked_again_whole(acme: Partner, send: Any, commit: Any) -> None:
    """Not even when its writing stopped and it waits for another yes."""
    upload = commit(send(acme, builders.csv_bytes(builders.rows(1)), "a.csv"))
    Upload.objects.update(state="ready")

    with pytest.raises(Refused, match="UPLOAD_NOT_READY"):
        recheck_upload(upload, by=BY)
    with pytest.raises(Refused, match="UPLOAD_NOT_READY"):
        discard_upload(upload, by=BY)

    assert UploadRow.objects.get().plan == "create"


def test_discarding_twice_has_one_effect(acme: Partner, send: Any) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(1)), "a.csv")

    discard_upload(upload, by=BY)
    discard_upload(upload, by=BY)

    upload.refresh_from_db()
    assert (upload.counts, upload.outlook, upload.fingerprint) == ({}, {}, "")
    assert Event.objects.filter(verb="upload.discarded").count() == 1


# --- ways in


@pytest.mark.parametrize("name", ["meters.tsv", "METERS.TXT"])
def test_text_with_tabs_is_taken(acme: Partner, send: Any, name: str) -> None:
    upload = send(acme, builders.csv_bytes(builders.rows(2)).replace(b",", b"\t"), name)

    assert (upload.file_name, upload.counts) == (name, {"create": 2, "rows": 2})


def test_file_that_is_gone_is_said_in_words(acme: Partner, client: Client, send: Any, run_jobs: Any) -> None:
    book = builders.book(One=builders.table(builders.rows(1)), Two=builders.table(builders.rows(1, start=2)))
    upload = send(acme, book)
    path_of(upload.stored_name).unlink()

    answer = client.post(reverse("upload-other-sheet", args=[upload.pk]), {"sheet": "Two"}, follow=True)
    assert "We no longer keep the file of this upload. Upload it again." in answer.content.decode()

    other = send(acme, builders.csv_bytes(builders.rows(1)), "a.csv")
    path_of(other.stored_name).unlink()
    recheck_upload(other, by=BY)
    run_jobs()
    other.refresh_from_db()
    assert (other.state, other.problem["code"]) == ("failed", "FILE_GONE")
