"""Two administrators on one row: the second one sees what the first has changed, and chooses. Nothing is lost."""

import io
import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from portal.partners.models import User
from programs.models import Conflict, DeliveryPeriod, Program, Requirement, Utility
from tests.conftest import make_user
from tests.programs.test_admin import export, form_of, url

pytestmark = pytest.mark.usefixtures("catalogue")
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def desk(staff: User, client_of: Callable[[User], Client]) -> Client:
    return client_of(staff)


@pytest.fixture
def other(client_of: Callable[[User], Client]) -> Client:
    return client_of(make_user("olga@portal.example", "Olga Other", is_staff=True, is_superuser=True))


@pytest.fixture
def program(db: None) -> Program:
    return Program.objects.get(identifier="CEC-DSGS")


def opened(desk: Client, address: str) -> dict[str, Any]:
    """The form as a browser has it: its values and what it says of the versions that it shows."""
    return form_of(desk, address) | {"_rows_shown": desk.get(address).context["rows_shown"]}


def hidden(page: Any) -> dict[str, list[str]]:
    """The hidden inputs of a page."""
    sent: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(page.content.decode()):
        sent.setdefault(unescape(name), []).append(unescape(value))
    return sent


def text_of(page: Any) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.content.decode().split("<main")[1])).split())


def address_of(program: Program) -> str:
    return url("program_change", program.pk)


def requirement_in(data: dict[str, Any], path: str) -> str:
    """The prefix of a requirement's line on its program's page."""
    keys = {str(pk) for pk in Requirement.objects.filter(field__path=path).values_list("pk", flat=True)}
    names = (name for name, value in data.items() if name.endswith("-id") and str(value) in keys)
    return next(names).removesuffix("-id")


def test_the_second_save_of_one_field_asks_and_saves_what_is_chosen(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": "Mine", "summary": "My summary."}
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Theirs", "family": "Family"})

    page = desk.post(address_of(program), mine)
    program.refresh_from_db()
    asked = hidden(page)
    kept = desk.post(address_of(program), asked | _choices(page, {"name": "theirs"}))

    assert page.status_code == 200
    assert "Changed by Olga Other" in text_of(page)
    assert (program.name, program.family) == ("Theirs", "Family")
    assert _questions(page) == {"name": "", "family": "theirs", "summary": "mine"}
    assert kept.status_code == 302
    program.refresh_from_db()
    assert (program.name, program.family, program.summary) == ("Theirs", "Family", "My summary.")
    assert program.history.latest().history_user == User.objects.get(email="staff@portal.example")


def _questions(page: Any) -> dict[str, str]:
    """The fields that the page asks about, with what it proposes."""
    return {choice.name.split(":")[-1]: choice.proposed for row in page.context["conflicts"] for choice in row.choices}


def _choices(page: Any, chosen: dict[str, str]) -> dict[str, str]:
    """Answers to the page's questions: those given here, elsewhere what it proposes."""
    return {
        choice.name: chosen.get(choice.name.split(":")[-1], choice.proposed)
        for row in page.context["conflicts"]
        for choice in row.choices
    }


def test_use_mine_overwrites_theirs_knowingly(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": "Mine"}
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Theirs"})

    page = desk.post(address_of(program), mine)
    desk.post(address_of(program), hidden(page) | _choices(page, {"name": "mine"}))

    assert [record.name for record in program.history.all()[:2]] == ["Mine", "Theirs"]


def test_a_question_left_open_is_asked_again(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": "Mine"}
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Theirs"})

    page = desk.post(address_of(program), mine)
    again = desk.post(address_of(program), hidden(page))

    assert _questions(again) == {"name": ""}
    program.refresh_from_db()
    assert program.name == "Theirs"


def test_a_third_change_during_the_choice_is_asked_about_too(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": "Mine"}
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Theirs"})
    page = desk.post(address_of(program), mine)
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Theirs again"})

    again = desk.post(address_of(program), hidden(page) | _choices(page, {"name": "mine"}))

    assert again.status_code == 200
    choice = again.context["conflicts"][0].choices[0]
    assert (choice.before, choice.mine, choice.theirs) == ("Theirs", "Mine", "Theirs again")
    program.refresh_from_db()
    assert program.name == "Theirs again"


def test_the_same_change_twice_is_no_conflict_to_choose(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": "Same"}
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Same"})

    page = desk.post(address_of(program), mine)

    assert _questions(page) == {}
    assert desk.post(address_of(program), hidden(page)).status_code == 302


def test_nobody_else_means_no_question(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": "Mine"}
    other.post(address_of(program), opened(other, address_of(program)))  # saved as it was

    assert desk.post(address_of(program), mine).status_code == 302


def test_lines_of_one_page_are_compared_each(desk, other, program):
    mine = opened(desk, address_of(program))
    line = requirement_in(mine, "site.number_of_devices")
    theirs = opened(other, address_of(program)) | {f"{line}-note": "Their note."}
    assert other.post(address_of(program), theirs).status_code == 302

    page = desk.post(address_of(program), mine | {f"{line}-note": "My note."})
    saved = desk.post(address_of(program), hidden(page) | _choices(page, {"note": "theirs"}))

    assert [row.title for row in page.context["conflicts"]] == ["Requirement CEC-DSGS: site.number_of_devices required"]
    assert saved.status_code == 302
    assert Requirement.objects.get(program=program, field__path="site.number_of_devices").note == "Their note."


def test_a_line_that_the_other_deleted_can_be_added_again(desk, other, program):
    mine = opened(desk, address_of(program))
    line = requirement_in(mine, "site.number_of_devices")
    rows = Requirement.objects.filter(program=program, field__path="site.number_of_devices")
    theirs = opened(other, address_of(program)) | {f"{line}-DELETE": "on"}
    assert other.post(address_of(program), theirs).status_code == 302
    assert rows.count() == 0
    total = Requirement.objects.filter(program=program).count()

    page = desk.post(address_of(program), mine | {f"{line}-note": "My note."})
    [conflict] = page.context["conflicts"]
    left = desk.post(address_of(program), hidden(page) | {conflict.row_choice: "theirs"})
    assert (left.status_code, rows.count()) == (302, 0)
    page = desk.post(address_of(program), mine | {f"{line}-note": "My note."})
    added = desk.post(address_of(program), hidden(page) | {conflict.row_choice: "mine"})

    assert added.status_code == 302, added.context["errors"]
    assert rows.get().note == "My note."
    assert Requirement.objects.filter(program=program).count() == total + 1


@pytest.mark.parametrize(("answer", "count"), [("theirs", 1), ("mine", 0)])
def test_deleting_a_line_that_the_other_changed_asks(desk, other, program, answer, count):
    mine = opened(desk, address_of(program))
    line = requirement_in(mine, "site.number_of_devices")
    other.post(address_of(program), opened(other, address_of(program)) | {f"{line}-note": "Their note."})

    page = desk.post(address_of(program), mine | {f"{line}-DELETE": "on"})
    [conflict] = page.context["conflicts"]
    saved = desk.post(address_of(program), hidden(page) | {conflict.row_choice: answer})

    assert saved.status_code == 302
    rows = Requirement.objects.filter(program=program, field__path="site.number_of_devices", note="Their note.")
    assert rows.count() == count


def test_a_line_that_the_other_added_is_told(desk, other):
    period = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")
    address = url("deliveryperiod_change", period.pk)
    mine = opened(desk, address) | {"source": "My source."}
    period.deadlines.create(deadline_at="2027-02-01T08:00Z", activation_at="2027-05-01T07:00Z")

    page = desk.post(address, mine)
    saved = desk.post(address, hidden(page))

    assert [row.what for row in page.context["conflicts"]] == ["added"]
    assert saved.status_code == 302
    period.refresh_from_db()
    assert (period.source, period.deadlines.filter(deadline_at="2027-02-01T08:00Z").count()) == ("My source.", 1)


def test_a_row_that_is_gone_shows_what_was_typed_and_can_be_added_again(desk, other):
    utility = Utility.objects.create(code="NEWU", name="New Utility", transmission_region="CAISO")
    address = url("utility_change", utility.pk)
    mine = opened(desk, address) | {"name": "My name for it"}
    other.post(url("utility_delete", utility.pk), {"post": "yes"})
    assert not Utility.objects.filter(code="NEWU").exists()

    page = desk.post(address, mine)
    added = desk.post(url("utility_add"), hidden(page))

    assert "deleted by Olga Other" in text_of(page)
    assert "My name for it" in text_of(page)
    assert added.status_code == 302
    assert Utility.objects.get(code="NEWU").name == "My name for it"


def test_a_form_with_errors_still_knows_what_it_showed(desk, other, program):
    mine = opened(desk, address_of(program)) | {"name": ""}
    refused = desk.post(address_of(program), mine)
    other.post(address_of(program), opened(other, address_of(program)) | {"name": "Theirs"})

    page = desk.post(address_of(program), mine | {"name": "Mine", "_rows_shown": refused.context["rows_shown"]})

    assert _questions(page) == {"name": ""}


def test_a_deletion_of_what_has_changed_is_not_done(desk, other, program):
    row = Requirement.objects.get(program=program, field__path="site.number_of_devices")
    address = url("requirement_delete", row.pk)
    question = hidden(desk.get(address))
    row.note = "Changed meanwhile."
    row.save()

    refused = desk.post(address, question, follow=True)
    asked_again = hidden(refused)
    assert Requirement.objects.filter(pk=row.pk).exists()
    done = desk.post(address, asked_again)

    assert "inverter. → Changed meanwhile.). Look at it, then try again." in text_of(refused)
    assert done.status_code == 302
    assert not Requirement.objects.filter(pk=row.pk).exists()


def test_a_deletion_sees_what_was_added_below_the_row(desk, program):
    period = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")
    question = hidden(desk.get(url("deliveryperiod_delete", period.pk)))
    period.deadlines.create(deadline_at="2027-02-01T08:00Z", activation_at="2027-05-01T07:00Z")

    desk.post(url("deliveryperiod_delete", period.pk), question)

    assert DeliveryPeriod.objects.filter(pk=period.pk).exists()


def test_rows_deleted_together_are_compared(desk, other, program):
    row = Requirement.objects.get(program=program, field__path="site.number_of_devices")
    chosen = {"action": "delete_selected", "_selected_action": [row.pk]}
    question = hidden(desk.post(url("requirement_changelist"), chosen))
    row.note = "Changed meanwhile."
    row.save()

    refused = desk.post(url("requirement_changelist"), question, follow=True)
    kept = Requirement.objects.filter(pk=row.pk).exists()
    question = hidden(desk.post(url("requirement_changelist"), chosen))
    desk.post(url("requirement_changelist"), question)

    assert "Nothing was done." in text_of(refused)
    assert (kept, Requirement.objects.filter(pk=row.pk).exists()) == (True, False)


def test_an_action_on_a_row_that_has_changed_is_not_done(desk, program):
    period = DeliveryPeriod.objects.get(name="CEC-DSGS_2027_MAY_OCT")
    address = url("deliveryperiod_changelist") + "?q=CEC-DSGS_2027"
    shown = desk.get(address).context["rows_shown"]
    action = {"action": "mark_verified", "_selected_action": [period.pk]}
    period.source = "Another source."
    period.save()

    refused = desk.post(address, action | {"_rows_shown": shown}, follow=True)
    period.refresh_from_db()
    unverified = not period.verified
    desk.post(address, action | {"_rows_shown": refused.context["rows_shown"]})

    period.refresh_from_db()
    assert "Look at it, then try again." in text_of(refused)
    assert (unverified, period.verified) == (True, True)


def test_an_earlier_state_does_not_overwrite_what_was_not_seen(desk, program):
    program.name = "Second"
    program.save()
    record = program.history.first()
    address = reverse("admin:programs_program_simple_history", args=[program.pk, record.history_id])
    page = desk.get(address)
    sent = form_of_history(page)
    program.name = "Third"
    program.save()

    refused = desk.post(address, sent, follow=True)

    program.refresh_from_db()
    assert program.name == "Third"
    assert "Nothing was done." in text_of(refused)


def form_of_history(page: Any) -> dict[str, Any]:
    form = page.context["adminform"].form
    data = {bound.html_name: bound.value() for bound in form if bound.value() not in (None, False)}
    return data | {"_rows_shown": page.context["rows_shown"]}


def test_going_back_to_an_earlier_state_needs_the_right_to_change(client_of, program):
    clerk = make_user("clerk@portal.example", "Cleo Clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_program"))
    program.name = "Second"
    program.save()
    record = program.history.last() or program.history.first()
    address = reverse("admin:programs_program_simple_history", args=[program.pk, record.history_id])
    page = client_of(clerk).get(address)

    refused = client_of(clerk).post(address, {"name": "First"})

    assert (page.status_code, refused.status_code) == (200, 403)


def test_an_import_that_would_do_something_else_now_shows_its_preview_again(desk, program):
    conflict = Conflict.objects.first()
    text = export(desk, "conflict")
    file = io.BytesIO(text.encode())
    file.name = "conflicts.csv"
    preview = desk.post(url("conflict_import"), {"import_file": file, "format": "0", "resource": ""})
    sent = {bound.html_name: bound.value() or "" for bound in preview.context["confirm_form"]}
    conflict.note = "Changed meanwhile."
    conflict.save()

    again = desk.post(url("conflict_process_import"), sent)
    conflict.refresh_from_db()
    kept = conflict.note
    sent = {bound.html_name: bound.value() or "" for bound in again.context["confirm_form"]}
    done = desk.post(url("conflict_process_import"), sent)

    conflict.refresh_from_db()
    assert "Someone changed this table after you saw the preview" in text_of(again)
    assert kept == "Changed meanwhile."
    assert again.context["result"].totals["update"] == 1
    assert (done.status_code, conflict.note == "Changed meanwhile.") == (302, False)
