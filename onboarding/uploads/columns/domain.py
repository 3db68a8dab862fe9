"""Asking a person about the columns of a file, and taking the answer."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from django.db import transaction

from onboarding.spreadsheets.cells import column_letters
from onboarding.spreadsheets.table import NO_HEADER
from onboarding.uploads.columns.assembly import STATE, ZIP
from onboarding.uploads.columns.choices import label_of
from onboarding.uploads.columns.memory import remember
from onboarding.uploads.columns.propose import doubles
from onboarding.uploads.compounds import compounds_of
from onboarding.uploads.layout import FROM_ZIP, PERSON, ColumnLayout, covers, parts_of
from onboarding.uploads.models import Upload, UploadState
from onboarding.uploads.states import check_anew
from portal.events.actors import Actor
from portal.events.domain import record
from portal.problems import Problem, Refused, shown
from programs.schema import Schema, schema_for

_OPEN = frozenset({UploadState.COLUMNS, UploadState.READY, UploadState.FAILED})


def choose_columns(
    upload: Upload,
    columns: Mapping[int, str],
    constants: Mapping[str, str],
    *,
    joined: Collection[str] = (),
    encoding: str = "",
    by: Actor,
) -> None:
    """A person matches the columns: the match is remembered for these headers, and the file is checked with it.

    columns: index to target; columns that are not named are not used. joined: the fields that several columns shall
    fill together. encoding: one of those that the file can be in; "" leaves it as it is. Refuses: UPLOAD_NOT_READY,
    COLUMN_UNKNOWN_FIELD, REFERENCE_IN_NO_COLUMN, COLUMNS_NOT_TOGETHER, CONSTANT_NOT_ACCEPTED, ENCODING_UNKNOWN.
    """
    schema = schema_for(upload.programs)
    _refuse_unknown(columns, constants, schema, joined)
    with transaction.atomic():
        locked = _opened(upload)
        headers = {int(column["index"]): str(column["header"]) for column in locked.columns}
        layout = replace(
            _in_encoding(locked, encoding),
            columns={index: columns.get(index, "") for index in headers},
            constants={key: text for key, text in constants.items() if text.strip()},
            joined=[key for key in doubles(columns.values()) if key in joined],
            date_orders={},
            decided_by=PERSON,
            asks=False,
        )
        # The letters of columns say nothing about the next sheet, nor do the columns of the second device in a row, nor
        # names that are about to read differently.
        reads_alike = encoding in {"", locked.facts.get("encoding")} or "".join(headers.values()).isascii()
        if layout.header_row != NO_HEADER and not layout.device and reads_alike:
            remember(locked.partner, headers, layout, file_name=locked.file_name, by=by)
        said = {"columns": {headers[index]: key for index, key in (layout.columns or {}).items()}}
        _check_anew(locked, layout, "upload.columns_chosen", said, by=by)


def look_elsewhere(upload: Upload, *, sheet: str | None, header_row: int | None, by: Actor) -> None:
    """A person names another sheet or header row: the file is opened there, and its columns are asked for."""
    with transaction.atomic():
        locked = _opened(upload)
        encoding = locked.column_layout.encoding
        layout = ColumnLayout(sheet=sheet, header_row=header_row, encoding=encoding, asks=True)
        _check_anew(locked, layout, "upload.sheet_chosen", {"sheet": sheet, "header_row": header_row}, by=by)


def choose_encoding(
    upload: Upload,
    encoding: str,
    *,
    columns: Mapping[int, str] | None = None,
    constants: Mapping[str, str] | None = None,
    joined: Collection[str] = (),
    by: Actor,
) -> None:
    """A person says which encoding a text is in: the file is read in it now and in every later reading.

    columns, constants, joined: what the person has chosen on the page of the columns so far; it is shown again. Where
    nobody has matched the columns yet, they are matched anew. Refuses: UPLOAD_NOT_READY, ENCODING_UNKNOWN.
    """
    with transaction.atomic():
        locked = _opened(upload)
        layout = _in_encoding(locked, encoding)
        if columns is not None:
            constants = {key: text for key, text in (constants or {}).items() if text.strip()}
            layout = replace(layout, columns=dict(columns), constants=constants, joined=list(joined), asks=True)
        else:
            asks = layout.asks or locked.state == UploadState.COLUMNS
            layout = replace(layout.undecided(), asks=asks and layout.decided_by != PERSON)
        _check_anew(locked, layout, "upload.encoding_chosen", {"encoding": encoding}, by=by)


def _in_encoding(upload: Upload, encoding: str) -> ColumnLayout:
    """The upload's layout with another encoding, if one is named. Refuses: ENCODING_UNKNOWN."""
    layout = upload.column_layout
    if not encoding:
        return layout
    if encoding not in {name for name, _ in upload.facts.get("readings", [])}:
        raise Refused(Problem("ENCODING_UNKNOWN", "encoding", shown(encoding)))
    return replace(layout, encoding=encoding)


def ask_again(upload: Upload, *, by: Actor) -> None:
    """A person wants to see the columns of a file that was checked without asking."""
    with transaction.atomic():
        locked = _opened(upload)
        layout = replace(locked.column_layout, columns=None, decided_by="", asks=True)
        _check_anew(locked, layout, "upload.columns_opened", {}, by=by)


def _opened(upload: Upload) -> Upload:
    locked = Upload.objects.select_for_update().select_related("partner").get(pk=upload.pk)
    if locked.confirmed_at or locked.state not in _OPEN or locked.is_json:
        raise Refused(Problem("UPLOAD_NOT_READY"))
    return locked


def _check_anew(upload: Upload, layout: ColumnLayout, verb: str, data: Mapping[str, object], *, by: Actor) -> None:
    check_anew(upload, layout=layout.as_json())
    record(verb, subject=upload, partner=upload.partner, by=by, data=data)


def _refuse_unknown(
    columns: Mapping[int, str], constants: Mapping[str, str], schema: Schema, joined: Collection[str]
) -> None:
    several = compounds_of(schema)
    problems = [
        Problem("COLUMN_UNKNOWN_FIELD", f"column-{index}", target)
        for index, target in columns.items()
        if not all(schema.knows(part) or part in several for part in parts_of(target))
    ]
    held = {key for target in columns.values() for key in covers(target)}
    if "partner_reference" not in held or constants.get("partner_reference"):
        problems.append(Problem("REFERENCE_IN_NO_COLUMN", "main"))
    problems += _not_together(columns, schema, joined)
    problems += [
        Problem("CONSTANT_NOT_ACCEPTED", f"constant-{key}", text, {"label": schema.column(key).label})
        for key, text in constants.items()
        if text.strip() and schema.knows(key) and not _holds_for_all(key, text, schema, held)
    ]
    if problems:
        raise Refused(*problems)


def _not_together(columns: Mapping[int, str], schema: Schema, joined: Collection[str]) -> Iterable[Problem]:
    """Two columns for one field that nobody wants put together."""
    for key in doubles(columns.values()):
        indexes = [index for index, target in sorted(columns.items()) if key in parts_of(target)]
        if key not in joined:
            named = " and ".join(map(column_letters, indexes))
            context = {"label": label_of(key, schema), "columns": named}
            yield Problem("COLUMNS_NOT_TOGETHER", f"column-{indexes[-1]}", "", context)


def _holds_for_all(key: str, text: str, schema: Schema, held: Collection[str]) -> bool:
    """Whether a text can be the value for all rows: the field takes it, or each row's zip code tells the state."""
    if text != FROM_ZIP:
        return schema.accepts(key, text)
    return key.endswith(STATE) and key.removesuffix(STATE) + ZIP in held
