"""Workbooks that we write: templates, rows to fix, tables. Text stays text; nothing runs as a formula."""

from .rows_to_fix import PROBLEM_HEADER, REMEDY_HEADER, ROW_KEY_HEADER, FixColumn, FixRow, write_rows_to_fix
from .safety import csv_safe, fits_a_cell, printable
from .spec import TemplateColumn, TemplateSpec
from .tables import drop_leftovers, write_csv, write_table
from .template import save_template, template_csv, template_csv_lines, write_template

__all__ = [
    "PROBLEM_HEADER",
    "REMEDY_HEADER",
    "ROW_KEY_HEADER",
    "FixColumn",
    "FixRow",
    "TemplateColumn",
    "TemplateSpec",
    "csv_safe",
    "drop_leftovers",
    "fits_a_cell",
    "printable",
    "save_template",
    "template_csv",
    "template_csv_lines",
    "write_csv",
    "write_rows_to_fix",
    "write_table",
    "write_template",
]
