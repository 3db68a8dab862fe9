"""What the page of a customer shows about the device that the customer described."""

from collections.abc import Mapping

from onboarding.connect.choices import NoteKind
from onboarding.connect.models import Connection
from onboarding.connect.notes import question_about_device, text_of
from onboarding.connect.panels import ConnectionPanel, register
from onboarding.device_links.domain import device_session
from onboarding.device_links.fields import device_cells
from onboarding.device_links.photos import photo_of
from programs.schema import schema_for


def _of_connection(connection: Connection) -> Mapping[str, object]:
    session, question, schema = device_session(connection), question_about_device(connection), schema_for()
    cells = device_cells(session.answers) if session else {}
    columns = [schema.column(key) for key in cells if schema.knows(key)]
    lines = [
        (f"{column.label} ({column.unit})" if column.unit else column.label, _shown(column.choices, cells[column.key]))
        for column in columns
    ]
    return {
        "connection": connection,
        "lines": lines,
        "question": text_of(question) if question else "",
        "photo": photo_of(connection),
        "may_update": question is not None and question.kind == NoteKind.DEVICE_REFERENCE_TAKEN,
    }


def _shown(choices: tuple[tuple[str, str], ...], text: str) -> str:
    return dict(choices).get(text, text)


register(ConnectionPanel("connect/_device_of_connection.html", _of_connection))
