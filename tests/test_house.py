"""What import-linter cannot see: no lower room names a relation, a model or an event of a higher one.

The order of the rooms is read from pyproject.toml; what belongs to which room, from the code itself.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.apps import apps

from portal.events.subjects import all_subjects

ROOT = Path(__file__).resolve().parents[1]
# Calls whose keywords and texts name fields.
READS = {
    "filter",
    "exclude",
    "get",
    "annotate",
    "alias",
    "aggregate",
    "values",
    "values_list",
    "only",
    "defer",
    "order_by",
}
READS |= {"select_related", "prefetch_related", "distinct", "update", "get_or_create", "update_or_create"}
LOOKUPS = READS | {"Q", "F", "OuterRef", "Prefetch", "Count", "Min", "Max", "Sum", "Cast", "KT", "Index"}
RECORDING = {"record", "record_many", "record_staged"}  # who imports one of these writes events

# What a lower room names all the same, and why.
EXCEPTIONS = {
    ("onboarding.meters", "onboarding.Upload"): "the upload that a meter came from is a fact, and facts are columns",
    ("onboarding.meters", "upload"): "the same column, in lookups and in the data of events",
    ("portal.jobs", "portal.Partner"): "the queue lets partners take turns, so a job says whose it is",
    ("portal.jobs", "partner"): "the same column",
    ("portal.events", "portal.Partner"): "every event is in the log of one partner",
    ("portal.events", "partner"): "the same column",
    ("portal.events", "partners"): "a finding about the log concerns the partners whose events it is about",
    ("portal.events", "meter"): "a partial index needs a constant condition: it leaves out these two subjects, ...",
    ("portal.security", "Connection"): "a header of HTTP",
    ("portal.webhooks", "connection"): "the same header",
    ("portal.events", "uploadrow"): "... whose events are many times as many as all others",
}


def heights() -> dict[str, int]:
    """Each room with its height. The contracts list rooms from the top down, and the storeys in the first of them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    storeys = next(one["layers"] for one in contracts if one["type"] == "layers" and "containers" not in one)
    height_by_room = {}
    for contract in contracts:
        for storey in contract.get("containers", []):
            base = 100 * list(reversed(storeys)).index(storey)
            for height, layer in enumerate(reversed(contract["layers"])):
                height_by_room |= {f"{storey}.{room.strip()}": base + height for room in layer.split("|")}
    return height_by_room


HEIGHTS = heights()
# Its texts are the names of the standard's own elements, some of which our models have too. It imports none of them.
SPEAKS_ESPI = {"onboarding.green_button"}


def height_of(model: object) -> int | None:
    """The height of the room in which a model is defined; None for one of a package."""
    return HEIGHTS.get(".".join(getattr(model, "__module__", "").split(".")[:2]))


@cache
def sources() -> list[tuple[str, ast.Module]]:
    """The code of every room. What is beside the rooms (urls, apps, models) gathers them by name, and may."""
    trees = []
    for room in HEIGHTS:
        place = ROOT / room.replace(".", "/")
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]:
            trees.append((room, ast.parse(path.read_text())))
    return trees


def texts(tree: ast.AST) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def lookups(tree: ast.Module) -> Iterator[str]:
    """The parts of every lookup, and every attribute; upload_id is upload."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in LOOKUPS:
            for lookup in [keyword.arg or "" for keyword in node.keywords] + texts(node):
                yield from (part.removesuffix("_id") for part in lookup.split("__"))


def relations() -> dict[str, int]:
    """The names of relations, either way, to a model of a higher room, with its height."""
    height_by_name: dict[str, int] = {}
    for model in apps.get_models():
        here = height_of(model)
        for field in model._meta.get_fields():
            there = height_of(field.related_model)
            if here is not None and there is not None and there > here:
                accessor = field.get_accessor_name() if field.auto_created else None
                height_by_name |= {
                    name: min(there, height_by_name.get(name, there)) for name in (field.name, accessor) if name
                }
    return height_by_name


def models_and_subjects() -> dict[str, int]:
    subjects = {subject.type for subject in all_subjects()}
    height_by_name: dict[str, int] = {}
    for model in apps.get_models():
        if (height := height_of(model)) is not None:
            height_by_name |= {model.__name__: height, model._meta.label: height}
            height_by_name |= {model._meta.model_name: height} if model._meta.model_name in subjects else {}
    return height_by_name


def verbs() -> dict[str, int]:
    """Each verb, with the height of the lowest room that writes events with it."""
    height_by_verb: dict[str, int] = {}
    for room, tree in sources():
        names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
        for text in texts(tree) if names & RECORDING else ():
            if re.fullmatch(r"[a-z]+\.[a-z_]+", text):
                height_by_verb[text] = min(HEIGHTS[room], height_by_verb.get(text, HEIGHTS[room]))
    return height_by_verb


def named_from_above() -> Iterator[tuple[str, str]]:
    """Each room with the names in its code that belong to a higher room."""
    by_lookup, by_text = relations(), models_and_subjects() | verbs()
    for room, tree in sources():
        here = HEIGHTS[room]
        yield from ((room, name) for name in lookups(tree) if by_lookup.get(name, here) > here)
        own_words = room in SPEAKS_ESPI
        yield from ((room, text) for text in texts(tree) if not own_words and by_text.get(text, here) > here)


def test_no_room_names_what_belongs_to_a_higher_one() -> None:
    assert sorted(set(named_from_above())) == sorted(EXCEPTIONS)


def test_names_of_every_kind_are_seen() -> None:
    assert relations()["enrollments"] == HEIGHTS["onboarding.enrollment"]
    assert models_and_subjects()["onboarding.Enrollment"] == HEIGHTS["onboarding.enrollment"]
    assert verbs()["meter.idle_removed"] == HEIGHTS["onboarding.participation"]
    assert {"enrollments", "status"} <= set(lookups(ast.parse("rows.filter(Q(enrollments__status='ACTIVE'))")))
