"""`make house`: draws the house from its imports into docs/architecture.md. A test fails when the drawing is stale."""

import ast
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "architecture.md"
STOREYS = ("onboarding", "programs", "portal")  # from the top
_BEGIN, _END = "<!-- house: begin (made by `make house`) -->", "<!-- house: end -->"
_GATHERING = {"__init__", "admin", "apps", "celery", "models", "settings", "urls", "wsgi"}  # modules that are no rooms
_FOLDERS = {"management", "migrations", "templatetags"}  # packages that are none


def rooms_of(storey: str) -> dict[str, str]:
    """Room name to the first sentence of its docstring, by name."""
    places = [path / "__init__.py" for path in (ROOT / storey).iterdir() if path.is_dir() and path.name not in _FOLDERS]
    places += [path for path in (ROOT / storey).glob("*.py") if path.stem not in _GATHERING]
    rooms = {}
    for path in filter(Path.is_file, places):
        text = ast.get_docstring(ast.parse(path.read_text())) or ""
        name = path.parent.name if path.name == "__init__.py" else path.stem
        rooms[name] = text.split("\n\n")[0].replace("\n", " ").split(". ")[0].rstrip(".") + "."
    return dict(sorted(rooms.items()))


def imports_between(graph: grimp.ImportGraph, storey: str, rooms: set[str]) -> dict[str, set[str]]:
    """Which rooms of a storey each of them imports."""
    imports: dict[str, set[str]] = defaultdict(set)
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            (top, _, rest), (other_top, _, other) = importer.partition("."), imported.partition(".")
            here, there = rest.split(".")[0], other.split(".")[0]
            if top == other_top == storey and here != there and {here, there} <= rooms:
                imports[here].add(there)
    return imports


def reduced(edges: dict[str, set[str]]) -> dict[str, set[str]]:
    """Without the arrows that a longer way says already."""

    def reachable(room: str) -> set[str]:
        return edges.get(room, set()).union(*(reachable(other) for other in edges.get(room, ())))

    return {
        room: {other for other in others if not any(other in reachable(way) for way in others - {other})}
        for room, others in edges.items()
    }


def drawing() -> str:
    """The rooms of each storey with what they are for, and the imports between them, as Markdown with Mermaid."""
    graph = grimp.build_graph(*STOREYS, cache_dir=None)
    lines = ["```mermaid", "flowchart TB"]
    tables = []
    for storey in STOREYS:
        rooms = rooms_of(storey)
        edges = reduced(imports_between(graph, storey, set(rooms)))
        lines.append(f"  subgraph {storey}")
        lines += [f"    {storey}_{room}[{room}]" for room in rooms]
        lines += [
            f"    {storey}_{room} --> {storey}_{other}" for room in rooms for other in sorted(edges.get(room, ()))
        ]
        lines.append("  end")
        tables += [f"\n**{storey}/**\n", "| room | what is there |", "|---|---|"]
        tables += [f"| {room} | {text} |" for room, text in rooms.items()]
    lines += [f"  {upper} --> {lower}" for upper, lower in pairwise(STOREYS)]
    return "\n".join([*lines, "```", *tables])


def page_with(text: str, page: str) -> str:
    """The page with this drawing between its marks."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{text}\n{_END}{after}"


if __name__ == "__main__":
    page = PAGE.read_text()
    PAGE.write_text(page_with(drawing(), page))
