"""The door for the invited: from the email's link to the home page."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners import domain
from portal.partners.access import SESSION_KEY
from portal.partners.models import Invitation, Membership, Partner, Role, User
from tests.conftest import PASSWORD, make_user
from tests.portal.partners.test_pages import text_of

BY = Actor.system("Test")
NEW = {"name": "Nora New", "password": "four plain words here"}


def link_for(partner: Partner, email: str = "new@acme.example", role: Role = Role.USER, **extra) -> str:
    _, link = domain.invite(partner, email=email, role=role, by=BY, **extra)
    return "/" + link.split("/", 3)[3]


def test_invitation_from_the_manager_s_form_to_the_new_person_s_home_and_next_sign_in(
    client, client_of, acme, manager, catalogue, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        client_of(manager).post(reverse("invite"), {"email": "new@acme.example", "role": "USER"})
    [link] = re.findall(r"https?://[^/]+(/invitations/\S+)", mail.outbox[0].body)

    page = client.get(link)
    joined = client.post(link, NEW, follow=True)
    client.post(reverse("account_logout"))
    client.post(reverse("account_login"), {"login": "new@acme.example", "password": NEW["password"]})

    assert "Mara Manager invites new@acme.example to join Acme Energy." in text_of(page)
    assert f"User. {Role.USER.meaning}" in text_of(page)
    assert joined.redirect_chain == [(reverse("home"), 302)]
    assert "Welcome to Acme Energy." in text_of(joined)
    assert client.get(reverse("people")).status_code == 200
    assert list(Event.objects.order_by("id").values_list("verb", "actor_label")) == [
        ("invitation.sent", "Mara Manager"),
        ("member.joined", "Nora New"),
        ("person.signed_in", "Nora New"),
    ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "password": "four plain words here"}, "Enter your name."),
        ({"name": "Nora", "password": ""}, "Choose a password."),
        ({"name": "Nora", "password": "short"}, "too short"),
        ({"name": "Nora", "password": "new@acme.example"}, "too similar to the email"),
        ({"name": "x" * 151, "password": "four plain words here"}, "at most 150 characters"),
    ],
)
def test_a_new_person_s_wrong_answers_are_said_and_make_nothing(client, acme, data, words):
    page = client.post(link_for(acme), data)

    assert page.status_code == 422
    assert words in text_of(page)
    assert not User.objects.exists()
    assert not data["password"] or data["password"] not in re.findall(
        r'type="password"[^>]*value="([^"]*)', page.content.decode()
    )


def test_somebody_with_an_account_is_sent_to_sign_in_and_back(client, acme):
    make_user("new@acme.example", "Nora New")
    link = link_for(acme)

    sent = client.get(link)
    back = client.post(sent["Location"], {"login": "new@acme.example", "password": PASSWORD})
    page = client.get(back["Location"])
    joined = client.post(link)

    assert sent["Location"] == f"{reverse('account_login')}?next={link}"
    assert back["Location"] == link
    assert "Join Acme Energy" in text_of(page)
    assert joined["Location"] == reverse("home")
    assert Membership.objects.get().role == "USER"


def test_somebody_with_an_account_cannot_set_a_password_by_the_link(client, acme):
    person = make_user("new@acme.example", "Nora New")

    response = client.post(link_for(acme), NEW)

    person.refresh_from_db()
    assert response["Location"].startswith(reverse("account_login"))
    assert person.check_password(PASSWORD)


def test_a_signed_in_person_joins_by_post_only_and_works_for_that_partner_next(client_of, acme, borealis, stranger):
    link = link_for(acme, stranger.email, Role.MANAGER)
    client = client_of(stranger)

    client.get(link)
    before = list(stranger.memberships.values_list("partner", flat=True))
    client.post(link)
    again = client.post(link)

    assert before == [borealis.pk]
    assert again["Location"] == reverse("home")
    assert client.session[SESSION_KEY] == str(acme.pk)
    assert stranger.memberships.get(partner=acme).role == "MANAGER"
    assert Event.objects.filter(verb="member.joined").count() == 1


def test_a_signed_in_other_person_is_told_for_whom_it_is_and_how_to_sign_out(client_of, acme, stranger):
    link = link_for(acme)
    client = client_of(stranger)

    page = client.get(link)
    refused = client.post(link)
    out = client.post(reverse("account_logout"), {"next": link})

    assert "This invitation is for new@acme.example" in text_of(page)
    assert "You are signed in as manager@borealis.example." in text_of(page)
    assert (page.status_code, refused.status_code) == (200, 409)
    assert out["Location"] == link
    assert not Membership.objects.filter(partner=acme).exists()


@pytest.mark.parametrize("how", ["expired", "withdrawn", "used", "inactive partner"])
@pytest.mark.parametrize("who", ["signed out", "signed in"])
def test_a_closed_invitation_says_so(client, client_of, acme, stranger, how, who):
    link = link_for(acme)
    invitation = Invitation.objects.get()
    match how:
        case "expired":
            Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "withdrawn":
            domain.withdraw_invitation(invitation, by=BY)
        case "used":
            domain.join_as_new_person(link.rstrip("/").rsplit("/", 1)[1], name="N", password=NEW["password"])
        case "inactive partner":
            Partner.objects.filter(pk=acme.pk).update(is_active=False)
    people = User.objects.count()
    browser = client if who == "signed out" else client_of(stranger)

    for response in (browser.get(link), browser.post(link, NEW)):
        assert response.status_code == 410
        assert "This invitation is closed" in text_of(response)
    assert User.objects.count() == people


@pytest.mark.parametrize("token", ["nothing", "%F0%9F%98%80", "a" * 3000])
def test_an_unknown_invitation_is_a_plain_404(client, db, token):
    response = client.get(f"/invitations/{token}/")

    assert response.status_code == 404
    assert "Invitation not found" in text_of(response)


def test_an_invitation_page_escapes_names_and_is_not_kept_by_caches(client, acme, manager):
    acme.name = manager.name = '"><script>alert(1)</script>'
    acme.save()
    manager.save()

    page = client.get(link_for(acme, invited_by=manager))

    assert "<script>alert" not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
