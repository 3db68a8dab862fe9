"""Named reads of programs for evaluation."""

from collections.abc import Collection

from onboarding.enrollment.domain import ProgramFacts
from programs.models import Program


def program_facts(identifiers: Collection[str] = ()) -> dict[str, ProgramFacts]:
    """The facts of the named programs by identifier; of every program when none is named."""
    programs = Program.objects.prefetch_related("utilities")
    if identifiers:
        programs = programs.filter(identifier__in=identifiers)
    return {program.identifier: ProgramFacts.of(program) for program in programs}
