"""A file that is sent again, and the corrections that were made to it before."""

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.uploads.corrections.carrying import carry_over, corrections_to_carry
from onboarding.uploads.corrections.rows import correct_rows, leave_out
from onboarding.uploads.models import Upload, UploadEdit
from onboarding.uploads.pipeline.receive import receive_upload
from onboarding.uploads.pipeline.withdraw import discard_upload, withdraw_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
BAD = {"customer__postal_code": "nine"}
CONTENT = builders.csv_bytes([builders.row(1, **BAD), builders.row(2, **BAD), builders.row(3), builders.row(4, **BAD)])
Again = Callable[..., Upload]


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


@pytest.fixture
def discarded(acme: Partner, send: Any) -> Upload:
    """An upload with three corrections, of which nothing was written."""
    upload: Upload = send(acme, CONTENT, "winter.csv")
    correct_rows(upload, {2: {"customer.postal_code": "94103"}, 3: {"customer.postal_code": "94110"}}, by=BY)
    leave_out(upload, [5], by=BY)
    discard_upload(upload, by=BY)
    return upload


@pytest.fixture
def again(acme: Partner, send: Any) -> Again:
    def again(content: bytes = CONTENT, name: str = "again.csv") -> Upload:
        return send(acme, content, name)  # type: ignore[no-any-return]  # the fixture gives an Upload

    return again


def plans(upload: Upload) -> list[str]:
    return list(upload.rows.order_by("number").values_list("plan", flat=True))


@pytest.mark.parametrize("end", ["discarded", "taken back", "refused"])
def test_the_same_file_can_be_sent_anew(
    acme: Partner, send: Any, commit: Any, run_jobs: Callable[[], int], end: str
) -> None:
    content = b"name\n" if end == "refused" else CONTENT
    first = send(acme, content, "winter.csv")
    if end == "discarded":
        discard_upload(first, by=BY)
    elif end == "taken back":
        withdraw_upload(commit(first), by=BY)
        run_jobs()

    second, is_new = receive_upload(
        [content], file_name="winter.csv", partner=acme, programs=["CEC-DSGS"], update_existing=False, by=BY
    )
    run_jobs()
    third, is_new_again = receive_upload(
        [content], file_name="winter.csv", partner=acme, programs=["CEC-DSGS"], update_existing=False, by=BY
    )

    assert (is_new, second.pk == first.pk) == (True, False)
    assert (is_new_again, third.pk == second.pk) == ((True, False) if end == "refused" else (False, True))


def test_corrections_are_offered_and_used_with_one_click(discarded: Upload, again: Again, client: Client) -> None:
    upload = again()
    before = plans(upload)

    page = unescape(client.get(reverse("upload", args=[upload.pk])).content.decode())
    answer = client.post(reverse("upload-carry-over", args=[upload.pk]), {"from": discarded.pk}, follow=True)

    assert before == ["needs_fixing", "needs_fixing", "create", "needs_fixing"]  # nothing is used unasked
    assert "Use the 3 corrections that you made to winter.csv on " in page
    assert plans(upload) == ["create", "create", "create", "left_out"]
    assert "3 corrections of winter.csv used." in unescape(answer.content.decode())
    assert "Use the " not in unescape(answer.content.decode())
    event = Event.objects.get(verb="upload.corrections_carried")
    assert event.data == {"from": str(discarded.pk), "corrections": 3}


def test_only_rows_with_the_same_cell_are_corrected(discarded: Upload, again: Again, client: Client) -> None:
    rows = [builders.row(9), builders.row(1, **BAD), builders.row(2, customer__postal_code="ten"), builders.row(3)]
    upload = again(builders.csv_bytes(rows), "spring.csv")

    carried = corrections_to_carry(upload)
    answer = client.post(reverse("upload-carry-over", args=[upload.pk]), {"from": discarded.pk}, follow=True)

    assert carried is not None
    assert (carried.changes, carried.left_out, carried.unfit) == ({3: {"customer.postal_code": "94103"}}, [], [3, 5])
    assert plans(upload) == ["create", "create", "needs_fixing", "create"]
    said = "2 rows of winter.csv could not be corrected here, because the row is another one or is missing: 3, 5."
    assert said in unescape(answer.content.decode())


def test_a_good_row_with_a_warning_has_the_same_cell_however_it_is_written(
    acme: Partner, send: Any, again: Again
) -> None:
    first = send(acme, builders.csv_bytes([builders.row(1), builders.row(2)]), "a.csv")
    correct_rows(first, {2: {"device.battery_power_capacity_kw": "7"}}, by=BY)
    discard_upload(first, by=BY)

    carried = corrections_to_carry(
        again(builders.csv_bytes([builders.row(1), builders.row(2), builders.row(3)]), "b.csv")
    )

    assert carried is not None
    assert carried.changes == {2: {"device.battery_power_capacity_kw": "7"}}


def test_the_first_original_counts_when_a_cell_was_corrected_twice(acme: Partner, send: Any, again: Again) -> None:
    first = send(acme, CONTENT, "winter.csv")
    correct_rows(first, {2: {"customer.postal_code": "ten"}}, by=BY)
    correct_rows(first, {2: {"customer.postal_code": "94103", "customer.city": "Oakland"}}, by=BY)
    discard_upload(first, by=BY)

    carried = corrections_to_carry(again())

    originals = {"customer.postal_code": "nine", "customer.city": "San Francisco", "partner_reference": "home-000001"}
    assert UploadEdit.objects.get(row_number=2).originals == originals
    assert carried is not None
    assert carried.changes == {2: {"customer.postal_code": "94103", "customer.city": "Oakland"}}


def test_corrections_of_an_earlier_version_fit_the_same_file_only(discarded: Upload, again: Again) -> None:
    UploadEdit.objects.update(originals=None)
    same, other = again(), again(CONTENT + b"\r\n", "other.csv")

    carried = corrections_to_carry(same)

    assert carried is not None
    assert carried.count == 3
    carried = corrections_to_carry(other)
    assert carried is None or carried.changes == {}


def test_of_several_uploads_the_same_file_goes_first(acme: Partner, discarded: Upload, send: Any, again: Again) -> None:
    later = send(acme, builders.csv_bytes([builders.row(1, **BAD), builders.row(2, **BAD)]), "later.csv")
    correct_rows(later, {2: {"customer.postal_code": "94999"}}, by=BY)

    carried = corrections_to_carry(again())

    assert carried is not None
    assert carried.source == discarded


def test_nothing_is_offered_of_another_partner_or_after_the_confirmation(
    discarded: Upload, again: Again, borealis: Partner, send: Any, commit: Any, client: Client
) -> None:
    theirs = send(borealis, CONTENT, "theirs.csv")
    mine = again()

    assert corrections_to_carry(mine) is not None
    assert corrections_to_carry(theirs) is None
    with pytest.raises(Refused) as refusal:
        carry_over(theirs, source=str(discarded.pk), by=BY)
    assert [problem.code for problem in refusal.value.problems] == ["NOTHING_TO_CARRY"]
    for source in ("", "x", str(mine.pk)):
        answer = client.post(reverse("upload-carry-over", args=[mine.pk]), {"from": source}, follow=True)
        assert "None of that upload’s corrections match" in unescape(answer.content.decode())
    assert corrections_to_carry(commit(mine)) is None


def test_hostile_file_names_are_text(acme: Partner, send: Any, again: Again, client: Client) -> None:
    first = send(acme, CONTENT, "<script>alert(1)</script>.csv")
    correct_rows(first, {2: {"customer.postal_code": "94103"}}, by=BY)
    discard_upload(first, by=BY)

    page = client.get(reverse("upload", args=[again().pk])).content.decode()

    assert "Use the 1 correction that you made to" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize("count", [1, 3])
def test_queries_do_not_grow_with_corrections(
    acme: Partner, send: Any, again: Again, client: Client, count: int, django_assert_num_queries: Any
) -> None:
    rows = [builders.row(n + 1, **BAD) for n in range(count)]
    first = send(acme, builders.csv_bytes(rows), "a.csv")
    correct_rows(first, {n + 2: {"customer.postal_code": "94103"} for n in range(count)}, by=BY)
    discard_upload(first, by=BY)
    path = reverse("upload", args=[again(builders.csv_bytes(rows)).pk])
    client.get(path)

    with django_assert_num_queries(23):
        client.get(path)
