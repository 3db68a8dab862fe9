"""What meters use of the catalogue: a utility by its code."""

from onboarding.meters.models import Meter
from programs.models import Utility, register_use


def meters_of(utility: Utility) -> str:
    """In words, whether meters name the utility; "" when none does."""
    return "Meters name it." if Meter.objects.filter(utility_name=utility.code).exists() else ""


register_use(Utility, meters_of)
