"""What a partner decides for its people: time zone and second step; and what our staff need."""

import pytest
from allauth.mfa.models import Authenticator

from portal.events.models import Event
from portal.partners.models import Membership, Partner
from portal.partners.rules import may_lose, people_without_two_factor
from portal.web.views import THEME_COOKIE

pytestmark = pytest.mark.django_db


def with_app(user) -> Authenticator:
    return Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})


def save(client, **values):
    return client.post("/people/rules/", {"time_zone": "America/Los_Angeles", **values})


def test_a_manager_changes_the_rules_with_an_event(acme, manager, client_of):
    response = save(client_of(manager), time_zone="America/Chicago", requires_two_factor="on")

    acme.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, "/people/rules/")
    assert (acme.time_zone, acme.requires_two_factor) == ("America/Chicago", True)
    event = Event.objects.get(verb="partner.rules_changed")
    assert event.data == {
        "changes": {"time_zone": ["America/Los_Angeles", "America/Chicago"], "requires_two_factor": [False, True]}
    }


def test_saving_what_is_there_writes_no_event(acme, manager, client_of):
    save(client_of(manager))

    assert Event.objects.count() == 0


def test_a_time_zone_that_does_not_exist_is_refused(acme, manager, client_of):
    response = save(client_of(manager), time_zone="America/Springfield")

    acme.refresh_from_db()
    assert response.status_code == 422
    assert "Choose a time zone from the list." in response.content.decode()
    assert acme.time_zone == "America/Los_Angeles"


def test_a_user_cannot_change_the_rules(acme, user, client_of):
    assert save(client_of(user), requires_two_factor="on").status_code == 403


def test_pages_show_the_partner_s_time(acme, manager, client_of):
    Membership.objects.update(created_at="2026-07-01T03:00:00Z")
    client = client_of(manager)
    there = client.get("/people/").content.decode()

    Partner.objects.filter(pk=acme.pk).update(time_zone="UTC")

    assert "Jun 30, 2026, 8:00 PM PDT" in there
    assert "Jul 1, 2026, 3:00 AM UTC" in client.get("/people/").content.decode()


def test_who_has_no_second_step_is_sent_to_set_one_up(acme, manager, client_of):
    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)
    client = client_of(manager)

    for path in ["/", "/meters/", "/people/", "/uploads/"]:
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/"), path
    assert "Acme Energy requires two-factor sign-in." in client.get("/accounts/2fa/").content.decode()


def test_one_warning_is_enough_however_many_pages_are_asked_for(acme, manager, client_of):
    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)
    client = client_of(manager)
    for path in ["/", "/meters/", "/people/"]:
        client.get(path)

    page = client.get("/accounts/2fa/").content.decode()

    assert page.count("requires two-factor sign-in") == 1
    assert "requires two-factor sign-in" not in client.get("/accounts/2fa/").content.decode()


def test_who_has_a_second_step_goes_on(acme, manager, client_of):
    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)
    with_app(manager)

    assert client_of(manager).get("/meters/").status_code == 200


def test_a_part_of_a_page_sends_the_whole_page(acme, manager, client_of):
    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)

    response = client_of(manager).get("/uploads/", headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == "/accounts/2fa/"


def test_another_partner_s_rule_does_not_matter(borealis, acme, manager, client_of):
    Partner.objects.filter(pk=borealis.pk).update(requires_two_factor=True)

    assert client_of(manager).get("/meters/").status_code == 200


def test_open_pages_stay_open(acme, manager, client_of):
    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)
    client = client_of(manager)

    theme = client.post("/theme/", {"theme": "dark"})
    refused = client.get("/meters/")

    assert client.get("/healthz").status_code == 200
    assert (theme.status_code, theme["Location"], theme.cookies[THEME_COOKIE].value) == (302, "/", "dark")
    assert refused["Location"] == "/accounts/2fa/"
    assert client.get("/accounts/password/change/").status_code == 200


def test_staff_need_a_second_step_where_it_is_real(staff, client_of, settings):
    client = client_of(staff)
    before = client.get("/admin/").status_code

    settings.STAFF_TWO_FACTOR = True

    response = client.get("/admin/")
    assert before == 200
    assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/")
    with_app(staff)
    assert client.get("/admin/").status_code == 200


def test_the_admin_has_no_door_of_its_own(db, client):
    response = client.get("/admin/login/?next=/admin/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")


def test_the_last_second_step_stays_while_it_is_asked_for(acme, manager):
    app = with_app(manager)
    assert may_lose(app)

    Partner.objects.filter(pk=acme.pk).update(requires_two_factor=True)

    assert not may_lose(app)
    Authenticator.objects.create(user=manager, type=Authenticator.Type.RECOVERY_CODES, data={})
    assert not may_lose(app)
    Authenticator.objects.create(user=manager, type=Authenticator.Type.WEBAUTHN, data={})
    assert may_lose(app)


def test_who_would_be_asked(acme, manager, user):
    with_app(manager)

    assert [member.user for member in people_without_two_factor(acme)] == [user]
