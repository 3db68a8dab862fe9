"""An xlsx as one table: which part is which, which sheet to read, and what to mention about the rest."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

from . import markup, problems
from .cells import RawRow, column_letters
from .formats import NumberFormat, format_of
from .limits import MIB, Limits
from .merged import Area, areas_of, refuse_merged
from .package import Package, resolve
from .problems import Unreadable
from .sheet import Sheet
from .table import METERS_SHEET, TOP_ROWS, chosen_sheet
from .texts import SharedStrings, Text

TEMPLATE_SHEETS: Final = ("Read me", METERS_SHEET, "Choices")
MARK_VERSION: Final = "template_version"
MARK_PROGRAMS: Final = "template_programs"
MARK_CATALOGUE: Final = "template_catalogue_version"
_SMALL_PART = 8 * MIB
_STYLES_PART = 64 * MIB  # 64,000 styles, as workbooks gather them that are copied for years
_MANY_SHEETS = 500
_PEEKED_CHUNKS = 8


@dataclass(frozen=True, slots=True)
class _SheetPart:
    name: str
    hidden: bool
    part: str  # "" for a chart or a macro sheet


class XlsxTable:
    """One sheet of one workbook. `rows()` once; `notes()` is complete only after it."""

    kind = "xlsx"

    def __init__(
        self, file: BinaryIO | Package, limits: Limits, sheet: str | None, names: Collection[str] = ()
    ) -> None:
        self._limits = limits
        self._package = file if isinstance(file, Package) else Package(file, limits)
        self._workbook_part = self._find_workbook()
        self._related = self._relations(self._workbook_part)
        self._date_1904 = False
        self._sheets = self._read_workbook()
        self._template = self._read_marks()
        self._strings, self._formats = self._read_strings(), self._read_formats()
        self._alike: list[str] = []
        self._chosen = self._choose(sheet, names)
        self._rows_estimate, maybe_merged = self._survey()
        self._merged = self._find_merged() if maybe_merged else []
        self._sheet = self._new_sheet(self._chosen)

    def _new_sheet(self, sheet: _SheetPart) -> Sheet:
        return Sheet(sheet.part, self._limits, strings=self._strings, formats=self._formats, date_1904=self._date_1904)

    def rows(self) -> Iterator[RawRow]:
        """All filled rows of the sheet, header rows among them."""
        for rows in self._sheet.read(self._package.stream(self._chosen.part)):
            yield from rows

    def check_layout(self, first_row: int, width: int) -> None:
        """Refuse merged cells that touch the header or the rows below it (FILE_MERGED_CELLS)."""
        refuse_merged(self.merged(), first_row, width)

    def merged(self) -> Sequence[Area]:
        """Where cells are merged. To be asked again after the last row: a sheet in UTF-16 names them only then."""
        return areas_of(self._merged or self._sheet.merged)

    def facts(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "sheets": [[sheet.name, sheet.hidden] for sheet in self._sheets],
            "sheet": self._chosen.name,
            "alike": self._alike,
            "date_1904": self._date_1904,
            "template": self._template,
            "rows_estimate": self._rows_estimate,
        }

    def notes(self) -> list[tuple[str, dict[str, object]]]:
        notes: list[tuple[str, dict[str, object]]] = []
        unread = [sheet for sheet in self._sheets if sheet is not self._chosen]
        ours = TEMPLATE_SHEETS if self._template else ()
        hidden = [sheet.name for sheet in unread if sheet.hidden]
        others = [sheet.name for sheet in unread if not sheet.hidden and sheet.name not in ours]
        if hidden:
            notes.append((problems.HIDDEN_SHEETS, {"sheets": hidden}))
        if others:
            notes.append((problems.OTHER_SHEETS, {"sheets": others}))
        if any(name.startswith("xl/externallinks/") for name in self._package.names()):
            notes.append((problems.EXTERNAL_LINKS, {}))
        builder = self._sheet.builder
        if builder.hidden_rows:
            context: dict[str, object] = {"count": builder.hidden_rows, "first": builder.first_hidden_row}
            notes.append((problems.HIDDEN_ROWS, context))
        return notes

    def hidden_columns(self, width: int) -> list[str]:
        """Letters of the hidden columns among the first `width`."""
        spans = self._sheet.hidden_columns
        return [column_letters(index) for index in range(width) if any(a <= index + 1 <= b for a, b in spans)]

    # --- finding the parts

    def _find_workbook(self) -> str:
        part = next(
            (target for kind, _, target in self._relation_list("") if kind == "officeDocument"), "xl/workbook.xml"
        )
        content_type = self._content_types().get(part.lower(), "")
        if "macroEnabled" in content_type and "binary" not in content_type:
            raise Unreadable(problems.FILE_HAS_MACROS)
        if "binary" in content_type or part.endswith(".bin"):
            raise Unreadable(problems.FILE_BROKEN, detail="binary workbook part")
        if "wordprocessing" in content_type or "presentation" in content_type:
            raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="word")
        if not self._package.has(part):
            raise Unreadable(problems.FILE_BROKEN, detail="no workbook part")
        return part

    def _content_types(self) -> dict[str, str]:
        overrides = self._elements("[Content_Types].xml", "Override")
        return {
            attributes.get("PartName", "").lstrip("/").lower(): attributes.get("ContentType", "")
            for _, attributes, _ in overrides
        }

    def _elements(self, part: str, *wanted: str, limit: int = _SMALL_PART) -> list[tuple[str, dict[str, str], str]]:
        return markup.elements(self._package.stream(part, limit=limit), part, frozenset(wanted))

    def _relation_list(self, part: str) -> list[tuple[str, str, str]]:
        """(kind, id, target part) of each internal relation; kinds by their last word, the same in Strict."""
        folder, _, name = part.rpartition("/")
        rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
        if not self._package.has(rels):
            return []
        return [
            (
                attributes.get("Type", "").rpartition("/")[2],
                attributes.get("Id", ""),
                resolve(part, attributes.get("Target", "")),
            )
            for _, attributes, _ in self._elements(rels, "Relationship")
            if attributes.get("TargetMode") != "External"
        ]

    def _relations(self, part: str) -> dict[str, tuple[str, str]]:
        return {identifier: (kind, target) for kind, identifier, target in self._relation_list(part)}

    def _target(self, wanted: str) -> str | None:
        part = next((target for kind, target in self._related.values() if kind == wanted), None)
        return part if part is not None and self._package.has(part) else None

    def _read_workbook(self) -> list[_SheetPart]:
        sheets: list[_SheetPart] = []
        for path, attributes, _ in self._elements(self._workbook_part, "workbookPr", "sheet"):
            if path == "workbook/workbookPr":
                self._date_1904 = attributes.get("date1904") in ("1", "true", "on")
            elif path == "workbook/sheets/sheet":
                kind, part = self._related.get(markup.attribute(attributes, "id") or "", ("", ""))
                hidden = attributes.get("state", "visible") != "visible"
                usable = kind == "worksheet" and self._package.has(part)
                sheets.append(_SheetPart(attributes.get("name", "")[:100], hidden, part if usable else ""))
        if len(sheets) > _MANY_SHEETS:
            raise Unreadable(problems.FILE_ZIP_BOMB, part=self._workbook_part)
        return sheets

    def _choose(self, wanted: str | None, names: Collection[str]) -> _SheetPart:
        usable = {sheet.name: sheet for sheet in reversed(self._sheets) if sheet.part}
        visible = [sheet for sheet in self._sheets if sheet.part and not sheet.hidden]
        by_name = {sheet.name: sheet for sheet in reversed(visible)}
        name, self._alike = chosen_sheet(
            wanted, usable, [sheet.name for sheet in visible], lambda name: self._peek(by_name[name]), names
        )
        return usable[name] if wanted is not None else by_name[name]

    def _peek(self, sheet: _SheetPart) -> Sequence[RawRow] | None:
        """The first rows of a sheet, as far as they can be read; None for one that cannot, which is no empty one."""
        top: list[RawRow] = []
        try:
            for rows in self._new_sheet(sheet).read(islice(self._package.stream(sheet.part), _PEEKED_CHUNKS)):
                top += rows
                if len(top) >= TOP_ROWS:
                    break
        except Unreadable:
            return top or None
        return top[:TOP_ROWS]

    # --- the parts around the rows

    def _read_marks(self) -> dict[str, object]:
        """The template's marks among the custom document properties, which Excel and LibreOffice both keep."""
        parts = [target for kind, _, target in self._relation_list("") if kind == "custom-properties"]
        if not parts or not self._package.has(parts[0]):
            return {}
        marks = {
            attributes.get("name", ""): text.strip() for _, attributes, text in self._elements(parts[0], "property")
        }
        if MARK_VERSION not in marks:
            return {}
        return {
            "template_version": marks[MARK_VERSION][:100],
            "programs": _names(marks.get(MARK_PROGRAMS, "")),
            "catalogue_version": marks.get(MARK_CATALOGUE, "")[:100],
        }

    def _survey(self) -> tuple[int, bool]:
        """Inflate the sheet once before anything is believed: checksum, size, ratio; rows counted for progress;
        and whether cells may be merged, which a sheet says only after its rows."""
        rows, merged, rest = 0, False, b""
        for chunk in self._package.stream(self._chosen.part):
            window = rest + chunk
            rows += window.count(b"<row ") or window.count(b":row ")
            merged = merged or b"mergeCell" in window
            rest = window[-4:]  # shorter than what is counted, so that nothing counts twice
        return rows, merged

    def _find_merged(self) -> list[str]:
        parser = markup.Parser(self._chosen.part)
        ranges: list[str] = []
        depth = 0

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > markup.DEEPEST:
                parser.refuse_depth()
            if name.endswith("|mergeCell") and markup.local_name(name) and len(ranges) < 10_000:
                ranges.append(attributes.get("ref", "")[:40])

        def end(_: str) -> None:
            nonlocal depth
            depth -= 1

        parser.expat.StartElementHandler = start
        parser.expat.EndElementHandler = end
        parser.feed_all(self._package.stream(self._chosen.part))
        return ranges

    def _read_strings(self) -> list[Text]:
        part = self._target("sharedStrings")
        return [] if part is None else SharedStrings(part, self._limits).read(self._package.stream(part))

    def _read_formats(self) -> dict[str | None, NumberFormat]:
        """Cell style number -> number format, for the styles that are more than a plain number."""
        part = self._target("styles")
        if part is None:
            return {}
        codes: dict[str, str] = {}
        formats: dict[str | None, NumberFormat] = {}
        position = 0
        for path, attributes, _ in self._elements(part, "numFmt", "xf", limit=_STYLES_PART):
            if path == "styleSheet/numFmts/numFmt":
                codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif path == "styleSheet/cellXfs/xf":
                identifier = attributes.get("numFmtId", "0")
                number = int(identifier) if identifier.isdecimal() and len(identifier) < 10 else 0
                form = format_of(number, codes.get(identifier))
                if form is not None:
                    formats[str(position)] = form
                position += 1
        if "0" in formats:
            formats[None] = formats["0"]
        return formats


def _names(listed: str) -> list[str]:
    try:
        names = json.loads(listed)
    except (ValueError, RecursionError):
        return []
    return [str(name)[:100] for name in names[:200]] if isinstance(names, list) else []
