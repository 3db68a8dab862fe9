"""Workbooks that we write: templates to fill in, tables to download. Text stays text; nothing runs as a formula."""

from .safety import csv_safe, printable
from .spec import TemplateColumn, TemplateSpec
from .tables import write_csv, write_table
from .template import template_csv, write_template

__all__ = [
    "TemplateColumn",
    "TemplateSpec",
    "csv_safe",
    "printable",
    "template_csv",
    "write_csv",
    "write_table",
    "write_template",
]
