"""The cast and the furniture of the tests."""

import io
import os
import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from onboarding.connect.texts import compile_catalogues
from portal.events.actors import Actor
from portal.jobs import domain as jobs
from portal.partners.models import ApiKey, Membership, Partner, User
from programs.models import Program
from tests import database
from tests.bucket import away, bucket, bucket_server  # noqa: F401  fixtures
from tests.clickhouse import chdb_url, clickhouse_server_url, each_store  # noqa: F401  fixtures
from tests.demo_utility import demo_utility  # noqa: F401  a fixture, and what it needs

pytest.register_assert_rewrite("tests.email_reading")

# A busy machine is no reason to fail: by default, an example that takes 0.2 s is a failure.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")

PASSWORD = "correct horse battery staple"
TEST_ORDER = os.environ.get("TEST_ORDER", "")


def make_user(email: str, name: str, **extra: Any) -> User:
    from allauth.account.models import EmailAddress

    user = User.objects.create_user(email=email, password=PASSWORD, name=name, **extra)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


@pytest.fixture(scope="module")
def module_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A transaction around the tests of a module, for what they share: what each of them does is taken back within."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def acme(db: None) -> Partner:
    return Partner.objects.create(name="Acme Energy", slug="acme")


@pytest.fixture
def borealis(db: None) -> Partner:
    return Partner.objects.create(name="Borealis Devices", slug="borealis")


@pytest.fixture
def manager(acme: Partner) -> User:
    user = make_user("manager@acme.example", "Mara Manager")
    Membership.objects.create(partner=acme, user=user, role="MANAGER")
    return user


@pytest.fixture
def user(acme: Partner) -> User:
    user = make_user("user@acme.example", "Uli User")
    Membership.objects.create(partner=acme, user=user, role="USER")
    return user


@pytest.fixture
def stranger(borealis: Partner) -> User:
    user = make_user("manager@borealis.example", "Sasha Stranger")
    Membership.objects.create(partner=borealis, user=user, role="MANAGER")
    return user


@pytest.fixture
def staff(db: None) -> User:
    return make_user("staff@portal.example", "Stef Staff", is_staff=True, is_superuser=True)


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


def seed() -> None:
    call_command("seed_catalogue", verbosity=0, stdout=io.StringIO())


@pytest.fixture(scope="session")
def template(
    pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory, django_db_createdb: bool
) -> Path | str:
    """What databases are copied from: a file of SQLite, or the name of a database on the server of this run."""
    if database.SERVER:
        return database.template_on_server()
    if database.GIVEN:
        return Path(database.GIVEN)
    cache = getattr(pytestconfig, "cache", None)  # None when pytest runs without its cache
    folder = cache.mkdir("database") if cache else tmp_path_factory.getbasetemp()
    return database.template_file(folder, anew=django_db_createdb)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None,
    django_db_use_migrations: bool,
    django_db_keepdb: bool,
    request: pytest.FixtureRequest,
    worker_id: str,
) -> Iterator[None]:
    """The test database begins as a copy, so that pytest-django finds nothing to migrate in it."""
    if not django_db_use_migrations:
        yield
        return
    template, test = request.getfixturevalue("template"), connection.settings_dict["TEST"]
    if isinstance(template, Path):
        test["NAME"] = database.MEMORY
        with closing(database.load(template)):
            yield
    else:
        test["TEMPLATE"] = template
        if not django_db_keepdb:
            test["NAME"] = f"test_{database.RUN}_{worker_id}"  # two runs may go on at once
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_keepdb: bool, django_db_blocker: Any) -> Iterator[None]:
    """The catalogue is in the test database from the start, and there again after a test that commits for real."""
    with django_db_blocker.unblock():
        if django_db_keepdb or not Program.objects.exists():
            seed()
        beginning = database.Beginning()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: beginning.put_back())
        yield


def pytest_xdist_auto_num_workers() -> int:
    """A process more than there are cores: those that wait for browsers and workers leave theirs to others."""
    return (os.cpu_count() or 1) + 1


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every process but one begins with what waits for browsers and workers; the last one computes meanwhile.

    Each process is given an equal part of the tests, in order, and takes from others when it is done. TEST_ORDER, any
    text, gives them another order, the same in each process: no test may need another one before it.
    """
    if TEST_ORDER:
        random.Random(TEST_ORDER).shuffle(items)
    waiting = [item for item in items if item.get_closest_marker("chaos") or item.get_closest_marker("browser")]
    others = [item for item in items if item not in waiting]
    processes = int(getattr(config, "workerinput", {}).get("workercount", 1))
    streams = max(processes - 1, 1)
    items[:] = []
    for number in range(processes):
        part = waiting[number::streams] if number < streams else []
        size = round((number + 1) * (len(waiting) + len(others)) / processes) - len(items) - len(part)
        items += part + [others.pop(0) for _ in range(min(max(size, 0), len(others)))]
    items += others


def pytest_sessionstart(session: pytest.Session) -> None:
    """The customers' texts as `make run` has them, before any process reads them: gettext keeps what it has read."""
    if not hasattr(session.config, "workerinput"):
        compile_catalogues()


def pytest_unconfigure(config: pytest.Config) -> None:
    if database.SERVER and not hasattr(config, "workerinput"):
        database.drop_databases()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test finds what another one left in the process's cache."""
    caches["process"].clear()


@pytest.fixture
def catalogue(db: None) -> None:
    """The seeded catalogue, which the test database has from the start."""


@pytest.fixture
def api_key(acme: Partner) -> tuple[ApiKey, str]:
    from portal.partners.keys import create_api_key

    return create_api_key(acme, name="test", by=Actor.system())


@pytest.fixture(scope="session")
def run_jobs() -> Callable[[], int]:
    """Run every waiting job here and now, as a worker would; returns how many."""

    def run() -> int:
        count = 0
        while jobs.run_next():
            count += 1
        return count

    return run
