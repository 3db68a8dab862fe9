"""A database of version 0.1.0 goes on: it is migrated with its data, searched, and has the tables of a new one."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from onboarding.meters.search.index import PARTS, ensure_index
from onboarding.meters.search.models import MeterText
from tests import database

UPGRADES = Path(__file__).parent / "upgrades"


def run_whole(env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *words]
    done = subprocess.run(command, env=env, cwd=database.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def run(env: dict[str, str], *words: str) -> str:
    return run_whole(env, *words).stdout


def look(env: dict[str, str], at: str) -> Any:
    return json.loads(run(env, "-m", "tests.upgrades.look", at).splitlines()[-1])


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a portal whose database is that of version 0.1.0, on the kind of database of this run."""
    data = tmp_path_factory.mktemp("upgraded")
    env = {**os.environ, "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    env.pop("DATABASE_URL", None)
    if not database.SERVER:
        (data / "portal.sqlite3").write_bytes(gzip.decompress((UPGRADES / "0.1.0.sqlite3.gz").read_bytes()))
        yield env
        return
    name = f"upgraded_{database.RUN}_{os.getpid()}"
    database.on_server(f"CREATE DATABASE {name}")
    try:
        with psycopg.connect(database.url_of(name), autocommit=True) as server:
            server.execute(gzip.decompress((UPGRADES / "0.1.0.postgresql.sql.gz").read_bytes()))
        yield env | {"DATABASE_URL": database.url_of(name)}
    finally:
        database.on_server(f"DROP DATABASE {name} WITH (FORCE)")


@dataclass(frozen=True)
class Upgraded:
    """An upgraded portal: its environment, how many enrollments of a partner were eligible, and what `migrate` said."""

    env: dict[str, str]
    eligible: int
    said: str


@pytest.fixture(scope="module")
def upgraded(environment: dict[str, str]) -> Upgraded:
    """With references that only look different, and enrollments that were eligible before their deadlines passed."""
    run(environment, "-m", "tests.upgrades.look", "make_twins")
    eligible = look(environment, "make_eligible")
    done = run_whole(environment, "manage.py", "migrate", "--verbosity", "0")
    return Upgraded(environment, eligible, done.stderr)


def test_deadlines_that_meters_had_made_are_carried_over(upgraded: Upgraded) -> None:
    made = look(upgraded.env, "made")

    assert 0 < made.pop("meters") <= upgraded.eligible
    assert made == {"partners": ["cedar"], "of_own_programs": True, "passed": True, "left_to_record": 0}


def test_references_that_only_look_different_are_told_and_kept_apart(upgraded: Upgraded) -> None:
    assert len(re.findall("has a reference that looks like that of meter", upgraded.said)) == 2
    keys = dict(look(upgraded.env, "keys"))
    spelled = ("twin 1", "twin\N{NO-BREAK SPACE}1", "twin\N{EM SPACE}1")
    assert {text: keys[text] for text in spelled} == {text: text for text in spelled}


def test_database_of_version_0_1_0_goes_on_with_its_data(upgraded: Upgraded) -> None:
    assert run(upgraded.env, "manage.py", "migrate", "--check", "--verbosity", "0") == ""
    contents = look(upgraded.env, "contents")
    assert contents["searched"] == contents["by_reference"]
    assert (contents["meters"], contents["enrollments"]) == (36, 36)
    assert contents["sealed"] == contents["events"] >= 97
    assert contents["findings"] == []


@pytest.mark.django_db
def test_upgraded_tables_are_those_of_a_new_database(upgraded: Upgraded, tmp_path: Path, template: Path | str) -> None:
    new = upgraded.env | {"DATA_DIR": str(tmp_path)}
    if isinstance(template, Path):
        (tmp_path / "portal.sqlite3").write_bytes(template.read_bytes())
    else:
        new["DATABASE_URL"] = database.url_of(template)

    tables = look(upgraded.env, "schema")
    left = [column for column in tables["onboarding_enrollment"]["columns"] if column[0] == "eligible_since"]
    assert len(left) == 1  # until a later version drops it; version 0.2.0 may still run beside this one
    tables["onboarding_enrollment"]["columns"].remove(left[0])
    assert tables == look(new, "schema")


@pytest.mark.django_db
def test_no_change_of_a_model_is_without_its_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.django_db(transaction=True)
def test_search_survives_that_its_table_is_made_anew(acme: Any, catalogue: None) -> None:
    from tests.onboarding.enrollment.meters import make_meter

    before = make_meter(acme, programs=[], reference="before-1")
    MeterText.objects.create(meter=before, partner=acme, text="before-1")
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(MeterText)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP INDEX IF EXISTS {PARTS}")
    between = make_meter(acme, programs=[], reference="between-2")
    MeterText.objects.create(meter=between, partner=acme, text="between-2")

    ensure_index(connection)
    after = make_meter(acme, programs=[], reference="after-3")
    MeterText.objects.create(meter=after, partner=acme, text="after-3")

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for text in ("before-1", "between-2", "after-3"):
                cursor.execute(f"SELECT text FROM {PARTS} WHERE text LIKE %s", [f"%{text[:-2]}%"])
                assert cursor.fetchall() == [(text,)]
            cursor.execute(f"INSERT INTO {PARTS}({PARTS}) VALUES ('integrity-check')")
        else:
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = %s", [PARTS])
            assert cursor.fetchone() == (1,)
