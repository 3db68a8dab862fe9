"""One change of many meters, and what became of each."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.events.subjects import Subject, register
from portal.problems import Problem
from portal.storage.ids import uuid7

register(Subject("bulkaction", "Change of many meters", page="bulk-action"))


class BulkKind(models.TextChoices):
    """What is done to each meter."""

    ARCHIVE = "archive", "Archive"
    RESTORE = "restore", "Take out of the archive"
    ADD_TAG = "add_tag", "Add a tag"
    REMOVE_TAG = "remove_tag", "Remove a tag"
    SET_GROUP = "set_group", "Set the customer group"
    CHANGE_REFERENCE = "change_reference", "Change references"

    @classmethod
    def of_chosen(cls) -> "list[tuple[str, str]]":
        """What is done alike to meters that were chosen, as (value, label); new references come by a spreadsheet."""
        return [(kind.value, kind.label) for kind in cls if kind != cls.CHANGE_REFERENCE]

    @property
    def needs_value(self) -> bool:
        """Whether it is said with a text: a tag. A group may be empty, which clears it."""
        return self in {BulkKind.ADD_TAG, BulkKind.REMOVE_TAG}


class BulkState(models.TextChoices):
    """Where it stands."""

    ASKED = "asked", "Waiting for you"
    RUNNING = "running", "Changing meters"
    DONE = "done", "Done"
    STOPPED = "stopped", "Stopped on the way"

    @property
    def tone(self) -> str:
        return {"asked": "warning", "done": "success", "stopped": "danger"}.get(self.value, "info")


class BulkResult(models.TextChoices):
    """What became of one meter, or of one row that speaks of a meter."""

    WAITING = "waiting", "Waiting for your confirmation"
    CHANGED = "changed", "Changed"
    SAME = "same", "Was so already"
    MEANWHILE = "meanwhile", "Changed since you saw it, so it was left"
    GONE = "gone", "Not there any more"
    REFUSED = "refused", "Cannot be done"


class BulkAction(models.Model):
    """One change of many meters: those named in `meters`, or (None) all that match the filters in `query`.

    A change of references says row by row what to do: its rows are there from the start, and `value` names its file.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.JSONField(help_text="Who asked: kind, id, label.")
    kind = models.CharField(max_length=16, choices=BulkKind.choices)
    value = models.CharField(max_length=128, blank=True)
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
    def status(self) -> BulkState:
        return BulkState(self.state)

    @property
    def words(self) -> str:
        """What it does, with its value: "Add the tag summer"."""
        return {
            BulkKind.ARCHIVE: "Archive",
            BulkKind.RESTORE: "Take out of the archive",
            BulkKind.ADD_TAG: f"Add the tag “{self.value}” to",
            BulkKind.REMOVE_TAG: f"Remove the tag “{self.value}” from",
            BulkKind.SET_GROUP: f"Set the customer group “{self.value}” of" if self.value else "Clear the group of",
            BulkKind.CHANGE_REFERENCE: "Change the reference of",
        }[BulkKind(self.kind)]


class BulkRow(models.Model):
    """What became of one meter of a bulk action.

    With a new reference it is a row of somebody's file: its number there, the meter once it is known, the reference
    that the meter had, and what is wrong with the row when it cannot be done.
    """

    action = models.ForeignKey(BulkAction, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(null=True, help_text="The row's number in the partner's own file.")
    meter_id = models.UUIDField(null=True)
    partner_reference = models.CharField(max_length=256, blank=True)
    new_reference = models.CharField(max_length=256, blank=True, db_default="")
    result = models.CharField(max_length=12, choices=BulkResult.choices)
    problems = models.JSONField(null=True, help_text="Why it cannot be done, if it cannot.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["action", "meter_id"], condition=~Q(result="refused"), name="one_result_per_meter"
            ),
            models.UniqueConstraint(fields=["action", "number"], name="one_result_per_row"),
        ]
        indexes = [models.Index(fields=["action", "result", "meter_id"], name="bulk_row_by_result")]

    def __str__(self) -> str:
        return f"{self.meter_id}: {self.result}"

    @property
    def found(self) -> list[Problem]:
        return [Problem.from_json(problem) for problem in self.problems or ()]
