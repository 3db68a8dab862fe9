"""The form of one meter: what it asks, what it says, what it writes, and what it never loses."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from onboarding.meter_form.domain import UNSAVED_KEPT, begin, write
from onboarding.meter_form.models import MeterDraft
from onboarding.meters.columns import asset_of
from onboarding.meters.models import Meter
from onboarding.uploads.models import Upload
from onboarding.uploads.pipeline.commit import confirm_upload
from onboarding.uploads.pipeline.preview import CandidateRow, RowPreview
from onboarding.uploads.pipeline.receive import receive_by_api, receive_upload
from onboarding.uploads.pipeline.withdraw import withdraw_upload
from portal.events.actors import Actor
from portal.events.models import Event
from portal.jobs.periodic import run_periodic_tasks
from portal.partners.models import Partner, User
from portal.problems import Refused
from programs.models import Field, Program, Requirement
from programs.schema import schema_for
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
BY = Actor.system("Test")
NEW = reverse("entry-new", args=["CEC-DSGS"])


@pytest.fixture
def client(user: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(user)


def typed(n: int = 1, **changes: str | None) -> dict[str, str]:
    """What somebody types for one battery: the cells of a sheet's row, as text."""
    cells = {key: str(value) for key, value in builders.row(n, **changes).items() if value is not None}
    schema = schema_for(["CEC-DSGS"])
    return {key: cell for key, cell in cells.items() if schema.knows(key)}


def sent(client: Client, path: str, data: dict[str, Any], do: str = "check") -> Any:
    return client.post(path, {**data, "do": do})


def mark_in(page: Any) -> str:
    """What the page says of the draft that it shows."""
    return str(page.content.decode().split('name="mark" value="')[1].split('"')[0])


def say_yes(client: Client, looked: str) -> Any:
    """Look at what will happen, and confirm it."""
    return client.post(looked, {"mark": mark_in(client.get(looked))})


def create(client: Client, data: dict[str, Any]) -> Meter:
    """Through the pages: fill in, look, confirm."""
    looked = sent(client, NEW, data)
    assert looked.status_code == 302, looked.content.decode()
    done = say_yes(client, looked["Location"])
    return Meter.objects.get(pk=done["Location"].strip("/").split("/")[-1])


# --- what it asks


@pytest.mark.parametrize("identifier", ["CEC-DSGS", "ERCOT-ERS", "MA_DOER-CPS", "EVERSOURCE-CS", "RIE-CS"])
def test_form_has_an_input_for_each_field_that_the_program_offers(client: Client, identifier: str) -> None:
    page = client.get(reverse("entry-new", args=[identifier])).content.decode()

    for column in schema_for([identifier]).columns:
        is_further = column.key.startswith("load_types.") and column.key != "load_types.0"
        assert (f'name="{column.key}"' in page) == (not column.hidden and not is_further), column.key
        if column.unit and not column.hidden:
            assert f"{column.label} ({column.unit})" in page


def test_every_partner_created_program_is_offered_and_no_other(client: Client) -> None:
    page = client.get(reverse("entry-start")).content.decode()

    offered = {"CEC-DSGS", "ERCOT-ERS", "EVERSOURCE-CS", "MA_DOER-CPS", "NATGRID-CS", "RIE-CS", "UNITIL-CS"}
    for program in Program.objects.all():
        assert (reverse("entry-new", args=[program.identifier]) in page) == (program.identifier in offered)
        status = client.get(reverse("entry-new", args=[program.identifier])).status_code
        assert status == (200 if program.identifier in offered else 404)


def test_field_that_an_admin_adds_stands_in_the_form_at_once(client: Client) -> None:
    program = Program.objects.get(identifier="CEC-DSGS")
    field = Field.objects.create(path="site.roof_colour", label="Roof colour", section="Site", position=900)
    before = client.get(NEW).content.decode()
    Requirement.objects.create(program=program, field=field, level="required")
    after = client.get(NEW).content.decode()

    assert "Roof colour" in before
    assert after.index("Roof colour") < after.index("optional field", after.index("Number of devices"))


def test_field_under_a_condition_says_when_it_is_needed(client: Client) -> None:
    page = client.get(reverse("entry-new", args=["ERCOT-ERS"])).content.decode()

    assert 'data-when="site.on_site_fossil_generator\nis\nyes"' in page
    assert "Required when Fossil generator on site is yes." in page


def test_what_the_program_leaves_no_choice_about_is_chosen(client: Client) -> None:
    page = client.get(NEW).content.decode()

    assert '<option value="CAISO" selected>' in page
    assert '<option value="CA" selected>' in page


# --- what it says


def test_problems_stand_beside_their_fields_and_above_in_the_words_of_a_sheet(client: Client, acme: Partner) -> None:
    data = typed(customer__postal_code="94", partner_reference=None, device__battery_power_capacity_kw="five")
    page = sent(client, NEW, data)
    text = page.content.decode()

    result = RowPreview(acme, programs=["CEC-DSGS"], update_existing=False).check([CandidateRow(1, data)])[0]
    assert page.status_code == 422
    assert len(result.problems) == 3
    for problem in result.problems:
        assert text.count(escape(problem.text)) >= 2, problem
        assert f'href="#id_{problem.field}"' in text
    assert "<title>Error: Add a meter" in text


def test_everything_typed_is_kept_also_what_is_wrong(client: Client) -> None:
    page = sent(client, NEW, typed(customer__postal_code="9410", customer__street_1="<b>1 Main Street"))
    draft = MeterDraft.objects.get()

    assert (draft.cells["customer.postal_code"], draft.cells["customer.street_1"]) == ("9410", "<b>1 Main Street")
    assert 'value="9410"' in page.content.decode()
    assert "&lt;b&gt;1 Main Street" in page.content.decode()
    assert "<b>1 Main" not in page.content.decode()
    again = client.get(reverse("entry-draft", args=[draft.pk])).content.decode()
    assert 'value="9410"' in again


@pytest.mark.parametrize(
    ("text", "kept", "words"),
    [
        ("a\0b", "a\ufffdb", "City contains invisible characters"),
        ("x" * 5_000, "x" * 5_000, "City has 5000 characters"),
        ("x" * 40_000, "x" * 40_000, "City has more characters than a spreadsheet cell can hold."),
    ],
)
def test_what_no_field_can_hold_is_kept_and_said(client: Client, text: str, kept: str, words: str) -> None:
    page = sent(client, NEW, typed(customer__city=text))

    assert MeterDraft.objects.get().cells["customer.city"] == kept
    assert page.status_code == 422
    assert page.content.decode().count(words) == 2


def test_warning_does_not_block_and_is_shown_before_the_yes(client: Client) -> None:
    answer = sent(client, NEW, typed(utility__utility_name="PGE", utility__electric_service_account_number="12345"))
    page = client.get(answer["Location"]).content.decode()

    assert "notice-warning" in page
    assert "Create this meter" in page


def test_preview_names_what_is_missing_and_writes_nothing(client: Client) -> None:
    answer = sent(client, NEW, typed(site__number_of_devices=None))
    page = client.get(answer["Location"]).content.decode()

    assert "Not eligible yet" in page
    assert "<li>Number of devices</li>" in page
    assert Meter.objects.count() == Upload.objects.count() == 0


# --- what it writes


def test_meter_of_form_sheet_and_api_is_the_same(
    client: Client, acme: Partner, borealis: Partner, run_jobs: Callable[[], int]
) -> None:
    by_form = create(client, typed(7))
    upload, _ = receive_upload(
        [builders.xlsx([builders.row(7)])],
        file_name="one.xlsx",
        partner=borealis,
        programs=["CEC-DSGS"],
        update_existing=False,
        by=BY,
    )
    run_jobs()
    confirm_upload(upload, by=BY)
    run_jobs()
    by_sheet = Meter.objects.get(partner=borealis)
    third = Partner.objects.create(name="Third", slug="third")
    body = builders.json_bytes([asset_of(by_sheet)])
    receive_by_api([body], file_name="", suffix=".json", partner=third, update_existing=False, by=BY)
    run_jobs()
    by_api = Meter.objects.get(partner=third)

    fields = [field.attname for field in Meter._meta.fields]
    own = {"id", "partner_id", "upload_id", "created_at", "updated_at"}
    seen = [[getattr(one, name) for name in fields if name not in own] for one in (by_form, by_sheet, by_api)]
    assert seen[0] == seen[1] == seen[2]
    standing = [list(one.enrollments.values_list("program__identifier", "status")) for one in (by_form, by_sheet)]
    assert standing[0] == standing[1] == [("CEC-DSGS", "ELIGIBLE")]
    verbs = [list(Event.objects.filter(subject_id=str(one.pk)).values_list("verb")) for one in (by_form, by_sheet)]
    assert verbs[0] == verbs[1] == [("meter.created",)]


def test_second_click_writes_nothing_more(client: Client, user: User) -> None:
    looked = sent(client, NEW, typed())["Location"]

    first, second = say_yes(client, looked), client.post(looked)

    assert first["Location"] == second["Location"]
    assert (Meter.objects.count(), Upload.objects.count()) == (1, 1)
    draft = MeterDraft.objects.get()
    assert (draft.cells, draft.base) == ({}, {})
    assert write(draft, by=BY, user=user).pk == draft.pk


def test_reference_that_is_taken_is_said_with_the_meter_and_nothing_is_lost(client: Client) -> None:
    looked = sent(client, NEW, typed())["Location"]
    mark = mark_in(client.get(looked))
    taken = create(client, typed())
    client.get(looked)  # takes the notice about that one

    page = client.post(looked, {"mark": mark})

    assert page.status_code == client.get(looked).status_code == 422
    assert 'class="notice' not in page.content.decode()  # the summary says it
    assert f"Partner reference found on meter ID {taken.pk}" in page.content.decode()
    assert 'value="home-000001"' in page.content.decode()
    assert Meter.objects.count() == 1


def test_form_can_be_taken_back_and_is_no_file_among_the_uploads(
    client: Client, user: User, run_jobs: Callable[[], int]
) -> None:
    meter = create(client, typed())
    upload = Upload.objects.get()

    assert upload.file_name not in client.get(reverse("uploads")).content.decode()
    page = client.get(reverse("upload", args=[upload.pk])).content.decode()
    assert "Form: home-000001" in page
    withdraw_upload(upload, by=Actor.person(user))
    run_jobs()

    assert not Meter.objects.filter(pk=meter.pk).exists()


# --- drafts


def test_draft_is_saved_found_by_colleagues_and_thrown_away(client: Client, manager: User, client_of: Any) -> None:
    answer = sent(client, NEW, {"customer.city": "Oakland"}, do="save")
    colleague = client_of(manager)

    for listed in ("entry-start", "entry-drafts"):
        assert answer["Location"] in colleague.get(reverse(listed)).content.decode()
    page = colleague.get(answer["Location"])
    assert 'value="Oakland"' in page.content.decode()
    sent(colleague, answer["Location"], {"customer.city": "Berkeley", "mark": mark_in(page)}, do="save")
    draft = MeterDraft.objects.get()
    assert draft.cells == {"customer.city": "Berkeley"}

    discard = reverse("entry-discard", args=[draft.pk])
    assert discard in client.get(answer["Location"]).content.decode()
    assert "Throw this draft away?" in client.get(discard).content.decode()
    assert MeterDraft.objects.exists()
    client.post(discard)
    assert not MeterDraft.objects.exists()


def test_saved_drafts_are_listed_own_first_and_what_a_check_left_is_found_by_its_address(
    client: Client, manager: User, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("onboarding.meter_form.views._DRAFTS_SHOWN", 2)
    own = sent(client, NEW, {"partner_reference": "own"}, do="save")["Location"]
    for name in ("theirs-1", "theirs-2"):
        sent(client_of(manager), NEW, {"partner_reference": name}, do="save")
    left = str(sent(client, NEW, {"partner_reference": "left"}).context["action"])

    start = client.get(reverse("entry-start"))
    every = client.get(reverse("entry-drafts")).content.decode()

    assert [draft.cells["partner_reference"] for draft in start.context["drafts"]] == ["own", "theirs-2"]
    assert "See all saved drafts" in start.content.decode()
    assert own in every
    assert (every.count("theirs-"), left in every) == (2, False)
    assert 'value="left"' in client.get(left).content.decode()
    sent(client, left, {"partner_reference": "left", "mark": mark_in(client.get(left))}, do="save")
    assert left in client.get(reverse("entry-drafts")).content.decode()


def test_what_a_check_left_is_tidied_after_some_days_and_what_was_saved_is_not(client: Client) -> None:
    sent(client, NEW, {"partner_reference": "saved"}, do="save")
    sent(client, NEW, {"partner_reference": "old"})
    sent(client, NEW, {"partner_reference": "new"})
    long_ago = timezone.now() - UNSAVED_KEPT - timedelta(hours=1)
    MeterDraft.objects.exclude(cells__partner_reference="new").update(updated_at=long_ago)

    run_periodic_tasks()

    assert {draft.cells["partner_reference"] for draft in MeterDraft.objects.all()} == {"saved", "new"}


def test_yes_to_something_else_than_what_is_shown_writes_nothing_and_shows_it(
    client: Client, manager: User, client_of: Any
) -> None:
    looked = str(sent(client, NEW, typed())["Location"])
    seen = client.get(looked)
    path = looked.removesuffix("check/")
    colleague = client_of(manager)

    for city in ("Oakland", "9" * 300):
        mark = mark_in(colleague.get(path))
        sent(colleague, path, {**typed(customer__city=city), "mark": mark}, do="save")
        page = client.post(looked, {"mark": mark_in(seen)})
        text = page.content.decode()
        assert page.status_code == 422
        assert "This draft changed after you reviewed it, so nothing was saved." in text
        assert city in text
        assert 'class="notice' not in text
        assert "<title>Error: " in text
    assert client.post(looked).status_code == 422  # without saying what was seen
    assert Meter.objects.count() == 0


@pytest.mark.parametrize("do", ["save", "check"])
def test_two_people_in_one_draft_lose_nothing(client: Client, manager: User, client_of: Any, do: str) -> None:
    path = sent(client, NEW, typed(), do="save")["Location"]
    colleague = client_of(manager)
    mine, theirs = client.get(path), colleague.get(path)

    sent(colleague, path, {**typed(customer__city="Berkeley"), "mark": mark_in(theirs)}, do="save")
    answer = sent(client, path, {**typed(customer__city="Oakland"), "mark": mark_in(mine)}, do=do)
    page = client.get(answer["Location"]).content.decode()

    drafts = MeterDraft.objects.order_by("pk")
    assert [draft.cells["customer.city"] for draft in drafts] == ["Berkeley", "Oakland"]
    assert str(drafts[1].pk) in answer["Location"]
    assert "Someone else changed this draft in the meantime. We saved your entries" in page
    assert f'href="{path}"' in page


def test_two_people_in_one_draft_are_told_beside_the_problems_too(
    client: Client, manager: User, client_of: Any
) -> None:
    path = sent(client, NEW, typed(), do="save")["Location"]
    mark = mark_in(client.get(path))
    sent(client_of(manager), path, {**typed(customer__city="Berkeley"), "mark": mark}, do="save")

    page = sent(client, path, {**typed(customer__city=None), "mark": mark})

    assert page.status_code == 422
    assert "We saved your entries" in page.content.decode()
    assert MeterDraft.objects.count() == 2


def test_own_earlier_page_and_the_same_values_make_no_second_draft(
    client: Client, manager: User, client_of: Any
) -> None:
    path = sent(client, NEW, typed(), do="save")["Location"]
    mark = mark_in(client.get(path))
    for city in ("Oakland", "Berkeley"):  # with the browser's Back
        sent(client, path, {**typed(customer__city=city), "mark": mark}, do="save")
    sent(client_of(manager), path, {**typed(customer__city="Berkeley"), "mark": mark}, do="save")

    assert MeterDraft.objects.get().cells["customer.city"] == "Berkeley"


def test_another_device_at_this_site_keeps_the_site_and_nothing_of_the_device(client: Client, stranger: User) -> None:
    meter = create(client, typed(customer__street_1="77 Harbor Way"))

    page = client.get(f"{NEW}?like={meter.pk}").content.decode()

    assert 'value="77 Harbor Way"' in page
    assert "home-000001" in page  # named in the notice
    assert 'value="home-000001"' not in page
    assert f'value="{meter.serial_number}"' not in page
    assert (
        reverse("entry-new", args=["CEC-DSGS"]) + f"?like={meter.pk}"
        in client.get(reverse("meter", args=[meter.pk])).content.decode()
    )


@pytest.mark.parametrize(("moment", "is_open"), [("2027-10-31T20:00:00Z", True), ("2027-11-01T08:00:00Z", False)])
def test_forms_are_offered_until_their_program_is_over(
    client: Client, manager: User, client_of: Any, time_machine: Any, moment: str, is_open: bool
) -> None:
    meter = create(client, typed())
    program = Program.objects.get(identifier="CEC-DSGS")
    program.active_to = date(2027, 10, 31)
    program.save()
    time_machine.move_to(moment)
    later = client_of(manager)

    pages = [later.get(path).content.decode() for path in (f"/meters/{meter.pk}/", "/programs/CEC-DSGS/")]

    assert [f'href="{NEW}' in page for page in pages] == [is_open, is_open]
    assert "Add another device at this site" in pages[0] or not is_open
    assert later.get(f"{NEW}?like={meter.pk}").status_code == (200 if is_open else 404)


def test_site_of_another_partner_is_not_taken_over(client: Client, stranger: User, client_of: Any) -> None:
    theirs = create(client_of(stranger), typed(customer__street_1="1 Secret Street"))

    own = create(client, typed())

    statuses = [client.get(f"{NEW}?like={named}").status_code for named in (own.pk, theirs.pk, "made-up")]

    assert statuses == [200, 404, 404]


# --- changing a meter


def edit(client: Client, meter: Meter, data: dict[str, Any]) -> str:
    answer = sent(client, reverse("entry-edit", args=[meter.pk]), data)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_form_of_a_meter_holds_what_the_meter_holds_and_changes_only_that(client: Client) -> None:
    meter = create(client, typed())
    before = asset_of(meter)
    looked = edit(client, meter, typed(customer__city="Oakland", device__device_model=None))
    page = client.get(looked).content.decode()
    assert "<del>San Francisco</del>" in page
    say_yes(client, looked)
    meter.refresh_from_db()

    after = asset_of(meter)
    before["customer"]["city"] = "Oakland"
    before["device"].pop("device_model", None)
    assert after == before
    assert (meter.city, meter.version) == ("Oakland", 2)
    event = Event.objects.filter(subject_id=str(meter.pk)).latest("pk")
    assert (event.verb, event.data["changes"]["customer.city"]) == ("meter.updated", ["San Francisco", "Oakland"])
    assert "City: <del>San Francisco</del>" in client.get(reverse("meter", args=[meter.pk])).content.decode()


def test_replaced_device_keeps_the_meter_and_its_history(client: Client) -> None:
    meter = create(client, typed())
    old = meter.data["device"]
    page = client.get(reverse("entry-edit", args=[meter.pk]), {"replace": "device"}).content.decode()
    assert f'value="{old["device_serial_number"]}"' not in page
    assert 'value="San Francisco"' in page

    kept = {key: text for key, text in typed().items() if not key.startswith("device.")}
    new = {"device.device_serial_number": "NEW-1", "device.battery_power_capacity_kw": "7"}
    say_yes(client, edit(client, meter, kept | new))
    meter.refresh_from_db()

    assert meter.data["device"] == {"device_serial_number": "NEW-1", "battery_power_capacity_kw": 7}
    assert (meter.serial_number, meter.version) == ("NEW-1", 2)
    changes = Event.objects.filter(subject_id=str(meter.pk), verb="meter.updated").latest("pk").data["changes"]
    assert changes["device.device_serial_number"] == [old["device_serial_number"], "NEW-1"]


def test_nothing_changed_writes_nothing(client: Client) -> None:
    meter = create(client, typed())

    looked = edit(client, meter, typed())
    assert "nothing to change" in client.get(looked).content.decode()
    say_yes(client, looked)
    meter.refresh_from_db()

    assert (meter.version, Upload.objects.count()) == (1, 1)


def test_field_that_only_another_program_asks_for_is_in_the_form_of_a_meter_that_holds_it(client: Client) -> None:
    meter = create(client, typed())
    meter.data["isone"] = {"in_connected_solutions": True}
    meter.load_types = ["BATTERY_STORAGE", "HVAC", "LIGHTING", "OTHER"]
    meter.save()
    page = client.get(reverse("entry-edit", args=[meter.pk])).content.decode()
    assert 'name="isone.in_connected_solutions"' in page

    shown = {**typed(customer__city="Oakland"), "isone.in_connected_solutions": "yes"}
    say_yes(client, edit(client, meter, {**shown, "load_types.0": meter.load_types}))
    meter.refresh_from_db()

    assert meter.data["isone"] == {"in_connected_solutions": True}
    assert (meter.city, meter.load_types) == ("Oakland", ["BATTERY_STORAGE", "HVAC", "LIGHTING", "OTHER"])


def test_reference_can_change_but_not_to_that_of_another_meter(client: Client) -> None:
    meter, other = create(client, typed(1)), create(client, typed(2))

    say_yes(client, edit(client, meter, typed(1, partner_reference="a-new-name")))
    refused = sent(client, reverse("entry-edit", args=[meter.pk]), typed(1, partner_reference="home-000002"))
    meter.refresh_from_db()

    assert meter.partner_reference == "a-new-name"
    assert refused.status_code == 422
    assert f"Partner reference found on meter ID {other.pk}" in refused.content.decode()


def test_reference_taken_this_very_moment_is_refused(client: Client, user: User, acme: Partner) -> None:
    meter = create(client, typed(1))
    draft = begin(acme, user, programs=["CEC-DSGS"], cells=typed(1, partner_reference="home-000002"), meter=meter)
    create(client, typed(2))

    with pytest.raises(Refused) as refusal:
        write(draft, by=BY, user=user)

    assert [problem.code for problem in refusal.value.problems] == ["DUPLICATE_REF_ID"]


# --- somebody else changed it meanwhile


def test_stale_form_shows_both_values_and_asks(client: Client, manager: User, client_of: Any) -> None:
    meter = create(client, typed())
    colleague = client_of(manager)
    mine = edit(client, meter, typed(customer__city="Oakland", customer__street_1="9 Elm Street"))
    say_yes(colleague, edit(colleague, meter, typed(customer__city="Berkeley", device__device_model="Other")))

    page = client.get(mine)
    text = page.content.decode()
    assert "Someone changed this meter in the meantime" in text
    assert all(city in text for city in ("San Francisco", "Berkeley", "Oakland"))
    assert "9 Elm Street" not in text  # nobody else touched it: no question

    draft_path = mine.removesuffix("check/")
    client.post(draft_path, {"resolve": "yes", "customer.city": "mine"})
    client.get(mine)
    say_yes(client, mine)
    meter.refresh_from_db()

    assert (meter.city, meter.street, meter.data["device"]["device_model"]) == ("Oakland", "9 Elm Street", "Other")
    assert meter.version == 3


def test_form_that_was_open_while_somebody_else_changed_the_meter_undoes_nothing(
    client: Client, manager: User, client_of: Any
) -> None:
    meter = create(client, typed())
    opened = client.get(reverse("entry-edit", args=[meter.pk])).content.decode()
    seen = opened.split('name="seen" value="')[1].split('"')[0]
    colleague = client_of(manager)
    say_yes(colleague, edit(colleague, meter, typed(customer__city="Berkeley", customer__street_1="9 Elm Street")))

    mine = edit(client, meter, {**typed(customer__city="Oakland"), "seen": seen})
    page = client.get(mine).content.decode()
    assert "Someone changed this meter in the meantime" in page
    client.post(mine.removesuffix("check/"), {"resolve": "yes", "customer.city": "mine"})
    say_yes(client, mine)
    meter.refresh_from_db()

    assert (meter.city, meter.street) == ("Oakland", "9 Elm Street")


def test_change_of_other_fields_meanwhile_is_kept_without_a_question(
    client: Client, manager: User, client_of: Any
) -> None:
    meter = create(client, typed())
    colleague = client_of(manager)
    mine = edit(client, meter, typed(customer__city="Oakland"))
    say_yes(colleague, edit(colleague, meter, typed(customer__street_1="9 Elm Street")))

    page = client.get(mine, follow=True).content.decode()
    say_yes(client, mine)
    meter.refresh_from_db()

    assert "Check the change" in page
    assert (meter.city, meter.street, meter.version) == ("Oakland", "9 Elm Street", 3)


def test_write_refuses_a_stale_draft(client: Client, manager: User, client_of: Any) -> None:
    meter = create(client, typed())
    colleague = client_of(manager)
    mine = edit(client, meter, typed(customer__city="Oakland"))
    mark = mark_in(client.get(mine))
    say_yes(colleague, edit(colleague, meter, typed(customer__city="Berkeley")))

    client.post(mine, {"mark": mark})
    meter.refresh_from_db()

    assert meter.city == "Berkeley"


def test_list_of_values_is_one_value_in_a_clash(client: Client, manager: User, client_of: Any) -> None:
    meter = create(client, typed())
    shown = {key: text for key, text in typed().items() if key != "load_types.0"}
    mine = edit(client, meter, shown | {"load_types.0": ["EV_CHARGING"]})
    colleague = client_of(manager)
    say_yes(colleague, edit(colleague, meter, shown | {"load_types.0": ["HVAC", "LIGHTING"]}))

    page = client.get(mine).content.decode()
    words = dict(schema_for().column("load_types.0").choices)
    assert page.count('class="panel form-section"') == 1
    assert f"{words['HVAC']}, {words['LIGHTING']}" in page
    assert words["EV_CHARGING"] in page
    assert ">EV_CHARGING<" not in page
    client.post(mine.removesuffix("check/"), {"resolve": "yes", "load_types.0": "mine"})
    say_yes(client, mine)
    meter.refresh_from_db()

    assert meter.load_types == ["EV_CHARGING"]


def test_list_of_values_that_only_somebody_else_changed_is_taken_over_whole(
    client: Client, manager: User, client_of: Any
) -> None:
    meter = create(client, typed())
    Meter.objects.update(load_types=["HVAC", "LIGHTING", "OTHER"])
    meter.refresh_from_db()
    shown = {key: text for key, text in typed().items() if key != "load_types.0"}
    mine = edit(client, meter, {**shown, "customer.city": "Oakland", "load_types.0": meter.load_types})
    colleague = client_of(manager)
    say_yes(colleague, edit(colleague, meter, shown | {"load_types.0": ["OTHER"]}))

    say_yes(client, mine)
    meter.refresh_from_db()

    assert (meter.city, meter.load_types) == ("Oakland", ["OTHER"])


# --- lists and dates


@pytest.mark.parametrize(
    ("ticked", "expected"),
    [
        (["HVAC", "OTHER"], ["OTHER", "HVAC"]),
        (["HVAC"], ["HVAC"]),
        (["BATTERY_STORAGE", "HVAC", "OTHER"], ["OTHER", "HVAC", "BATTERY_STORAGE"]),
        (["BATTERY_STORAGE", "LIGHTING"], ["BATTERY_STORAGE", "LIGHTING"]),
    ],
)
def test_boxes_keep_the_order_that_the_meter_holds(client: Client, ticked: list[str], expected: list[str]) -> None:
    meter = create(client, typed())
    Meter.objects.update(load_types=["OTHER", "HVAC"])
    shown = {key: text for key, text in typed().items() if key != "load_types.0"}

    looked = edit(client, meter, {**shown, "load_types.0": ticked})
    again = {**shown, "load_types.0": ticked, "mark": mark_in(client.get(looked))}
    say_yes(client, sent(client, looked.removesuffix("check/"), again)["Location"])
    meter.refresh_from_db()

    assert meter.load_types == expected


def test_date_is_typed_so_that_a_day_that_does_not_exist_is_said(client: Client) -> None:
    page = sent(client, NEW, typed(device__install_date="02/30/2024")).content.decode()

    assert 'value="02/30/2024"' in page
    assert 'type="date"' not in page
    assert "YYYY-MM-DD, for example 2026-05-31." in page
    assert page.count("which is not a real date") == 2


def test_changes_are_shown_in_the_words_of_the_meter_s_page(client: Client) -> None:
    meter = create(client, typed(device__is_connected_to_solar="no", device__battery_power_capacity_kw="5.5"))
    changes = {"device__is_connected_to_solar": "yes", "device__battery_power_capacity_kw": "7.0"}
    page = client.get(edit(client, meter, typed(**changes, customer_classification="COMMERCIAL"))).content.decode()

    rows = dict(re.findall(r"<del>(.*?)</del>.*?<ins>(.*?)</ins>", page))
    labels = dict(schema_for().column("customer_classification").choices)
    assert rows == {"no": "yes", "5.5 kW": "7 kW", labels["RESIDENTIAL"]: labels["COMMERCIAL"]}


def test_taking_back_says_which_drafts_go(client: Client, run_jobs: Callable[[], int]) -> None:
    meter = create(client, typed())
    saved = sent(client, reverse("entry-edit", args=[meter.pk]), typed(customer__city="Oakland"), do="save")["Location"]
    edit(client, meter, typed(customer__city="Berkeley"))  # left by a check
    path = reverse("upload-withdraw", args=[Upload.objects.get().pk])

    assert "1 saved draft of a change of these meters goes with them." in client.get(path).content.decode()
    client.post(path)
    run_jobs()

    assert client.get(saved).status_code == 404


# --- sent after the session has ended


def whose_in(page: Any) -> str:
    return str(page.content.decode().split('name="whose" value="')[1].split('"')[0])


@pytest.mark.parametrize("place", ["new", "edit", "draft"])
def test_what_is_sent_signed_out_is_kept_for_the_person_whose_form_it_was(
    client: Client, user: User, stranger: User, client_of: Any, place: str
) -> None:
    meter = create(client, typed())
    saved = sent(client, NEW, typed(2), do="save")["Location"]
    path = {"new": NEW, "edit": reverse("entry-edit", args=[meter.pk]), "draft": saved}[place]
    whose = whose_in(client.get(path))
    client.logout()

    answer = sent(client, path, {**typed(3, customer__city="Oakland"), "whose": whose})

    sign_in, after = answer["Location"].split("?next=")
    assert sign_in == "/accounts/login/"
    assert "we kept what you typed" in client.get(answer["Location"]).content.decode()
    assert client_of(stranger).get(after).status_code == 404
    page = client_of(user).get(after).content.decode()
    assert 'value="home-000003"' in page
    assert 'value="Oakland"' in page
    assert after in client_of(user).get(reverse("entry-start")).content.decode()
    assert Meter.objects.count() == 1


def test_what_is_sent_signed_out_without_a_form_of_ours_is_not_kept(
    client: Client, acme: Partner, stranger: User, client_of: Any
) -> None:
    meter = create(client, typed())
    theirs = whose_in(client_of(stranger).get(NEW))
    own = whose_in(client.get(NEW))
    before = MeterDraft.objects.count()
    edit_path, client = reverse("entry-edit", args=[meter.pk]), Client()

    sent(client, NEW, typed(2))
    sent(client, NEW, typed(2) | {"whose": own + "x"})
    sent(client, edit_path, typed(2) | {"whose": theirs})
    sent(client, reverse("entry-new", args=["NO-SUCH"]), typed(2) | {"whose": own})
    User.objects.filter(email="user@acme.example").update(is_active=False)
    answer = sent(client, NEW, typed(2) | {"whose": own})

    assert answer["Location"] == f"/accounts/login/?next={NEW}"
    assert MeterDraft.objects.count() == before


@pytest.mark.parametrize(
    ("program", "utility"), [("NATGRID-CS", "NATGRID"), ("EVERSOURCE-CS", ""), ("MA_DOER-CPS", "")]
)
def test_the_only_utility_of_a_program_is_chosen_already(client: Client, program: str, utility: str) -> None:
    form = client.get(reverse("entry-new", args=[program])).context["form"]

    assert form["utility.utility_name"].value() == (utility or None)
