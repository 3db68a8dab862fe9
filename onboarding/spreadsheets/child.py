"""The process that opens the file: it limits itself first, and writes nothing but frames.

`python -m onboarding.spreadsheets.child '{"reading": {"file_name": …, …}, "limits": {…}, "libraries": "…"}' < file`
The file comes as standard input, so that nothing needs to be opened here. libraries: the folder of the one library.
"""

import encodings.cp437
import encodings.cp850
import encodings.cp1250
import encodings.cp1252
import encodings.iso8859_2
import encodings.mac_roman
import encodings.utf_8_sig
import encodings.utf_16
import encodings.utf_16_be
import encodings.utf_16_le
import encodings.utf_32
import encodings.utf_32_be
import encodings.utf_32_le
import json
import os
import resource
import sys
from collections.abc import Collection, Iterator
from importlib import import_module
from typing import BinaryIO

from . import frames, problems
from .archive import GZIP_MAGIC, unpack_gzip, unpack_zip
from .csvfile import CsvTable
from .limits import Limits
from .merged import MergedRows
from .package import OLE_MAGIC, ZIP_MAGIC, Package, refuse_other_containers, refuse_other_kinds
from .problems import Unreadable
from .table import Fitter, Table, find_layout
from .whole import KINDS, LIBRARY, WholeTable
from .xlsx import XlsxTable

FoundNote = tuple[str, dict[str, object]]

_TEXT_NAMES = ("csv", "tsv", "txt", "tab", "")
# Codecs are looked up while the file is read, when no file may be opened any more.
_CODECS = (
    encodings.cp437,  # of part names, by zipfile
    encodings.cp850,
    encodings.cp1250,
    encodings.cp1252,
    encodings.iso8859_2,
    encodings.mac_roman,
    encodings.utf_8_sig,
    encodings.utf_16,
    encodings.utf_16_be,
    encodings.utf_16_le,
    encodings.utf_32,
    encodings.utf_32_be,
    encodings.utf_32_le,
)


def fence(limits: Limits) -> None:
    """Limit this process: memory, processor time, no file written, no core dump, no new process, nothing opened."""
    bounds = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_NOFILE: 3,
    }
    for what, bound in bounds.items():
        hard = resource.getrlimit(what)[1]
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        # Between the soft and the hard limit of processor time the kernel sends SIGXCPU, which names the reason.
        spare = 5 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        resource.setrlimit(what, (soft, soft + spare))


def open_table(
    file: BinaryIO,
    *,
    file_name: str,
    limits: Limits,
    sheet: str | None,
    names: Collection[str] = (),
    charset: str | None = None,
    is_packed: bool = False,
) -> tuple[Table, list[FoundNote]]:
    """The table in the file, by its content; and what there is to say of how it was packed and named.

    is_packed: the file was taken out of an archive. Refuses: FILE_EMPTY, FILE_TOO_LARGE, FILE_NOT_A_SPREADSHEET,
    FILE_ARCHIVE_NESTED and whatever the kinds refuse.
    """
    size = file.seek(0, os.SEEK_END)
    if size == 0:
        raise Unreadable(problems.FILE_EMPTY)
    if size > limits.max_bytes:
        raise Unreadable(problems.FILE_TOO_LARGE, bytes=size, limit_bytes=limits.max_bytes)
    file.seek(0)
    head = file.read(4096)
    package = Package(file, limits) if head.startswith(ZIP_MAGIC) else None
    packed = "gz" if head.startswith(GZIP_MAGIC) else package.kind if package else ""
    if packed in ("gz", "zip"):
        if is_packed:
            raise Unreadable(problems.FILE_ARCHIVE_NESTED, name=file_name[-100:])
        if package:
            content, inner = unpack_zip(package, limits)
        else:
            content, inner = unpack_gzip(file, limits), os.path.splitext(file_name)[0]
        table, notes = open_table(
            content, file_name=inner, limits=limits, sheet=sheet, names=names, charset=charset, is_packed=True
        )
        said: dict[str, object] = {"kind": packed, "named": f": {inner[-100:]}" if package else ""}
        return table, [(problems.UNPACKED, said), *notes]
    ending = os.path.splitext(file_name)[1].lstrip(".").lower()
    table = _table_of(file, package, head, size, ending, limits, sheet, names, charset)
    expected = "csv" if ending in _TEXT_NAMES and ending else ending
    is_other = expected in ("xlsx", "csv", *KINDS) and expected != table.kind
    return table, [(problems.FILE_NAME_DIFFERS, {"kind": table.kind})] if is_other else []


def _table_of(
    file: BinaryIO,
    package: Package | None,
    head: bytes,
    size: int,
    ending: str,
    limits: Limits,
    sheet: str | None,
    names: Collection[str],
    charset: str | None,
) -> Table:
    if package is not None and package.kind == "xlsx":
        return XlsxTable(package, limits, sheet, names)
    if package is not None:
        package.check_all()
        return WholeTable(file, package.kind, limits, sheet, names)
    if head.startswith(OLE_MAGIC):
        refuse_other_containers(file)
        return WholeTable(file, "xls", limits, sheet, names)
    if not head.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe") and size < len(head) + 1:
        raise Unreadable(problems.FILE_EMPTY)
    refuse_other_kinds(head, file)
    if ending not in (*_TEXT_NAMES, "xls"):  # programs that write text with tabs like to call it .xls
        raise Unreadable(problems.FILE_NOT_A_SPREADSHEET, kind="other")
    return CsvTable(file, limits, charset)


def read_frames(
    file: BinaryIO,
    *,
    file_name: str,
    limits: Limits,
    sheet: str | None,
    header_row: int | None = None,
    names: Collection[str] = (),
    charset: str | None = None,
) -> Iterator[bytes]:
    """The whole conversation for one file, refusals excepted."""
    table, opening_notes = open_table(
        file, file_name=file_name, limits=limits, sheet=sheet, names=names, charset=charset
    )
    rows = table.rows()
    facts = table.facts()
    merged, name = table.merged(), str(facts.get("sheet", ""))
    layout, rows = find_layout(rows, limits, name, names=names, header_row=header_row, merged=merged)
    fitter = Fitter(layout, MergedRows(merged, layout.first_row, layout.header_row, len(layout.header)))

    def notes() -> list[tuple[str, dict[str, object]]]:
        collected = [*opening_notes, *table.notes()]
        hidden = table.hidden_columns(len(layout.header))
        if hidden:
            collected.append((problems.HIDDEN_COLUMNS, {"columns": hidden}))
        titles = [number for number, _ in layout.top if number < layout.first_row and number != layout.group_row]
        if titles:
            collected.append((problems.TITLE_ROWS, {"rows": titles}))
        if fitter.unnamed:
            collected.append((problems.UNNAMED_COLUMNS, {"columns": fitter.unnamed_letters()}))
        return collected

    facts["notes"], facts["top"] = notes(), layout.top
    yield frames.encode("facts", facts, layout.header, layout.header_row, layout.labels, layout.label_row)
    gathered, count = frames.RowFrames(), 0
    for row in rows:
        fitted = fitter.fit(row)
        if fitted is None:
            continue
        count += 1
        if count > limits.max_rows:
            raise Unreadable(problems.FILE_TOO_MANY_ROWS, limit=limits.max_rows)
        frame = gathered.add(fitted)
        if frame is not None:
            yield frame
    if len(table.merged()) != len(merged):  # a sheet in UTF-16 names them only now
        table.check_layout(layout.first_row, len(layout.header))
    if not count:
        raise Unreadable(problems.FILE_NO_ROWS, sheet=name)
    frame = gathered.flush()
    if frame is not None:
        yield frame
    yield frames.encode("end", notes())


def _load_library(source: BinaryIO, folder: str) -> None:
    """Load the reader of whole workbooks while files can still be opened, for a file that may need it."""
    head = source.read(len(OLE_MAGIC))
    source.seek(0)
    if folder and head.startswith((*ZIP_MAGIC, OLE_MAGIC, GZIP_MAGIC)):
        sys.path.append(folder)  # the last one: nothing there takes the place of a module of Python's own
        try:
            import_module(LIBRARY)
        finally:
            sys.path.remove(folder)


def main(order: str) -> None:
    """Read standard input, write frames to standard output, whatever happens."""
    asked = json.loads(order)
    limits = Limits(**asked["limits"])
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    _load_library(source, asked.get("libraries", ""))
    fence(limits)
    try:
        for frame in read_frames(source, limits=limits, **asked["reading"]):
            sink.write(frame)
            sink.flush()
        return
    except BrokenPipeError:
        os._exit(0)  # the parent has seen enough
    except Unreadable as refusal:
        answer = frames.encode("refused", refusal.code, refusal.context)
    except MemoryError:
        answer = frames.encode("refused", problems.FILE_READER_DIED, {"reason": "memory"})
    except Exception as error:
        answer = frames.encode("refused", problems.FILE_BROKEN, {"detail": type(error).__name__})
    sink.write(answer)
    sink.flush()


if __name__ == "__main__":
    main(sys.argv[1])
