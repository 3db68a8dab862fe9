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
    IDLE = "idle", "Idle for a time"
    DISENROLL = "disenroll", "Disenroll"
    PARTICIPATE = "participate", "Take part again"
    CHANGE_REFERENCE = "change_reference", "Change references"
    PARTICIPATION = "participation", "Change participation"

    @classmethod
    def of_chosen(cls) -> "list[tuple[str, str]]":
        """What is done alike to meters that were chosen, as (value, label); the others come by a spreadsheet."""
        return [(kind.value, kind.label) for kind in cls if not kind.is_by_rows]

    @property
    def is_by_rows(self) -> bool:
        """Whether a spreadsheet says row by row what is done."""
        return self in {BulkKind.CHANGE_REFERENCE, BulkKind.PARTICIPATION}

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
    REPLACED = "replaced", "Changed; an earlier time in these days gave way"
    SAME = "same", "Was so already"
    MEANWHILE = "meanwhile", "Changed since you saw it, so it was left"
    GONE = "gone", "Not there any more"
    REFUSED = "refused", "Cannot be done"


class BulkAction(models.Model):
    """One change of many meters: those named in `meters`, or (None) all that match the filters in `query`.

    A change that comes by a spreadsheet says row by row what to do: its rows are there from the start, and `value`
    names its file. What a tag or a name cannot say stands in `details`.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    actor = models.JSONField(help_text="Who asked: kind, id, label.")
    kind = models.CharField(max_length=16, choices=BulkKind.choices)
    value = models.CharField(max_length=128, blank=True)
    details = models.JSONField(null=True, help_text="How it is done, such as from when; None until it is said.")
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
    def is_by_rows(self) -> bool:
        return BulkKind(self.kind).is_by_rows

    @property
    def changed(self) -> int:
        """How many meters are otherwise than before."""
        return int(self.counts.get(BulkResult.CHANGED, 0) + self.counts.get(BulkResult.REPLACED, 0))

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
            BulkKind.IDLE: "Idle",
            BulkKind.DISENROLL: "Disenroll",
            BulkKind.PARTICIPATE: "Take part again with",
            BulkKind.CHANGE_REFERENCE: "Change the reference of",
            BulkKind.PARTICIPATION: "Change the participation of",
        }[BulkKind(self.kind)]


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
