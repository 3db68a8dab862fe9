"""docs/deploy: what it builds runs in production without writing to itself, and its files name what exists."""

import configparser
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.test import Client

from portal.partners.models import Partner
from tests.database import on_server, url_of
from tests.ports import free_port
from tests.test_readme import PRODUCTION

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "docs" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
ALERTS = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
TOKEN = "a-token-of-forty-characters-for-the-tests"
HOST = "portal.example.com"
OF_THE_MACHINE = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD", "PORTAL_HOST", "PORTAL_WEB"}


def variables_of_readme() -> set[str]:
    table = (ROOT / "README.md").read_text().split("## In production")[1]
    return set(re.findall(r"`([A-Z][A-Z_]+)`", table)) | {"PORTAL_ENV"}


# --- what the build makes


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Dockerfile's script makes, with the dependencies of this environment instead of installing them."""
    target = tmp_path_factory.mktemp("image")
    env = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "DATA_DIR"}}
    env |= {"VENV": sys.prefix, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    subprocess.run(["sh", str(DEPLOY / "build.sh"), str(ROOT), str(target)], env=env, check=True, timeout=170)
    return target


class Running:
    """Two web processes in production, from the built code."""

    def __init__(self, built: Path, data: Path, database_url: str) -> None:
        self.port = free_port()
        self.env = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            **PRODUCTION,
            "BEHIND_PROXY": "1",
            "DATABASE_URL": database_url,
            "DATA_DIR": str(data),
            "STATIC_ROOT": str(built / "static"),
            "METRICS_TOKEN": TOKEN,
            "LOG_FORMAT": "json",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PORT": str(self.port),
        }
        command = ["gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", *command, "--worker-tmp-dir", str(data), "--no-control-socket"],
            cwd=built / "app",
            env=self.env,
        )

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        request = Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": HOST, **headers})
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as error:
            return error.code, error.read().decode()
        except OSError:  # it is starting
            return 0, ""

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


@pytest.fixture(scope="module")
def running(built: Path, template: Path | str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data = tmp_path_factory.mktemp("data")
    database = f"deploy_{os.getpid()}"
    if isinstance(template, Path):
        shutil.copy(template, data / "portal.sqlite3")
        url = f"sqlite:///{data / 'portal.sqlite3'}"
    else:
        on_server(f"CREATE DATABASE {database} TEMPLATE {template}")
        url = url_of(database)
    started = Running(built, data, url)
    try:
        while started.get("/livez")[0] != 200:
            assert started.process.poll() is None, "the web server ended; what it said is above"
            time.sleep(0.5)
        yield started
    finally:
        started.stop()
        if isinstance(template, str):
            on_server(f"DROP DATABASE {database} WITH (FORCE)")


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_mtime_ns, path.stat().st_size) for path in folder.rglob("*")}


def test_build_has_texts_and_styles_and_no_secret(built: Path) -> None:
    assert list((built / "app" / "onboarding" / "locale").rglob("*.mo"))
    assert list((built / "static" / "css").glob("site.*.css"))
    closed = [path for path in built.rglob("*") if path.is_file() and not path.stat().st_mode & stat.S_IROTH]
    assert closed == []  # whoever builds is not the user who runs it
    assert not list(built.rglob("secret_key"))
    assert not (built / "app" / "tests").exists()


@pytest.mark.timeout(400)  # the build and the start, on a machine that may be busy
def test_built_portal_serves_and_writes_nothing_to_itself(built: Path, running: Running) -> None:
    before = files_of(built)

    answers = {path: running.get(path) for path in ("/livez", "/readyz", "/metrics")}
    style = next((built / "static" / "css").glob("site.*.css")).name
    proxied = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    pages = [running.get(path, **proxied)[0] for path in ("/accounts/login/", f"/static/css/{style}")]

    assert answers["/livez"] == (200, '{"status": "ok"}')
    assert answers["/readyz"] == (200, '{"status": "ok", "missing": []}')
    assert answers["/metrics"][0] == 401
    assert pages == [200, 200]
    assert files_of(built) == before


def test_requests_of_both_processes_are_counted(running: Running) -> None:
    authorized = {"Authorization": f"Bearer {TOKEN}"}
    name = 'portal_requests_total{method="GET",route="livez",status="200"}'

    def counted() -> float:
        lines = running.get("/metrics", **authorized)[1].splitlines()
        return float(next(line.split()[-1] for line in lines if line.startswith(name)))

    before = counted()
    assert {running.get("/livez")[0] for _ in range(40)} == {200}

    assert counted() == before + 40


def test_health_check_of_the_image(running: Running) -> None:
    check = [sys.executable, str(DEPLOY / "healthcheck.py")]

    well = subprocess.run(check, env=running.env, check=False)
    ill = subprocess.run(check, env={**running.env, "PORT": str(free_port())}, check=False, capture_output=True)

    assert (well.returncode, ill.returncode) == (0, 1)


def test_every_file_of_the_build_is_one_that_the_image_needs() -> None:
    dockerfile = (DEPLOY / "Dockerfile").read_text()

    assert "build.sh /source /srv/portal" in dockerfile
    assert re.search(r"^USER 10001$", dockerfile, re.MULTILINE)
    assert set(re.findall(r"^(?:ENV|   ) ?([A-Z_]+)=", dockerfile, re.MULTILINE)) - {"PATH"} <= {
        *variables_of_readme(),
        "PYTHONDONTWRITEBYTECODE",
        "PYTHONUNBUFFERED",
    }


# --- compose


def test_compose_sets_variables_that_the_readme_lists() -> None:
    named = {name for service in COMPOSE["services"].values() for name in service.get("environment", {})}
    texts = set(re.findall(r"\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))

    assert named > {"SECRET_KEY", "DATABASE_URL"}
    assert (named | texts) - OF_THE_MACHINE <= variables_of_readme()


def test_containers_of_the_portal_cannot_write_to_themselves() -> None:
    ours = [service for service in COMPOSE["services"].values() if service["image"] == "portal"]

    assert len(ours) == 4
    assert {service["read_only"] for service in ours} == {True}
    assert all(service["cap_drop"] == ["ALL"] and service["tmpfs"] == ["/tmp"] for service in ours)


# --- systemd


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_units_are_hardened_and_run_what_exists(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as the library documents it
    parser.read(unit)
    service = parser["Service"]
    environment = re.findall(r"([A-Z_]+)=\S+", " ".join(re.findall(r"^Environment=(.*)$", unit.read_text(), re.M)))

    for name, value in {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "StateDirectory": "portal",
        "UMask": "0022" if unit.stem == "portal-drop-folder" else "0077",  # partners read its results
        "User": "portal",
    }.items():
        assert service[name] == value
    assert set(environment) <= variables_of_readme()
    command = re.search(r"manage\.py (\w+)", service["ExecStart"])
    assert command is None or command[1] in get_commands()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not there: units are parsed only")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_reads_the_units(unit: Path, tmp_path: Path) -> None:
    """With a program that exists here in place of those of a server."""
    copy = tmp_path / unit.name
    copy.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE))

    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)

    assert [line for line in done.stderr.splitlines() if unit.name in line] == []


# --- the proxy


def test_proxy_lets_through_what_the_portal_takes_and_little_more() -> None:
    sizes = [int(size) * 1024**2 for size in re.findall(r"max_size (\d+)MiB", (DEPLOY / "Caddyfile").read_text())]

    for size, limit in zip(sizes, (settings.INTERVAL_MAX_BYTES, settings.UPLOAD_MAX_BYTES), strict=True):
        assert limit < size <= limit + 4 * 1024**2


@pytest.mark.django_db
def test_proxy_names_paths_that_exist() -> None:
    paths = " ".join(re.findall(r"path (.+)", (DEPLOY / "Caddyfile").read_text())).split()

    assert len(paths) == 6
    for path in paths:
        assert Client().get(path).resolver_match.url_name != "api-unknown", path


# --- alerts


@pytest.mark.django_db
def test_alerts_name_metrics_that_are_exported(acme: Partner, settings: object) -> None:
    from django.utils import timezone

    from portal.jobs.models import Job, PeriodicRun

    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]  # pytest-django's fixture
    Job.objects.create(kind="mail.send", subject_id="1", partner=acme)
    PeriodicRun.objects.create(name="sweep", last_started_at=timezone.now())
    Client().get("/livez")
    text = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    exported = {line.split("{")[0].split(" ")[0] for line in text.splitlines() if not line.startswith("#")}
    exported |= {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}

    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    named = {name for rule in rules for name in re.findall(r"\bportal_\w+", rule["expr"])}
    if "portal_database_connections" not in exported:
        named -= {"portal_database_connections"}  # of PostgreSQL alone
    assert len(rules) > 10
    assert named <= exported
    assert all(rule["annotations"]["summary"] and rule["labels"]["severity"] for rule in rules)
