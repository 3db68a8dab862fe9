"""Who acts for which partner: what a request or a form says, and what switched-off partners and people are left."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.test import RequestFactory
from django.utils import timezone

from portal.partners import access
from portal.partners.access import SESSION_KEY, Access, ManagersOnly, NoPartner
from portal.partners.models import Membership, Partner, Role, User

pytestmark = pytest.mark.django_db


def request(user: Any, chosen: str | None = None) -> Any:
    made: Any = RequestFactory().get("/")
    made.user, made.session = user, {SESSION_KEY: chosen} if chosen else {}
    return made


def switch_off(*switched: Partner | User) -> None:
    for holder in switched:
        holder.is_active = False
        holder.save()


@pytest.fixture
def both(acme: Partner, borealis: Partner, user: User) -> User:
    """A user of Acme who is a manager of Borealis."""
    Membership.objects.create(partner=borealis, user=user, role=Role.MANAGER)
    return user


def chosen_by(user: User, chosen: Partner | None = None) -> tuple[str, Role] | None:
    access_found = access.access_of(request(user, str(chosen.pk) if chosen else None))
    return (access_found.partner.slug, access_found.role) if access_found else None


def test_partner_of_the_session_is_acted_for_else_the_first_one(both: User, acme: Partner, borealis: Partner) -> None:
    assert chosen_by(both) == chosen_by(both, acme) == ("acme", Role.USER)
    assert chosen_by(both, borealis) == ("borealis", Role.MANAGER)


def test_partner_that_was_switched_off_is_acted_for_no_more(both: User, acme: Partner, borealis: Partner) -> None:
    switch_off(acme)

    assert chosen_by(both, acme) == chosen_by(both) == ("borealis", Role.MANAGER)
    switch_off(borealis)
    assert chosen_by(both, acme) is chosen_by(both) is None


def test_partner_of_others_cannot_be_chosen(user: User, borealis: Partner) -> None:
    assert chosen_by(user, borealis) == ("acme", Role.USER)


@pytest.mark.parametrize("nobody", [AnonymousUser(), None])
def test_nobody_acts_for_nobody(nobody: Any) -> None:
    assert access.access_of(request(nobody)) is None


def test_access_is_looked_up_once_for_a_request(user: User, django_assert_num_queries: Any) -> None:
    asked = request(user)

    with django_assert_num_queries(1):
        first, second = access.access_of(asked), access.access_of(asked)

    assert first is second


def test_members_managers_and_staff_are_told_apart(
    user: User, manager: User, stranger: User, staff: User, borealis: Partner
) -> None:
    assert access.member(request(user)).user == user
    assert access.manager(request(manager)).user == manager
    with pytest.raises(ManagersOnly):
        access.manager(request(user))
    assert access.signed_in(request(staff)) == (staff, None)
    signed_in, own = access.signed_in(request(user))
    assert (signed_in, own.partner.slug if own else "") == (user, "acme")
    switch_off(borealis)
    for ask in (access.member, access.manager, access.signed_in):
        with pytest.raises(NoPartner):
            ask(request(stranger))
    with pytest.raises(NoPartner):
        access.member(request(staff))


# --- forms that are sent after the session has ended


@pytest.fixture
def token(user: User, acme: Partner) -> str:
    return Access(acme, user, Role.USER).as_token()


def of_form(token: str) -> tuple[str, str, Role] | None:
    access_found = access.access_of_form(request(AnonymousUser()), token)
    return (access_found.user.email, access_found.partner.slug, access_found.role) if access_found else None


@pytest.mark.parametrize(("hours", "is_good"), [(0, True), (23.9, True), (24.1, False)])
def test_form_is_good_for_a_day(token: str, hours: float, is_good: bool) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        assert of_form(token) == (("user@acme.example", "acme", Role.USER) if is_good else None)


def test_form_is_good_only_for_who_is_still_a_member(token: str, user: User) -> None:
    Membership.objects.filter(user=user).delete()

    assert of_form(token) is None


@pytest.mark.parametrize("switched", ["user", "acme"])
def test_form_of_who_was_switched_off_is_good_for_nothing(token: str, request: Any, switched: str) -> None:
    switch_off(request.getfixturevalue(switched))

    assert of_form(token) is None


def test_form_is_for_its_own_partner(both: User, borealis: Partner) -> None:
    token = Access(borealis, both, Role.MANAGER).as_token()

    assert of_form(token) == ("user@acme.example", "borealis", Role.MANAGER)


@pytest.mark.parametrize("alter", [lambda token: token[:0], lambda token: token[:-1], lambda token: f"x{token}"])
def test_form_that_was_altered_is_good_for_nothing(token: str, alter: Any) -> None:
    assert of_form(alter(token)) is None


def test_what_was_signed_for_something_else_is_no_form(user: User, acme: Partner) -> None:
    assert of_form(signing.dumps([user.pk, str(acme.pk)], salt="something else")) is None
    assert of_form(signing.dumps([user.pk], salt="portal.partners.access")) is None
