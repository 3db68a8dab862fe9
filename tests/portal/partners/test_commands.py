"""The commands about partners: what they print, what repeating them does, how they fail."""

import io
import json
import stat
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.events.models import Event
from portal.partners import demo, domain
from portal.partners.keys import authenticate_api_key
from portal.partners.models import Membership, Partner, User


@pytest.fixture(autouse=True)
def data_dir(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return tmp_path


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def state() -> list[object]:
    return [
        list(User.objects.order_by("pk").values("pk", "email", "password", "is_staff", "is_superuser")),
        list(Membership.objects.order_by("pk").values("pk", "partner__slug", "user__email", "role")),
        list(Partner.objects.order_by("pk").values("pk", "slug", "name")),
        Event.objects.count(),
    ]


def test_create_partner_prints_partner_slug_and_link(db):
    lines = run("create_partner", "Cirrus Power", "--manager", "boss@cirrus.example").splitlines()

    assert lines[:2] == ["Partner:    Cirrus Power", "Slug:       cirrus-power"]
    assert domain.find_invitation(lines[2].rstrip("/").rsplit("/", 1)[1]).email == "boss@cirrus.example"


def test_create_partner_fails_plainly_for_an_existing_one(acme):
    with pytest.raises(CommandError) as failure:
        run("create_partner", "acme", "--manager", "boss@cirrus.example")

    assert str(failure.value) == (
        "A partner named acme already exists. Choose another name, or invite people to the existing partner."
    )


def test_create_partner_fails_plainly_for_no_address(db):
    with pytest.raises(CommandError) as failure:
        run("create_partner", "Cirrus", "--manager", "boss")

    assert str(failure.value) == "boss is not an email address like name@company.com."
    assert not Partner.objects.exists()


def test_create_api_key_prints_the_key_alone(acme):
    out = run("create_api_key", "--partner", "acme", "--name", "loader")

    assert out.count("\n") == 1
    assert authenticate_api_key(out.strip()).name == "loader"


def test_create_api_key_takes_permissions_days_and_networks(acme):
    given = ["--permission", "READ_METERS", "--permission", "WEBHOOKS", "--days", "7", "--network", "203.0.113.7/24"]

    key = authenticate_api_key(run("create_api_key", "--partner", "acme", "--name", "loader", *given).strip())

    assert (key.permissions, key.networks) == (["READ_METERS", "WEBHOOKS"], ["203.0.113.0/24"])
    assert timedelta(days=6, hours=23) < key.expires_at - timezone.now() <= timedelta(days=7)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--days", "0"], "A key works for at least 1 day."),
        (["--network", "office"], "office is not a network."),
        (["--network", "0.0.0.0/0"], "0.0.0.0/0 covers every address."),
    ],
)
def test_create_api_key_refuses_what_no_key_can_have(acme, given, words):
    with pytest.raises(CommandError, match=words):
        run("create_api_key", "--partner", "acme", "--name", "loader", *given)


@pytest.mark.parametrize(
    ("slug", "name", "words"),
    [
        ("nobody", "x", "There is no partner with the short name nobody. `create_partner` makes one."),
        ("acme", " ", "The key's name must have 1 to 100 characters."),
        ("acme", "x" * 101, "The key's name must have 1 to 100 characters."),
    ],
)
def test_create_api_key_fails_plainly(acme, slug, name, words):
    with pytest.raises(CommandError) as failure:
        run("create_api_key", "--partner", slug, "--name", name)

    assert str(failure.value) == words


def test_demo_signins_ensure_twice_changes_nothing_the_second_time(db):
    run("demo_signins", "--ensure", "--quiet")
    before = state()

    assert run("demo_signins", "--ensure", "--quiet") == ""

    assert state() == before
    assert [user["email"] for user in before[0]] == [account.email for account in demo.ACCOUNTS]
    assert [(m["partner__slug"], m["user__email"], m["role"]) for m in before[1]] == [
        ("acme", "manager@acme.example", "MANAGER"),
        ("acme", "user@acme.example", "USER"),
        ("borealis", "manager@borealis.example", "MANAGER"),
        ("cedar", "manager@cedar.example", "MANAGER"),
    ]


def test_demo_signins_json_lists_passwords_that_work(db, client):
    signins = json.loads(run("demo_signins", "--ensure", "--json"))

    assert [{**one, "password": ""} for one in signins] == [
        {"email": "manager@acme.example", "password": "", "role": "manager", "partner": "acme"},
        {"email": "user@acme.example", "password": "", "role": "user", "partner": "acme"},
        {"email": "manager@borealis.example", "password": "", "role": "manager", "partner": "borealis"},
        {"email": "manager@cedar.example", "password": "", "role": "manager", "partner": "cedar"},
        {"email": "staff@portal.example", "password": "", "role": "staff", "partner": None},
    ]
    assert all(client.login(email=one["email"], password=one["password"]) for one in signins)
    assert json.loads(run("demo_signins", "--json")) == signins


def test_demo_signins_table_is_aligned(db):
    rows = run("demo_signins", "--ensure").splitlines()

    passwords = {one.email: one.password for one in demo.sign_ins()}
    assert rows[:2] == [
        "  Role                         Email                     Password",
        f"  Manager of Acme Energy       manager@acme.example      {passwords['manager@acme.example']}",
    ]
    assert len(rows) == 6


def test_demo_signins_file_is_for_one_person_and_leaves_no_partial(db, data_dir):
    run("demo_signins", "--ensure", "--quiet")

    assert stat.S_IMODE((data_dir / "demo_signins.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in data_dir.iterdir()) == ["demo_signins.json", "demo_signins.lock"]


@pytest.mark.parametrize("content", [None, "", "[]", '{"manager@acme.example": 5}'])
def test_demo_signins_makes_new_passwords_when_the_file_is_lost_or_damaged(db, client, data_dir, content):
    before = json.loads(run("demo_signins", "--ensure", "--json"))
    path = data_dir / "demo_signins.json"
    path.unlink()
    if content is not None:
        path.write_text(content)

    after = json.loads(run("demo_signins", "--ensure", "--json"))

    assert [one["email"] for one in after] == [one["email"] for one in before]
    assert after[0]["password"] != before[0]["password"]
    assert all(client.login(email=one["email"], password=one["password"]) for one in after)


def test_demo_signins_says_when_a_password_was_changed_in_the_portal(db):
    run("demo_signins", "--ensure", "--quiet")
    user = User.objects.get(email="user@acme.example")
    user.set_password("my own words now")
    user.save()

    row = run("demo_signins", "--ensure").splitlines()[2]

    assert row == "  User of Acme Energy          user@acme.example         (changed in the portal)"
    assert json.loads(run("demo_signins", "--json"))[1]["password"] is None
    user.refresh_from_db()
    assert user.check_password("my own words now")


def test_demo_signins_without_ensure_writes_nothing(db, data_dir):
    rows = run("demo_signins").splitlines()

    assert rows[4].endswith("(no account yet; --ensure makes it)")
    assert not User.objects.exists()
    assert not list(data_dir.iterdir())


def test_demo_signins_exist_in_demo_mode_only(db, settings):
    settings.DEMO = False

    with pytest.raises(CommandError):
        run("demo_signins", "--ensure")

    assert not User.objects.exists()


def test_demo_passwords_pass_the_portal_s_own_rules():
    from django.contrib.auth.password_validation import validate_password

    passwords = {demo.new_password() for _ in range(100)}

    assert len(passwords) == 100
    for password in passwords:
        validate_password(password, User(email="manager@acme.example", name="Mara Lindqvist"))
