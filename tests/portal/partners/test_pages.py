"""The people pages as each of the cast, and what their buttons do."""

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners import domain
from portal.partners.access import SESSION_KEY
from portal.partners.models import Invitation, Membership, Partner, Role
from tests.conftest import make_user

BY = Actor.system("Test")


def text_of(response) -> str:
    """What the page says, without its tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def membership_of(user) -> Membership:
    return Membership.objects.get(user=user)


@pytest.fixture
def invited(acme) -> Invitation:
    return domain.invite(acme, email="new@acme.example", role=Role.USER, by=BY)[0]


@pytest.fixture
def urls(manager, user, invited) -> dict[str, str]:
    """Every address of Acme's people, by name."""
    member = membership_of(user).pk
    return {
        "people": reverse("people"),
        "invite": reverse("invite"),
        "member-role": reverse("member-role", args=[member]),
        "member-remove": reverse("member-remove", args=[member]),
        "invitation-withdraw": reverse("invitation-withdraw", args=[invited.pk]),
        "invitation-again": reverse("invitation-again", args=[invited.pk]),
        "partner-switch": reverse("partner-switch"),
    }


VERBS = ["member-role", "member-remove", "invitation-withdraw", "invitation-again"]


def test_people_shows_a_manager_everything(client_of, manager, urls):
    page = client_of(manager).get(urls["people"])

    content = page.content.decode()
    assert page.status_code == 200
    assert "Mara Manager" in content
    assert "Uli User" in content
    assert Role.USER.meaning in content
    assert all(urls[name] in content for name in [*VERBS, "invite"])
    assert Invitation.objects.get().expires_at.strftime("%Y") in content
    assert " style=" not in content


def test_people_shows_a_user_the_members_only(client_of, user, urls):
    page = client_of(user).get(urls["people"])

    content = page.content.decode()
    assert page.status_code == 200
    assert "Mara Manager" in content
    assert "new@acme.example" not in content
    assert not any(urls[name] in content for name in [*VERBS, "invite"])


def test_people_shows_another_partner_s_manager_nothing_of_acme(client_of, stranger, urls):
    page = client_of(stranger).get(urls["people"])

    assert page.status_code == 200
    assert "Sasha Stranger" in page.content.decode()
    assert "acme" not in page.content.decode().lower()


def test_people_marks_an_expired_invitation_and_a_switched_off_member(client_of, manager, user, urls):
    before = text_of(client_of(manager).get(urls["people"]))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    user.is_active = False
    user.save()

    after = text_of(client_of(manager).get(urls["people"]))

    assert ("Expired" in before, "Deactivated" in before) == (False, False)
    assert ("Expired" in after, "Deactivated" in after) == (True, True)


@pytest.mark.parametrize("count", [1, 5])
def test_people_asks_the_same_questions_for_few_and_many(
    client_of, acme, manager, django_assert_max_num_queries, count
):
    for number in range(count):
        other = make_user(f"other{number}@acme.example", f"Other {number}")
        Membership.objects.create(partner=acme, user=other, role="USER")
        domain.invite(acme, email=f"new{number}@acme.example", role=Role.USER, by=BY, invited_by=other)
    client = client_of(manager)

    with django_assert_max_num_queries(12):
        assert client.get(reverse("people")).status_code == 200


def test_people_escapes_hostile_names(client_of, acme, manager):
    acme.name = manager.name = "<script>alert(1)</script>"
    acme.save()
    manager.save()

    content = client_of(manager).get(reverse("people")).content.decode()

    assert "<script>alert" not in content
    assert "&lt;script&gt;alert(1)" in content


@pytest.mark.parametrize("name", [*VERBS, "invite"])
def test_verbs_of_people_are_not_for_a_user(client_of, user, urls, name):
    events = Event.objects.count()

    response = client_of(user).post(urls[name], {"role": "MANAGER", "email": "x@acme.example"})

    assert response.status_code == 403
    assert Event.objects.count() == events


@pytest.mark.parametrize("name", VERBS)
def test_verbs_of_people_do_not_find_another_partner_s(client_of, stranger, manager, urls, name):
    events = Event.objects.count()

    foreign = client_of(stranger).post(urls[name], {"role": "MANAGER"})
    own = client_of(manager).post(urls[name], {"role": "MANAGER"})

    assert (foreign.status_code, own.status_code) == (404, 302)
    assert Event.objects.count() == events + 1


@pytest.mark.parametrize("name", ["people", "invite", *VERBS, "partner-switch"])
def test_people_pages_send_the_signed_out_to_sign_in(client, urls, name):
    for response in (client.get(urls[name]), client.post(urls[name])):
        assert response.status_code == 302
        assert response["Location"].startswith(reverse("account_login"))


def test_people_is_not_for_staff_without_a_partner(client_of, staff, urls):
    assert client_of(staff).get(urls["people"]).status_code == 403


@pytest.mark.parametrize("name", ["invite", "member-role", "invitation-withdraw", "invitation-again", "partner-switch"])
def test_verbs_of_people_answer_only_to_post(client_of, manager, urls, name):
    response = client_of(manager).get(urls[name])

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "Nothing was changed. Go back" in response.content.decode()


def test_what_the_signed_out_send_leads_back_to_the_page_that_sent_it(client, urls):
    page = f"http://testserver{urls['people']}?page=2"
    response = client.post(urls["invite"], {"email": "a@b.example"}, headers={"referer": page})

    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [f"{urls['people']}?page=2"]
    assert "nothing was saved. Sign in and try again" in client.get(response["Location"]).content.decode()


@pytest.mark.parametrize("page", ["", "https://evil.example/people/", "http://testserver.evil.example/", "//x"])
def test_what_the_signed_out_send_from_elsewhere_leads_to_where_it_was_sent(client, urls, page):
    response = client.post(urls["invite"], {}, headers={"referer": page})

    assert parse_qs(urlsplit(response["Location"]).query)["next"] == [urls["invite"]]


def test_the_only_manager_is_offered_no_change_that_would_be_refused(client_of, acme, manager, user, urls):
    page = client_of(manager).get(urls["people"]).content.decode()
    own = Membership.objects.get(partner=acme, user=manager)
    other = Membership.objects.get(partner=acme, user=user)

    assert "The only manager" in page
    assert reverse("member-remove", args=[own.pk]) not in page
    assert reverse("member-remove", args=[other.pk]) in page

    Membership.objects.filter(pk=other.pk).update(role=Role.MANAGER)
    page = client_of(manager).get(urls["people"]).content.decode()
    assert "The only manager" not in page
    assert reverse("member-remove", args=[own.pk]) in page


def test_invite_sends_one_invitation(client_of, manager, urls, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        response = client_of(manager).post(
            urls["invite"], {"email": "Second@acme.example", "role": "MANAGER"}, follow=True
        )

    assert response.redirect_chain == [(urls["people"], 302)]
    assert "We sent an invitation to second@acme.example." in text_of(response)
    assert [message.to for message in mail.outbox] == [["second@acme.example"]]
    event = Event.objects.latest("id")
    assert (event.verb, event.actor_label) == ("invitation.sent", "Mara Manager")
    [link] = re.findall(r"/invitations/[^/]+/", mail.outbox[0].body)
    assert link not in response.content.decode()  # it is for the invited person alone


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"email": "", "role": "USER"}, "Enter an email address."),
        ({"email": "a b", "role": "USER"}, "Enter an email address like name@company.com."),
        ({"email": "a@b.example\nBcc: c@d.example", "role": "USER"}, "Enter an email address like name@company.com."),
        ({"email": "a@b.example", "role": "OWNER"}, "Choose Manager or User."),
        ({"email": "USER@acme.example", "role": "USER"}, "user@acme.example is already a member."),
        ({"email": "new@acme.example", "role": "USER"}, "new@acme.example already has an open invitation."),
    ],
)
def test_invite_says_what_is_wrong_and_keeps_what_was_typed(client_of, manager, urls, data, words):
    events = Event.objects.count()

    response = client_of(manager).post(urls["invite"], data)

    assert response.status_code == 422
    assert words in text_of(response)
    assert response.context["form"]["email"].value() == data["email"]
    assert Event.objects.count() == events


@pytest.mark.django_db(transaction=True)
def test_invite_page_says_that_the_mail_did_not_leave(client_of, manager, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    page = client_of(manager).post(reverse("invite"), {"email": "a@acme.example", "role": "USER"}, follow=True)

    assert "The invitation to a@acme.example is saved, but we couldn’t send the email." in text_of(page)
    assert Invitation.objects.filter(email="a@acme.example").count() == 1


def test_member_role_is_changed_and_said(client_of, manager, user, urls):
    response = client_of(manager).post(urls["member-role"], {"role": "MANAGER"}, follow=True)

    assert "Uli User is now Manager." in text_of(response)
    assert membership_of(user).role == "MANAGER"


def test_member_role_of_the_last_manager_is_refused_in_words(client_of, manager):
    url = reverse("member-role", args=[membership_of(manager).pk])

    response = client_of(manager).post(url, {"role": "USER"}, follow=True)

    assert "A partner needs at least one manager. Make someone else a manager first." in text_of(response)
    assert membership_of(manager).role == "MANAGER"


def test_member_role_without_a_role_changes_nothing(client_of, manager, user, urls):
    response = client_of(manager).post(urls["member-role"], {"role": "OWNER"}, follow=True)

    assert "Choose Manager or User." in text_of(response)
    assert membership_of(user).role == "USER"


def test_member_remove_asks_first(client_of, manager, user, urls):
    client = client_of(manager)

    asked = client.get(urls["member-remove"])
    still_there = Membership.objects.filter(user=user).exists()
    done = client.post(urls["member-remove"], follow=True)

    assert "Remove Uli User?" in text_of(asked)
    assert still_there
    assert "Uli User is no longer a member of Acme Energy." in text_of(done)
    assert not Membership.objects.filter(user=user).exists()
    again = client.post(urls["member-remove"], follow=True)
    assert (again.status_code, "This person is no longer a member." in text_of(again)) == (200, True)
    assert client.post(reverse("member-remove", args=[0])).status_code == 404


def test_a_removed_member_sees_nothing_any_more(client_of, user, urls):
    client = client_of(user)
    before = client.get(urls["people"]).status_code
    domain.remove_member(membership_of(user), by=BY)

    assert (before, client.get(urls["people"]).status_code) == (200, 403)


def test_a_manager_may_leave_when_another_stays(client_of, acme, manager, user):
    Membership.objects.filter(user=user).update(role="MANAGER")
    url = reverse("member-remove", args=[membership_of(manager).pk])
    client = client_of(manager)

    asked = client.get(url)
    done = client.post(url)

    assert "Leave Acme Energy?" in text_of(asked)
    assert done["Location"] == reverse("home")
    assert list(acme.memberships.values_list("user", flat=True)) == [user.pk]


def test_invitation_is_withdrawn_and_said(client_of, manager, urls):
    response = client_of(manager).post(urls["invitation-withdraw"], follow=True)

    assert "Invitation to new@acme.example withdrawn." in text_of(response)
    assert Invitation.objects.get().withdrawn_at is not None
    again = client_of(manager).post(urls["invitation-again"], follow=True)
    assert "has been used or withdrawn in the meantime" in text_of(again)


def test_invitation_is_sent_again(client_of, manager, urls, django_capture_on_commit_callbacks):
    before = Invitation.objects.get().token_hash

    with django_capture_on_commit_callbacks(execute=True):
        response = client_of(manager).post(urls["invitation-again"], follow=True)

    assert "We sent a new invitation to new@acme.example." in text_of(response)
    assert Invitation.objects.get().token_hash != before
    assert [message.to for message in mail.outbox] == [["new@acme.example"]]


def test_partner_switch_goes_to_another_partner_of_the_person(client_of, manager, acme, borealis):
    Membership.objects.create(partner=borealis, user=manager, role="USER")
    client = client_of(manager)
    first = text_of(client.get(reverse("people")))

    response = client.post(reverse("partner-switch"), {"partner": str(borealis.pk)})

    second = text_of(client.get(reverse("people")))
    assert response["Location"] == reverse("home")
    assert client.session[SESSION_KEY] == str(borealis.pk)
    assert "People at Acme Energy" in first
    assert "Switch to Borealis Devices" in first
    assert "People at Borealis Devices" in second


@pytest.mark.parametrize("which", ["foreign", "inactive", "nonsense", "none"])
def test_partner_switch_does_not_find_other_partners(client_of, manager, borealis, which):
    client = client_of(manager)
    inactive = Partner.objects.create(name="Old", slug="old", is_active=False)
    Membership.objects.create(partner=inactive, user=manager, role="USER")
    value = {"foreign": str(borealis.pk), "inactive": str(inactive.pk), "nonsense": "\x00'", "none": ""}[which]

    response = client.post(reverse("partner-switch"), {"partner": value})

    assert response.status_code == 404
    assert SESSION_KEY not in client.session


def test_verbs_of_people_need_the_csrf_token(manager, urls):
    client = Client(enforce_csrf_checks=True)
    client.force_login(manager, backend="allauth.account.auth_backends.AuthenticationBackend")

    assert client.post(urls["member-role"], {"role": "MANAGER"}).status_code == 403
