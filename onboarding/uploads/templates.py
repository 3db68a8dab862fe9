"""What a program's template workbook holds: made from the catalogue, so that it changes when the catalogue does."""

from collections.abc import Sequence

from django.conf import settings

from onboarding.spreadsheets.workbook import TemplateSpec
from onboarding.uploads.editing import TEMPLATE_VERSION, template_column
from portal.web import clock
from programs.models import Program
from programs.schema import catalogue_version, schema_for


def template_spec(programs: Sequence[Program]) -> TemplateSpec:
    """The template of these programs, as they ask today."""
    identifiers = [program.identifier for program in programs]
    columns = [column for column in schema_for(identifiers).columns if not column.hidden]
    return TemplateSpec(
        title="Meters" + (f" for {', '.join(identifiers)}" if identifiers else ""),
        programs=[(program.identifier, program.name) for program in programs],
        version=TEMPLATE_VERSION,
        catalogue_version=catalogue_version(),
        generated_on=clock.now().date(),
        columns=[template_column(column) for column in columns],
        notes=_notes(),
    )


def _notes() -> list[str]:
    limit = settings.UPLOAD_MAX_BYTES // 1024 // 1024
    return [
        "Fill in one row per meter on the sheet Meters, below the two header rows.",
        "Columns marked with * are needed. Without a column that every meter needs, a row is not created; "
        "without a column that only a program needs, the meter is created but not eligible there yet.",
        "Keep ZIP codes, account numbers and serial numbers as text, so that no digit is lost.",
        "Write dates as 2026-05-31.",
        "When you update existing meters, an empty cell keeps what is there, and a written - clears it. "
        "On the page Meters you can download your meters in this form.",
        f"Upload the file in the portal (up to {limit} MB and {settings.UPLOAD_MAX_ROWS:,} rows). "
        "Every row is checked, and nothing is created until you confirm.",
    ]
