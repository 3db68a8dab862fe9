"""What the customer-authorized way keeps: links, connections, sessions, authorizations, consents and feeds."""

from datetime import datetime
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from onboarding.connect.choices import (
    REGIONS_WITHOUT_UTILITY_SIGN_IN,
    AuthorizationState,
    ConsentDocument,
    ConsentState,
    DataState,
    DropOffReason,
    EndReason,
    FailureReason,
    LinkState,
    NoteKind,
    Reached,
    SessionState,
    SignedAs,
    Step,
    StopReason,
    Variant,
)
from onboarding.connect.languages import ENGLISH
from onboarding.meters.models import KEY_LENGTH
from portal.events.subjects import Subject, register
from portal.security.keyring import SecretField
from portal.storage.file_names import FileNameField
from portal.storage.ids import uuid7
from programs.identifiers import reference_key
from programs.models import TRANSMISSION_REGIONS, in_language

REFERENCE_LENGTH: Final = 256
_LEDGER_VERBS: Final = ("granted", "ended", "supplied", "confirmed", "rejected", "withdrawn")
register(
    Subject("connectlink", "Connect link", page="connect-link"),
    Subject("connection", "Connection", page="connection"),
    Subject("connectsession", "Connect session"),
    Subject("authorization", "Authorization"),
    Subject("redirecthost", "Redirect host"),
    Subject("stoppedaddress", "Email address"),
    Subject("suppliedconsent", "Supplied consent"),
)


class RedirectHost(models.Model):
    """A host of a partner's own pages, to which its customers may be sent at the end of their journey."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="redirect_hosts")
    host = models.CharField(max_length=253, help_text="For example www.acme.example; with :port where it needs one.")
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["host"]
        constraints = [models.UniqueConstraint(fields=["partner", "host"], name="one_redirect_host_per_partner")]

    def __str__(self) -> str:
        return self.host


class ConnectLink(models.Model):
    """An address that a partner gives to its customers, and what they are asked and shown behind it.

    `title` is its name in addresses, unique for the partner. A paused link tells customers to come back later; an ended
    one is gone for good, and what was begun through it goes on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="connect_links")
    title = models.SlugField(max_length=64)
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    variant = models.CharField(max_length=32, choices=Variant.choices, default=Variant.RESIDENTIAL)
    programs = models.JSONField(default=list, blank=True, help_text="Program identifiers; empty for all of the region.")
    utilities = models.JSONField(default=list, blank=True, help_text="Codes of the utilities that are asked for.")
    final_redirect = models.URLField("final redirect URL", max_length=1000, blank=True)
    display_name = models.CharField("name shown to customers", max_length=80, blank=True)
    logo = FileNameField(max_length=200, blank=True, help_text="A stored PNG; the path below the files' folder.")
    color = models.CharField(max_length=7, blank=True, help_text="As #1a4d2e.")
    welcome = models.TextField("welcome text", max_length=600, blank=True)
    welcome_es = models.TextField("welcome text in Spanish", max_length=600, blank=True)
    support_contact = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=8, choices=LinkState.choices, default=LinkState.ACTIVE)
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["partner", "title"], name="one_connect_link_per_title")]

    def __str__(self) -> str:
        return f"{self.title} of {self.partner_id}"

    @property
    def shown_name(self) -> str:
        """The name under which customers know the partner."""
        return self.display_name or self.partner.name

    def welcome_in(self, language: str) -> str:
        """The partner's own words to customers, in a language; the English ones where it wrote no others."""
        return in_language(self, "welcome", language)

    @property
    def classification(self) -> str:
        """RESIDENTIAL or COMMERCIAL."""
        return Variant(self.variant).classification

    @property
    def is_device(self) -> bool:
        """Whether customers come with a device."""
        return Variant(self.variant).is_device

    @property
    def asks_utility(self) -> bool:
        """Whether customers sign in at a utility."""
        variant = Variant(self.variant)
        has_sign_in = self.transmission_region not in REGIONS_WITHOUT_UTILITY_SIGN_IN
        return has_sign_in and not (variant.is_agreements_only or variant.is_device)

    @property
    def left_out(self) -> int:
        """The bits of the steps that customers of this link are never asked for (`Connection.passed`)."""
        steps = [] if self.asks_utility else [Reached.UTILITY, Reached.AUTHORIZED, Reached.DATA]
        steps += [Reached.METER] if Variant(self.variant).is_agreements_only else []
        return sum(step.bit for step in steps)


class PairingCode(models.Model):
    """A code that somebody without the link types to begin its journey for one reference ID.

    Kept as a keyed digest: the code itself is shown once. It begins one session, and another one only when that is over
    without an end.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    link = models.ForeignKey(ConnectLink, on_delete=models.CASCADE, related_name="pairing_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    reference = models.CharField("reference ID", max_length=REFERENCE_LENGTH)
    reference_key = models.CharField(max_length=KEY_LENGTH)
    created_by = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True, help_text="When it was first typed.")
    session = models.ForeignKey("ConnectSession", null=True, on_delete=models.SET_NULL, related_name="+")

    def __str__(self) -> str:
        return f"code for {self.reference}"

    def is_open(self, at: datetime) -> bool:
        """Whether it leads anywhere."""
        return self.revoked_at is None and self.expires_at > at


class Connection(models.Model):
    """One customer or site of a partner on its way through Connect: one row for each refId that somebody used.

    Its sessions, authorizations and notes say how far it is. What the funnel counts follows from the notes as they are
    added, from `link` to `minutes_to_data` (onboarding/connect/progress.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="connections", db_index=False)
    reference = models.CharField("reference ID", max_length=REFERENCE_LENGTH)
    reference_key = models.CharField(max_length=KEY_LENGTH)
    transmission_region = models.CharField(max_length=16, choices=TRANSMISSION_REGIONS)
    started_at = models.DateTimeField()
    last_interaction_at = models.DateTimeField()
    needs_partner = models.BooleanField(default=False, help_text="Something waits for the partner's decision.")
    link = models.ForeignKey(
        ConnectLink,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="Through which it was last opened.",
    )
    utility = models.ForeignKey(
        "programs.Utility",
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="At which it came furthest.",
    )
    device_type = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="A code of device.device_type, as the customer chose last; empty where no device is asked.",
    )
    reached = models.PositiveSmallIntegerField(
        choices=Reached.choices, default=Reached.OPENED, db_default=Reached.OPENED
    )
    passed = models.PositiveSmallIntegerField(
        default=Reached.OPENED.bit, db_default=Reached.OPENED.bit, help_text="A bit for each step that it took."
    )
    stopped_by = models.CharField(
        max_length=24,
        choices=DropOffReason.choices,
        blank=True,
        default="",
        db_default="",
        help_text="Empty while it is under way, and once it has a meter.",
    )
    minutes_to_authorize = models.PositiveIntegerField(null=True, help_text="From the first opening.")
    minutes_to_data = models.PositiveIntegerField(null=True, help_text="From the authorization.")
    newest_notes: "list[ConnectionNote]"  # of rows by queries.connections_of

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "reference_key"], name="one_connection_per_reference")
        ]
        indexes = [
            models.Index(fields=["partner", "id"], name="connection_newest"),
            models.Index(fields=["partner", "last_interaction_at", "id"], name="connection_by_interaction"),
            models.Index(
                fields=[
                    "partner",
                    "started_at",
                    "reached",
                    "passed",
                    "stopped_by",
                    "link",
                    "utility",
                    "device_type",
                    "minutes_to_authorize",
                    "minutes_to_data",
                ],
                name="connection_progress",
            ),
            models.Index(fields=["partner"], name="connection_to_decide", condition=Q(needs_partner=True)),
        ]

    def __str__(self) -> str:
        return f"{self.reference} of {self.partner_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the normal form by which references are compared."""
        self.reference_key = self.reference_key or reference_key(self.reference)
        super().save(*args, **kwargs)


class ConnectSession(models.Model):
    """One customer's walk through a link in one browser. `answers` holds what the customer typed.

    Without a refId in the address it has no connection and is not listed. It ends 24 hours after the last step.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    link = models.ForeignKey(ConnectLink, on_delete=models.PROTECT, related_name="sessions")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.PROTECT, related_name="sessions")
    browser_hash = models.CharField(max_length=64, help_text="Of the secret that only the customer's browser has.")
    state = models.CharField(max_length=12, choices=SessionState.choices, default=SessionState.CREATED)
    step = models.CharField(max_length=12, choices=Step.choices, default=Step.WELCOME)
    utilities = models.JSONField(default=list, help_text="Codes that the address asked for; empty for all.")
    programs = models.JSONField(default=list, help_text="Identifiers that the address asked for; empty for the link's.")
    parameters = models.JSONField(default=list, help_text="[name, value] of the partner's own, for the final redirect.")
    answers = models.JSONField(default=dict, help_text="By the key of the information, or the path of a field.")
    is_without_program = models.BooleanField(
        default=False,
        db_default=False,
        help_text="No program takes the device; the customer finished anyway.",
    )
    language = models.CharField(max_length=8, default="en", help_text="In which the customer reads, and is written to.")
    address = models.CharField(max_length=45, blank=True, help_text="Where the customer's requests came from.")
    created_at = models.DateTimeField()
    last_interaction_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    meter = models.ForeignKey(
        "onboarding.Meter",
        null=True,
        on_delete=models.SET_NULL,
        related_name="connect_sessions",
        help_text="The meter that the device became which the customer described.",
    )
    renews = models.ForeignKey(
        "Authorization",
        null=True,
        on_delete=models.SET_NULL,
        related_name="renewals",
        help_text="The authorization for whose renewal the session was begun.",
    )

    class Meta:
        indexes = [
            models.Index(fields=["link", "last_interaction_at"], name="connect_session_of_link"),
            models.Index(
                fields=["last_interaction_at"],
                name="connect_session_open",
                condition=Q(state__in=["CREATED", "UPDATED"]),
            ),
            models.Index(
                fields=["partner", "created_at"], name="connect_session_unnamed", condition=Q(connection__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} session of {self.link_id}"


class Authorization(models.Model):
    """A customer's permission that one utility gives us its data: from the way to the utility's sign-in to its end.

    `state` tells how the customer's part went, `data_state` how far the utility's data is. Tokens are encrypted.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(ConnectSession, on_delete=models.PROTECT, related_name="authorizations")
    connection = models.ForeignKey(Connection, null=True, on_delete=models.PROTECT, related_name="authorizations")
    utility = models.ForeignKey("programs.Utility", on_delete=models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=AuthorizationState.choices, default=AuthorizationState.INITIATED)
    failure = models.CharField(max_length=32, choices=FailureReason.choices, blank=True)
    state_hash = models.CharField(max_length=64, unique=True, help_text="Of the OAuth state; used once.")
    code_verifier = SecretField(blank=True)
    scope = models.TextField(blank=True, help_text="As the utility granted it.")
    access_token = SecretField(blank=True)
    refresh_token = SecretField(blank=True)
    token_expires_at = models.DateTimeField(null=True)
    resource_url = models.CharField(max_length=2000, blank=True)
    authorization_url = models.CharField(max_length=2000, blank=True)
    customer_url = models.CharField(max_length=2000, blank=True)
    initiated_at = models.DateTimeField()
    returned_at = models.DateTimeField(null=True, help_text="When the customer came back: the state is used up.")
    authorized_at = models.DateTimeField(null=True)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True, help_text="As the utility says; empty when it is open.")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=EndReason.choices, blank=True)
    data_state = models.CharField(max_length=12, choices=DataState.choices, default=DataState.NONE)
    data_received_at = models.DateTimeField(null=True, help_text="When the first data arrived.")
    last_fetched_at = models.DateTimeField(null=True)
    next_fetch_at = models.DateTimeField(null=True, help_text="Empty: nothing is fetched any more.")
    fetch_attempts = models.PositiveIntegerField(default=0, help_text="Without an answer, one after the other.")

    class Meta:
        indexes = [
            models.Index(
                fields=["next_fetch_at"], name="authorization_to_fetch", condition=Q(next_fetch_at__isnull=False)
            ),
            models.Index(fields=["utility", "resource_url"], name="authorization_by_resource"),
            models.Index(fields=["utility", "initiated_at"], name="authorization_by_try"),
        ]

    def __str__(self) -> str:
        return f"{self.state} at {self.utility_id}"

    @property
    def is_running(self) -> bool:
        """Whether the customer has authorized and nothing has ended that."""
        return self.state == AuthorizationState.COMPLETED and self.ended_at is None


class ServicePoint(models.Model):
    """A usage point that an authorization covers, as the utility's feeds tell of it, and the meter that it is.

    Without a meter it waits for the partner's decision (`candidates`), or is of a kind that is no meter (gas, water).
    Its keys are the normal forms by which it is compared with meters (programs.identifiers).
    """

    authorization = models.ForeignKey(Authorization, on_delete=models.CASCADE, related_name="service_points")
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    utility = models.ForeignKey("programs.Utility", on_delete=models.PROTECT, related_name="+", db_index=False)
    usage_point = models.CharField(max_length=256)
    kind = models.CharField(max_length=12)
    account_number = models.CharField(max_length=128, blank=True)
    agreement_number = models.CharField(max_length=128, blank=True)
    service_point_number = models.CharField(max_length=128, blank=True)
    meter_serials = models.JSONField(default=list)
    keys = models.JSONField(default=list, help_text="Normal forms of all its identifiers.")
    facts = models.JSONField(default=dict, help_text="Name, address and tariff as the utility has them.")
    meter = models.ForeignKey("onboarding.Meter", null=True, on_delete=models.SET_NULL, related_name="service_points")
    candidates = models.JSONField(default=list, help_text="IDs of meters that it may be; the partner decides.")
    problem = models.JSONField(default=dict, help_text="Why it is not joined: a coded problem.")
    decided_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["authorization", "usage_point"], name="one_row_per_usage_point")]
        indexes = [models.Index(fields=["partner", "utility", "usage_point"], name="service_point_of_utility")]

    def __str__(self) -> str:
        return f"{self.usage_point} at {self.utility_id}"


class ConnectionNote(models.Model):
    """Something that happened to a connection, added and never changed: a code, its facts, what is expected."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="notes")
    authorization = models.ForeignKey(Authorization, null=True, on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=32, choices=NoteKind.choices)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    expected_by = models.DateTimeField(null=True, help_text="When the next step is expected.")

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.kind} of {self.connection_id}"


class Signature(models.Model):
    """A document that a customer signed: its version, language and digest, the typed name, when and from where.

    `file` is the PDF of what was signed, with the signature on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    session = models.ForeignKey(ConnectSession, on_delete=models.PROTECT, related_name="signatures")
    code = models.CharField(max_length=64)
    version = models.CharField(max_length=32)
    language = models.CharField(max_length=8, default="en", help_text="Of the text that was read and signed.")
    title = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    name = models.CharField("typed name", max_length=128)
    capacity = models.CharField(max_length=12, choices=SignedAs.choices, default=SignedAs.CUSTOMER)
    address = models.CharField(max_length=45, blank=True)
    signed_at = models.DateTimeField()
    file = FileNameField(max_length=200, blank=True)
    file_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "code", "version"], name="one_signature_per_document")
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version} by {self.name}"

    @property
    def file_name(self) -> str:
        """The name of the PDF for whoever downloads it."""
        language = "" if self.language == ENGLISH else f"-{self.language}"
        return f"{self.code}-{self.version}{language}.pdf"


class Consent(models.Model):
    """One line of the consent ledger: what a customer allowed or ended, and the evidence. Added, never changed.

    Of an authorization it is granted or ended; of a consent that the partner supplied, the others.
    It names things by their IDs rather than by foreign keys, since it outlives them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.UUIDField("partner", db_index=True)
    partner_name = models.CharField(max_length=128)
    reference = models.CharField(max_length=REFERENCE_LENGTH, blank=True)
    reference_key = models.CharField(max_length=KEY_LENGTH, blank=True)
    authorization = models.UUIDField(db_index=True, null=True)
    supplied_consent = models.UUIDField(db_index=True, null=True)
    verb = models.CharField(max_length=12, choices=[(verb, verb.capitalize()) for verb in _LEDGER_VERBS])
    customer_name = models.CharField(max_length=128, blank=True)
    customer_email = models.CharField(max_length=254, blank=True)
    utility = models.CharField(max_length=32)
    scope = models.TextField(blank=True)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    reason = models.CharField(max_length=20, blank=True)
    evidence = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["owner", "reference_key"], name="consent_of_customer")]

    def __str__(self) -> str:
        return f"{self.verb} {self.utility} {self.at:%Y-%m-%d}"


class SuppliedConsent(models.Model):
    """A consent that a partner collected elsewhere, as a signed PDF, and what our staff said of it.

    Dates are days: it can be used through the end of `valid_until`, without one until it is withdrawn.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="supplied_consents")
    utility = models.ForeignKey("programs.Utility", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField("document", max_length=12, choices=ConsentDocument.choices)
    title = models.CharField("name of the document", max_length=100, blank=True, help_text="Of another document.")
    account_number = models.CharField(max_length=128, blank=True)
    service_point_number = models.CharField(max_length=128, blank=True)
    signer_name = models.CharField("signed by", max_length=128)
    customer_name = models.CharField(max_length=128, blank=True)
    customer_email = models.EmailField(max_length=254, blank=True)
    signed_on = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    file = FileNameField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField("SHA-256 of the file", max_length=64)
    state = models.CharField("status", max_length=12, choices=ConsentState.choices, default=ConsentState.SUBMITTED)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was rejected. The partner sees this.")
    supplied_by = models.CharField(max_length=200)
    supplied_at = models.DateTimeField()
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "utility", "sha256"],
                name="one_supplied_consent_per_file",
                condition=Q(state__in=["SUBMITTED", "CONFIRMED"]),
            )
        ]
        indexes = [
            models.Index(
                fields=["supplied_at", "id"], name="supplied_consent_to_review", condition=Q(state="SUBMITTED")
            ),
            models.Index(fields=["partner"], name="supplied_consent_to_replace", condition=Q(state="REJECTED")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.connection_id}"

    @property
    def document(self) -> str:
        """The document in words: its kind, and the name that the partner gave it."""
        kind = ConsentDocument(self.kind)
        if not self.title:
            return str(kind.label)
        return self.title if kind == ConsentDocument.OTHER else f"{kind.label}: {self.title}"

    @property
    def status(self) -> ConsentState:
        return ConsentState(self.state)


class Feed(models.Model):
    """A feed as the utility sent it, kept as it came. `kind` is usage or customer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.CASCADE, related_name="feeds")
    kind = models.CharField(max_length=12, choices=[("usage", "Usage"), ("customer", "Customer")])
    file = FileNameField(max_length=200)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    problem = models.JSONField(default=dict, help_text="Why it could not be read: a coded problem.")

    def __str__(self) -> str:
        return f"{self.kind} of {self.authorization_id}"


class CustomerEmail(models.Model):
    """An email to a customer about the customer's own authorization: the link to see and revoke it, what was signed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(ConnectSession, on_delete=models.CASCADE, related_name="emails")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    attachments = models.JSONField(default=list, help_text="[path below the files' folder, name] of each.")
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(Lower("to"), name="customer_email_by_address")]

    def __str__(self) -> str:
        return f"{self.subject} for session {self.session_id}"


class LinkEmail(models.Model):
    """A link on its way to a customer by email; the row is gone once it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    link = models.ForeignKey(ConnectLink, on_delete=models.CASCADE, related_name="+")
    to = models.EmailField(max_length=254)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.link_id} by email"


class InvitedCustomer(models.Model):
    """The address to which a partner last sent a link with a reference ID from the portal."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    reference_key = models.CharField(max_length=KEY_LENGTH)
    email = models.EmailField(max_length=254)
    invited_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "reference_key"], name="one_invited_address")]

    def __str__(self) -> str:
        return f"{self.reference_key} of {self.partner_id}"


class StoppedAddress(models.Model):
    """An email address to which the portal sends no reminders for a partner any more, in lowercase."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    email = models.EmailField(max_length=254)
    reason = models.CharField(max_length=12, choices=StopReason.choices)
    told = models.CharField(max_length=200, blank=True, help_text="What the mail server answered, if it was that.")
    stopped_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "email"], name="one_stopped_address")]

    def __str__(self) -> str:
        return f"{self.reason} of {self.partner_id}"


class UtilityOutage(models.Model):
    """A time in which many customers of all partners could not sign in at a utility through its own fault."""

    utility = models.ForeignKey("programs.Utility", on_delete=models.CASCADE, related_name="+")
    began_at = models.DateTimeField(help_text="When the first try failed.")
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["utility"], condition=Q(ended_at__isnull=True), name="one_open_outage_per_utility"
            )
        ]

    def __str__(self) -> str:
        return f"{self.utility_id} from {self.began_at}"


class OutageFollowUp(models.Model):
    """A customer who is told once when a utility works again: met the failure, or asked for it.

    `settled_at` without an email: nothing was written, since the customer is further, opted out or has no address.
    """

    outage = models.ForeignKey(UtilityOutage, on_delete=models.CASCADE, related_name="follow_ups")
    session = models.ForeignKey(ConnectSession, on_delete=models.CASCADE, related_name="+")
    was_asked_for = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    email = models.EmailField(max_length=254, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["outage", "session"], name="one_follow_up_per_session")]
        indexes = [
            models.Index(fields=["outage"], name="follow_up_open", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} after {self.outage_id}"
