"""One change of many meters, and what became of each."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.events.subjects import Subject, register
from portal.problems import Problem
from portal.storage.ids import uuid7

if TYPE_CHECKING:
    from portal.partners.models import Partner

register(Subject("bulkaction", "Change of many meters", page="bulk-action"))


class BulkState(models.TextChoices):
    """The state of a bulk action."""

    ASKED = "asked", "Waiting for you"
    RUNNING = "running", "Changing meters"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped partway"

    @property
    def tone(self) -> str:
        return {"asked": "warning", "done": "success", "stopped": "danger"}.get(self.value, "info")


class BulkResult(models.TextChoices):
    """What became of one meter, or of one row that speaks of a meter."""

    WAITING = "waiting", "Waiting for your confirmation"
    CHANGED = "changed", "Changed"
    REPLACED = "replaced", "Changed; replaced an earlier time-out on these days"
    SAME = "same", "No change needed"
    MEANWHILE = "meanwhile", "Changed since you loaded it, so left as is"
    GONE = "gone", "No longer exists"
    REFUSED = "refused", "Can’t be changed"


class BulkAction(models.Model):
    """One change of many meters: those named in `meters`, or (None) all that match the filters in `query`.

    A change that comes by a spreadsheet says row by row what to do: its rows are there from the start, and `value`
    names its file. What a tag or a name cannot say is in `details`. How a kind is done: bulk/actions. What people of
    Leap record about meters of several partners belongs to none of them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.JSONField(help_text="Who asked: kind, id, label.")
    kind = models.CharField(max_length=16, help_text="Which handler does it.")
    value = models.CharField(max_length=128, blank=True)
    details = models.JSONField(null=True, help_text="How it is done, such as from when; None until it is said.")
    is_by_rows = models.BooleanField(default=False, help_text="Whether a spreadsheet says row by row what to do.")
    meters = models.JSONField(null=True, help_text="Meter IDs, when they were chosen one by one.")
    query = models.TextField(blank=True, help_text="The filters of the Meters page, as its query string.")
    seen_at = models.DateTimeField(help_text="When the person saw the meters; one changed since then is left.")
    state = models.CharField(max_length=8, choices=BulkState.choices, default=BulkState.ASKED)
    counts = models.JSONField(default=dict, help_text="Meters by BulkResult.")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["partner", "id"], name="bulk_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}".strip()

    @property
    def owner(self) -> "Partner":
        """The partner. An action of Leap's people has none: ValueError."""
        if self.partner is None:
            raise ValueError(f"{self} belongs to no partner")
        return self.partner

    @property
    def changed(self) -> int:
        """How many meters were changed."""
        return int(self.counts.get(BulkResult.CHANGED, 0) + self.counts.get(BulkResult.REPLACED, 0))

    @property
    def status(self) -> BulkState:
        return BulkState(self.state)


class BulkRow(models.Model):
    """What became of one meter of a bulk action.

    Of a spreadsheet it is a row of somebody's file: its number there, the meter once it is known, the reference that
    the meter had, what the row asks for, and what is wrong with it when it cannot be done.
    """

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(null=True, help_text="The row's number in the partner's own file.")
    meter_id = models.UUIDField(null=True)
    partner_reference = models.CharField(max_length=256, blank=True)
    new_reference = models.CharField(max_length=256, blank=True, db_default="")
    details = models.JSONField(null=True, help_text="What else the row asks for, as it can be sent again.")
    result = models.CharField(max_length=12, choices=BulkResult.choices)
    problems = models.JSONField(null=True, help_text="Why it cannot be done, if it cannot.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action", "meter_id"], condition=Q(number=None), name="one_result_per_meter"
            ),
            models.UniqueConstraint(fields=["action", "number"], name="one_result_per_row"),
        ]
        indexes = [models.Index(fields=["action", "result", "meter_id"], name="bulk_row_by_result")]

    def __str__(self) -> str:
        return f"{self.meter_id}: {self.result}"

    @property
    def meter(self) -> UUID:
        """The meter's ID, of a row whose meter is known; ValueError for another."""
        if self.meter_id is None:
            raise ValueError(f"row {self.number} names no meter")
        return self.meter_id

    @property
    def coded_problems(self) -> list[Problem]:
        return [Problem.from_json(problem) for problem in self.problems or ()]
