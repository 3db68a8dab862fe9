"""What `manage.py doctor` says of erasures."""

from collections.abc import Iterator

from django.core.checks import CheckMessage

from onboarding.privacy.noted import noted, unknown
from portal.operations.doctor import operational, problem


@operational(
    trouble="The notes of erasures cannot be read", hint="See what is wrong with storage.", needs_database=True
)
def erasures() -> Iterator[CheckMessage]:
    """A backup that was restored brings back who was erased after it was made."""
    if again := len(unknown(noted())):
        whom = "1 erasure of a customer" if again == 1 else f"{again:,} erasures of customers"
        said = f"This database is older than {whom}, whose data are back."
        yield problem("erasures", said, "Run: manage.py erasures --repeat")
