"""What a customer is asked of a device: what names it, and what its programs require; nothing that is known already."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from onboarding.connect.absorb import reference_of
from onboarding.connect.details import FIELD_OF_DETAIL, cells_of_details, doubts_of, for_customers, in_order
from onboarding.connect.models import ConnectSession
from onboarding.connect.queries import DEVICE_TYPE, programs_of_variant
from onboarding.enrollment.eligibility import UTILITY, EligibilityStatus, ProgramEligibility, eligibility_of
from onboarding.meters.columns import Asset
from portal.problems import Problem, storable
from portal.web import clock
from programs.models import RequiredInformation, State, Utility
from programs.queries import choice_labels, field_texts, utilities_at
from programs.schema import Column, schema_for

SERIAL: Final = "device.device_serial_number"
MAKER, MODEL = "device.device_manufacturer", "device.device_model"
IDENTITY: Final = frozenset({DEVICE_TYPE, MAKER, MODEL, SERIAL})  # what names a device, whatever programs require
NEEDED: Final = frozenset({DEVICE_TYPE, SERIAL})
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
_LONGEST: Final = 256
_INPUT_MODES: Final = {"number": "decimal", "integer": "numeric", "phone": "tel"}


def known_cells(session: ConnectSession) -> dict[str, str]:
    """The cells of the asset that follow from the link and from the customer's details, field key to text."""
    fixed = {"partner_reference": reference_of(session), "meter_type": "DEVICE"}
    return fixed | cells_of_details(session, session.answers)


def device_cells(answers: Mapping[str, object]) -> dict[str, str]:
    """What the customer said of the device, field key to text."""
    return {key: str(value) for key, value in answers.items() if "." in key}


def cells_of(session: ConnectSession, device: Mapping[str, str] | None = None) -> dict[str, str]:
    """All cells of the asset. device: what is said of the device, when it is not kept yet."""
    said = device_cells(session.answers) if device is None else dict(device)
    load = LOAD_OF.get(said.get(DEVICE_TYPE, ""), "OTHER")
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


class Need(StrEnum):
    """Whether a field may stay empty. ALWAYS: never. PROGRAM: a program needs it, so that the customer says when it is
    not at hand. PERHAPS: needed if another field says so."""

    ALWAYS = "always"
    PROGRAM = "program"
    PERHAPS = "perhaps"
    NO = "no"


@dataclass(frozen=True, slots=True)
class AskedColumn:
    """A field that the customer is asked: required by a program, only perhaps, or what names the device."""

    column: Column
    need: Need


def asked_columns(session: ConnectSession) -> list[AskedColumn]:
    """The fields to ask of a device, in the catalogue's order: by what is known of the customer before."""
    answers = takers(fit_of(session, known_cells(session)))
    needed, perhaps = open_fields(answers), {key for said in answers for key in said.may_be_needed}
    needs = dict.fromkeys(IDENTITY, Need.NO)
    needs |= dict.fromkeys(perhaps, Need.PERHAPS) | dict.fromkeys(needed, Need.PROGRAM)
    needs |= dict.fromkeys(NEEDED, Need.ALWAYS)
    return [AskedColumn(column, needs[column.key]) for column in schema_for().columns if column.key in needs]


def open_fields(answers: Iterable[ProgramEligibility]) -> set[str]:
    """What programs need to be told of a device, and what decides whether they need more."""
    return {
        key
        for said in takers(answers)
        for key in (*said.unknown, *said.missing, *(of for keys in said.may_be_needed.values() for of in keys))
    }


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
    need: Need
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
            need=each.need,
            value=str(values.get(column.key, "")),
            error=errors.get(column.key, ""),
        )
        for each in asked
        for column in [each.column]
    ]


def texts_of(keys: Collection[str], language: str) -> dict[str, tuple[str, str]]:
    """The label and the help of fields in a customer's words: those of Connect's own questions go before others."""
    rows = RequiredInformation.objects.filter(key__in=FIELD_OF_DETAIL)
    asked = {FIELD_OF_DETAIL[row.key]: row for row in rows}
    own = {key: (asked[key].label_in(language), asked[key].help_in(language)) for key in keys if key in asked}
    return field_texts(keys, language) | own


def _choices(session: ConnectSession, column: Column, labels: Mapping[str, str]) -> list[tuple[str, str]]:
    """What can be chosen; of the utilities those that serve the customer's address."""
    if column.key != UTILITY:
        return [(value, labels.get(value, label)) for value, label in column.choices]
    here = utilities_at(str(session.answers.get("postal_code", "")), session.link.transmission_region)
    return [(utility.code, utility.name) for utility in here] or list(column.choices)


def typed_device(
    session: ConnectSession, typed: Mapping[str, str], *, is_incomplete: bool = False
) -> tuple[dict[str, str], list[Problem]]:
    """What a customer typed of the device, field key to text, and what is wrong with it in the customer's words, in the
    order of the fields.

    is_incomplete: the customer says that something that a program needs is not at hand.
    """
    asked = asked_columns(session)
    columns = {each.column.key: each.column for each in asked}
    cells = {key: " ".join(storable(typed.get(key, ""))[:_LONGEST].split()) for key in columns}
    cells = {key: text for key, text in cells.items() if text}
    labels = {key: label for key, (label, _) in texts_of([*columns], session.language).items()}
    known = cells_of(session, cells)
    problems = [
        for_customers(
            problem,
            key=problem.field,
            value=cells.get(problem.field, ""),
            label=labels.get(problem.field, ""),
            example=_example(columns[problem.field], session.language),
        )
        for problem in doubts_of(schema_for().check_part(known))
        if problem.field in columns
    ]
    missing = set(NEEDED)
    if not is_incomplete and (answers := takers(fit_of(session, known))):
        missing |= {each.column.key for each in asked if each.need is Need.PROGRAM} | open_fields(answers)
    problems += [
        Problem(
            "CONNECT_FIELD_MISSING" if key in NEEDED else "CONNECT_FIELD_NEEDED",
            key,
            context={"label": labels.get(key, key)},
        )
        for key in columns
        if key in missing and key not in cells
    ]
    return cells, in_order(problems, [*columns])


def _example(column: Column, language: str) -> str:
    """What can be typed or chosen, as the page shows it."""
    return choice_labels([column.key], language).get(column.key, {}).get(column.example, column.example)


def takers(answers: Iterable[ProgramEligibility]) -> list[ProgramEligibility]:
    """The programs that take the device, or may."""
    return [said for said in answers if said.status != EligibilityStatus.NOT_ELIGIBLE]


# --- why not, in words


def wanted_by(problem: Problem) -> str:
    """The states or utilities that a program takes, by their names."""
    wanted = problem.context.get("wanted", "")
    codes = wanted if isinstance(wanted, list | tuple) else str(wanted).split(", ")
    names = dict(Utility.objects.values_list("code", "name")) | dict(State.objects.values_list("code", "name"))
    return ", ".join(names.get(str(code), str(code)) for code in codes)


def reasons_of(answers: Iterable[ProgramEligibility]) -> str:
    """Why programs do not take a device, a sentence for each, as its partner reads it."""
    return " ".join(dict.fromkeys(_reason(said.program.name, one) for said in answers for one in said.reasons))


def _reason(program: str, problem: Problem) -> str:
    match problem.code:
        case "PROGRAM_OTHER_STATE":
            return f"{program} only accepts devices in {wanted_by(problem)}."
        case "PROGRAM_OTHER_UTILITY":
            return f"{program} only accepts devices of {wanted_by(problem)} customers."
        case "PROGRAM_NOT_OPEN":
            return f"{program} isn’t accepting new devices right now."
    return replace(problem, context={**problem.context, "program": program}).text
