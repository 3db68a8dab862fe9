"""The columns that a partner chooses for the list of meters, and what each holds on the page and in an export.

What the portal itself knows of a meter comes first, then its status in each program, then every field of the
catalogue. Each fact has one column.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from html import escape
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils import timezone
from heroicons.templatetags.heroicons import heroicon_outline

from onboarding.meters.columns import ASSET_COLUMNS, asset_of
from onboarding.meters.models import METER_TYPES, CreatedBy, EnrollmentStatus, Meter
from onboarding.meters.portal_facts import METER_ID, PORTAL_FACTS, PROGRAMS, STATUS_IN
from onboarding.uploads.editing import cell_of, text_cell
from portal.web.clock import day_text
from programs.models import Program
from programs.schema import Column, Schema, flatten, schema_for

Flat = Mapping[str, object]

_LIST_READS = ("pk", "partner_reference", "city", "updated_at")  # the row's own link, and what lists are sorted by
_ENROLLMENTS = "enrollments"
_SLOT = re.compile(r"\.\d+")
_BETWEEN = "; "  # values of a list in one cell
_NUMBERS = frozenset({"number", "integer"})


@dataclass(frozen=True, slots=True)
class ShownColumn:
    """One column that can be chosen.

    key: names it in a query string, and heads it in an export. section: where it is offered. reads: the meter's fields
    that it needs. html: what its cell shows, escaped. values: its cells in an export, one for each of `header`. Both
    are given the flat asset too, which is empty unless `reads_asset`.
    """

    key: str
    label: str
    section: str
    reads: tuple[str, ...]
    html: Callable[[Meter, Flat], str]
    values: Callable[[Meter, Flat], tuple[object, ...]]
    header: tuple[str, ...]
    is_number: bool = False
    is_wide: bool = False

    @property
    def reads_asset(self) -> bool:
        return self.reads == ASSET_COLUMNS

    @property
    def opening(self) -> str:
        """The start tag of its cells."""
        css = ' class="num"' if self.is_number else ""
        wide = " data-wide" if self.is_wide else ""
        return f'<td{css}{wide} data-label="{escape(self.label)}">'


def columns_named(keys: Collection[str]) -> tuple[ShownColumn, ...]:
    """The columns of these keys in the order in which they are offered; unknown keys are ignored.

    One query for keys that may be the catalogue's, and one for those that are about programs.
    """
    wanted = set(keys)
    unknown = wanted - _KNOWN_KEYS
    programs = {key for key in unknown if key == PROGRAMS or key.startswith(STATUS_IN)}
    fields = _of_catalogue(schema_for()) if unknown - programs else ()
    offered = (*KNOWN, *(_of_programs() if programs else ()), *fields)
    return tuple(column for column in offered if column.key in wanted)


def offered_columns() -> tuple[ShownColumn, ...]:
    """Every column that can be chosen. Two queries."""
    return (*KNOWN, *_of_programs(), *_of_catalogue(schema_for()))


def portal_columns() -> tuple[ShownColumn, ...]:
    """What the portal itself says of a meter, its status in each program among it. One query."""
    of_programs = _of_programs()
    columns = {column.key: column for column in (*KNOWN, *of_programs)}
    return tuple(columns[key] for key in (*PORTAL_FACTS, *(one.key for one in of_programs if one.key != PROGRAMS)))


def usual_columns(program: str = "") -> tuple[ShownColumn, ...]:
    """The columns of a list for which none are chosen: with the programs of each meter, or of one program's meters with
    their status there. One query."""
    chosen = columns_named([STATUS_IN + program, *(key for key in USUAL if key != PROGRAMS)] if program else USUAL)
    places = {key: place for place, key in enumerate(USUAL)}
    return tuple(sorted(chosen, key=lambda column: places.get(column.key, len(USUAL))))


def columns_query(columns: Iterable[ShownColumn]) -> str:
    """The columns as a query string: columns=a&columns=b."""
    return urlencode([("columns", column.key) for column in columns])


def fields_in(header: Iterable[str]) -> set[str]:
    """The fields that the keys of an export are about: all places of a list are one, and so are all statuses."""
    return {STATUS_IN if key.startswith(STATUS_IN) else _SLOT.sub("", key) for key in header}


def reading(meters: QuerySet[Meter], columns: Iterable[ShownColumn]) -> QuerySet[Meter]:
    """The meters with what the columns and the sort orders read, and nothing else."""
    fields = dict.fromkeys([*_LIST_READS, *(field for column in columns for field in column.reads)])
    if _ENROLLMENTS in fields:
        del fields[_ENROLLMENTS]
        meters = meters.prefetch_related(_ENROLLMENTS)
    return (meters.select_related("upload") if "upload" in fields else meters).only(*fields)


def with_facts(meters: QuerySet[Meter]) -> QuerySet[Meter]:
    """The meters with what `portal_columns` reads besides the meter itself."""
    return meters.select_related("upload").prefetch_related(_ENROLLMENTS)


def with_assets(meters: Iterable[Meter], columns: Sequence[ShownColumn]) -> Iterator[tuple[Meter, Flat]]:
    """Each meter with its flat asset; with {} when no column reads it, since flattening takes longer than the rest."""
    reads_asset = any(column.reads_asset for column in columns)
    for meter in meters:
        yield meter, flatten(asset_of(meter)) if reads_asset else {}


def plain_cell(value: object) -> object:
    """A value of an asset as plain text or number, for people to read."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value.isoformat() if isinstance(value, date) else value


def export_cell(column: Column, value: object) -> object:
    """A value of an asset as a cell of an export: an upload reads it back as exactly this value."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return cell_of(value, column)


def display_value(column: Column, value: object) -> object:
    """A value of an asset as people read it: a choice's label, a number with its unit."""
    plain = int(value) if isinstance(value, float) and value.is_integer() else plain_cell(value)
    shown = dict(column.choices).get(plain, plain) if isinstance(plain, str) else plain
    return f"{shown} {column.unit}".strip() if column.unit else shown


# --- what the portal knows


def _known(
    key: str,
    label: str,
    value: Callable[[Meter], object],
    *,
    reads: tuple[str, ...] = (),
    html: Callable[[Meter], str] | None = None,
    is_wide: bool = False,
) -> ShownColumn:
    """A column with one cell in exports; without `html` the list shows the same text. reads: its key, unless given."""
    shown = html or (lambda meter: escape(str(value(meter))))
    return ShownColumn(
        key=key,
        label=label,
        section="Meter",
        reads=reads or (key,),
        html=lambda meter, _: shown(meter),
        values=lambda meter, _: (value(meter),),
        header=(key,),
        is_wide=is_wide,
    )


def _time_html(moment: datetime) -> str:
    """The same moment for machine, pointer and eye."""
    local = timezone.localtime(moment)
    day = day_text(local)
    iso = local.isoformat(timespec="seconds")
    return f'<time datetime="{iso}" title="{day} {local:%H:%M} {local.tzname()}">{day}</time>'


def _created_html(meter: Meter) -> str:
    return _time_html(meter.created_at)


def _changed_html(meter: Meter) -> str:
    return _time_html(meter.updated_at)


def _id_html(meter: Meter) -> str:
    """Short, so that a row is one line: its ends tell meters of one hour apart. The button copies the whole."""
    text = str(meter.pk)
    return f'<code class="id" title="{text}">{text[:8]}…{text[-6:]}</code> {_COPY.format(text)}'


def _name_html(meter: Meter) -> str:
    return escape(meter.customer_name)


def _type_html(meter: Meter) -> str:
    return escape(_TYPES.get(meter.meter_type, meter.meter_type))


def _creator_html(meter: Meter) -> str:
    return escape(_CREATORS.get(meter.created_by, meter.created_by))


def _status_html(meter: Meter) -> str:
    return _STATUSES[meter.enrollment_status] + (_ARCHIVED if meter.is_archived else "")


_COPY = (
    '<button type="button" class="copy copy-icon" data-copy="{}" hidden>'
    f"{heroicon_outline('clipboard-document', size=18, aria_hidden='true')}"
    '<span class="copy-words">Copy</span><span class="visually-hidden"> Leap meter ID</span></button>'
)
_TYPES = dict(METER_TYPES)
_CREATORS = dict(CreatedBy.choices)
_STATUSES = {
    status.value: f'<span class="tag tag-{status.tone}">{escape(status.label)}</span>' for status in EnrollmentStatus
}
_ARCHIVED = ' <span class="tag tag-neutral">Archived</span>'
_PLACE = ShownColumn(
    key="place",
    label="Place",
    section="Meter",
    reads=("city", "state", "postal_code"),
    html=lambda meter, _: escape(f"{meter.city}, {meter.state} {meter.postal_code}"),
    values=lambda meter, _: (text_cell(meter.city), meter.state, meter.postal_code),
    header=("customer.city", "customer.state_or_province_code", "customer.postal_code"),
)
_CUSTOMER = "customer.end_customer_name"
KNOWN = (
    _known(
        _CUSTOMER, "Customer", lambda meter: text_cell(meter.customer_name), reads=("customer_name",), html=_name_html
    ),
    _known(
        METER_ID,
        "Leap meter ID",
        lambda meter: str(meter.pk),
        reads=("pk",),
        html=_id_html,
        is_wide=True,
    ),
    _PLACE,
    _known("transmission_region", "Region", lambda meter: meter.transmission_region),
    _known("meter_type", "Type", lambda meter: meter.meter_type, html=_type_html),
    _known("created_at", "Created", lambda meter: meter.created_at.isoformat(), html=_created_html),
    _known(
        "enrollment_status",
        "Status",
        lambda meter: meter.enrollment_status,
        reads=("enrollment_status", "is_archived"),
        html=_status_html,
    ),
    _known("updated_at", "Last changed", lambda meter: meter.updated_at.isoformat(), html=_changed_html),
    _known("created_by", "Created by", lambda meter: meter.created_by, html=_creator_html),
    _known(
        "upload",
        "Upload",
        lambda meter: meter.upload.file_name if meter.upload else "",
        reads=("upload", "upload__file_name"),
    ),
    _known("tags", "Tags", lambda meter: _BETWEEN.join(map(str, meter.tags))),
)
USUAL = (_CUSTOMER, PROGRAMS, "enrollment_status", METER_ID, "place")
_KNOWN_KEYS = frozenset(column.key for column in KNOWN)
_KNOWN_FACTS = {"partner_reference", *(name for column in KNOWN for name in column.header)}


# --- the status in each program


def _of_programs() -> tuple[ShownColumn, ...]:
    """A column for the programs that each meter is meant for, and one for each program on offer: the meter's status
    there, empty when it is not meant for it."""
    programs = list(Program.objects.order_by("name").only("identifier", "name", "is_offered"))
    return (_programs_column(programs), *(_status_column(one) for one in programs if one.is_offered))


def _programs_column(programs: Sequence[Program]) -> ShownColumn:
    places = {program.pk: place for place, program in enumerate(programs)}

    def of(meter: Meter) -> list[Program]:
        return [programs[place] for place in sorted(places[row.program_id] for row in meter.enrollments.all())]

    def html(meter: Meter, _: Flat) -> str:
        """The first of them, so that a row is one line, and how many more there are."""
        names = [program.name for program in of(meter)]
        if len(names) < 2:
            return escape("".join(names))
        title = escape(_BETWEEN.join(names))
        return f'{escape(names[0])} <span class="text-secondary" title="{title}">+{len(names) - 1}</span>'

    return ShownColumn(
        key=PROGRAMS,
        label="Programs",
        section="Meter",
        reads=(_ENROLLMENTS,),
        html=html,
        values=lambda meter, _: (_BETWEEN.join(program.identifier for program in of(meter)),),
        header=(PROGRAMS,),
    )


def _status_column(program: Program) -> ShownColumn:
    identifier, pk = program.identifier, program.pk
    key = STATUS_IN + identifier

    def status(meter: Meter) -> str:
        there = (row.status for row in meter.enrollments.all() if row.program_id == pk)
        return next(there, "")

    return ShownColumn(
        key=key,
        label=f"Status in {program.name}",
        section="Status in each program",
        reads=(_ENROLLMENTS,),
        html=lambda meter, _: _STATUSES.get(status(meter), "–"),
        values=lambda meter, _: (status(meter),),
        header=(key,),
    )


# --- the catalogue's fields


@lru_cache(maxsize=4)
def _of_catalogue(schema: Schema) -> tuple[ShownColumn, ...]:
    """A column for each field that is no known fact; all slots of a list are one."""
    slots: dict[str, list[Column]] = {}
    for column in schema.columns:
        slots.setdefault(_SLOT.sub("", column.key), []).append(column)
    return tuple(_field_column(key, columns) for key, columns in slots.items() if key not in _KNOWN_FACTS)


def _field_column(key: str, slots: Sequence[Column]) -> ShownColumn:
    first, keys = slots[0], [column.key for column in slots]
    is_list = len(slots) > 1

    def given(flat: Flat) -> list[object]:
        return [flat[key] for key in keys if key in flat]

    def html(_: Meter, flat: Flat) -> str:
        return escape(_BETWEEN.join(str(display_value(first, value)) for value in given(flat)))

    def joined(_: Meter, flat: Flat) -> tuple[object, ...]:
        return (_BETWEEN.join(map(str, given(flat))),)

    def values(_: Meter, flat: Flat) -> tuple[object, ...]:
        return tuple(export_cell(column, flat.get(column.key)) for column in slots)

    is_list_of_values = is_list and keys[0].rpartition(".")[2].isdigit()
    return ShownColumn(
        key=key,
        label=first.label.removesuffix(" 1") if is_list else first.label,
        section=first.section,
        reads=ASSET_COLUMNS,
        html=html,
        values=joined if is_list_of_values else values,
        header=(key,) if is_list_of_values else tuple(keys),
        is_number=first.type in _NUMBERS and not is_list,
    )
