"""What a customer is asked of a device: what names it, and what its programs require; nothing that is known already."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from onboarding.connect.absorb import reference_of
from onboarding.connect.models import ConnectSession
from onboarding.connect.queries import programs_of_variant
from onboarding.enrollment.eligibility import UTILITY, EligibilityStatus, ProgramEligibility, eligibility_of
from onboarding.meters.columns import Asset
from portal.problems import Problem, shown, storable
from portal.web import clock
from programs.models import RequiredInformation
from programs.queries import choice_labels, field_texts, utilities_at
from programs.schema import Column, schema_for

TYPE, SERIAL = "device.device_type", "device.device_serial_number"
MAKER, MODEL = "device.device_manufacturer", "device.device_model"
IDENTITY: Final = frozenset({TYPE, MAKER, MODEL, SERIAL})  # what names a device, whatever programs require
NEEDED: Final = frozenset({TYPE, SERIAL})
LOAD_TYPE: Final = "load_types.0"
# A device is one load: customers are not asked for it a second time.
LOAD_OF: Final = {
    "BATTERY": "BATTERY_STORAGE",
    "GENERATOR": "GENERATION",
    "EV": "EV_CHARGING",
    "EV_CHARGER": "EV_CHARGING",
    "BIDIRECTIONAL_EV_CHARGER": "EV_CHARGING",
    "SMART_THERMOSTAT": "HVAC",
    "AIR_CONDITIONER": "HVAC",
    "HEAT_PUMP": "HVAC",
}
# The fields of the asset that Connect's required information fills.
_DETAILS: Final = {
    "customer_name": "customer.end_customer_name",
    "company_name": "customer.end_customer_company_name",
    "title": "customer.end_customer_title",
    "email": "customer.end_customer_email",
    "phone": "customer.end_customer_phone_number",
    "street": "customer.street_1",
    "city": "customer.city",
    "state": "customer.state_or_province_code",
    "postal_code": "customer.postal_code",
    "account_number": "utility.electric_service_account_number",
}
_LONGEST: Final = 256
_INPUT_MODES: Final = {"number": "decimal", "integer": "numeric", "phone": "tel"}


def known_cells(session: ConnectSession, answers: Mapping[str, object] | None = None) -> dict[str, str]:
    """The cells of the asset that follow from the link and from the customer's details, field key to text."""
    link, said = session.link, session.answers if answers is None else answers
    details = {path: str(said.get(key, "")) for key, path in _DETAILS.items()}
    fixed = {
        "partner_reference": reference_of(session),
        "transmission_region": link.transmission_region,
        "customer_classification": link.classification,
        "meter_type": "DEVICE",
        "customer.country_code": "US",
    }
    return fixed | {path: text for path, text in details.items() if text}


def device_cells(answers: Mapping[str, object]) -> dict[str, str]:
    """What the customer said of the device, field key to text."""
    return {key: str(value) for key, value in answers.items() if "." in key}


def cells_of(session: ConnectSession, device: Mapping[str, str] | None = None) -> dict[str, str]:
    """All cells of the asset. device: what is said of the device, when it is not kept yet."""
    said = device_cells(session.answers) if device is None else dict(device)
    load = LOAD_OF.get(said.get(TYPE, ""), "OTHER")
    return known_cells(session) | {LOAD_TYPE: load} | said


def asset_of(cells: Mapping[str, str]) -> Asset:
    """What is right of an asset by now."""
    return dict(schema_for().check_part(cells).asset or {})


def programs_of(session: ConnectSession) -> list[str]:
    """The programs in question: those that the address names, else those of the link, else all that such links are
    for."""
    link = session.link
    offered = [program.identifier for program in programs_of_variant(link.transmission_region, link.variant)]
    named = session.programs or link.programs
    return [name for name in offered if name in named] or offered


def fit_of(session: ConnectSession, cells: Mapping[str, str] | None = None) -> list[ProgramEligibility]:
    """What each program in question says of the device, the best first."""
    asset = asset_of(cells_of(session) if cells is None else cells)
    return eligibility_of(asset, clock.now(), programs=programs_of(session))


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A field that the customer is asked: required by a program, only perhaps, or what names the device."""

    column: Column
    is_required: bool


def asked_columns(session: ConnectSession) -> list[AskedColumn]:
    """The fields to ask of a device, in the catalogue's order: by what is known of the customer before."""
    schema, needed, perhaps = schema_for(), set(NEEDED), set(IDENTITY)
    for said in fit_of(session, known_cells(session)):
        needed |= {*said.unknown, *said.missing}
        perhaps |= {*said.may_be_needed}.union(*said.may_be_needed.values())
    asked = needed | perhaps
    return [AskedColumn(column, column.key in needed) for column in schema.columns if column.key in asked]


@dataclass(frozen=True, slots=True)
class DeviceField:
    """A field as the page shows it."""

    key: str
    label: str
    help_text: str
    unit: str
    example: str
    choices: Sequence[tuple[str, str]]
    is_yes_no: bool
    is_date: bool
    inputmode: str
    is_required: bool
    value: str
    error: str

    @property
    def described_by(self) -> str:
        """The ids of what tells more about the field."""
        ids = [("hint", self.help_text or self.example), ("error", self.error)]
        return " ".join(f"{kind}-{self.key}" for kind, text in ids if text)


def fields_of(session: ConnectSession, problems: Iterable[Problem], values: Mapping[str, object]) -> list[DeviceField]:
    """The fields of the device's page in the customer's language, with what was typed and what is wrong with it."""
    asked = asked_columns(session)
    keys = [each.column.key for each in asked]
    texts = texts_of(keys, session.language)
    labels = choice_labels(keys, session.language)
    errors = {problem.field: f"{problem.text} {problem.remedy}".strip() for problem in problems}
    return [
        DeviceField(
            key=column.key,
            label=texts.get(column.key, (column.label, ""))[0],
            help_text=texts.get(column.key, ("", column.help))[1],
            unit=column.unit,
            example="" if column.choices or column.type in ("boolean", "date", "identifier") else column.example,
            choices=_choices(session, column, labels.get(column.key, {})),
            is_yes_no=column.type == "boolean",
            is_date=column.type == "date",
            inputmode=_INPUT_MODES.get(column.type, "text"),
            is_required=each.is_required,
            value=str(values.get(column.key, "")),
            error=errors.get(column.key, ""),
        )
        for each in asked
        for column in [each.column]
    ]


def texts_of(keys: Collection[str], language: str) -> dict[str, tuple[str, str]]:
    """The label and the help of fields in a customer's words: those of Connect's own questions go before others."""
    asked = {_DETAILS[row.key]: row for row in RequiredInformation.objects.filter(key__in=_DETAILS)}
    own = {key: (asked[key].label_in(language), asked[key].help_in(language)) for key in keys if key in asked}
    return field_texts(keys, language) | own


def _choices(session: ConnectSession, column: Column, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What can be chosen; of the utilities those that serve the customer's address."""
    if column.key != UTILITY:
        return [(value, labels.get(value, label)) for value, label in column.choices]
    here = utilities_at(str(session.answers.get("postal_code", "")), session.link.transmission_region)
    return [(utility.code, utility.name) for utility in here] or list(column.choices)


def typed_device(session: ConnectSession, typed: Mapping[str, str]) -> tuple[dict[str, str], list[Problem]]:
    """What a customer typed of the device, field key to text, and what is wrong with it in the customer's words."""
    columns = {each.column.key: each.column for each in asked_columns(session)}
    cells = {key: " ".join(storable(typed.get(key, ""))[:_LONGEST].split()) for key in columns}
    cells = {key: text for key, text in cells.items() if text}
    labels = {key: label for key, (label, _) in texts_of([*columns], session.language).items()}
    problems = [
        Problem("CONNECT_FIELD_MISSING", key, context={"label": labels.get(key, key)})
        for key in columns
        if key in NEEDED and key not in cells
    ]
    checked = schema_for().check_part(cells_of(session, cells))
    return cells, problems + [
        _for_customers(problem, cells.get(problem.field, ""), labels.get(problem.field, ""), columns[problem.field])
        for problem in _first_of_each(checked.problems)
        if problem.field in columns
    ]


def problems_of_details(session: ConnectSession, answers: Mapping[str, str]) -> list[Problem]:
    """What is wrong with a customer's details by the rules of the catalogue, by the details' own keys."""
    schema, keys = schema_for(), {path: key for key, path in _DETAILS.items()}
    checked = schema.check_part(known_cells(session, answers))
    labels = {path: label for path, (label, _) in texts_of([*keys], session.language).items()}
    wrong = [problem for problem in _first_of_each(checked.problems) if problem.field in keys]
    return [
        Problem(
            "CONNECT_VALUE_UNUSABLE",
            keys[problem.field],
            shown(answers.get(keys[problem.field], "")),
            {"label": labels.get(problem.field, ""), "example": schema.column(problem.field).example},
        )
        for problem in wrong
    ]


def _first_of_each(problems: Iterable[Problem]) -> list[Problem]:
    return list({problem.field: problem for problem in reversed(list(problems))}.values())


def _for_customers(problem: Problem, value: str, label: str, column: Column) -> Problem:
    return Problem("CONNECT_VALUE_UNUSABLE", problem.field, shown(value), {"label": label, "example": column.example})


def takers(answers: Iterable[ProgramEligibility]) -> list[ProgramEligibility]:
    """The programs that take the device, or may."""
    return [said for said in answers if said.status != EligibilityStatus.NOT_ELIGIBLE]
