"""Who uses the portal: people, partners, who belongs where, invitations and API keys."""

import zoneinfo
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower, Now

from portal import clock
from portal.events.subjects import Subject, register
from portal.storage.ids import uuid7

register(
    Subject("partner", "Partner"),
    Subject("user", "Person"),
    Subject("membership", "Member"),
    Subject("invitation", "Invitation"),
    Subject("apikey", "API key"),
)


def known_time_zone(name: str) -> None:
    """Refuses what no time zone database knows."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError("There is no time zone with this name.")


class UserManager(BaseUserManager["User"]):
    """Makes users; their email is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **extra: object) -> "User":
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: object) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in with an email address."""

    email = models.EmailField("email", max_length=254, unique=True)
    name = models.CharField(max_length=150, blank=True)
    is_staff = models.BooleanField("staff", default=False, help_text="May sign in to the admin.")
    is_active = models.BooleanField("active", default=True, help_text="Turn off instead of deleting.")
    date_joined = models.DateTimeField(db_default=Now())

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_user_per_email")]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name or self.email

    def get_short_name(self) -> str:
        return self.name or self.email


class PartnerManager(models.Manager["Partner"]):
    """Partners, sandboxes among them."""

    def real(self) -> models.QuerySet["Partner"]:
        """Without sandboxes: who participates in programs."""
        return self.filter(sandbox_of=None)


class Partner(models.Model):
    """An organization that onboards its customers' devices and utility meters.

    Everything of one partner is invisible to the others. A partner with `sandbox_of` is the sandbox of a real one: it
    has the same people and pages, holds made-up data, and reaches no program (portal/partners/sandboxes.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=128, unique=True)
    slug = models.SlugField(max_length=64, unique=True)
    time_zone = models.CharField(
        max_length=64,
        default="America/Los_Angeles",
        validators=[known_time_zone],
        help_text="An IANA name, for example America/Chicago. Pages show times in this zone.",
    )
    requires_two_factor = models.BooleanField(
        "two-factor sign-in",
        default=False,
        db_default=False,
        help_text="Everyone at this partner needs two-factor sign-in.",
    )
    is_active = models.BooleanField(default=True)
    api_requests_per_minute = models.PositiveIntegerField(
        "API requests per minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="For each of its keys. Leave empty to use the portal’s default.",
    )
    sandbox_of = models.OneToOneField(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="sandbox",
        help_text="The real partner this sandbox belongs to. Empty for a real partner.",
    )
    filled_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When the sandbox was filled with sample data. Empty while it is being filled.",
    )
    log_from = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="The event after which its log is shown: what was before a sandbox's last reset is kept unseen.",
    )
    created_at = models.DateTimeField(db_default=Now())

    objects = PartnerManager()

    def __str__(self) -> str:
        return self.name

    @property
    def is_sandbox(self) -> bool:
        return self.sandbox_of_id is not None

    @property
    def is_being_filled(self) -> bool:
        """Whether it is a sandbox whose made-up data is not complete."""
        return self.is_sandbox and self.filled_at is None

    @property
    def counterpart(self) -> "Partner | None":
        """The sandbox of a real partner, or the real partner of a sandbox; None without one."""
        return self.sandbox_of or getattr(self, "sandbox", None)


class Role(models.TextChoices):
    """What a member may do (leap.md 7)."""

    MANAGER = "MANAGER", "Manager"
    USER = "USER", "User"

    @property
    def meaning(self) -> str:
        return {
            "MANAGER": "Can work with meters and uploads, and invite and remove people.",
            "USER": "Can work with meters and uploads.",
        }[self.value]


class Membership(models.Model):
    """One person's place in one partner."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.USER)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "user"], name="one_membership_per_partner_and_user")]

    def __str__(self) -> str:
        return f"{self.user} in {self.partner} as {self.get_role_display()}"


class Invitation(models.Model):
    """An email to somebody: join this partner in this role. Only the hash of its secret is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField("email", max_length=254)
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.USER)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "email"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_partner_and_email",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.partner}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()


class KeyPermission(models.TextChoices):
    """What a key may do: a group of operations each. Leap publishes no list of names, so these are ours."""

    READ_METERS = "READ_METERS", "Read meters"
    WRITE_METERS = "WRITE_METERS", "Create and change meters"
    ENROLLMENT = "ENROLLMENT", "Change participation"
    CONNECTIONS = "CONNECTIONS", "Read connections"
    WEBHOOKS = "WEBHOOKS", "Manage webhooks and read events"
    INTERVAL_DATA = "INTERVAL_DATA", "Upload and read interval data"

    @property
    def meaning(self) -> str:
        return {
            "READ_METERS": "Meters, jobs, enrollment status, required actions and deadlines.",
            "WRITE_METERS": "Create, update and archive meters, one by one or in bulk jobs.",
            "ENROLLMENT": "Idle times, disenrollment and resuming participation.",
            "CONNECTIONS": "Your customers’ progress in Connect, and what they signed.",
            "WEBHOOKS": "Create, change and delete webhooks, and read the event stream.",
            "INTERVAL_DATA": "Send interval data, and see what has been received.",
        }[self.value]


def every_permission() -> list[str]:
    """All that a key can be allowed: what keys could do before there were permissions."""
    return list(KeyPermission.values)


LIVE_PREFIX = "lpk_live_"
TEST_PREFIX = "lpk_test_"


class ApiKey(models.Model):
    """A key with which a partner's software calls the API: `id:secret`. Only the hash of the secret is kept.

    The id says what it is, so that scanners of secrets know one: lpk_live_, or lpk_test_ of a sandbox, and 16 digits;
    older keys have the digits alone. A key that replaces another one is a key of its own; the other one works until
    it expires.
    """

    id = models.CharField(primary_key=True, max_length=32)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=100)
    secret_hash = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(db_default=Now())
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.CharField(max_length=64, blank=True, default="", db_default="")
    permissions = models.JSONField(
        default=every_permission,
        db_default=Value(KeyPermission.values, models.JSONField()),
        help_text="The key’s permissions, as named in KeyPermission.",
    )
    networks = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text="Allowed networks, as address ranges in CIDR form. Empty for any network.",
    )
    rolled_from = models.OneToOneField(
        "self", null=True, on_delete=models.SET_NULL, related_name="rolled_into", help_text="The key it replaces."
    )
    expires_at = models.DateTimeField(null=True, help_text="If empty, it works until it is revoked.")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "API key"

    def __str__(self) -> str:
        return f"{self.name} ({self.pk})"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()

    @property
    def works(self) -> bool:
        return self.revoked_at is None and not self.is_expired

    @property
    def is_test(self) -> bool:
        return self.pk.startswith(TEST_PREFIX)

    def may(self, permission: KeyPermission) -> bool:
        return permission.value in self.permissions

    @property
    def may_everything(self) -> bool:
        return all(self.may(permission) for permission in KeyPermission)

    @property
    def permission_labels(self) -> list[str]:
        return [permission.label for permission in KeyPermission if self.may(permission)]
