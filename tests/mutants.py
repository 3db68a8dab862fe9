"""`make mutants`: change the engine in one small place at a time, and see whether its tests notice.

Cosmic-ray finds the places and makes the changes, with a few kinds of our own; each is tried in a copy of the tree.

    make mutants SAMPLE=200 SEED=1 ONLY=portal/jobs,programs/deadlines.py JOBS=2

Survivors that change nothing anybody could notice are listed in docs/mutants.md, and are left aside.
"""

import ast
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import parso
from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator
from cosmic_ray.operators.provider import OperatorProvider

from tests import database

ROOT = database.ROOT
REPORT = ROOT / "var" / "mutants"
PAGE = ROOT / "docs" / "mutants.md"
MEMORY = 8 << 30  # bytes; a change can make a loop endless

MIGRATIONS = "test_upgrade.py::test_no_change_of_a_model_is_without_its_migration"

# Each part of the engine, with the tests that hold it: the quickest first, since the first failure ends a run.
ENGINE = {
    "portal/jobs": "portal/jobs",
    "portal/partners/access.py": "portal/partners/test_{keys,pages,rules}.py portal/test_api.py",
    "portal/events/chain.py": "portal/events",
    "programs/schema/coerce": (
        "programs/test_{coercers,bounds,cells,date_orders,problems,schema,requirements,roundtrip}.py"
    ),
    "programs/schema/crossfield": "programs/test_{crossfield_limits,bounds,crossfield,account_formats}.py",
    "programs/schema": (
        "programs/test_{requirement_limits,json_types,bounds,schema,requirements,cells,problems,contract}.py"
        " programs/test_{lists,utility_names,utilities,date_orders,catalogue,roundtrip}.py"
        " onboarding/api/test_{schema,create_meters}.py"
    ),
    "programs/deadlines.py": "programs/test_deadlines.py",
    "onboarding/spreadsheets": (
        "onboarding/spreadsheets/test_{formats,headers,addresses,likeness,layout,garbled,records,charsets,archive}.py"
        " onboarding/spreadsheets/test_{units,extra_rows,limits,xlsx,csv,reader,workbook,rows_to_fix,refusals}.py"
        " onboarding/spreadsheets/test_{whole,producers}.py"
        " onboarding/uploads/test_{rows_that_are_no_meters,units_of_columns,merged_cells,two_header_rows}.py"
    ),
    "onboarding/uploads/pipeline": "onboarding/uploads",
    "onboarding/enrollment": (
        "onboarding/enrollment onboarding/test_published_events.py onboarding/uploads/test_{pipeline,withdraw}.py"
        " onboarding/uploads/test_{identity,what_will_happen}.py onboarding/api onboarding/staff"
        " onboarding/participation/test_forecast_dates.py onboarding/portfolio/test_meter_pages.py"
        f" {MIGRATIONS}"
    ),
    "onboarding/participation": (
        "onboarding/participation onboarding/api/test_participation.py"
        " onboarding/bulk/test_{participation,participation_sheet}.py"
    ),
    "onboarding/calendar": f"onboarding/calendar {MIGRATIONS}",
}
PASSED_BY = {"migrations", "views.py", "urls.py", "forms.py", "admin.py", "demo.py"}  # pages, not engine

# Kinds of cosmic-ray that people's mistakes look like. It has one for each pair of operators: most fail at once.
KINDS = {
    *("AddNot", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr", "ReplaceOrWithAnd"),
    *("ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "NumberReplacer", "RemoveDecorator"),
    *("ExceptionReplacer", "ZeroIterationForLoop", "ReplaceUnaryOperator_Delete_Not", "ReplaceUnaryOperator_USub_UAdd"),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is")),
    *(f"ReplaceComparisonOperator_{pair}" for pair in ("Lt_LtE", "LtE_Lt", "Gt_GtE", "GtE_Gt", "Lt_GtE", "Gt_LtE")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Add_Sub", "Sub_Add", "Mul_FloorDiv", "FloorDiv_Mul", "Div_Mul")),
    *(f"ReplaceBinaryOperator_{pair}" for pair in ("Mod_FloorDiv", "BitOr_BitAnd", "BitAnd_BitOr")),
}


class _Own(Operator):
    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class LeaveOutOperand(_Own):
    """`a and b` becomes `a`, or `b`; the same with `or`."""

    def mutation_positions(self, node):
        if node.type in ("and_test", "or_test"):
            yield from [(child.start_pos, child.end_pos) for child in node.children[::2]]

    def mutate(self, node, index):
        first, rest = 2 * index, list(node.children)
        del rest[first : first + 2]
        if first >= len(rest):
            del rest[-1:]  # the operator before the last one
        return parso.parse(" " + "".join(child.get_code() for child in rest).strip())


class LeaveOutKeyword(_Own):
    """One named argument of a call with several arguments is not given."""

    def mutation_positions(self, node):
        if node.type == "arglist":
            yield from [(node.children[i].start_pos, node.children[i].end_pos) for i in self._named(node)]

    def mutate(self, node, index):
        at = self._named(node)[index]
        start = max(0, at - 1)
        del node.children[start : start + 2]
        return node

    def _named(self, node):
        return [i for i, child in enumerate(node.children) if child.type == "argument" and child.children[1] == "="]


class LeaveOutStatement(_Own):
    """A call for its effect, or a `return` or `continue` that ends early, is not there."""

    def mutation_positions(self, node):
        if node.type == "simple_stmt" and node.children[0].type in ("atom_expr", "raise_stmt", "continue_stmt"):
            yield (node.start_pos, node.end_pos)

    def mutate(self, node, index):
        before = re.match(r"\s*(#.*\n\s*)*", node.get_code())
        return parso.parse(f"{before[0] if before else ''}pass\n")


class SwapIn(_Own):
    """`in` becomes `not in`, and the other way round."""

    def mutation_positions(self, node):
        if node.type == "comparison":
            yield from [(node.children[i].start_pos, node.children[i].end_pos) for i in self._at(node)]

    def mutate(self, node, index):
        at = self._at(node)[index]
        node.children[at] = parso.parse(" in" if "not" in node.children[at].get_code() else " not in")
        return node

    def _at(self, node):
        return [i for i, child in enumerate(node.children) if child.get_code().split() in (["in"], ["not", "in"])]


OPERATORS = {name: OperatorProvider()[name] for name in KINDS}
OPERATORS |= {kind.__name__: kind for kind in (LeaveOutOperand, LeaveOutKeyword, LeaveOutStatement, SwapIn)}


@dataclass(frozen=True)
class Mutant:
    part: str
    path: str
    kind: str
    occurrence: int
    line: int
    place: tuple[int, int]

    def code(self) -> str | None:
        """The changed module; None when it says the same, or is no Python."""
        source = (ROOT / self.path).read_text()
        try:
            changed = mutate_code(source, OPERATORS[self.kind](), self.occurrence)
            return changed if changed and _meaning(changed) != _meaning(source) else None
        except (SyntaxError, AttributeError):  # cosmic-ray cannot replace an exception with a dot in its name
            return None

    def change(self) -> str:
        """What it changes, as docs/mutants.md names it."""
        old, new = (ROOT / self.path).read_text().splitlines(), (self.code() or "").splitlines()
        while old and new and old[0] == new[0]:
            del old[0], new[0]
        while old and new and old[-1] == new[-1]:
            del old[-1], new[-1]
        texts = (" ".join(line.strip() for line in lines) for lines in (old, new))
        return " → ".join(f"`{text}`" for text in texts)


@dataclass(frozen=True)
class Result:
    mutant: Mutant
    outcome: str  # caught, survived, equivalent
    change: str
    seconds: float
    by: str = ""  # the first test that failed


def _meaning(source: str) -> str:
    """The module without what changes nothing when it runs: annotations, and guards of dataclasses against misuse."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "dataclass":
            node.keywords = [one for one in node.keywords if one.arg not in ("frozen", "slots")]
    return ast.dump(tree)


Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_of(source: str, changed: str) -> tuple[str, int] | None:
    """The one function whose body a change is in: its qualified name, and the how manieth of that name."""
    hits, seen = [], Counter[str]()
    for (name, old), (_, new) in zip(_functions(ast.parse(source)), _functions(ast.parse(changed)), strict=True):
        if list(map(ast.dump, old.body)) != list(map(ast.dump, new.body)):
            hits.append((name, seen[name]))
        seen[name] += 1
    return hits[0] if len(hits) == 1 and _outside(source) == _outside(changed) else None


def _functions(tree: ast.AST, within: str = "") -> list[tuple[str, Function]]:
    """The functions of a module and of its classes, without those inside functions."""
    hits: list[tuple[str, Function]] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, Function):
            hits.append((within + node.name, node))
        else:
            hits += _functions(node, f"{within}{node.name}." if isinstance(node, ast.ClassDef) else within)
    return hits


def _outside(source: str) -> str:
    tree = ast.parse(source)
    for _, function in _functions(tree):
        function.body = []
    return ast.dump(tree)


def part_of(path: str) -> str | None:
    """The part of the engine that a module belongs to: the nearest one."""
    parts = [part for part in ENGINE if path == part or path.startswith(f"{part}/")]
    return None if PASSED_BY & set(Path(path).parts) else max(parts, key=len, default=None)


def mutants_of(path: str) -> Iterator[Mutant]:
    part = part_of(path)
    nodes = _nodes(get_ast((ROOT / path).read_text()))
    for kind, operator in OPERATORS.items() if part else ():
        places = (place for node in nodes for place in operator().mutation_positions(node))
        for occurrence, ((line, column), _) in enumerate(places):
            yield Mutant(part or "", path, kind, occurrence, line, (line, column))


def _nodes(node: parso.tree.NodeOrLeaf) -> list[parso.tree.NodeOrLeaf]:
    """In the order in which cosmic-ray counts."""
    return [node, *(one for child in getattr(node, "children", ()) for one in _nodes(child))]


def sample(size: int, seed: int, only: list[str]) -> list[Mutant]:
    """From each part of the engine in turn a place by lot, and there a change by lot."""
    places: dict[tuple[str, tuple[int, int]], list[Mutant]] = {}
    for file in sorted(ROOT.glob("[op]*/**/*.py")):
        path = file.relative_to(ROOT).as_posix()
        if not only or any(path.startswith(start) for start in only):
            for mutant in mutants_of(path):
                places.setdefault((path, mutant.place), []).append(mutant)
    lot = random.Random(seed)
    queues: dict[str, list[list[Mutant]]] = {}
    for place in lot.sample(sorted(places), len(places)):
        queues.setdefault(places[place][0].part, []).append(places[place])
    drawn: list[Mutant] = []
    while queues and len(drawn) < size:
        for part in sorted(queues):
            mutant = lot.choice(queues[part].pop())
            drawn += [mutant] if mutant.code() else []
            if not queues[part]:
                del queues[part]
    return drawn[:size]


def equivalents() -> set[tuple[str, str]]:
    lines = PAGE.read_text().splitlines() if PAGE.exists() else []
    matches = (re.match(r"- ([\w/.]+): (`.*` → `.*`): ", line) for line in lines)
    return {(one[1], one[2]) for one in matches if one}


def tests_of(part: str) -> list[str]:
    """The files and folders, as pytest takes them."""
    hits = []
    for place in ENGINE[part].split():
        before, _, rest = place.partition("{")
        names, _, after = rest.partition("}")
        hits += [f"tests/{before}{name}{after}" for name in names.split(",")]
    return hits


class Unsound(Exception):
    """The tests say nothing about changes, since they fail without one."""


class Copy:
    """A copy of the tree in which changes of one part are tried, one at a time.

    Inside a function: in a child of a run that has loaded everything. Elsewhere, or if nothing noticed, from the start:
    what was made while modules were loaded is then made anew.
    """

    def __init__(self, folder: Path, part: str, template: Path) -> None:
        self.root, self.part = folder / "tree", part
        self.root.mkdir(parents=True)
        listed = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True, text=True
        )
        for name in listed.stdout.splitlines():
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        self.env = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "DATA_DIR")}
        self.env |= {"TEST_TEMPLATE": str(template), "TMPDIR": str(folder)}
        self.words = [sys.executable, "-m", "pytest", "-x", "-n", "0", "--durations=0", "-p", "no:cacheprovider"]
        self.env["PYTHONDONTWRITEBYTECODE"] = "1"  # what is compiled now stays good: changed files are put back
        words = [sys.executable, "-m", "compileall", "-q", "portal", "programs", "onboarding"]
        subprocess.run(words, cwd=self.root, check=True)
        self.tests = tests_of(part)

    def __enter__(self) -> "Copy":
        """Without a change the tests pass; where not twice in one process, each change is tried from the start."""
        (orders, self._orders), (self._answers, answers) = os.pipe(), os.pipe()
        env = self.env | {"MUTANTS_ORDERS": str(orders), "MUTANTS_ANSWERS": str(answers)}
        self._log = (self.root.parent / "log").open("w+")
        self._warm = subprocess.Popen(
            [*self.words, "-p", "tests.warm", *self.tests],
            cwd=self.root,
            env=env,
            pass_fds=(orders, answers),
            stdout=self._log,
            stderr=self._log,
        )
        os.close(orders)
        os.close(answers)
        self.orders, self.answers = os.fdopen(self._orders, "w"), os.fdopen(self._answers)
        first = self._answer()
        if first["failed"]:
            raise Unsound(f"The tests of {self.part} fail without any change: {first['failed']}")
        self.seconds = float(first["seconds"])
        self.is_warm = not self._ask(file="", function=None)["failed"]
        return self

    def __exit__(self, *_: object) -> None:
        self.orders.close()
        self._warm.wait()

    def _answer(self) -> dict[str, Any]:
        line = self.answers.readline()
        if not line:
            self._log.seek(0)
            raise Unsound(f"The tests of {self.part} did not start: {self._log.read()[-3000:]}")
        return dict(json.loads(line))

    def _ask(self, *, file: str, function: list[object] | None) -> dict[str, Any]:
        order = {"file": file, "function": function, "seconds": self._limit}
        print(json.dumps(order), file=self.orders, flush=True)
        return self._answer()

    @property
    def _limit(self) -> float:
        return 60 + 5 * self.seconds

    def attempt(self, mutant: Mutant) -> Result:
        began = time.monotonic()
        changed, file = mutant.code() or "", self.root / mutant.path
        source, stat = file.read_text(), file.stat()
        failed, function = "", function_of(source, changed)
        try:
            file.write_text(changed)  # for the processes that tests start, too
            if function and self.is_warm:
                failed = self._ask(function=[*function, source, changed], file=mutant.path)["failed"]
            if not failed:
                failed = self._from_the_start()
        finally:
            file.write_text(source)
            os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
        outcome = "caught" if failed else "survived"
        return Result(mutant, outcome, mutant.change(), round(time.monotonic() - began, 1), failed)

    def _from_the_start(self) -> str:
        words = [*self.words, *self.tests]
        try:
            done = subprocess.run(
                words, cwd=self.root, env=self.env, capture_output=True, text=True, timeout=2 * self._limit, check=False
            )
        except subprocess.TimeoutExpired:
            return "it took too long"
        if not done.returncode:
            return ""
        hits = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
        return hits[1] if hits else (done.stdout + done.stderr)[-500:]


def text_of(results: list[Result]) -> str:
    """The report for people."""
    counts = Counter((result.mutant.part, result.outcome) for result in results)
    lines = [f"{'part':32}{'caught':>8}{'survived':>10}{'equivalent':>12}"]
    for part in (*ENGINE, ""):
        row = [sum(n for (p, o), n in counts.items() if o == outcome and part in (p, "")) for outcome in OUTCOMES]
        if any(row):
            lines.append(f"{part or 'all':32}{row[0]:>8}{row[1]:>10}{row[2]:>12}")
    caught, survived = (sum(r.outcome == outcome for r in results) for outcome in OUTCOMES[:2])
    lines.append(f"\n{100 * caught / max(1, caught + survived):.0f} in 100 caught, equivalents aside\n")
    for result in results:
        if result.outcome == "survived":
            lines.append(f"{result.mutant.path}:{result.mutant.line} ({result.mutant.kind})\n    {result.change}")
    return "\n".join(lines) + "\n"


OUTCOMES = ("caught", "survived", "equivalent")


def main() -> None:
    size, seed, jobs = (int(os.environ.get(name) or 1) for name in ("SAMPLE", "SEED", "JOBS"))
    only = (os.environ.get("ONLY") or "").replace(",", " ").split()
    drawn = sample(size, seed, only)
    name = "-".join([*(one.strip("/").replace("/", ".") for one in only or ["all"]), f"seed{seed}"])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))  # of this process and all that it starts
    known, lock = equivalents(), Lock()
    results: list[Result] = []
    REPORT.mkdir(parents=True, exist_ok=True)
    kept = ROOT / ".pytest_cache" / "d" / "database"  # where the suite keeps it
    kept.mkdir(parents=True, exist_ok=True)

    def keep(result: Result) -> None:
        with lock:
            results.append(result)
            where = f"{result.mutant.path}:{result.mutant.line}"
            print(f"{len(results)}/{len(drawn)} {result.outcome:10} {result.seconds:5.0f} s  {where}", flush=True)
            (REPORT / f"{name}.json").write_text(json.dumps([asdict(one) for one in results], indent=1))
            (REPORT / f"{name}.txt").write_text(text_of(results))

    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        template = Path(shutil.copy(database.template_file(kept), place))

        def attempt_all(part: str) -> str:
            mutants = [mutant for mutant in drawn if mutant.part == part]
            aside = [mutant for mutant in mutants if (mutant.path, mutant.change()) in known]
            for mutant in aside:
                keep(Result(mutant, "equivalent", mutant.change(), 0))
            try:
                with Copy(Path(place) / part.replace("/", "."), part, template) as copy:
                    for mutant in mutants:
                        if mutant not in aside:
                            keep(copy.attempt(mutant))
            except Unsound as error:
                return str(error)
            return ""

        with ThreadPoolExecutor(jobs) as pool:
            unsound = [one for one in pool.map(attempt_all, dict.fromkeys(mutant.part for mutant in drawn)) if one]
    print(text_of(results))
    if unsound:
        sys.exit("\n".join(unsound))


if __name__ == "__main__":
    main()
