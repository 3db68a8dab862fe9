"""What the papers say is true: links, commands, settings, paths and names exist; examples are run or compared."""

import ast
import json
import re
import shlex
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.test import Client

from onboarding.connect.choices import Reached
from portal.jobs import domain as jobs
from portal.jobs.periodic import periodic_tasks
from portal.jobs.retention import retentions
from portal.partners.models import ApiKey
from portal.problems import is_kind
from tests.onboarding.connect import builders as connect

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("README", "CONTRIBUTING", "CHANGELOG", "SECURITY", "docs/architecture", "docs/glossary", "docs/operations")
DOCS = ("api", "scaling", "security", "sftp")
PAPERS = {f"{name}.md": (ROOT / f"{name}.md").read_text() for name in (*NAMES, *(f"docs/{name}" for name in DOCS))}
MAKEFILE = (ROOT / "Makefile").read_text()
STOREYS = ("portal", "programs", "onboarding")
# Folders that a path in backticks may begin with, and single files that it may be.
PLACES = ("portal/", "programs/", "onboarding/", "templates/", "static/", "tests/", "docs/", ".ci/")
# What papers name in capitals though it is neither a setting nor a choice nor a code.
OTHERS = {
    "BASE",
    "KEY",
    "JOB",
    "UPLOAD",
    "METER",
    "TOKEN",
    "CAP_LEASE",
    "ONBOARDING",
    "DELETE",
    "GET",
    "POST",
    "PORTAL",
}
each_paper = pytest.mark.parametrize("name", sorted(PAPERS))


def blocks(paper: str) -> list[tuple[str, str]]:
    """The fenced blocks: language and content."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", paper, re.MULTILINE | re.DOTALL)


def prose(paper: str) -> str:
    """The paper without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", paper, flags=re.MULTILINE | re.DOTALL)


def in_backticks(paper: str) -> list[str]:
    return re.findall(r"`([^`\n]+)`", prose(paper))


def commands(paper: str) -> str:
    """What somebody might type: the blocks of shell, and what is in backticks."""
    return "\n".join([*(text for language, text in blocks(paper) if language == "sh"), *in_backticks(paper)])


def anchors(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(path.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@each_paper
def test_no_line_breaks_a_name_in_backticks(name: str) -> None:
    assert [line for line in prose(PAPERS[name]).splitlines() if line.count("`") % 2] == []


@each_paper
def test_relative_links_resolve(name: str) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(PAPERS[name])):
        if re.match(r"https?://|mailto:", target):
            continue
        file, _, anchor = target.partition("#")
        path = (ROOT / name).parent / file if file else ROOT / name
        assert path.is_file(), target
        assert not anchor or anchor in anchors(path), target


@each_paper
def test_make_targets_exist(name: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))

    assert set(re.findall(r"(?:^|[`\s])make ([a-z-]+)", commands(PAPERS[name]), re.MULTILINE)) <= targets


@each_paper
def test_management_commands_exist(name: str) -> None:
    assert set(re.findall(r"manage\.py ([a-z_]+)", commands(PAPERS[name]))) <= set(get_commands())


@cache
def words_in_capitals() -> set[str]:
    """Settings, variables of the environment, values of choices, and what tests and the Makefile read."""
    words = {name for name in dir(settings) if name.isupper()}
    for file in ("portal/settings.py", "tests/settings.py", "tests/browser/test_people.py", "Makefile"):
        words |= set(re.findall(r"\b[A-Z][A-Z_]+[A-Z]\b", (ROOT / file).read_text()))
    for model in apps.get_models():
        words |= {str(value) for field in model._meta.fields for value, _ in field.flatchoices}
    for _, module in modules():
        words |= {text for text in constants(module) if re.fullmatch(r"[A-Z][A-Z_]+", text)}
    return words | {step.name for step in Reached}


def constants(module: ast.Module) -> Iterator[str]:
    return (node.value for node in ast.walk(module) if isinstance(node, ast.Constant) and isinstance(node.value, str))


@each_paper
def test_words_in_capitals_are_settings_choices_or_codes(name: str) -> None:
    texts = "\n".join(in_backticks(PAPERS[name]))
    named = set(re.findall(r"(?<![\w.])[A-Z][A-Z_]{2,}\b(?!\.)", texts))

    assert {word for word in named - OTHERS if word not in words_in_capitals() and not is_kind(word)} == set()


def test_variables_of_operations_are_settings_that_the_readme_lists() -> None:
    table = set(re.findall(r"`([A-Z][A-Z_]+)`", PAPERS["README.md"].split("## In production")[1]))
    named = set(re.findall(r"(?<!\w)([A-Z]+_[A-Z_]+|PORT)\b", "\n".join(in_backticks(PAPERS["docs/operations.md"]))))

    assert named <= table


@each_paper
def test_paths_in_backticks_exist(name: str) -> None:
    for text in in_backticks(PAPERS[name]):
        is_path = text.startswith(PLACES) or re.fullmatch(r"\.?[\w-]+\.(toml|yaml|md|lock)", text)
        if is_path and "*" not in text and "<" not in text:
            assert (ROOT / text.partition("::")[0]).exists(), text


@each_paper
def test_tests_in_backticks_exist(name: str) -> None:
    named = {text for text in in_backticks(PAPERS[name]) if "::" in text}

    assert {text for text in named if not is_test(text)} == set()


def is_test(text: str) -> bool:
    """Whether "path::name" is a test of the suite."""
    path, _, name = text.partition("::")
    return re.search(rf"^def {re.escape(name)}\(", (ROOT / path).read_text(), re.MULTILINE) is not None


def test_tests_that_do_not_exist_are_noticed() -> None:
    assert is_test("tests/test_papers.py::test_relative_links_resolve")
    assert not is_test("tests/test_papers.py::test_relative_links")


@each_paper
def test_migrations_in_backticks_exist(name: str) -> None:
    ours = {path.stem for storey in STOREYS for path in (ROOT / storey / "migrations").glob("0*.py")}

    assert {text for text in in_backticks(PAPERS[name]) if re.fullmatch(r"\d{4}_\w+", text)} <= ours


@each_paper
def test_python_compiles(name: str) -> None:
    for language, text in blocks(PAPERS[name]):
        if language == "python":
            compile(text, name, "exec")


# --- names in the code


@cache
def modules() -> list[tuple[Path, ast.Module]]:
    paths = [
        path for storey in STOREYS for path in sorted((ROOT / storey).rglob("*.py")) if "migrations" not in path.parts
    ]
    return [(path, ast.parse(path.read_text())) for path in paths]


@cache
def defined() -> dict[str, set[str]]:
    """Every class of ours with its attributes; every function with none."""
    attributes_by_class: dict[str, set[str]] = {}
    for _, module in modules():
        for node in module.body:
            if isinstance(node, ast.ClassDef):
                attributes_by_class.setdefault(node.name, set()).update(attributes(node))
            elif isinstance(node, ast.FunctionDef):
                attributes_by_class.setdefault(node.name, set())
    for model in apps.get_models():
        attributes_by_class.setdefault(model.__name__, set()).update(field.name for field in model._meta.get_fields())
    return attributes_by_class


def attributes(node: ast.ClassDef) -> Iterator[str]:
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef):
            yield inner.name
        elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
            yield inner.target.id
        elif isinstance(inner, ast.Assign):
            yield from (target.id for target in inner.targets if isinstance(target, ast.Name))


def is_defined(name: str) -> bool:
    owner, _, attribute = name.partition(".")
    return owner in defined() and (not attribute or attribute in defined()[owner])


def terms() -> list[list[str]]:
    """The rows of the glossary, without its head."""
    lines = [line for line in PAPERS["docs/glossary.md"].splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def test_glossary_is_alphabetical_and_says_each_term_once() -> None:
    names = [row[0].lower().replace(" ", "") for row in terms()]

    assert len(names) > 60
    assert {len(row) for row in terms()} == {4}
    assert [row[0] for row in terms() if names.count(row[0].lower().replace(" ", "")) > 1] == []
    assert sorted(row[0].lower() for row in terms()) == [row[0].lower() for row in terms()]


@pytest.mark.parametrize("row", terms(), ids=lambda row: row[0])
def test_glossary_names_what_exists(row: list[str]) -> None:
    for name in re.findall(r"`([^`]+)`", row[2]):
        if "/" in name:
            assert (ROOT / name).exists()
        elif name not in {"by=", "domain.py"}:
            assert is_defined(name), name


def test_names_that_do_not_exist_are_noticed() -> None:
    assert is_defined("Meter.partner_reference")
    assert not is_defined("Meter.color")
    assert not is_defined("Standing")


@each_paper
def test_classes_in_backticks_exist(name: str) -> None:
    named = {text for text in in_backticks(PAPERS[name]) if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+", text)}

    assert {one for one in named if not is_defined(one)} == set()


# --- operations


def test_periodic_work_is_as_the_table_says() -> None:
    table = PAPERS["docs/operations.md"].split("<!-- periodic: begin -->")[1].split("<!-- periodic: end -->")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (\d+ \w+) \|", table, re.MULTILINE))
    units = {"s": 1, "min": 60, "h": 3600}

    in_seconds = {name: int(text.split()[0]) * units[text.split()[1]] for name, text in told.items()}
    ours = [task for task in periodic_tasks() if task.module.startswith(STOREYS)]
    assert in_seconds == {task.name: int(task.interval.total_seconds()) for task in ours}


def test_what_is_deleted_and_when_is_as_the_table_says() -> None:
    table = PAPERS["docs/operations.md"].split("<!-- retention: begin -->")[1].split("<!-- retention: end -->")[0]
    kinds = [
        f"| {kind.what} | {kind.period_text} | {kind.since} | {setting} | `{kind.task}` |"
        for kind in retentions()
        for setting in [f"`{kind.setting}`" if kind.setting else "–"]
    ]

    assert table.strip().splitlines()[2:] == kinds
    assert {kind.task for kind in retentions()} <= {task.name for task in periodic_tasks()}
    assert all(hasattr(settings, kind.setting) for kind in retentions() if kind.setting)


def test_every_kind_of_job_is_in_the_table() -> None:
    table = PAPERS["docs/operations.md"].split("## Jobs")[1].split("\n## ")[0]

    assert set(re.findall(r"`([a-z]+\.[a-z]+)`", table)) == {
        kind for kind, (handler, _) in jobs._HANDLERS.items() if handler.__module__.startswith(STOREYS)
    }


# --- security


def test_whatever_the_register_calls_met_is_shown() -> None:
    table = PAPERS["docs/security.md"].split("## Register")[1]
    rows = re.findall(r"^\| (\d[^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)

    assert {int(chapter) for row in rows for chapter in re.findall(r"\b(\d+)\b", row[0])} >= set(range(1, 18))
    assert {status for _, status, _, _ in rows} == {"met", "partly", "not met", "not applicable"}
    assert [row[0] for row in rows if row[1] in {"met", "partly"} and not re.search(r"::|\]\(", row[3])] == []


# --- contributing


def test_quoted_sheet_action_is_the_file() -> None:
    begin, end = r"<!-- example: begin \((\S+)\) -->\n```python\n", r"```\n<!-- example: end -->"
    path, text = re.search(f"{begin}(.*?){end}", PAPERS["CONTRIBUTING.md"], re.DOTALL).groups()  # type: ignore[union-attr]

    assert text == (ROOT / path).read_text()


def test_hooks_run_the_commands_of_make_lint() -> None:
    recipe = MAKEFILE.split("\nlint:")[1].split("\n\n")[0]
    wanted = re.findall(r"^\t\$\(BIN\)/(.+)$", recipe, re.MULTILINE)
    (repo,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]

    assert [hook["entry"] for hook in repo["hooks"]] == [f".venv/bin/{command}" for command in wanted]
    assert repo["repo"] == "local"


def test_changelog_begins_with_the_version_of_the_project() -> None:
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    headings = re.findall(r"^## (\S+)", PAPERS["CHANGELOG.md"], re.MULTILINE)

    assert version
    assert version[1] == next(heading for heading in headings if heading != "Unreleased")
    assert re.search(r"^`0\.2\.0 base: \S+`$", PAPERS["CHANGELOG.md"], re.MULTILINE)


# --- the API


def test_every_operation_is_in_the_table() -> None:
    told = set(re.findall(r"^\| `([A-Z]+) /(\S+)` \| (\w+) \|", PAPERS["docs/api.md"], re.MULTILINE))
    described = yaml.safe_load((ROOT / "tests/onboarding/api/schema.yml").read_text())["paths"]

    assert told == {
        (method.upper(), path.lstrip("/"), operation["operationId"])
        for path, methods in described.items()
        for method, operation in methods.items()
    }


class Shell:
    """Runs the blocks of a paper: each curl by the test client; the jobs that it queued at once."""

    def __init__(self, key: str, run_jobs: Callable[[], int]) -> None:
        self.names = {"BASE": "http://testserver", "KEY": key}
        self.files: dict[str, str] = {}
        self.run_jobs = run_jobs

    def lines(self, text: str) -> Iterator[tuple[int, list[str]]]:
        """The expected status and the words of each command."""
        status = 0
        for line in text.replace("\\\n", " ").splitlines():
            if match := re.fullmatch(r"# (\d{3})", line):
                status = int(match[1])
            else:
                yield status, shlex.split(re.sub(r"\$([A-Z]+)", lambda name: self.names[name[1]], line))

    def curl(self, words: list[str]) -> Any:
        assert words.pop(0) == "curl"
        method, path, headers, body = "get", "", {}, None
        while words:
            word = words.pop(0)
            if word == "-X":
                method = words.pop(0).lower()
            elif word == "-H":
                header, _, value = words.pop(0).partition(": ")
                headers[header] = value
            elif word in {"-d", "--data-binary"}:
                text = words.pop(0)
                body = self.files[text[1:]] if text.startswith("@") else text
            else:
                path = word.removeprefix(self.names["BASE"])
        kind = headers.pop("Content-Type", "application/json")
        content = {} if body is None else {"data": body, "content_type": kind}
        answer = getattr(Client(), method)(path, headers=headers, **content)
        self.run_jobs()
        return answer

    def remember(self, answer: Any) -> None:
        """What later commands name: the first job, the last one, the first meter, the last page token."""
        body = json.loads(answer.content) if answer["Content-Type"] == "application/json" else {}
        if "job_id" in body:
            self.names.setdefault("JOB", body["job_id"])
            self.names["UPLOAD"] = body["job_id"]
        for meter in body.get("meters", ()):
            self.names.setdefault("METER", meter["meter_id"])
        if "onboarding_token" in body:
            self.names["ONBOARDING"] = body["onboarding_token"]
        if "next_page_token" in body:
            self.names["TOKEN"] = body["next_page_token"]


def holds(told: Any, real: Any, place: str = "") -> None:
    """Whatever the paper shows is in the answer, in the same shape; a word that means something is the same."""
    if isinstance(told, dict):
        assert isinstance(real, dict), place
        for name, value in told.items():
            assert name in real, f"{place}.{name}"
            holds(value, real[name], f"{place}.{name}")
    elif isinstance(told, list):
        assert isinstance(real, list), place
        assert real or not told, place
        for value in told:
            holds(value, real[0], f"{place}[]")
    else:
        assert type(told) is type(real), place
        if isinstance(told, str) and re.fullmatch(r"[A-Z_]+", told):
            assert told == real, place


@pytest.mark.django_db
@pytest.mark.usefixtures("catalogue")
def test_examples_of_the_api_run_as_written(api_key: tuple[ApiKey, str], run_jobs: Callable[[], int]) -> None:
    row = connect.connection(api_key[0].partner, "home-7")
    connect.point(connect.authorization(row), joined=connect.meter(row.partner, "home-7", transmission_region="PJM"))
    connect.signature(row, "TERMS")
    paper, run, answer = PAPERS["docs/api.md"], 0, None
    shell = Shell(api_key[1], run_jobs)
    for language, text in blocks(paper):
        if language == "csv":
            (name,) = re.findall(rf"`(\w+\.csv)`:\n\n```csv\n{re.escape(text[:40])}", paper)
            shell.files[name] = text
        elif language == "sh":
            for status, words in shell.lines(text):
                answer = shell.curl(words)
                assert answer.status_code == status, (text, answer.content[:500])
                shell.remember(answer)
                run += 1
        elif language == "json":
            assert answer is not None
            holds(json.loads(text), answer.json())

    assert run == paper.count("\ncurl ") > 10
