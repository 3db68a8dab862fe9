"""A program of its own: what both sides know is pure, the portal knows no more, and production has none of it."""

import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.conf import settings

from onboarding.demo_utility.customers import customer
from onboarding.demo_utility.registration import UTILITIES, endpoints, registration
from onboarding.demo_utility.scope import ScopeError, history, is_within, parsed
from tests.test_readme import PRODUCTION

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "onboarding.demo_utility"


def run(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env={**kept, **env}, capture_output=True, text=True, check=False
    )


def test_portal_has_nothing_of_it_installed() -> None:
    assert "demo_utility" not in {config.label for config in apps.get_app_configs()}
    assert not [name for name in settings.INSTALLED_APPS if "demo_utility" in name or "oauth2_provider" in name]


def test_it_imports_nothing_of_any_room() -> None:
    graph = grimp.build_graph("onboarding", "programs", "portal", cache_dir=None)
    own = {PROGRAM} | graph.find_descendants(PROGRAM)
    imported = {name for module in own for name in graph.find_modules_directly_imported_by(module)}
    importers = {name for module in own for name in graph.find_modules_that_directly_import(module)} - own
    known = {name for module in importers for name in graph.find_modules_directly_imported_by(module)} & own

    assert f"{PROGRAM}.registration" in imported <= own
    assert known <= {f"{PROGRAM}.registration"}


def test_registration_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        clients = list(pool.map(lambda _: registration(tmp_path), range(16)))

    assert len(set(clients)) == 1
    file = tmp_path / "demo_utility" / "client.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert clients[0].client_secret not in repr(clients[0])
    assert len(clients[0].client_secret) >= 48


def test_endpoints_are_those_of_the_utility() -> None:
    assert dict(endpoints("http://127.0.0.1:8010/", "DEMO2")) == {
        "issuer": "http://127.0.0.1:8010/caiso2",
        "authorization": "http://127.0.0.1:8010/caiso2/oauth/authorize",
        "token": "http://127.0.0.1:8010/caiso2/oauth/token",
        "revocation": "http://127.0.0.1:8010/caiso2/oauth/revoke",
        "resource": "http://127.0.0.1:8010/caiso2/espi/1_1/resource/",
        "scope": UTILITIES["DEMO2"].scope,
    }


def test_utilities_have_slugs_and_regions() -> None:
    assert [(utility.code, utility.slug, utility.region, utility.shape) for utility in UTILITIES.values()] == [
        ("LEAP_TEST_CAISO", "caiso", "CAISO", "PGE"),
        ("DEMO2", "caiso2", "CAISO", "SCE"),
        ("LEAP_TEST_NYISO", "nyiso", "NYISO", "ESPI"),
        ("PJM_DEMO", "pjm", "PJM", "ESPI"),
    ]


def test_customers_are_the_same_each_time_and_differ_from_each_other() -> None:
    names = ["success", "two_meters", "commercial", "address_mismatch", "ana"]
    everybody = [customer(code, name) for code in UTILITIES for name in names]
    points = [meter.service_point for person in everybody for meter in person.meters]

    assert everybody == [customer(code, name) for code in UTILITIES for name in names]
    assert len(set(points)) == len(points) == len(UTILITIES) * 7
    assert customer("DEMO2", " ANA ") == customer("DEMO2", "ana")
    assert customer("DEMO2", "duplicate").meters == customer("DEMO2", "success").meters


@pytest.mark.parametrize(
    ("code", "account", "agreement", "serial"),
    [
        ("LEAP_TEST_CAISO", r"\d{10}", r"\d{10}", r"\d{10}"),
        ("DEMO2", r"2-\d\d-\d{3}-\d{4}", r"3-001-\d{4}-\d\d", r"[\d.]{20,}"),
        ("LEAP_TEST_NYISO", r"\d{11}", r"\d{10}", r"AMI\d{8}"),
    ],
)
def test_numbers_look_like_the_utility_writes_them(code: str, account: str, agreement: str, serial: str) -> None:
    meter = customer(code, "success").meters[0]

    assert re.fullmatch(account, meter.account)
    assert re.fullmatch(agreement, meter.agreement)
    assert re.fullmatch(serial, meter.serial)


def test_scope_is_parsed_with_and_without_a_last_semicolon() -> None:
    expected = {"FB": ("1", "3"), "HistoryLength": ("13",)}

    assert parsed("FB=1_3;HistoryLength=13") == parsed("FB=1_3;HistoryLength=13;") == expected
    with pytest.raises(ScopeError):
        parsed("read")


def test_history_counts_months_or_seconds() -> None:
    assert history("FB=1;HistoryLength=12") == timedelta(days=365.25)
    assert history("FB=1;HistoryLength=63072000") == timedelta(days=730)
    assert history("FB=1") == timedelta(days=13 * 30.4375)


def test_scope_is_within_what_is_offered() -> None:
    offered = "FB=1_3_4;IntervalDuration=900"

    asked = ["FB=1_3", "FB=1_3_4;", "FB=1_5", "IntervalDuration=900", "read"]

    assert [is_within(scope, offered) for scope in asked] == [True, True, False, False, False]


def test_command_refuses_in_production(tmp_path: Path) -> None:
    production = {**PRODUCTION, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}

    done = run("manage.py", "demo_utility", **production)

    assert done.returncode == 1
    assert "demo mode only" in done.stderr
    assert not (tmp_path / "demo_utility").exists()


@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"PORTAL_ENV": "production"}, "does not run when PORTAL_ENV is production"),
        ({"DEMO_UTILITY_DELAY_SECONDS": "soon"}, "DEMO_UTILITY_DELAY_SECONDS must be a whole number"),
    ],
)
def test_settings_refuse_with_a_sentence(tmp_path: Path, env: dict[str, str], words: str) -> None:
    done = run("-c", f"import {PROGRAM}.settings", DATA_DIR=str(tmp_path), **env)

    assert done.returncode != 0
    assert words in done.stderr


def test_migrations_are_complete_and_checks_pass(tmp_path: Path) -> None:
    env = {"DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": f"{PROGRAM}.settings", "PORTAL_ENV": "demo"}

    missing = run("-m", "django", "makemigrations", "--check", "--dry-run", **env)
    checked = run("-m", "django", "check", "--fail-level", "WARNING", **env)

    assert (missing.returncode, missing.stdout) == (0, "No changes detected\n")
    assert checked.returncode == 0
