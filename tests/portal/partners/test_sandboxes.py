"""The sandbox beside a partner: made once, the same people at every door, its own keys, reset by managers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from portal.events.actors import Actor
from portal.events.models import Event
from portal.events.published import published_after
from portal.jobs.domain import fail
from portal.jobs.models import Job
from portal.notifications.domain import write_to
from portal.partners import demo, domain
from portal.partners.keys import authenticate_api_key, create_api_key, roll_api_key
from portal.partners.models import ApiKey, Membership, Partner, Role, User
from portal.partners.queries import events_of, of_real_partners
from portal.partners.rules import change_rules
from portal.partners.sandboxes import (
    FILL,
    begin_log_anew,
    create_sandbox,
    filling_of,
    keep_in_step,
    reset_sandbox,
)
from portal.problems import Refused
from portal.web import clock
from portal.webhooks.domain import create_endpoint
from portal.webhooks.sending import SANDBOX_HEADER, Parcel, Target, send
from tests.conftest import make_user

BY = Actor.system("Test")
ClientOf = Callable[[User], Client]


@pytest.fixture
def sandbox(acme: Partner, manager: User) -> Partner:
    """Acme's, opened without data: what fills it is the room above."""
    made = create_sandbox(acme, by=Actor.person(manager))
    Job.objects.filter(kind=FILL).delete()
    Partner.objects.filter(pk=made.pk).update(filled_at=clock.now())
    made.refresh_from_db()
    return made


def people_of(partner: Partner) -> dict[str, str]:
    return dict(partner.memberships.values_list("user__email", "role"))


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


# --- made


def test_sandbox_is_made_once_with_the_same_people(acme: Partner, manager: User, user: User) -> None:
    acme.time_zone, acme.api_requests_per_minute = "America/Chicago", 7
    acme.save()

    first, second = create_sandbox(acme, by=BY), create_sandbox(acme, by=BY)

    assert first == second
    assert (first.name, first.slug, first.is_sandbox, first.is_being_filled) == (
        "Acme Energy (sandbox)",
        "acme-sandbox",
        True,
        True,
    )
    first.refresh_from_db()
    assert (first.time_zone, first.api_requests_per_minute) == ("America/Chicago", 7)
    assert people_of(first) == {"manager@acme.example": "MANAGER", "user@acme.example": "USER"} == people_of(acme)
    assert Job.objects.filter(kind=FILL, subject_id=str(first.pk), partner=first).count() == 1
    assert Event.objects.filter(partner=acme, verb="partner.sandbox_created", subject_id=str(first.pk)).count() == 1


def test_sandbox_has_no_sandbox(sandbox: Partner) -> None:
    with pytest.raises(Refused) as refusal:
        create_sandbox(sandbox, by=BY)

    assert codes(refusal) == ["SANDBOX_OF_SANDBOX"]


def test_partner_has_one_sandbox_at_most(acme: Partner, sandbox: Partner) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Partner.objects.create(name="Another", slug="another", sandbox_of=acme)


def test_name_that_somebody_has_is_avoided(acme: Partner) -> None:
    Partner.objects.create(name="Acme energy (Sandbox)", slug="else")
    Partner.objects.create(name="Else", slug="acme-sandbox-2")

    made = create_sandbox(acme, by=BY)

    assert (made.name, made.slug) == ("Acme Energy (sandbox 3)", "acme-sandbox-3")


def test_real_partners_are_without_sandboxes(acme: Partner, borealis: Partner, sandbox: Partner) -> None:
    assert set(Partner.objects.real()) == {acme, borealis}
    assert set(Partner.objects.all()) == {acme, borealis, sandbox}
    assert not of_real_partners(Membership.objects.filter(partner=sandbox)).exists()
    assert of_real_partners(Membership.objects.filter(partner=acme)).exists()
    Event.objects.create(verb="a.b", subject_type="a", subject_id="1", actor_kind="system", actor_label="x")
    assert of_real_partners(Event.objects.filter(partner=None)).count() == 1


# --- the same people, at every door


def invited_person_joins(acme: Partner, manager: User, **_: Any) -> None:
    _, link = domain.invite(acme, email="new@acme.example", role=Role.USER, by=BY)
    domain.accept_invitation(link.rstrip("/").rsplit("/", 1)[1], user=make_user("new@acme.example", "New"))


def new_person_joins(acme: Partner, manager: User, **_: Any) -> None:
    _, link = domain.invite(acme, email="new@acme.example", role=Role.USER, by=BY)
    domain.join_as_new_person(link.rstrip("/").rsplit("/", 1)[1], name="New", password="a long password")


def role_changes(acme: Partner, user: User, **_: Any) -> None:
    domain.change_role(Membership.objects.get(partner=acme, user=user), role=Role.MANAGER, by=BY)


def member_is_removed(acme: Partner, user: User, **_: Any) -> None:
    domain.remove_member(Membership.objects.get(partner=acme, user=user), by=BY)


def person_is_deleted(user: User, **_: Any) -> None:
    user.delete()


def demo_account_is_made(acme: Partner, **_: Any) -> None:
    demo._ensure_membership(make_user("new@acme.example", "New"), acme, Role.MANAGER)


def staff_change_members(acme: Partner, manager: User, user: User, staff: User, client_of: ClientOf) -> None:
    new = make_user("new@acme.example", "New")
    kept = Membership.objects.get(partner=acme, user=manager)
    gone = Membership.objects.get(partner=acme, user=user)
    form = {
        "name": acme.name,
        "slug": acme.slug,
        "time_zone": acme.time_zone,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 3,
        "memberships-INITIAL_FORMS": 2,
        **member_form(0, acme, kept.user, "MANAGER", pk=kept.pk),
        **member_form(1, acme, gone.user, "USER", pk=gone.pk),
        "memberships-1-DELETE": "on",
        **member_form(2, acme, new, "USER"),
    }
    answer = client_of(staff).post(reverse("admin:portal_partner_change", args=[acme.pk]), form)
    assert answer.status_code == 302, answer.context and answer.context["errors"]


def member_form(place: int, partner: Partner, user: User, role: str, pk: int | str = "") -> dict[str, object]:
    fields = {"id": pk, "partner": partner.pk, "user": user.pk, "role": role}
    return {f"memberships-{place}-{name}": value for name, value in fields.items()}


@pytest.mark.parametrize(
    "door",
    [
        invited_person_joins,
        new_person_joins,
        role_changes,
        member_is_removed,
        person_is_deleted,
        demo_account_is_made,
        staff_change_members,
    ],
)
def test_people_of_the_sandbox_are_those_of_the_partner(
    door: Callable[..., None],
    acme: Partner,
    manager: User,
    user: User,
    staff: User,
    sandbox: Partner,
    client_of: ClientOf,
) -> None:
    keep_in_step(acme, by=BY)  # the user came after the sandbox was made, by no door
    before = people_of(sandbox)
    assert before == people_of(acme)

    door(acme=acme, manager=manager, user=user, staff=staff, client_of=client_of)

    assert people_of(sandbox) == people_of(acme) != before


def test_each_person_who_comes_and_goes_is_in_the_log_of_the_sandbox(
    acme: Partner, manager: User, user: User, sandbox: Partner
) -> None:
    keep_in_step(acme, by=BY)
    membership = Membership.objects.get(partner=acme, user=user)
    domain.change_role(membership, role=Role.MANAGER, by=BY)
    domain.remove_member(membership, by=BY)

    verbs = Event.objects.filter(partner=sandbox).order_by("pk").values_list("verb", "data__email")
    assert list(verbs) == [
        ("member.joined", "manager@acme.example"),
        ("member.joined", "user@acme.example"),
        ("member.role_changed", "user@acme.example"),
        ("member.removed", "user@acme.example"),
    ]


def test_rules_follow(acme: Partner, manager: User, sandbox: Partner) -> None:
    change_rules(acme, time_zone="America/Denver", requires_two_factor=True, by=BY)

    sandbox.refresh_from_db()
    assert (sandbox.time_zone, sandbox.requires_two_factor) == ("America/Denver", True)


def test_partner_that_is_switched_off_takes_its_sandbox_along(
    acme: Partner, manager: User, staff: User, sandbox: Partner, client_of: ClientOf
) -> None:
    _, text = create_api_key(sandbox, name="test", by=BY)
    assert authenticate_api_key(text)
    form = {
        "name": "Acme Power",
        "slug": acme.slug,
        "time_zone": acme.time_zone,
        "memberships-TOTAL_FORMS": 0,
        "memberships-INITIAL_FORMS": 0,
    }

    answer = client_of(staff).post(reverse("admin:portal_partner_change", args=[acme.pk]), form)

    assert answer.status_code == 302
    sandbox.refresh_from_db()
    assert (sandbox.is_active, sandbox.name, sandbox.slug) == (False, "Acme Power (sandbox)", "acme-sandbox")
    assert authenticate_api_key(text) is None
    assert client_of(manager).get(reverse("people")).status_code == 403


@pytest.mark.parametrize(
    "act",
    [
        lambda sandbox, _: domain.invite(sandbox, email="new@acme.example", role=Role.USER, by=BY),
        lambda _, held: domain.change_role(held, role=Role.USER, by=BY),
        lambda _, held: domain.remove_member(held, by=BY),
        lambda sandbox, _: change_rules(sandbox, time_zone="UTC", requires_two_factor=True, by=BY),
    ],
)
def test_sandbox_changes_no_people_or_rules_itself(
    act: Callable[[Partner, Membership], object], acme: Partner, manager: User, sandbox: Partner
) -> None:
    before = people_of(sandbox)

    with pytest.raises(Refused) as refusal:
        act(sandbox, Membership.objects.get(partner=sandbox, user=manager))

    assert codes(refusal) == ["SANDBOX_FOLLOWS"]
    assert people_of(sandbox) == before


def test_staff_look_at_a_sandbox_and_change_it_not(sandbox: Partner, staff: User, client_of: ClientOf) -> None:
    page = client_of(staff).get(reverse("admin:portal_partner_change", args=[sandbox.pk]))
    sent = client_of(staff).post(reverse("admin:portal_partner_change", args=[sandbox.pk]), {"name": "Mine"})
    listed = client_of(staff).get(reverse("admin:portal_partner_changelist"))

    assert (page.status_code, sent.status_code) == (200, 403)
    assert b'name="_save"' not in page.content
    assert b'alt="True"' in listed.content


# --- keys


def test_keys_of_a_sandbox_are_test_keys(acme: Partner, sandbox: Partner) -> None:
    live, live_text = create_api_key(acme, name="a", by=BY)
    test, _ = create_api_key(sandbox, name="a", by=BY)
    rolled, _ = roll_api_key(test, overlap=timedelta(), by=BY)

    assert (live.pk[:9], test.pk[:9], rolled.pk[:9]) == ("lpk_live_", "lpk_test_", "lpk_test_")
    assert authenticate_api_key(live_text).partner == acme  # type: ignore[union-attr]  # it is one
    assert authenticate_api_key(create_api_key(sandbox, name="b", by=BY)[1]).partner == sandbox  # type: ignore[union-attr]


def test_key_never_acts_on_the_other_side(acme: Partner, sandbox: Partner) -> None:
    """Whatever its row says: the prefix that people see decides."""
    live, live_text = create_api_key(acme, name="a", by=BY)
    test, test_text = create_api_key(sandbox, name="a", by=BY)
    ApiKey.objects.filter(pk=live.pk).update(partner=sandbox)
    ApiKey.objects.filter(pk=test.pk).update(partner=acme)

    assert authenticate_api_key(live_text) is None
    assert authenticate_api_key(test_text) is None
    answer = Client().get("/v1.1/events", headers={"Authorization": f"Bearer {test_text}"})
    assert answer.status_code == 401


def test_request_to_a_sandbox_that_is_being_filled_is_to_be_sent_again(sandbox: Partner) -> None:
    _, text = create_api_key(sandbox, name="a", by=BY)
    call = {"Authorization": f"Bearer {text}"}
    assert Client().get("/v1.1/events", headers=call).status_code == 200
    reset_sandbox(sandbox, by=BY)

    answer = Client().get("/v1.1/events", headers=call)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "being filled" in answer.content.decode()


# --- what is marked


def test_emails_say_sandbox_in_the_subject(acme: Partner, manager: User, sandbox: Partner) -> None:
    said = {"kind": "uploads", "subject": "Your file is ready", "text": "x", "action": "View", "path": "/"}

    marked = write_to(manager, partner=sandbox, **said)
    plain = write_to(manager, partner=acme, **said)

    assert marked is not None
    assert plain is not None
    assert (marked.subject, plain.subject) == ("[Sandbox] Your file is ready", "Your file is ready")


class Recorder:
    """A receiver that keeps the headers that it got."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    def post(self, body: bytes, headers: dict[str, str]) -> Any:
        self.headers = headers
        raise OSError("nobody there")


def test_deliveries_of_a_sandbox_say_so(acme: Partner, sandbox: Partner) -> None:
    got = {}
    for partner in (acme, sandbox):
        endpoint = create_endpoint(partner, receiver_url="https://hook.example/", event_types=["meter.created"], by=BY)
        receiver = Recorder()
        send(Target.of(endpoint), Parcel(1, "e", "s", b"{}"), receiver)  # type: ignore[arg-type]  # posts as one does
        got[partner] = receiver.headers.get(SANDBOX_HEADER)

    assert got == {acme: None, sandbox: "true"}


# --- the pages


@pytest.mark.parametrize("name", ["home", "people", "developers", "sandbox", "sandbox-reset", "api-keys", "webhooks"])
def test_strip_is_on_every_page_of_the_sandbox_and_on_no_other(
    name: str, acme: Partner, manager: User, sandbox: Partner, client_of: ClientOf
) -> None:
    client = client_of(manager)
    real = client.get(reverse(name)).content.decode()
    client.post(reverse("partner-switch"), {"partner": sandbox.pk})

    page = client.get(reverse(name)).content.decode()

    assert '<section class="sandbox-strip"' in page
    assert "Switch to Acme Energy" in page
    assert '<section class="sandbox-strip"' not in real
    assert f'name="partner" value="{sandbox.pk}">Switch to sandbox</button>' in real


def test_nobody_begins_in_a_sandbox(acme: Partner, manager: User, sandbox: Partner, client_of: ClientOf) -> None:
    Membership.objects.filter(partner=acme, user=manager).delete()
    Membership.objects.create(partner=acme, user=manager, role="MANAGER")  # now newer than the one in the sandbox

    page = client_of(manager).get(reverse("people"))

    assert page.context["access"].partner == acme


def test_form_of_the_sandbox_does_not_act_on_the_real_partner(
    acme: Partner, manager: User, user: User, sandbox: Partner, client_of: ClientOf
) -> None:
    """A tab with the sandbox, and a switch in another tab."""
    client = client_of(manager)
    sent = {"name": "From the sandbox", "shown_for": sandbox.pk, "permissions": ["READ_METERS"], "lasts": "30"}

    answer = client.post(reverse("api-keys"), sent)

    assert answer.status_code == 409
    assert "Acme Energy (sandbox)" in answer.content.decode()
    assert not ApiKey.objects.exists()


def test_manager_makes_the_sandbox_and_is_in_it(acme: Partner, manager: User, user: User, client_of: ClientOf) -> None:
    assert client_of(user).post(reverse("sandbox-create")).status_code == 403
    client = client_of(manager)

    client.post(reverse("sandbox-create"))
    client.post(reverse("sandbox-create"), {"shown_for": acme.pk})

    assert Partner.objects.filter(sandbox_of=acme).count() == 1
    page = client.get(reverse("sandbox"))
    assert page.context["access"].partner.is_sandbox
    assert page.context["job"] is not None


def test_while_it_is_filled_its_pages_lead_to_the_progress(
    acme: Partner, manager: User, sandbox: Partner, client_of: ClientOf
) -> None:
    client = client_of(manager)
    client.post(reverse("partner-switch"), {"partner": sandbox.pk})
    assert client.get(reverse("people")).status_code == 200
    reset_sandbox(sandbox, by=BY)

    assert client.get(reverse("people")).url == reverse("sandbox")  # type: ignore[attr-defined]  # a redirect
    sent = client.post(reverse("api-keys"), {"name": "a", "permissions": ["READ_METERS"]})
    assert sent.url == reverse("sandbox")  # type: ignore[attr-defined]  # a redirect
    page = client.get(reverse("sandbox")).content.decode()
    assert "Your changes weren’t saved." in page
    assert "Preparing the sandbox" in page
    assert not ApiKey.objects.exists()
    client.post(reverse("partner-switch"), {"partner": acme.pk})
    assert client.get(reverse("people")).status_code == 200


def test_filling_that_failed_says_so_and_can_be_asked_for_again(
    acme: Partner, manager: User, sandbox: Partner, client_of: ClientOf
) -> None:
    reset_sandbox(sandbox, by=BY)
    job = filling_of(sandbox)
    assert job is not None
    fail(job, "why")
    client = client_of(manager)

    page = client.get(reverse("sandbox"))

    assert page.context["is_stuck"]
    assert "couldn’t fill" in page.content.decode()
    client.post(reverse("sandbox-reset"))
    assert filling_of(sandbox) is not None


def test_reset_is_for_managers_and_two_clicks_are_one(
    acme: Partner, manager: User, user: User, stranger: User, sandbox: Partner, client_of: ClientOf
) -> None:
    keep_in_step(acme, by=BY)
    assert client_of(user).post(reverse("sandbox-reset")).status_code == 403
    client_of(stranger).post(reverse("sandbox-reset"))  # has none
    asked = client_of(manager).get(reverse("sandbox-reset")).content.decode()
    assert "What’s deleted" in asked
    assert Job.objects.filter(kind=FILL).count() == 0

    client_of(manager).post(reverse("sandbox-reset"))
    client_of(manager).post(reverse("sandbox-reset"))

    sandbox.refresh_from_db()
    assert sandbox.is_being_filled
    [job] = Job.objects.filter(kind=FILL)
    assert not job.runs_again
    assert Event.objects.filter(partner=acme, verb="partner.sandbox_reset").count() == 1


def test_real_partner_is_never_reset(acme: Partner) -> None:
    with pytest.raises(Refused) as refusal:
        reset_sandbox(acme, by=BY)

    assert codes(refusal) == ["NO_SANDBOX"]


def test_log_is_shown_from_the_last_reset_on(acme: Partner, manager: User, sandbox: Partner) -> None:
    assert events_of(sandbox).exists()
    total = Event.objects.count()

    begin_log_anew(sandbox)

    sandbox.refresh_from_db()
    assert not events_of(sandbox).exists()
    assert Event.objects.count() == total
    assert published_after(0, limit=10, partner=sandbox.pk) == []


def test_people_page_of_the_sandbox_sends_to_the_partner(
    acme: Partner, manager: User, sandbox: Partner, client_of: ClientOf
) -> None:
    client = client_of(manager)
    client.post(reverse("partner-switch"), {"partner": sandbox.pk})

    page = client.get(reverse("people")).content.decode()

    assert "settings of Acme Energy" in page
    assert reverse("invite") not in page
    assert "Change role to User" not in page
    assert client.get(reverse("partner-rules")).status_code == 302
    assert mail.outbox == []
