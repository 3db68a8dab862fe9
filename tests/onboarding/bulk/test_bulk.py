"""Changing many meters at once: how many are meant, what becomes of each, and what is left alone."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onboarding.bulk.domain import MOST_CHOSEN, confirm, create_action, meters_meant
from onboarding.bulk.handlers import offered_kinds
from onboarding.bulk.models import BulkAction, BulkRow
from onboarding.meters.models import Meter
from onboarding.portfolio.batch_lookup import MOST_LOOKED_UP, batch_lookup
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.receive import receive_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.models import Partner, User
from portal.problems import Refused
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")


@pytest.fixture
def make(run_jobs: Callable[[], int]) -> Callable[..., list[Meter]]:
    """Meters of a partner, by the way of a sheet."""

    def make(partner: Partner, count: int = 3, start: int = 1) -> list[Meter]:
        upload, _ = receive_upload(
            [builders.csv_bytes(builders.rows(count, start))],
            file_name="some.csv",
            partner=partner,
            programs=["CEC-DSGS"],
            update_existing=False,
            by=BY,
        )
        run_jobs()
        confirm_upload(upload, by=BY)
        run_jobs()
        return list(Meter.objects.filter(partner=partner, upload=upload).order_by("partner_reference"))

    return make


@pytest.fixture
def do(acme: Partner, user: User, run_jobs: Callable[[], int]) -> Callable[..., BulkAction]:
    """Ask, confirm and let it be done."""

    def do(kind: str, meters: Iterable[Meter] | None, value: str = "", **options: Any) -> BulkAction:
        chosen = None if meters is None else [meter.pk for meter in meters]
        asked = {"seen_at": timezone.now(), "by": BY, **options}
        action = create_action(acme, user, kind=kind, value=value, meters=chosen, **asked)
        confirm(action, by=BY)
        run_jobs()
        action.refresh_from_db()
        return action

    return do


def results(action: BulkAction) -> dict[str, str]:
    return dict(action.rows.values_list("partner_reference", "result"))


def test_archived_meters_leave_the_list_and_come_back(
    acme: Partner, make: Any, do: Any, user: User, client_of: Callable[[User], Client]
) -> None:
    first, second, third = make(acme)
    client = client_of(user)

    archived = do("archive", [first, second])
    page = client.get(reverse("meters")).content.decode()
    both = client.get(reverse("meters"), {"archived": "only"}).content.decode()

    assert (archived.state, archived.counts) == ("done", {"meant": 2, "changed": 2})
    assert ("home-000001" in page, "home-000003" in page) == (False, True)
    assert ("home-000001" in both, "home-000003" in both) == (True, False)
    assert "home-000001" in client.get(reverse("meters"), {"q": str(first.pk)}).content.decode()

    back = do("restore", [first, third])
    assert results(back) == {"home-000001": "changed", "home-000003": "same"}
    verbs = Event.objects.filter(subject_id=str(first.pk)).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["meter.created", "meter.archived", "meter.taken_out_of_the_archive"]


def test_tags_are_added_once_removed_and_found(acme: Partner, make: Any, do: Any, user: User, client_of: Any) -> None:
    first, second, third = make(acme)
    do("add_tag", [first], "summer 2027")
    action = do("add_tag", [first, second], "  summer   2027 ")
    do("add_tag", [first], 'with "quotes" and é')

    page = client_of(user).get(reverse("meters"), {"tag": 'with "quotes" and é'}).content.decode()
    first.refresh_from_db()
    assert results(action) == {"home-000001": "same", "home-000002": "changed"}
    assert first.tags == ["summer 2027", 'with "quotes" and é']
    assert first.version == 1
    assert ("home-000001" in page, "home-000002" in page) == (True, False)
    do("remove_tag", [first, third], "summer 2027")
    first.refresh_from_db()
    assert first.tags == ['with "quotes" and é']
    event = Event.objects.filter(subject_id=str(first.pk)).latest("pk")
    assert event.data["changes"]["tags"] == [["summer 2027", 'with "quotes" and é'], ['with "quotes" and é']]
    page = client_of(user).get(reverse("meter", args=[first.pk])).content.decode()
    assert "Tags: <del>empty</del> → <ins>summer 2027</ins>" in page


def test_group_is_part_of_the_data(acme: Partner, make: Any, do: Any) -> None:
    first, _, _ = make(acme)

    do("set_group", [first], "Fleet A")
    first.refresh_from_db()
    assert (first.customer_group, first.version) == ("Fleet A", 2)
    do("set_group", [first], "")
    first.refresh_from_db()
    assert first.customer_group == ""


def test_all_that_match_are_meant_in_chunks_and_none_that_came_later(
    acme: Partner, make: Any, do: Any, settings: Any
) -> None:
    settings.JOB_CHUNK_ROWS = 7
    make(acme, 20)
    seen_at = timezone.now()
    make(acme, 5, start=30)
    assert Meter.objects.filter(partner_reference__startswith="home-0000").count() == 25

    action = do("archive", None, query="q=home-0000", seen_at=seen_at)

    assert action.counts == {"meant": 20, "changed": 20}
    assert Meter.objects.filter(is_archived=True).count() == 20
    assert action.rows.count() == 20
    assert Event.objects.filter(verb="meter.archived").count() == 20


def test_meter_changed_since_it_was_seen_is_left_and_named(
    acme: Partner, make: Any, do: Any, user: User, client_of: Any
) -> None:
    first, second, third = make(acme)
    seen_at = timezone.now()
    Meter.objects.filter(pk=first.pk).update(updated_at=timezone.now() + timedelta(seconds=1))
    gone = third.pk
    third.delete()

    action = do("archive", [first, second, Meter(pk=gone)], seen_at=seen_at)
    page = client_of(user).get(reverse("bulk-action", args=[action.pk])).content.decode()

    assert action.counts == {"meant": 2, "changed": 1, "meanwhile": 1, "gone": 1}
    assert not Meter.objects.get(pk=first.pk).is_archived
    assert "home-000001" in page
    assert str(gone) in page
    lines = b"".join(client_of(user).get(reverse("bulk-result", args=[action.pk])).streaming_content).decode()
    assert lines.count("\n") == 4
    assert "home-000002,changed" in lines


def test_second_yes_has_no_effect(acme: Partner, make: Any, do: Any, run_jobs: Callable[[], int]) -> None:
    action = do("archive", make(acme))

    confirm(action, by=BY)

    assert run_jobs() == 0
    assert Event.objects.filter(verb="meter.archived").count() == 3


def test_crash_between_chunks_goes_on_without_doubling(
    acme: Partner, make: Any, user: User, run_jobs: Callable[[], int], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.JOB_CHUNK_ROWS = 2
    meters = make(acme, 5)
    action = create_action(
        acme, user, kind="add_tag", value="x", meters=[one.pk for one in meters], seen_at=timezone.now(), by=BY
    )
    confirm(action, by=BY)
    from onboarding.bulk import tasks
    from portal.jobs.models import Job

    chunk, calls = tasks._chunk, []

    def falls(run: Any, action: BulkAction) -> bool:
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("falls")
        return chunk(run, action)

    monkeypatch.setattr(tasks, "_chunk", falls)
    run_jobs()
    Job.objects.update(not_before=timezone.now() - timedelta(days=1))
    run_jobs()
    action.refresh_from_db()

    assert action.counts == {"meant": 5, "changed": 5}
    assert Event.objects.filter(verb="meter.tagged").count() == 5


def test_pages_ask_before_and_tell_after(
    acme: Partner, make: Any, user: User, client_of: Any, run_jobs: Callable[[], int]
) -> None:
    first, second, _ = make(acme)
    client = client_of(user)
    seen_at = timezone.now().isoformat()

    asked = client.post(
        reverse("bulk-ask"),
        {"meter": [str(first.pk), str(second.pk), "no id"], "kind": "add_tag", "value": "<b>x", "seen_at": seen_at},
    )
    page = client.get(asked["Location"]).content.decode()
    assert "Add the tag “&lt;b&gt;x” to 2 meters?" in page
    assert not Event.objects.filter(verb="meter.tagged").exists()
    client.post(asked["Location"])
    assert "Changing meters" in client.get(asked["Location"]).content.decode()
    run_jobs()
    done = client.get(asked["Location"]).content.decode()

    assert "Done" in done
    assert Meter.objects.filter(tags=["<b>x"]).count() == 2


def test_meter_that_the_same_person_changed_since_is_not_blamed_on_somebody_else(
    make: Any, user: User, client_of: Any, run_jobs: Callable[[], int]
) -> None:
    first, *_ = make(Partner.objects.get())
    client, seen_at = client_of(user), timezone.now().isoformat()

    for kind in ("archive", "add_tag"):  # with the browser's Back: the page is as old as before
        asked = client.post(reverse("bulk-ask"), {"meter": first.pk, "kind": kind, "value": "x", "seen_at": seen_at})
        client.post(asked["Location"])
        run_jobs()
    page = client.get(asked["Location"]).content.decode()

    assert "home-000001</a>: Changed since you loaded it, so left as is" in page
    assert "somebody else" not in page


def test_refused_request_keeps_what_was_chosen_and_typed(make: Any, user: User, client_of: Any) -> None:
    first, second, _ = make(Partner.objects.get())
    client = client_of(user)
    data = {"meter": [str(first.pk), str(second.pk)], "kind": "add_tag", "value": "a,b", "query": "q=home&page=x"}
    data |= {"seen_at": "2026-01-01T00:00:00+00:00", "pasted": "home-000001\nnobody"}

    answer = client.post(reverse("bulk-ask"), data)
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "“a,b” can’t be used as a tag." in page
    assert "<strong>2</strong> meters selected." in page
    form = page.split('class="panel"')[1].split("</form>")[0]
    for kept in (*data["meter"], "q=home", "a,b", "2026-01-01T00:00:00+00:00"):
        assert f'value="{kept}"' in form
    assert 'value="add_tag" selected' in form
    assert "home-000001\nnobody" in form
    every = client.post(reverse("bulk-ask"), {"all": "yes", "kind": "add_tag", "query": "q=home"}).content.decode()
    assert 'name="all" value="yes"' in every


def test_nothing_chosen_leads_back_to_what_was_looked_up(make: Any, user: User, client_of: Any) -> None:
    make(Partner.objects.get())
    client = client_of(user)
    looked_up = client.post(reverse("meters-look-up"), {"pasted": "home-000001"}).content.decode()
    assert '<input type="hidden" name="pasted" value="home-000001">' in looked_up

    page = client.post(reverse("bulk-ask"), {"kind": "archive", "pasted": "home-000001"}).content.decode()
    plain = client.post(reverse("bulk-ask"), {"kind": "archive", "query": "q=home"}).content.decode()

    assert "You haven’t selected any meters." in page
    assert '<input type="hidden" name="pasted" value="home-000001"><button' in page
    assert 'href="/meters/?q=home">Back to meters' in plain


def test_all_of_a_filtered_list_says_the_filters(acme: Partner, make: Any, user: User, client_of: Any) -> None:
    make(acme)
    client = client_of(user)

    asked = client.post(reverse("bulk-ask"), {"all": "yes", "query": "region=CAISO&q=home-000002", "kind": "archive"})
    page = client.get(asked["Location"]).content.decode()

    assert "Archive 1 meter?" in page
    assert "Region: <strong" in page


@pytest.mark.parametrize(
    ("kind", "value", "meters", "code"),
    [
        ("archive", "", [], "NO_METERS_CHOSEN"),
        ("no-such", "", None, "BULK_KIND_UNKNOWN"),
        ("add_tag", "  ", None, "TAG_MISSING"),
        ("add_tag", "a,b", None, "TAG_NOT_ACCEPTED"),
        ("add_tag", "x" * 65, None, "TAG_NOT_ACCEPTED"),
        ("set_group", "x" * 300, None, "GROUP_NOT_ACCEPTED"),
    ],
)
def test_what_cannot_be_done_is_said(
    acme: Partner, user: User, kind: str, value: str, meters: list[Any] | None, code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        create_action(acme, user, kind=kind, value=value, meters=meters, seen_at=timezone.now(), by=BY)

    assert [problem.code for problem in refusal.value.problems] == [code]


def test_meters_of_another_partner_are_never_meant(acme: Partner, borealis: Partner, make: Any, do: Any) -> None:
    theirs = make(borealis)
    make(acme)

    named = do("archive", theirs)
    every = do("archive", None)

    assert named.counts == {"meant": 0, "gone": 3}
    assert every.counts["changed"] == 3
    assert not Meter.objects.filter(partner=borealis, is_archived=True).exists()
    assert set(BulkRow.objects.filter(action=named).values_list("partner_reference", flat=True)) == {""}


def test_too_many_chosen_by_hand_are_cut_at_the_limit(acme: Partner, user: User) -> None:
    chosen = [uuid4() for _ in range(MOST_CHOSEN + 5)]

    action = create_action(acme, user, kind="archive", meters=chosen, seen_at=timezone.now(), by=BY)

    assert len(action.meters or []) == MOST_CHOSEN
    assert meters_meant(action).count() == 0


# --- look-up


def test_look_up_finds_by_id_and_reference_and_names_the_unknown(
    acme: Partner, borealis: Partner, make: Any, user: User, client_of: Any, django_assert_num_queries: Any
) -> None:
    first, second, _ = make(acme)
    theirs = make(borealis, 1, start=50)[0]
    pasted = f"home-000002\r\n{first.pk}\t nobody <b> ; home-000002\n{theirs.pk}, home-000050"

    with django_assert_num_queries(2):
        lookup = batch_lookup(acme, pasted)
    page = client_of(user).post(reverse("meters-look-up"), {"pasted": pasted}).content.decode()

    assert [meter.pk for meter in lookup.matches] == [second.pk, first.pk]
    assert lookup.unknown == ["nobody <b>", str(theirs.pk), "home-000050"]
    assert "nobody &lt;b&gt;" in page
    assert "2</strong> meters found" in page


@pytest.mark.parametrize("pasted", ["", " \n", ",;\t"])
def test_look_up_of_nothing_says_so(acme: Partner, user: User, client_of: Any, pasted: str) -> None:
    answer = client_of(user).post(reverse("meters-look-up"), {"pasted": pasted})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count("Nothing was pasted. Paste meter IDs or partner references, one per line.") == 2
    assert "<title>Error: Look up meters" in page


def test_as_many_as_are_looked_up_at_once_can_be_chosen(acme: Partner, user: User, client_of: Any) -> None:
    chosen = [str(uuid4()) for _ in range(MOST_LOOKED_UP)]

    answer = client_of(user).post(reverse("bulk-ask"), {"meter": chosen, "kind": "archive"})

    assert answer.status_code == 302
    assert len(BulkAction.objects.get().meters or []) == MOST_LOOKED_UP


def test_kinds_are_offered_in_one_order_whatever_was_imported_first() -> None:
    assert [kind for kind, _ in offered_kinds()] == [
        *("archive", "restore", "add_tag", "remove_tag", "set_group"),
        *("idle", "disenroll", "participate"),
    ]
