"""Names that readers had to look up stay out of the code, and so do `one` and `found` as names of things."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TREES = ("portal", "programs", "onboarding", "tests")

NAMES = set(
    re.findall(
        r"\w+",
        """Bench Deed DryRun Healed Judge Letter MailSwitchedOff Prospect Standing TimeOut Verdict Wish gave_way
        given_up healed healing in_words judge look_up mark_of outs pace restate settle step_aside_if_others_wait tidies
        tidy_rooms words_of working_behind""",
    )
)
CLASSES = {"Done"}
DECORATORS = {"handles"}
MODULES = {"healing", "kinds", "letters", "shown_columns", "words"}  # a column of a sheet has letters, no module has
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)


def modules() -> list[Path]:
    return [path for tree in TREES for path in sorted((ROOT / tree).rglob("*.py")) if "migrations" not in path.parts]


def names_in(node: ast.AST) -> list[str]:
    """The names that a node itself defines, uses or imports."""
    match node:
        case ast.Name(id=name) | ast.arg(arg=name) | ast.Attribute(attr=name) | ast.keyword(arg=str(name)):
            return [name]
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return [name for alias in aliases for name in (alias.name, alias.asname) if name]
    return []


def decorators_of(node: ast.AST) -> list[str]:
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return []
    called = [item.func if isinstance(item, ast.Call) else item for item in node.decorator_list]
    return [item.id for item in called if isinstance(item, ast.Name)]


def banned(source: str) -> Iterator[str]:
    """What is called by a name that was given up: line and name."""
    for node in ast.walk(ast.parse(source)):
        line = getattr(node, "lineno", 0)
        yield from (f"{line} {name}" for name in names_in(node) if name in NAMES)
        yield from (f"{line} @{name}" for name in decorators_of(node) if name in DECORATORS)
        if isinstance(node, ast.ClassDef) and node.name in CLASSES:
            yield f"{line} class {node.name}"
        if isinstance(node, ast.Call) and names_in(node.func) == ["insert_from"]:
            yield from (f"{line} keep=" for item in node.keywords if item.arg == "keep")


def vague(source: str) -> Iterator[str]:
    """`one` and `found` where they name something beyond one line: line and name."""
    tree = ast.parse(source)
    short = [node for node in ast.walk(tree) if isinstance(node, COMPREHENSIONS) and node.lineno == node.end_lineno]
    allowed = {id(inner) for node in short for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.arg | ast.FunctionDef | ast.ClassDef) and id(node) not in allowed:
            yield from (f"{node.lineno} {name}" for name in names_in(node) if name in {"one", "found"})


def texts_in(source: str) -> Iterator[tuple[int, str]]:
    """Docstrings and comments with their lines."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def unclear(source: str) -> Iterator[str]:
    """Texts that say of a thing that it is on its feet, which can mean its status, its place or that it counts."""
    yield from (f"{line} stands" for line, text in texts_in(source) if re.search(r"\bstands\b", text))


@pytest.mark.parametrize(
    ("check", "source", "told"),
    [
        (banned, "from rooms.mail import Letter", ["1 Letter"]),
        (banned, "def work(outs):\n    return action.gave_way", ["1 outs", "2 gave_way"]),
        (banned, "@handles('mail')\ndef send(): ...\nclass Done: ...", ["2 @handles", "3 class Done"]),
        (banned, "insert_from(staged, Meter, {}, keep=True)", ["1 keep="]),
        (vague, "found = rows()\nfor one in found: print(one)", ["1 found", "2 found", "2 one", "2 one"]),
        (vague, "def found(): ...", ["1 found"]),
        (vague, "names = [one.name for one in rows]", []),
        (vague, "names = [\n    one.name\n    for one in rows\n]", ["2 one", "3 one"]),
        (
            unclear,
            "def state():\n    '''Where it stands.'''\n    stands = 1  # here it stands",
            ["1 stands", "3 stands"],
        ),
    ],
)
def test_what_a_check_finds(check, source, told):
    assert sorted(check(source)) == sorted(told)


@pytest.mark.parametrize("check", [banned, vague, unclear])
def test_names_are_plain(check):
    faults = [f"{path.relative_to(ROOT)}:{fault}" for path in modules() for fault in check(path.read_text())]

    assert faults == []


def test_modules_have_plain_names():
    assert [str(path) for path in modules() if path.stem in MODULES] == []
