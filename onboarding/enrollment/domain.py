"""What a program says of one asset, before or after it is a meter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from onboarding.enrollment.models import Enrollment
from onboarding.meters.models import EnrollmentStatus, Meter
from portal.problems import Problem, ProblemKind, register
from portal.storage.bulk import insert
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

Standing = dict[str, Any]  # {"status": EnrollmentStatus value, "missing": [field keys], "reasons": [stored problems]}


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


def standing(program: ProgramFacts, checked: Checked, *, on: date, authorized: bool = False) -> Standing:
    """One program's word on one checked asset: eligible, or every reason why not yet."""
    assert checked.asset is not None
    reasons = misfits(program, checked.asset, on=on)
    missing = list(checked.missing.get(program.identifier, ()))
    reasons += [
        problem for problem in checked.unmet.get(program.identifier, ()) if problem.code != "PROGRAM_FIELD_MISSING"
    ]
    if program.needs_authorization and not authorized:
        reasons.append(Problem("PROGRAM_NEEDS_AUTHORIZATION", "", "", {"program": program.identifier}))
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
    statuses = {standing["status"] for standing in standings.values()}
    return next((status.value for status in _BEST_FIRST if status.value in statuses), EnrollmentStatus.INELIGIBLE.value)


def enroll(
    standings: Sequence[tuple[UUID, Mapping[str, Standing]]],
    *,
    programs: Mapping[str, ProgramFacts],
    partner: "Partner",
) -> None:
    """Write how meters stand in programs, in place of what stood there for the same meter and program."""
    meters = [meter_id for meter_id, _ in standings]
    Enrollment.objects.filter(
        meter__in=meters, program__in=[facts.pk for facts in programs.values()], partner=partner
    ).delete()
    insert(
        Enrollment,
        ["partner", "meter", "program", "status", "missing", "reasons"],
        (
            (partner.pk, meter_id, programs[identifier].pk, says["status"], says["missing"], says["reasons"])
            for meter_id, by_program in standings
            for identifier, says in by_program.items()
            if identifier in programs
        ),
    )


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
