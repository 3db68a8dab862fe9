"""What became of a file of interval data: its errors, its first lines."""

import csv
from io import TextIOWrapper
from typing import Any, Final

from onboarding.intervals.models import IntervalUpload
from portal.storage.files import open_file

ERROR_COLUMNS: Final = ("line", "column", "code", "message")


def errors_of(upload: IntervalUpload, limit: int) -> tuple[list[dict[str, Any]], bool]:
    """The errors by line ({line, column, code, message}), and whether there are more than `limit`."""
    if not upload.errors_name:
        return [], False
    listed: list[dict[str, Any]] = []
    try:
        with TextIOWrapper(open_file(upload.errors_name), encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if len(listed) == limit:
                    break
                listed.append({**row, "line": int(row["line"])})
    except FileNotFoundError:
        return [], True
    return listed, sum(kind["count"] for kind in upload.error_summary) > len(listed)


def preview_of(upload: IntervalUpload, limit: int) -> tuple[list[str], bool]:
    """The first lines of the file as they were read, and whether there are more. None before it was read."""
    lines = upload.counts.get("first_lines", [])
    return lines[:limit], upload.count("lines") > len(lines[:limit])
