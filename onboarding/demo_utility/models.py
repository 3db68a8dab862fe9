"""What the demo utility keeps: which customer authorized what, and whom it has to tell."""

import secrets
from datetime import datetime, timedelta
from typing import ClassVar, Final

from django.db import models

from onboarding.demo_utility import settings
from onboarding.demo_utility.clock import now
from onboarding.demo_utility.customers import Customer, Meter, customer
from onboarding.demo_utility.registration import UTILITIES, Utility

DAYS: Final = 365  # how long an authorization holds
DAYS_BY_USER: Final = {"expired": 1}
REVOKED_AFTER_DAYS: Final = {"revoked_later": 3}


def random_number() -> str:
    """Ten digits: after a deleted database, numbers that the portal remembers do not come again."""
    return str(10**9 + secrets.randbelow(9 * 10**9))


class Authorization(models.Model):
    """A customer's permission for the portal to read some meters. Times are those of the demo clock.

    Its tokens belong to `owner`, a user made for this authorization alone: so a token sees no other.
    """

    number = models.CharField(max_length=10, unique=True, default=random_number)  # of the subscription, in addresses
    owner = models.OneToOneField("auth.User", models.CASCADE)
    code = models.CharField(max_length=32)
    user_name = models.CharField(max_length=64)
    scope = models.CharField(max_length=400)
    service_points = models.JSONField()
    authorized_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)  # null: the data never arrives
    revoked_at = models.DateTimeField(null=True)  # may lie ahead

    objects: ClassVar[models.Manager["Authorization"]] = models.Manager()

    class Meta:
        app_label = "demo_utility"

    @property
    def utility(self) -> Utility:
        return UTILITIES[self.code]

    @property
    def customer(self) -> Customer:
        return customer(self.code, self.user_name)

    @property
    def meters(self) -> list[Meter]:
        """The meters that were shared."""
        return [meter for meter in self.customer.meters if meter.service_point in self.service_points]

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None and self.revoked_at <= now()

    @property
    def is_active(self) -> bool:
        return not self.is_revoked and now() < self.ends_at

    @property
    def is_ready(self) -> bool:
        return self.ready_at is not None and self.ready_at <= now()


class Notice(models.Model):
    """Something to tell the portal, from `due_at` on (demo clock), until it has answered that it heard."""

    class Kind(models.TextChoices):
        READY = "READY", "Data is ready"
        REVOKED = "REVOKED", "The authorization was revoked"

    authorization = models.ForeignKey(Authorization, models.CASCADE)
    kind = models.CharField(max_length=8, choices=Kind)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField()  # real time: a failed delivery is repeated ever more seldom
    delivered_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Notice"]] = models.Manager()

    class Meta:
        app_label = "demo_utility"
        constraints = [models.UniqueConstraint(fields=["authorization", "kind"], name="one_notice_of_each_kind")]


def times_of(user_name: str, at: datetime) -> dict[str, datetime | None]:
    """When an authorization given at `at` ends, when its data is ready and when it is revoked."""
    days = REVOKED_AFTER_DAYS.get(user_name)
    return {
        "authorized_at": at,
        "ends_at": at + timedelta(days=DAYS_BY_USER.get(user_name, DAYS)),
        "ready_at": None if user_name == "no_data" else at + timedelta(seconds=settings.DELAY_SECONDS),
        "revoked_at": at + timedelta(days=days) if days else None,
    }
