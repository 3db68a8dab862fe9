"""The upload, its staged rows and their problems."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.problems import Problem
from portal.storage.ids import uuid7


class UploadState(models.TextChoices):
    """Where an upload stands and who acts next."""

    RECEIVED = "received", "Received"
    CHECKING = "checking", "Checking"
    READY = "ready", "Waiting for you"
    COMMITTING = "committing", "Creating meters"
    DONE = "done", "Done"
    FAILED = "failed", "Cannot be read"

    @property
    def tone(self) -> str:
        return {"ready": "warning", "done": "success", "failed": "danger"}.get(self.value, "info")

    @property
    def moving(self) -> bool:
        """Whether a job is working on it, so that a page should look again."""
        return self.value in {"received", "checking", "committing"}


class Source(models.TextChoices):
    """The door that the file came through."""

    PAGE = "page", "Portal"
    API = "api", "API"


class Plan(models.TextChoices):
    """What will happen to a row when the upload is confirmed."""

    CREATE = "create", "New"
    UPDATE = "update", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    DUPLICATE = "duplicate", "Duplicate"
    NEEDS_FIXING = "needs_fixing", "Needs fixing"

    @property
    def meaning(self) -> str:
        return {
            "create": "A meter will be created.",
            "update": "An existing meter will be changed.",
            "unchanged": "The meter already has these values.",
            "duplicate": "The reference is already used; nothing will be written.",
            "needs_fixing": "The row stays here until it is fixed.",
        }[self.value]

    @property
    def tone(self) -> str:
        return {"create": "success", "update": "info", "duplicate": "warning", "needs_fixing": "danger"}.get(
            self.value, "neutral"
        )


class Result(models.TextChoices):
    """What became of a row: the names of the published contract (leap.md 2.6)."""

    METER_CREATED = "METER_CREATED", "Meter created"
    METER_UPDATED = "METER_UPDATED", "Meter updated"
    DUPLICATE_REF_ID = "DUPLICATE_REF_ID", "Reference already used"
    MULTIPLE_PARTNER_REFERENCE = "MULTIPLE_PARTNER_REFERENCE", "Several meters have this reference"
    VALIDATION_ERROR = "VALIDATION_ERROR", "Needs fixing"
    PROCESSING_ERROR = "PROCESSING_ERROR", "Not written"


class Upload(models.Model):
    """One file of one partner, from its arrival to its receipt.

    `fingerprint` (content, programs, update choice) is unique while the upload is of use, so that the same file sent
    again finds this one. Rows and problems are staged beside it; meters come into being only when it is confirmed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="uploads")
    source = models.CharField(max_length=4, choices=Source.choices, default=Source.PAGE)
    actor = models.JSONField(help_text="Who sent it: kind, id, label.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    programs = models.JSONField(
        default=list, help_text="Program identifiers chosen for the upload; empty: any that fit."
    )
    update_existing = models.BooleanField(default=False)
    commits_itself = models.BooleanField(default=False, help_text="By API: good rows are written without a preview.")
    state = models.CharField(max_length=10, choices=UploadState.choices, default=UploadState.RECEIVED)
    problem = models.JSONField(default=dict, help_text="Why the file cannot be used.")
    columns = models.JSONField(
        default=list, help_text="The file's columns: index, header, field key, how it was matched."
    )
    facts = models.JSONField(default=dict, help_text="What the reader found: sheet, encoding, template, notes.")
    catalogue_version = models.CharField(max_length=64, blank=True)
    counts = models.JSONField(default=dict, help_text="Rows by plan, and after the commit by result.")
    outlook = models.JSONField(
        default=dict, help_text="By program: eligible and not-yet rows, missing fields, reasons."
    )
    transmission_regions = models.JSONField(default=list)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "fingerprint"],
                condition=~Q(fingerprint="") & ~Q(state="failed"),
                name="one_upload_per_file",
            )
        ]
        indexes = [
            models.Index(fields=["partner", "id"], name="upload_newest"),
            models.Index(fields=["partner", "source", "id"], name="upload_by_source"),
        ]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.pk})"

    @property
    def status(self) -> UploadState:
        return UploadState(self.state)

    @property
    def file_problem(self) -> Problem | None:
        return Problem.from_json(self.problem) if self.problem else None

    def count(self, name: str) -> int:
        return int(self.counts.get(name, 0))


class UploadRow(models.Model):
    """One row of the file: what was read, what it means, what will happen, what happened."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(help_text="The row's number in the partner's own sheet.")
    partner_reference = models.CharField(max_length=256, blank=True)
    plan = models.CharField(max_length=12, choices=Plan.choices)
    cells = models.JSONField(help_text="The cells as read, in the order of the file's columns.")
    asset = models.JSONField(
        null=True, help_text="The checked asset, shaped like CreateMeter; null when it needs fixing."
    )
    changes = models.JSONField(null=True, help_text="For an update: field key to [old, new].")
    programs = models.JSONField(default=dict, help_text="Program identifier to status, missing fields and reasons.")
    meter_id = models.UUIDField(null=True, help_text="The meter that exists, or the ID kept for the one to create.")
    meter_version = models.PositiveIntegerField(null=True, help_text="The existing meter's version at the check.")
    result = models.CharField(max_length=32, choices=Result.choices, blank=True)
    description = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_row_per_number")]
        indexes = [models.Index(fields=["upload", "plan", "number"], name="row_by_plan")]

    def __str__(self) -> str:
        return f"row {self.number}: {self.plan}"


class UploadProblem(models.Model):
    """One thing wrong with one cell (or with a whole row: field is empty)."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    row_number = models.PositiveIntegerField()
    column = models.PositiveSmallIntegerField(null=True, help_text="Index of the file's column, from 0.")
    field = models.CharField(max_length=128, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=130, blank=True)
    context = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["upload", "code", "field", "row_number"], name="problem_by_kind"),
            models.Index(fields=["upload", "row_number"], name="problem_by_row"),
        ]

    def __str__(self) -> str:
        return f"row {self.row_number}: {self.code} {self.field}"

    @property
    def problem(self) -> Problem:
        return Problem(self.code, self.field, self.value, self.context)
