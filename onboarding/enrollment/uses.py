"""What enrollments use of the catalogue: a program by its identifier."""

from onboarding.enrollment.models import Enrollment
from programs.models import Program, register_use


def enrollments_of(program: Program) -> str:
    """In words, whether meters have a status in the program; "" when none has."""
    return "Meters have a status in it." if Enrollment.objects.filter(program=program).exists() else ""


register_use(Program, enrollments_of)
