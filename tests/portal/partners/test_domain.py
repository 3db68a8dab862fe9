"""What happens to partners, people, invitations and keys, and the one event of each."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners import domain
from portal.partners.models import Invitation, Membership, Partner, Role, User
from portal.problems import Refused
from tests.conftest import make_user

BY = Actor.system("Test")


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[1]


def invited(partner: Partner, email: str = "new@acme.example", role: Role = Role.USER) -> tuple[Invitation, str]:
    invitation, link = domain.invite(partner, email=email, role=role, by=BY)
    return invitation, token_of(link)


def test_create_partner_invites_its_manager(db):
    partner, link = domain.create_partner("  Cirrus \n Power ", manager_email="Boss@Cirrus.example", by=BY)

    invitation = domain.find_invitation(token_of(link))
    assert (partner.name, partner.slug) == ("Cirrus Power", "cirrus-power")
    assert (invitation.partner, invitation.email, invitation.role) == (partner, "boss@cirrus.example", "MANAGER")
    assert verbs() == ["partner.created", "invitation.sent"]


@pytest.mark.parametrize("name", ["Acme Energy", "ACME energy", "acme"])
def test_create_partner_refuses_a_name_or_slug_that_exists(acme, name):
    with pytest.raises(Refused) as refusal:
        domain.create_partner(name, manager_email="a@b.example", by=BY)

    assert codes(refusal) == ["PARTNER_EXISTS"]
    assert verbs() == []


@pytest.mark.parametrize("name", ["", " ", "!!!", "電力", "x" * 129])
def test_create_partner_refuses_a_name_without_a_slug_or_too_long(db, name):
    with pytest.raises(Refused) as refusal:
        domain.create_partner(name, manager_email="a@b.example", by=BY)

    assert codes(refusal) == ["PARTNER_NAME_WITHOUT_LETTERS"]


def test_invite_mails_the_link_once_committed(acme, manager, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        _, link = domain.invite(acme, email=" New@Acme.example ", role=Role.USER, by=BY, invited_by=manager)

    [message] = mail.outbox
    assert message.to == ["new@acme.example"]
    assert message.subject == "Join Acme Energy on the partner portal"
    assert message.body.startswith("Hello,\n\nMara Manager invites you to join Acme Energy on the partner portal.\n")
    assert link in message.body
    assert token_of(link) not in str(Invitation.objects.values())
    assert verbs() == ["invitation.sent"]


def test_invite_with_hostile_names_keeps_one_subject_line_and_plain_text(
    acme, manager, django_capture_on_commit_callbacks
):
    acme.name = "Acme\r\nBcc: all@acme.example\u2028<b>&"
    acme.save()
    manager.name = "Mara\n\nhttp://evil.example"
    manager.save()

    with django_capture_on_commit_callbacks(execute=True):
        domain.invite(acme, email="new@acme.example", role=Role.USER, by=BY, invited_by=manager)

    [message] = mail.outbox
    assert message.subject == "Join Acme Bcc: all@acme.example <b>& on the partner portal"
    assert message.recipients() == ["new@acme.example"]
    assert message.body.splitlines()[2] == (
        "Mara http://evil.example invites you to join Acme Bcc: all@acme.example <b>& on the partner portal."
    )


def test_invite_says_when_the_mail_did_not_leave_and_keeps_the_invitation(
    acme, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens there

    with pytest.raises(domain.MailNotSentError), django_capture_on_commit_callbacks(execute=True):
        invited(acme)

    assert Invitation.objects.count() == 1


def test_invite_refuses_a_member_in_any_spelling(acme, user):
    with pytest.raises(Refused) as refusal:
        invited(acme, "User@ACME.example")

    assert codes(refusal) == ["ALREADY_A_MEMBER"]


def test_invite_refuses_a_second_open_invitation(acme, borealis):
    invited(acme)
    invited(borealis)

    with pytest.raises(Refused) as refusal:
        invited(acme)

    assert codes(refusal) == ["ALREADY_INVITED"]
    assert verbs() == ["invitation.sent", "invitation.sent"]


def test_invite_after_an_expired_invitation_replaces_it(acme):
    first, _ = invited(acme)
    Invitation.objects.update(expires_at=timezone.now())

    second, _ = invited(acme)

    first.refresh_from_db()
    assert first.withdrawn_at is not None
    assert domain.is_open(second)


def test_accept_makes_the_membership_and_a_second_click_finds_it(acme):
    person = make_user("new@acme.example", "New")
    _, token = invited(acme, role=Role.MANAGER)

    first = domain.accept_invitation(token, user=person)
    second = domain.accept_invitation(token, user=person)

    assert first == second
    assert (first.partner, first.user, first.role) == (acme, person, "MANAGER")
    assert verbs() == ["invitation.sent", "member.joined"]


def test_accept_by_another_verified_address_of_the_person(acme):
    from allauth.account.models import EmailAddress

    person = make_user("private@home.example", "New")
    EmailAddress.objects.create(user=person, email="new@acme.example", verified=True)
    _, token = invited(acme)

    assert domain.accept_invitation(token, user=person).partner == acme


def test_accept_by_an_unverified_address_is_refused(acme):
    from allauth.account.models import EmailAddress

    person = make_user("private@home.example", "New")
    EmailAddress.objects.create(user=person, email="new@acme.example", verified=False)
    _, token = invited(acme)

    with pytest.raises(Refused) as refusal:
        domain.accept_invitation(token, user=person)

    assert codes(refusal) == ["INVITATION_FOR_OTHER"]


def test_accept_for_somebody_else_is_refused_and_leaves_the_invitation_open(acme, stranger):
    _, token = invited(acme)

    with pytest.raises(Refused) as refusal:
        domain.accept_invitation(token, user=stranger)

    assert codes(refusal) == ["INVITATION_FOR_OTHER"]
    assert domain.is_open(domain.find_invitation(token))
    assert verbs() == ["invitation.sent"]


@pytest.mark.parametrize("how", ["expired", "withdrawn", "inactive partner", "unknown", "sent again"])
def test_accept_of_a_closed_invitation_is_refused(acme, how):
    person = make_user("new@acme.example", "New")
    invitation, token = invited(acme)
    match how:
        case "expired":
            Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        case "withdrawn":
            domain.withdraw_invitation(invitation, by=BY)
        case "inactive partner":
            Partner.objects.update(is_active=False)
        case "unknown":
            token = "\udcff not a token \x00"
        case "sent again":
            domain.send_again(invitation, by=BY)

    with pytest.raises(Refused) as refusal:
        domain.accept_invitation(token, user=person)

    assert codes(refusal) == ["INVITATION_CLOSED"]
    assert not Membership.objects.filter(user=person).exists()


def test_accept_after_removal_does_not_bring_a_member_back(acme, manager):
    person = make_user("new@acme.example", "New")
    _, token = invited(acme)
    domain.remove_member(domain.accept_invitation(token, user=person), by=BY)

    with pytest.raises(Refused) as refusal:
        domain.accept_invitation(token, user=person)

    assert codes(refusal) == ["INVITATION_CLOSED"]


def test_join_as_new_person_makes_a_verified_account(acme):
    from allauth.account.models import EmailAddress

    _, token = invited(acme)

    user, membership = domain.join_as_new_person(token, name=" Nora \n New ", password="four plain words here")

    assert (user.email, user.name, user.is_staff) == ("new@acme.example", "Nora New", False)
    assert user.check_password("four plain words here")
    assert list(EmailAddress.objects.values_list("user", "email", "verified", "primary")) == [
        (user.pk, "new@acme.example", True, True)
    ]
    assert membership.partner == acme
    assert verbs() == ["invitation.sent", "member.joined"]


def test_join_as_new_person_refuses_an_existing_account_and_a_used_invitation(acme):
    _, token = invited(acme)
    _, other_token = invited(acme, "other@acme.example")
    make_user("other@acme.example", "Other")
    domain.join_as_new_person(token, name="N", password="four plain words here")

    with pytest.raises(Refused) as used:
        domain.join_as_new_person(token, name="N", password="other plain words here")
    with pytest.raises(Refused) as existing:
        domain.join_as_new_person(other_token, name="N", password="four plain words here")

    assert (codes(used), codes(existing)) == (["INVITATION_CLOSED"], ["ACCOUNT_EXISTS"])
    assert User.objects.count() == 2


def test_send_again_replaces_the_link_and_revives_an_expired_invitation(acme):
    invitation, token = invited(acme)
    Invitation.objects.update(expires_at=timezone.now())

    link = domain.send_again(invitation, by=BY)

    assert domain.find_invitation(token) is None
    assert domain.is_open(domain.find_invitation(token_of(link)))
    assert verbs() == ["invitation.sent", "invitation.sent_again"]


def test_withdraw_twice_is_one_event_and_sending_again_is_refused(acme):
    invitation, _ = invited(acme)

    domain.withdraw_invitation(invitation, by=BY)
    domain.withdraw_invitation(invitation, by=BY)
    with pytest.raises(Refused) as refusal:
        domain.send_again(invitation, by=BY)

    assert codes(refusal) == ["INVITATION_NOT_OPEN"]
    assert verbs() == ["invitation.sent", "invitation.withdrawn"]


def test_withdraw_of_a_used_invitation_is_refused(acme):
    invitation, token = invited(acme)
    domain.join_as_new_person(token, name="N", password="four plain words here")

    with pytest.raises(Refused) as refusal:
        domain.withdraw_invitation(invitation, by=BY)

    assert codes(refusal) == ["INVITATION_NOT_OPEN"]
    assert (
        refusal.value.problems[0].text
        == "The invitation to new@acme.example has been used or withdrawn in the meantime."
    )


def test_change_role_once_is_one_event_with_old_and_new(acme, manager, user):
    membership = Membership.objects.get(user=user)

    domain.change_role(membership, role=Role.MANAGER, by=BY)
    domain.change_role(membership, role=Role.MANAGER, by=BY)

    membership.refresh_from_db()
    assert membership.role == "MANAGER"
    assert list(Event.objects.values_list("verb", "data")) == [
        ("member.role_changed", {"email": "user@acme.example", "role": ["USER", "MANAGER"]})
    ]


def test_last_manager_can_neither_step_down_nor_leave(acme, manager, user, stranger):
    membership = Membership.objects.get(user=manager)

    with pytest.raises(Refused) as down:
        domain.change_role(membership, role=Role.USER, by=BY)
    with pytest.raises(Refused) as out:
        domain.remove_member(membership, by=BY)

    assert (codes(down), codes(out)) == (["LAST_MANAGER"], ["LAST_MANAGER"])
    assert verbs() == []


def test_a_switched_off_manager_does_not_count_as_the_other_manager(acme, manager):
    other = make_user("gone@acme.example", "Gone", is_active=False)
    Membership.objects.create(partner=acme, user=other, role="MANAGER")

    with pytest.raises(Refused) as refusal:
        domain.remove_member(Membership.objects.get(user=manager), by=BY)

    assert codes(refusal) == ["LAST_MANAGER"]


def test_remove_member_twice_is_one_event_and_keeps_the_person(acme, manager, user):
    membership = Membership.objects.get(user=user)

    domain.remove_member(Membership.objects.get(pk=membership.pk), by=BY)
    domain.remove_member(membership, by=BY)
    with pytest.raises(Refused) as refusal:
        domain.change_role(membership, role=Role.MANAGER, by=BY)

    assert codes(refusal) == ["NOT_A_MEMBER"]
    assert User.objects.filter(pk=user.pk).exists()
    assert verbs() == ["member.removed"]
