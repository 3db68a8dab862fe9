"""What a program says of one asset, before or after it is a meter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection
from django.db.models import Model

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.problems import Problem, ProblemKind, register
from portal.storage import json_sql
from portal.storage.staged import Given, Staged, insert_from
from programs.models import Program
from programs.schema import Checked

if TYPE_CHECKING:
    from portal.partners.models import Partner

register(
    ProblemKind(
        "PROGRAM_OTHER_REGION",
        "Outside the program's region",
        "{program} takes meters in {wanted}; this one is in {found}.",
        "Check the transmission region, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_STATE",
        "Outside the program's states",
        "{program} takes meters in {wanted}; this one is in {found}.",
        "Check the state, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_METER_TYPE",
        "Meter type does not fit",
        "{program} takes {wanted}; this is {found}.",
        "Check the meter type, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_OTHER_UTILITY",
        "Utility does not fit",
        "{program} takes customers of {wanted}; this one's utility is {found}.",
        "Check the utility name, or choose another program.",
    ),
    ProblemKind(
        "PROGRAM_NEEDS_AUTHORIZATION",
        "Utility authorization is missing",
        "{program} needs the customer's utility authorization.",
        "Let the customer authorize data sharing through Leap Connect.",
    ),
    ProblemKind(
        "PROGRAM_NOT_OPEN",
        "Program is not open",
        "{program} is not open on {on}.",
        "Choose a program that is open.",
    ),
)

# {"status": EnrollmentStatus value, "missing": [field keys], "reasons": [stored problems]}; "could_join" besides, when
# the upload is not for this program: then it is said in the preview and not written.
Standing = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What the evaluation asks of a program, read once per job."""

    pk: Any
    identifier: str
    transmission_region: str
    meter_types: frozenset[str]
    states: frozenset[str]
    utilities: frozenset[str]
    needs_authorization: bool
    active_from: date | None
    active_to: date | None
    is_partner_created: bool = True

    @classmethod
    def of(cls, program: Program) -> "ProgramFacts":
        return cls(
            pk=program.pk,
            identifier=program.identifier,
            transmission_region=program.transmission_region,
            meter_types=frozenset(program.accepted_meter_types),
            states=frozenset(program.states),
            utilities=frozenset(utility.code for utility in program.utilities.all()),
            needs_authorization=program.needs_utility_authorization,
            active_from=program.active_from,
            active_to=program.active_to,
            is_partner_created=program.is_partner_created,
        )


def misfits(program: ProgramFacts, asset: Mapping[str, Any], *, on: date) -> list[Problem]:
    """Why an asset cannot be in a program whatever its fields say: region, state, meter type, utility, dates."""
    found: list[Problem] = []

    def misfit(code: str, field: str, wanted: Iterable[str], value: str) -> None:
        context = {"program": program.identifier, "wanted": ", ".join(sorted(wanted)), "found": value}
        found.append(Problem(code, field, value, context))

    if asset["transmission_region"] != program.transmission_region:
        misfit(
            "PROGRAM_OTHER_REGION", "transmission_region", [program.transmission_region], asset["transmission_region"]
        )
    state = asset["customer"]["state_or_province_code"]
    if program.states and state not in program.states:
        misfit("PROGRAM_OTHER_STATE", "customer.state_or_province_code", program.states, state)
    if asset["meter_type"] not in program.meter_types:
        misfit("PROGRAM_OTHER_METER_TYPE", "meter_type", program.meter_types, asset["meter_type"])
    utility = asset.get("utility", {}).get("utility_name")
    if utility and program.utilities and utility not in program.utilities:
        misfit("PROGRAM_OTHER_UTILITY", "utility.utility_name", program.utilities, utility)
    if (program.active_from and on < program.active_from) or (program.active_to and on > program.active_to):
        found.append(Problem("PROGRAM_NOT_OPEN", "", "", {"program": program.identifier, "on": on.isoformat()}))
    return found


def hindrances(program: ProgramFacts, asset: Mapping[str, Any], *, on: date, authorized: bool = False) -> list[Problem]:
    """What keeps an asset out of a program whatever its fields say: its misfits, and a missing authorization."""
    found = misfits(program, asset, on=on)
    if program.needs_authorization and not authorized:
        found.append(Problem("PROGRAM_NEEDS_AUTHORIZATION", "", "", {"program": program.identifier}))
    return found


_NEVER = {"PROGRAM_OTHER_REGION", "PROGRAM_OTHER_STATE", "PROGRAM_OTHER_METER_TYPE", "PROGRAM_OTHER_UTILITY"}


def standing(program: ProgramFacts, checked: Checked, hindered_by: Sequence[Problem]) -> Standing:
    """One program's word on one checked asset: eligible, or every reason why not yet."""
    never = any(problem.code in _NEVER for problem in hindered_by)  # then no field would help
    missing = [] if never else list(checked.missing.get(program.identifier, ()))
    unmet = () if never else checked.unmet.get(program.identifier, ())
    reasons = [*hindered_by, *(problem for problem in unmet if problem.code != "PROGRAM_FIELD_MISSING")]
    status = EnrollmentStatus.INELIGIBLE if missing or reasons else EnrollmentStatus.ELIGIBLE
    return {"status": status.value, "missing": missing, "reasons": [reason.as_json() for reason in reasons]}


_BEST_FIRST = (
    EnrollmentStatus.ACTIVE,
    EnrollmentStatus.ELIGIBLE,
    EnrollmentStatus.PENDING,
    EnrollmentStatus.NOT_PARTICIPATING,
    EnrollmentStatus.INELIGIBLE,
)


def best(standings: Mapping[str, Standing]) -> str:
    """The global status: the best of the programs, INELIGIBLE when there is none (leap.md 4.3)."""
    statuses = {standing["status"] for standing in standings.values() if "could_join" not in standing}
    return next((status.value for status in _BEST_FIRST if status.value in statuses), EnrollmentStatus.INELIGIBLE.value)


def enroll(staged: Staged, *, partner: "Partner") -> int:
    """Write how the meters of staged rows (r.meter_id, r.programs) stand in programs; returns how many standings.

    What stood there for the same meter and program goes. A program that a meter only could join is left out.
    """
    vendor = staged.vendor
    standings = staged.joined(
        f"CROSS JOIN {json_sql.each(vendor, 'r.programs', 'says')} JOIN {_table(Program)} p ON p.identifier = says.key"
    ).narrowed(f"{json_sql.text_at(vendor, 'says.value', ['could_join'])} IS NULL")
    return insert_from(
        standings,
        Enrollment,
        {
            "partner": Given(partner.pk),
            "meter": "r.meter_id",
            "program": "p.id",
            "status": json_sql.text_at(vendor, "says.value", ["status"]),
            "missing": json_sql.json_at(vendor, "says.value", ["missing"]),
            "reasons": json_sql.json_at(vendor, "says.value", ["reasons"]),
        },
    )


def restate(meter: Meter, standings: Mapping[str, Standing]) -> None:
    """Say anew how one meter stands in the programs where it stands, and its global status."""
    for row in Enrollment.objects.filter(meter=meter).select_related("program"):
        says = standings.get(row.program.identifier)
        if says is not None:
            row.status, row.missing, row.reasons = says["status"], says["missing"], says["reasons"]
            row.save(update_fields=["status", "missing", "reasons"])
    refresh_status([meter.pk])


def leave_programs(meters: Sequence[UUID], *, programs: Iterable[ProgramFacts] | None = None) -> None:
    """Drop the standings of meters, in these programs or (None) in all."""
    rows = Enrollment.objects.filter(meter__in=meters)
    (rows if programs is None else rows.filter(program__in=[facts.pk for facts in programs])).delete()


def _table(model: type[Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def refresh_status(meters: Sequence[UUID]) -> None:
    """Set each meter's global status to the best of all its programs."""
    by_meter: dict[UUID, dict[str, Standing]] = {meter: {} for meter in meters}
    for meter, program, status in Enrollment.objects.filter(meter__in=meters).values_list("meter", "program", "status"):
        by_meter[meter][str(program)] = {"status": status}
    by_status: dict[str, list[UUID]] = {}
    for meter, standings in by_meter.items():
        by_status.setdefault(best(standings), []).append(meter)
    for status, group in by_status.items():
        Meter.objects.filter(pk__in=group).update(enrollment_status=status)
