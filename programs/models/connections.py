"""How the portal reaches a utility's data for customers who authorize it (Green Button Connect My Data)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from simple_history.models import HistoricalRecords

from portal.security.keyring import SecretField
from programs.models.base import Sourced, Stamped
from programs.models.places import Utility

_ADDRESS = URLValidator(schemes=["https", "http"])


def _url(name: str, *, blank: bool = False, help_text: str = "") -> models.CharField:
    return models.CharField(name, max_length=500, blank=blank, help_text=help_text, validators=[_ADDRESS])


class TokenAuthMethod(models.TextChoices):
    """How the portal proves to the utility's token endpoint who it is (RFC 6749, section 2.3.1)."""

    BASIC = "client_secret_basic", "HTTP Basic (client_secret_basic)"
    POST = "client_secret_post", "In the request's body (client_secret_post)"


class UtilityConnection(Stamped, Sourced):
    """One utility's Green Button Connect My Data service: its addresses, our registration there, and its quirks.

    The history of changes leaves the client secret out.
    """

    utility = models.OneToOneField(Utility, on_delete=models.CASCADE, related_name="green_button")
    authorization_url = _url("authorization URL", help_text="Where customers sign in.")
    token_url = _url("token URL")
    revocation_url = _url("revocation URL", blank=True, help_text="Leave empty if it has none.")
    resource_url = _url("resource URL", help_text="Where the feeds are, for example https://…/espi/1_1/resource.")
    client_id = models.CharField(
        "client ID", max_length=200, help_text="As assigned when the utility registered the portal."
    )
    client_secret = SecretField("client secret", help_text="Stored encrypted and never shown. Leave empty to keep it.")
    token_auth_method = models.CharField(max_length=24, choices=TokenAuthMethod.choices, default=TokenAuthMethod.BASIC)
    scope = models.CharField(
        max_length=500, help_text="The ESPI scope string, for example FB=4_5_15;IntervalDuration=900;HistoryLength=13."
    )
    uses_pkce = models.BooleanField("uses PKCE", default=False)
    issuer = models.CharField(
        max_length=500, blank=True, help_text="The iss that its responses must contain. Leave empty to skip the check."
    )
    client_certificate = models.CharField(
        max_length=500,
        blank=True,
        help_text="Path on the server to the certificate with its key. Leave empty if not required.",
    )
    notifies = models.BooleanField(
        "sends notifications", default=False, help_text="If off, the portal checks for new data regularly."
    )
    customer_help = models.TextField(
        blank=True, help_text="For customers: where to find what this utility asks for at sign-in."
    )
    customer_help_es = models.TextField(
        "customer help in Spanish", blank=True, help_text="If empty, Spanish-speaking customers see the English one."
    )
    is_active = models.BooleanField("active", default=True, help_text="If off, customers can’t choose it.")
    history = HistoricalRecords(excluded_fields=["client_secret"])

    class Meta:
        verbose_name = "Green Button connection"

    def __str__(self) -> str:
        return f"Green Button at {self.utility.code}"

    def clean(self) -> None:
        names = ("authorization_url", "token_url", "revocation_url", "resource_url")
        if faults := {name: fault for name in names if (fault := _fault_of(getattr(self, name)))}:
            raise ValidationError(faults)


def _fault_of(url: str) -> str:
    """What the one client that dials out would refuse already by the address itself."""
    parts = urlsplit(url)
    if parts.username is not None or parts.password is not None:
        return "Leave the user name and password out of the address."
    if parts.scheme == "http" and not settings.OUTBOUND_ALLOWS_LOOPBACK:
        return "The address must begin with https://."
    return ""
