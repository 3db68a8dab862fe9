"""What the page of a customer shows about the device that the customer described."""

from collections.abc import Mapping
from datetime import date

from onboarding.connect.choices import NoteKind
from onboarding.connect.models import Connection
from onboarding.connect.notes import question_about_device, text_of
from onboarding.connect.panels import ConnectionPanel, register
from onboarding.device_links.domain import device_session, meters_with_serial, open_draft
from onboarding.device_links.fields import device_cells
from onboarding.device_links.photos import photo_of
from onboarding.portfolio.columns import display_value
from portal.problems import Problem
from portal.web.clock import day_text
from programs.schema import Column, schema_for


def _of_connection(connection: Connection) -> Mapping[str, object]:
    session, question, schema = device_session(connection), question_about_device(connection), schema_for()
    cells = device_cells(session.answers) if session else {}
    columns = [schema.column(key) for key in cells if schema.knows(key)]
    return {
        "connection": connection,
        "lines": [(column.label, _shown(column, cells[column.key])) for column in columns],
        "question": text_of(question) if question else "",
        "is_about_reference": question is not None and question.kind == NoteKind.DEVICE_REFERENCE_TAKEN,
        "is_about_serial": question is not None and question.kind == NoteKind.DEVICE_SERIAL_TAKEN,
        "twins": list(meters_with_serial(session)) if question and session else [],
        "draft": open_draft(connection) if question else None,
        "photo": photo_of(connection),
    }


def _shown(column: Column, text: str) -> object:
    """A customer's answer as people read it: a day, yes or no, the label of a choice, a number with its unit."""
    value = schema_for().read(column.key, text)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if value is None or isinstance(value, Problem):
        return text
    return day_text(date.fromisoformat(value)) if column.type == "date" else display_value(column, value)


register(ConnectionPanel("connect/_device_of_connection.html", _of_connection))
