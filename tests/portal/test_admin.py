"""What our staff do to people and to the log in the admin."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.urls import reverse

from portal.events.actors import Actor
from portal.events.chain import check_log, open_findings, seal_log
from portal.events.domain import record
from portal.events.models import Event, Finding
from portal.partners.models import Membership, Partner, User
from tests.conftest import PASSWORD, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client_of, staff):
    return client_of(staff)


def address(model: type, page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def save_person(desk, person: User, **values):
    form = {"email": person.email, "name": person.name, "is_active": "on", **values}
    return desk.post(
        address(User, "change", person.pk), {key: value for key, value in form.items() if value is not None}
    )


def log(partner) -> list[tuple[str, str, dict]]:
    rows = Event.objects.filter(partner=partner).order_by("pk").values_list("verb", "actor_label", "data")
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"email": "New@Acme.example"}, {"email": ["user@acme.example", "new@acme.example"]}),
        ({"is_active": None}, {"is_active": [True, False]}),
        ({"name": "Ulrike"}, {"name": ["Uli User", "Ulrike"]}),
    ],
)
def test_what_staff_change_of_a_person_stands_in_the_partner_s_log(acme, user, desk, values, changes):
    response = save_person(desk, user, **values)

    user.refresh_from_db()
    assert response.status_code == 302
    assert log(acme) == [("person.changed_by_staff", "Stef Staff", {"email": user.email, "changes": changes})]


def test_a_password_set_by_staff_stands_in_the_partner_s_log(acme, user, desk):
    new = "another horse battery staple"
    page = reverse("admin:auth_user_password_change", args=[user.pk])

    desk.post(page, {"password1": new, "password2": "something else"})
    desk.post(page, {"password1": new, "password2": new, "usable_password": "true"})

    user.refresh_from_db()
    assert user.check_password(new)
    assert log(acme) == [("person.password_changed", "Stef Staff", {"email": user.email})]


@pytest.mark.parametrize("n", [1, 3])
def test_list_of_the_log_costs_the_same_whatever_the_partners(desk, n, django_assert_num_queries):
    desk.get(address(Event, "changelist"))
    for number in range(n):
        partner = Partner.objects.create(name=f"Partner {number}", slug=f"partner-{number}")
        record("partner.seen", subject=partner, partner=partner, by=Actor.system())

    with django_assert_num_queries(7):
        page = desk.get(address(Event, "changelist"))

    assert page.content.decode().count("field-partner") == n


def test_nobody_is_deleted_by_staff(user, desk):
    assert desk.post(address(User, "delete", user.pk), {"post": "yes"}).status_code == 403
    assert "delete_selected" not in desk.get(address(User, "changelist")).content.decode()


def test_the_last_manager_is_not_switched_off(acme, manager, user, desk):
    response = save_person(desk, manager, is_active=None)

    manager.refresh_from_db()
    assert "The only manager of Acme Energy." in response.content.decode()
    assert (manager.is_active, log(acme)) == (True, [])
    Membership.objects.filter(user=user).update(role="MANAGER")
    save_person(desk, manager, is_active=None)
    manager.refresh_from_db()
    assert not manager.is_active


@pytest.mark.parametrize("change", [{"DELETE": "on"}, {"role": "USER"}])
def test_the_last_manager_is_neither_removed_nor_made_a_user(acme, manager, user, desk, change):
    membership = Membership.objects.get(user=manager)
    form = {
        "name": acme.name,
        "slug": acme.slug,
        "time_zone": acme.time_zone,
        "is_active": "on",
        "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 1,
        "memberships-0-id": membership.pk,
        "memberships-0-partner": acme.pk,
        "memberships-0-user": manager.pk,
        "memberships-0-role": "MANAGER",
    }
    form |= {f"memberships-0-{name}": value for name, value in change.items()}
    page = reverse("admin:portal_partner_change", args=[acme.pk])

    response = desk.post(page, form)

    membership.refresh_from_db()
    assert "A partner needs at least one manager." in response.content.decode()
    assert (membership.role, log(acme)) == ("MANAGER", [])
    Membership.objects.filter(user=user).update(role="MANAGER")
    others = {"memberships-TOTAL_FORMS": 2, "memberships-INITIAL_FORMS": 2}
    other = Membership.objects.get(user=user)
    others |= {"memberships-1-id": other.pk, "memberships-1-partner": acme.pk}
    others |= {"memberships-1-user": user.pk, "memberships-1-role": "MANAGER"}
    assert desk.post(page, form | others).status_code == 302
    assert len(log(acme)) == 1


def test_an_address_changed_by_staff_is_the_one_to_sign_in_with(acme, user, desk, client):
    save_person(desk, user, email="New@Acme.example")

    rows = list(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified"))
    assert rows == [("new@acme.example", True, False)]
    for email in ("user@acme.example", "new@acme.example"):
        client.post("/accounts/login/", {"login": email, "password": PASSWORD})
        assert "_auth_user_id" not in client.session  # the new one has to be confirmed first
    EmailAddress.objects.update(verified=True)
    client.post("/accounts/login/", {"login": "new@acme.example", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(user.pk)


def test_a_confirmed_second_address_made_the_main_one_stays_confirmed(user, desk):
    EmailAddress.objects.create(user=user, email="other@acme.example", verified=True)

    save_person(desk, user, email="other@acme.example")

    rows = list(EmailAddress.objects.filter(user=user).values_list("email", "primary", "verified"))
    assert rows == [("other@acme.example", True, True)]


def test_an_address_of_somebody_else_is_refused(user, manager, desk):
    response = save_person(desk, user, email="MANAGER@acme.example")

    assert "Someone else already has this address." in response.content.decode()


@pytest.fixture
def app(user) -> Authenticator:
    return Authenticator.objects.create(user=user, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})


def test_staff_do_not_see_secrets_of_second_steps(app, desk):
    page = desk.get(address(Authenticator, "change", app.pk)).content.decode()

    assert "user@acme.example" in page or "Uli User" in page
    assert "JBSWY3DPEHPK3PXP" not in page
    response = desk.post(address(Authenticator, "change", app.pk), {"data": "{}", "type": "totp"})
    app.refresh_from_db()
    assert (response.status_code, app.data) == (403, {"secret": "JBSWY3DPEHPK3PXP"})


@pytest.mark.parametrize("many", [False, True])
def test_a_second_step_taken_away_by_staff_stands_in_the_partner_s_log(acme, user, app, desk, many):
    Authenticator.objects.create(user=user, type="recovery_codes", data={})

    if many:
        chosen = {"action": "delete_selected", "_selected_action": [app.pk], "post": "yes"}
        desk.post(address(Authenticator, "changelist"), chosen)
    else:
        desk.post(address(Authenticator, "delete", app.pk), {"post": "yes"})

    assert Authenticator.objects.count() == 0
    assert log(acme) == [("person.second_step_removed", "Stef Staff", {"email": user.email, "kind": "totp"})]


def test_an_address_confirmed_by_staff_stands_in_the_partner_s_log(acme, user, desk):
    pending = EmailAddress.objects.create(user=user, email="new@acme.example", verified=False)

    desk.post(address(EmailAddress, "changelist"), {"action": "mark_verified", "_selected_action": [pending.pk]})

    pending.refresh_from_db()
    assert pending.verified
    assert log(acme) == [("person.email_confirmed_by_staff", "Stef Staff", {"email": "new@acme.example"})]


@pytest.mark.parametrize("model", [User, EmailAddress, Authenticator, UserSession])
def test_people_are_found_by_name_and_address(user, app, desk, model):
    for text in ("x", "user@acme", "Uli"):
        assert desk.get(address(model, "changelist"), {"q": text}).status_code == 200


def test_a_session_ended_by_staff_is_over(acme, user, desk, client):
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    session = UserSession.objects.get(user=user)

    desk.post(address(UserSession, "delete", session.pk), {"post": "yes"})

    assert client.get("/people/")["Location"].startswith("/accounts/login/")
    assert [verb for verb, *_ in log(acme)] == ["person.signed_in", "person.signed_out_by_staff"]


def test_a_new_person_has_an_address_to_confirm(desk):
    form = {"email": "New@Acme.example", "name": "N", "usable_password": "true"}

    desk.post(address(User, "add"), form | {"password1": PASSWORD, "password2": PASSWORD})

    rows = list(EmailAddress.objects.filter(user__name="N").values_list("email", "primary", "verified"))
    assert rows == [("new@acme.example", True, False)]


def test_a_finding_is_acknowledged_with_a_note_and_once(acme, desk):
    event = record("partner.seen", subject=acme, partner=acme, by=Actor.system())
    seal_log()
    Event.objects.filter(pk=event.pk).update(verb="partner.forgotten")
    check_log()
    page = address(Finding, "change", Finding.objects.get().pk)

    without = desk.post(page, {"note": ""})

    assert (without.status_code, open_findings(acme).count()) == (200, 1)
    desk.post(page, {"note": "A repair by hand."})
    assert open_findings(acme).count() == 0
    assert log(acme)[-1][:2] == ("finding.acknowledged", "Stef Staff")
    assert desk.post(page, {"note": "Something else."}).status_code == 403
    assert "A repair by hand." in desk.get(page).content.decode()


def test_a_made_up_member_is_refused(acme, manager, desk):
    form = {"name": acme.name, "slug": acme.slug, "time_zone": acme.time_zone, "memberships-TOTAL_FORMS": 1}
    form |= {"memberships-INITIAL_FORMS": 0, "memberships-0-user": "abc", "memberships-0-role": "USER"}

    response = desk.post(reverse("admin:portal_partner_change", args=[acme.pk]), form)

    assert response.status_code == 200
    assert make_user("x@x.example", "X").memberships.count() == 0
