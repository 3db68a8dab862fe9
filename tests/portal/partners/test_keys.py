"""Keys: what they may do and from where, rolled with an overlap, and ended at once."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from portal.events.actors import Actor
from portal.events.models import Event
from portal.partners.keys import (
    KEY_TEXT,
    authenticate_api_key,
    create_api_key,
    note_use,
    revoke_api_key,
    roll_api_key,
)
from portal.partners.models import ApiKey, KeyPermission, Partner
from portal.partners.networks import MOST_NETWORKS, admits, parse_networks
from portal.problems import Refused

pytestmark = pytest.mark.django_db
BY = Actor.system("Test")
DAY = timedelta(days=1)


def codes(refusal: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [problem.code for problem in refusal.value.problems]


def verbs() -> list[str]:
    return list(Event.objects.order_by("id").values_list("verb", flat=True))


def test_key_is_known_by_its_text_of_which_only_a_hash_is_kept(acme):
    key, text = create_api_key(acme, name="loader", by=BY)

    authenticated = authenticate_api_key(text)

    assert (authenticated, authenticated.partner) == (key, acme)
    assert text.split(":")[1] not in str(ApiKey.objects.values())
    assert text.endswith(key.last_four)
    assert verbs() == ["api_key.created"]


def test_scanners_of_secrets_know_a_key(acme):
    _, text = create_api_key(acme, name="loader", by=BY)

    assert KEY_TEXT.search(f"Authorization: Bearer {text}").group() == text


def test_key_made_before_ids_had_a_prefix_goes_on_working(acme):
    key, text = create_api_key(acme, name="loader", by=BY)
    ApiKey.objects.filter(pk=key.pk).update(id="0123456789abcdef")

    assert authenticate_api_key(f"0123456789abcdef:{text.split(':')[1]}").name == "loader"


@pytest.mark.parametrize(
    "change", ["{0}:{1}x", "{0}:", "{0}", ":{1}", "", "{0}0:{1}", "\x00:{1}", "{0}:é\udcff", " {0}:{1}"]
)
def test_another_text_is_no_key(acme, change):
    _, text = create_api_key(acme, name="loader", by=BY)
    assert authenticate_api_key(text) is not None

    assert authenticate_api_key(change.format(*text.split(":"))) is None


def test_key_does_not_outlive_revocation(acme):
    key, text = create_api_key(acme, name="loader", by=BY)

    assert revoke_api_key(key, by=BY) == [key]
    assert revoke_api_key(key, by=BY) == []

    assert authenticate_api_key(text) is None
    assert verbs() == ["api_key.created", "api_key.revoked"]


def test_key_rests_while_its_partner_is_switched_off(acme):
    key, text = create_api_key(acme, name="loader", by=BY)

    Partner.objects.update(is_active=False)
    resting = authenticate_api_key(text)
    Partner.objects.update(is_active=True)

    assert (resting, authenticate_api_key(text)) == (None, key)


def test_key_may_do_what_it_was_made_for(acme):
    key, _ = create_api_key(acme, name="reader", by=BY, permissions=[KeyPermission.WEBHOOKS, KeyPermission.READ_METERS])

    assert key.permissions == ["READ_METERS", "WEBHOOKS"]
    assert [permission for permission in KeyPermission if key.may(permission)] == ["READ_METERS", "WEBHOOKS"]
    assert Event.objects.get().data["permissions"] == "Read meters, Manage webhooks and read events"


def test_key_that_may_do_nothing_is_not_made(acme):
    with pytest.raises(Refused) as refusal:
        create_api_key(acme, name="idle", by=BY, permissions=[])

    assert (codes(refusal), ApiKey.objects.count()) == (["KEY_WITHOUT_PERMISSION"], 0)


def test_key_of_older_code_may_do_everything(acme):
    """During an upgrade, code that knows no permissions still makes keys."""
    ApiKey(pk="0123456789abcdef", partner=acme, name="old", secret_hash="x", last_four="last").save()

    made = ApiKey.objects.get()

    assert (made.permissions, made.networks) == (KeyPermission.values, [])


def test_rolled_key_works_beside_the_new_one_until_the_overlap_ends(acme, manager):
    old, old_text = create_api_key(
        acme, name="loader", by=BY, permissions=[KeyPermission.READ_METERS], networks=["203.0.113.0/24"]
    )

    new, new_text = roll_api_key(old, overlap=2 * DAY, by=BY, created_by=manager)

    assert (new.name, new.permissions, new.networks) == ("loader", ["READ_METERS"], ["203.0.113.0/24"])
    assert (new.rolled_from, new.created_by, new.expires_at) == (old, manager, None)
    assert (authenticate_api_key(old_text), authenticate_api_key(new_text)) == (old, new)
    assert verbs() == ["api_key.created", "api_key.rolled", "api_key.created"]
    with time_machine.travel(timezone.now() + 2 * DAY):
        assert (authenticate_api_key(old_text), authenticate_api_key(new_text)) == (None, new)


@pytest.mark.parametrize(
    ("overlap", "expires_in", "days"),
    [(timedelta(0), None, 0), (-DAY, None, 0), (30 * DAY, None, 7), (3 * DAY, DAY, 1), (3 * DAY, 30 * DAY, 3)],
)
def test_overlap_is_at_most_a_week_and_never_prolongs_the_old_key(acme, overlap, expires_in, days):
    expires_at = timezone.now() + expires_in if expires_in else None
    old, text = create_api_key(acme, name="loader", by=BY, expires_at=expires_at)

    roll_api_key(old, overlap=overlap, by=BY)

    old.refresh_from_db()
    assert abs(old.expires_at - timezone.now() - days * DAY) < timedelta(minutes=1)
    assert (authenticate_api_key(text) is None) is (days == 0)


def test_key_is_rolled_once_and_only_while_it_works(acme):
    old, _ = create_api_key(acme, name="loader", by=BY)
    new, _ = roll_api_key(old, overlap=DAY, by=BY)
    revoke_api_key(new, by=BY)

    with pytest.raises(Refused) as again:
        roll_api_key(old, overlap=DAY, by=BY)
    with pytest.raises(Refused) as revoked:
        roll_api_key(new, overlap=DAY, by=BY)

    assert (codes(again), codes(revoked)) == (["KEY_ROLLED_BEFORE"], ["KEY_NOT_IN_USE"])


@pytest.mark.parametrize("with_older", [True, False])
def test_revoking_a_key_ends_those_before_it_if_asked(acme, with_older):
    first, first_text = create_api_key(acme, name="loader", by=BY)
    second, second_text = roll_api_key(first, overlap=DAY, by=BY)
    third, third_text = roll_api_key(second, overlap=DAY, by=BY)

    ended = revoke_api_key(third, by=BY, with_older=with_older)

    assert ended == ([third, second, first] if with_older else [third])
    assert authenticate_api_key(third_text) is None
    assert [authenticate_api_key(text) is None for text in (first_text, second_text)] == [with_older] * 2


def test_use_is_noted_at_most_once_a_minute(acme, django_assert_num_queries):
    key, _ = create_api_key(acme, name="loader", by=BY)
    note_use(key, address="203.0.113.7")
    key.refresh_from_db()

    with django_assert_num_queries(0):
        note_use(key, address="203.0.113.8")

    assert key.last_used_address == "203.0.113.7"
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        note_use(key, address="203.0.113.8")
    key.refresh_from_db()
    assert key.last_used_address == "203.0.113.8"


@pytest.mark.parametrize(
    ("lines", "networks"),
    [
        (["203.0.113.7"], ["203.0.113.7/32"]),
        ([" 203.0.113.7/24 ", "203.0.113.0/24"], ["203.0.113.0/24"]),
        (["2001:DB8::/32", "2001:db8:0::1"], ["2001:db8::/32", "2001:db8::1/128"]),
        (["::ffff:203.0.113.0/120"], ["203.0.113.0/24"]),
        (["10.0.0.0/255.255.0.0"], ["10.0.0.0/16"]),
        ([], []),
    ],
)
def test_networks_are_kept_in_one_spelling(lines, networks):
    assert parse_networks(lines) == networks


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["office"], "NETWORK_NOT_READ"),
        (["203.0.113.0/33"], "NETWORK_NOT_READ"),
        (["203.0.113"], "NETWORK_NOT_READ"),
        ([""], "NETWORK_NOT_READ"),
        (["\x00" * 300], "NETWORK_NOT_READ"),
        (["0.0.0.0/0"], "NETWORK_OF_ALL"),
        (["::/0"], "NETWORK_OF_ALL"),
        (["::ffff:0:0/96"], "NETWORK_OF_ALL"),
        ([f"10.0.0.{n}" for n in range(MOST_NETWORKS + 1)], "TOO_MANY_NETWORKS"),
    ],
)
def test_what_is_no_network_is_refused(lines, code):
    with pytest.raises(Refused) as refusal:
        parse_networks(lines)

    assert codes(refusal) == [code]


@pytest.mark.parametrize(
    ("networks", "address", "admitted"),
    [
        ([], "", True),
        ([], "203.0.113.7", True),
        (["203.0.113.0/24"], "203.0.113.255", True),
        (["203.0.113.0/24"], "::ffff:203.0.113.7", True),
        (["203.0.113.0/24"], "203.0.114.0", False),
        (["203.0.113.0/24"], "2001:db8::1", False),
        (["203.0.113.0/24", "2001:db8::/32"], "2001:db8:1::", True),
        (["fe80::/10"], "fe80::1%eth0", True),
        (["203.0.113.0/24"], "", False),
        (["203.0.113.0/24"], "unknown", False),
    ],
)
def test_request_comes_in_from_the_key_s_networks(networks, address, admitted):
    assert admits(networks, address) is admitted
