"""What the README says is true: its commands run, its variables are the settings' own."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "portal" / "settings.py").read_text()


def commands() -> list[list[str]]:
    """The README's manage.py commands, without their comments."""
    lines = re.findall(r"^\.venv/bin/python manage\.py .+$", README, re.MULTILINE)
    return [shlex.split(line.split(" # ")[0].split("  #")[0])[2:] for line in lines]


def manage(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 0, f"{words}: {done.stderr.decode()[-1500:]}"
    return done.stdout.decode()


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATA_DIR"}}
    return {**kept, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}


@pytest.mark.timeout(600)  # a dozen processes one after another, on a machine that may be busy
def test_everyday_commands_run_as_written(env: dict[str, str]) -> None:
    assert [words[0] for words in commands()] == [
        "demo_signins",
        "create_partner",
        "create_api_key",
        "seed_catalogue",
        "generate_meters",
        "periodic",
        "check_log",
        "demo_clock",
        "create_connect_link",
    ]
    manage(env, "migrate", "--verbosity", "0")
    manage(env, "demo_signins", "--ensure", "--quiet")
    for words in commands():
        printed = manage(env, *words)
        if words[0] == "create_api_key":
            assert re.fullmatch(r"lpk_live_[0-9a-f]{16}:\S{40,}\n", printed)
        if words[0] == "create_connect_link":
            assert re.fullmatch(r"http://\S+/connect/\?transmissionRegion=CAISO&account=acme\S+\n", printed)
    people = json.loads(manage(env, "demo_signins", "--json"))
    assert sorted(person["email"] for person in people) == [
        "manager@acme.example",
        "manager@borealis.example",
        "manager@cedar.example",
        "staff@portal.example",
        "user@acme.example",
    ]


def test_make_targets_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"make (\w+)", README)) - {"run", "is"} <= targets | {"and"}
    assert {"run", "test", "lint", "fmt", "check", "bench", "lock"} <= targets


def test_every_variable_is_a_setting_and_every_setting_is_named() -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", README.split("## In production")[1].split("```")[0]))
    read = set(re.findall(r'(?:text|number|switch|listed|required_in_production)\(\s*"([A-Z_]+)"', SETTINGS))

    assert named <= read
    assert read - named == {"PORTAL_ENV", "DEBUG", "CELERY_QUEUE", "STAFF_TWO_FACTOR"}


PRODUCTION = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "k3" * 30 + "-abcdefghijklmnopqrstuvwxyz",
    "ALLOWED_HOSTS": "portal.example.com",
    "DATABASE_URL": "postgres://portal@127.0.0.1/portal",
    "SITE_URL": "https://portal.example.com",
    "ENCRYPTION_KEYS": f"{'k' * 43}=,{'l' * 43}=",
}


def test_production_settings_pass_the_deployment_check(env: dict[str, str]) -> None:
    manage({**env, **PRODUCTION}, "check", "--deploy", "--fail-level", "WARNING")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY must be set"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY must be at least 50 characters"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS must be set"),
        ({"ENCRYPTION_KEYS": f"{'k' * 43}=,short"}, "ENCRYPTION_KEYS must be Fernet keys"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS must be set"),
        ({"DATABASE_URL": ""}, "DATABASE_URL must be set"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL must name PostgreSQL"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL is not a database address"),
        ({"SITE_URL": ""}, "SITE_URL must be set"),
        ({"CACHE_URL": "memcached://x"}, "CACHE_URL must name a Redis"),
        ({"STORAGE_URL": "s3://host"}, "STORAGE_URL is not the address of a bucket: it must be s3://"),
        ({"DEBUG": "1"}, "DEBUG must be off"),
        ({"PORTAL_ENV": "staging"}, "PORTAL_ENV must be demo or production"),
        ({"UPLOAD_MAX_MB": "many"}, "UPLOAD_MAX_MB must be a whole number"),
    ],
)
def test_wrong_setting_stops_the_start_with_a_sentence(
    env: dict[str, str], changes: dict[str, str], words: str
) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**env, **PRODUCTION, **changes},
        capture_output=True,
        check=False,
    )

    assert done.returncode != 0
    assert words in done.stderr.decode()
