"""The upload, its staged rows and their problems."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from onboarding.enrollment.results import StoredResult
from onboarding.meters.models import KEY_LENGTH
from onboarding.spreadsheets.cells import column_letters
from onboarding.uploads.layout import ColumnLayout, StoredLayout, covers, parts_of
from onboarding.uploads.stored import EditedValues, FieldChanges, Outlook, RowCells, SheetColumn, UploadFacts, no_cells
from portal.events.subjects import Subject, register
from portal.problems import Problem
from portal.storage.file_names import FileNameField
from portal.storage.ids import uuid7

if TYPE_CHECKING:
    from onboarding.meters.columns import Asset
    from onboarding.uploads.stored import JsonOf, StoredProblem

register(
    Subject("upload", "Upload", page="upload"),
    Subject("uploadrow", "Upload"),
    Subject("columnmemory", "Saved column matches"),
)


class UploadState(models.TextChoices):
    """How far an upload is, and who acts next."""

    RECEIVED = "received", "Received"
    CHECKING = "checking", "Checking"
    COLUMNS = "columns", "Waiting for your columns"
    READY = "ready", "Waiting for you"
    COMMITTING = "committing", "Creating meters"
    DONE = "done", "Done"
    FAILED = "failed", "Cannot be read"
    WITHDRAWING = "withdrawing", "Taking back"
    WITHDRAWN = "withdrawn", "Taken back"
    MERGED = "merged", "Fixes taken over"
    DISCARDED = "discarded", "Discarded"

    @property
    def tone(self) -> str:
        tones = {
            "columns": "warning",
            "ready": "warning",
            "done": "success",
            "failed": "danger",
            "withdrawn": "neutral",
            "merged": "success",
            "discarded": "neutral",
        }
        return tones.get(self.value, "info")

    @property
    def moving(self) -> bool:
        """Whether a job is working on it, so that a page should look again."""
        return self.value in {"received", "checking", "committing", "withdrawing"}


class UploadSource(models.TextChoices):
    """The door that the rows came through."""

    PAGE = "page", "Portal"
    API = "api", "API"
    FORM = "form", "Form"
    LINK = "link", "Connect link"


class RowPlan(models.TextChoices):
    """What will happen to a row when the upload is confirmed."""

    CREATE = "create", "New"
    UPDATE = "update", "Changed"
    UNCHANGED = "unchanged", "Unchanged"
    DUPLICATE = "duplicate", "Duplicate"
    NEEDS_FIXING = "needs_fixing", "Needs fixing"
    LEFT_OUT = "left_out", "Left out by you"
    NOT_A_METER = "not_a_meter", "Not a meter"

    @property
    def meaning(self) -> str:
        return {
            "create": "A meter will be created.",
            "update": "An existing meter will be changed.",
            "unchanged": "The meter already has these values.",
            "duplicate": "The reference is already used; nothing will be written.",
            "needs_fixing": "The row stays here until it is fixed.",
            "left_out": "You left this row out; nothing will be written.",
            "not_a_meter": "The row reads like a total, a heading or a note; nothing will be written.",
        }[self.value]

    @property
    def tone(self) -> str:
        return {"create": "success", "update": "info", "duplicate": "warning", "needs_fixing": "danger"}.get(
            self.value, "neutral"
        )


class RowOutcome(models.TextChoices):
    """What became of a row: the names of the published contract (leap.md 2.6)."""

    METER_CREATED = "METER_CREATED", "Meter created"
    METER_UPDATED = "METER_UPDATED", "Meter updated"
    DUPLICATE_REF_ID = "DUPLICATE_REF_ID", "Reference already used"
    MULTIPLE_PARTNER_REFERENCE = "MULTIPLE_PARTNER_REFERENCE", "Several meters have this reference"
    VALIDATION_ERROR = "VALIDATION_ERROR", "Needs fixing"
    PROCESSING_ERROR = "PROCESSING_ERROR", "Not written"


class Withdrawal(models.TextChoices):
    """What taking an upload back did to a row's meter."""

    REMOVED = "removed", "Meter removed"
    RESTORED = "restored", "Earlier values restored"
    LEFT = "left", "Left as it is"


class Upload(models.Model):
    """One file of one partner, from its arrival to its receipt.

    `fingerprint` (content, programs, update choice) is unique while the upload is of use, so that the same file sent
    again finds this one. Rows and problems are staged beside it; meters come into being only when it is confirmed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="uploads", db_index=False)
    source = models.CharField(max_length=4, choices=UploadSource.choices, default=UploadSource.PAGE)
    actor: "JsonOf[dict[str, str]]" = models.JSONField(help_text="Who sent it: kind, id, label.")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255)
    stored_name = FileNameField(max_length=255)  # "" once it is no longer kept
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64, blank=True)
    programs: "JsonOf[list[str]]" = models.JSONField(
        default=list, help_text="Program identifiers chosen for the upload; empty: any that fit."
    )
    update_existing = models.BooleanField(default=False)
    creates_unknown = models.BooleanField(
        default=False, db_default=False, help_text="In an update: a row whose reference no meter has is a new meter."
    )
    commits_itself = models.BooleanField(default=False, help_text="By API: good rows are written without a preview.")
    state = models.CharField(max_length=12, choices=UploadState.choices, default=UploadState.RECEIVED)
    problem: "JsonOf[StoredProblem]" = models.JSONField(default=dict, help_text="Why the file cannot be used.")
    layout: "JsonOf[StoredLayout]" = models.JSONField(
        default=dict, help_text="What was decided about reading the file (layout.ColumnLayout)."
    )
    columns: "JsonOf[list[SheetColumn]]" = models.JSONField(
        default=list, help_text="The file's columns: index, header, target, how it was matched, score, samples."
    )
    facts: "JsonOf[UploadFacts]" = models.JSONField(
        default=dict, help_text="What the reader found: sheet, encoding, template, notes."
    )
    catalogue_version = models.CharField(max_length=64, blank=True)
    counts: "JsonOf[dict[str, int]]" = models.JSONField(
        default=dict, help_text="Rows by plan, and after the commit by result."
    )
    outlook: "JsonOf[Outlook]" = models.JSONField(
        default=dict, help_text="By program: eligible and not-yet rows, missing fields, reasons."
    )
    transmission_regions: "JsonOf[list[str]]" = models.JSONField(default=list)
    rounds = models.PositiveSmallIntegerField(
        default=0, help_text="How many confirmations have been written to the end."
    )
    written_to = models.IntegerField(default=-1, help_text="The last row number that the current round has written.")
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="+", help_text="The upload whose rows it mended."
    )
    finished_at = models.DateTimeField(null=True, help_text="When its last round was written.")
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
    def short_number(self) -> str:
        """The end of its ID, which people quote: "8D21-140F"."""
        digits = self.pk.hex[-8:].upper()
        return f"{digits[:4]}-{digits[4:]}"

    @property
    def column_layout(self) -> ColumnLayout:
        return ColumnLayout.of(self.layout)

    @property
    def file_problem(self) -> Problem | None:
        return Problem.from_json(self.problem) if self.problem else None

    @property
    def is_json(self) -> bool:
        """Whether its rows came as JSON, so that their values have types."""
        return self.facts.get("kind") == "json" or self.stored_name.endswith(".json")

    def count(self, name: str) -> int:
        return int(self.counts.get(name, 0))

    def place_of(self, key: str) -> str:
        """Where a field's values are in the file: "column F", "columns F and G", "for every row"; "" if nowhere."""
        layout = self.column_layout
        targets = sorted((layout.columns or {}).items())
        at = [index for index, target in targets if key in parts_of(target)] or [
            index for index, target in targets if key in covers(target)
        ]
        if at:
            return f"column{'s' if len(at) > 1 else ''} {' and '.join(map(column_letters, at))}"
        return "for every row" if key in layout.constants else ""


class ColumnMemory(models.Model):
    """What one partner said about one set of headers: used again for the next sheet that has them."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    fingerprint = models.CharField(max_length=64, help_text="Of the set of headers, normalised.")
    headers: "JsonOf[list[str]]" = models.JSONField(default=list, help_text="The headers as they stood in the sheet.")
    columns: "JsonOf[dict[str, str]]" = models.JSONField(
        default=dict, help_text="Normalised header to target; empty: not used."
    )
    constants: "JsonOf[dict[str, str]]" = models.JSONField(
        default=dict, help_text="Field key to the text that holds for every row."
    )
    joined: "JsonOf[list[str]]" = models.JSONField(
        default=list, help_text="Fields that several columns fill together because a person said so."
    )
    values: "JsonOf[dict[str, dict[str, dict[str, str]]]]" = models.JSONField(
        default=dict, help_text="Field key to text to state to the choice that is meant (layout.ChosenValues)."
    )
    file_name = models.CharField(max_length=255, blank=True, help_text="The last file that it was said for.")
    changed_by = models.CharField(max_length=200, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "fingerprint"], name="one_memory_per_headers")]
        indexes = [models.Index(fields=["partner", "updated_at"], name="memory_newest")]

    def __str__(self) -> str:
        return f"columns of {self.file_name}"


class UploadEdit(models.Model):
    """What people wrote instead of the cells of one row of the sheet; it outlives a new check of the file."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="edits", db_index=False)
    row_number = models.PositiveIntegerField()
    values: "JsonOf[EditedValues]" = models.JSONField(
        default=dict, help_text="Field key to the text instead; empty: an empty cell."
    )
    originals: "JsonOf[dict[str, str] | None]" = models.JSONField(
        null=True, help_text="Field key to what the file has there; and the row's reference. Earlier edits lack it."
    )
    is_left_out = models.BooleanField(default=False, help_text="The partner skips this row.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "row_number"], name="one_edit_per_row")]

    def __str__(self) -> str:
        return f"row {self.row_number} of {self.upload_id}"


class UploadRow(models.Model):
    """One row of the file: what was read, what it means, what will happen, what happened.

    A good row becomes its meter in one statement for many rows, so its result is not written into it: a row to write
    whose round is over and that has no other result has been written (see `outcome`).
    """

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows", db_index=False)
    number = models.PositiveIntegerField(help_text="The row's number in the partner's own sheet.")
    partner_reference = models.CharField(max_length=256, blank=True)
    reference_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_default="")
    serial_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_default="")
    account_key = models.CharField(max_length=KEY_LENGTH, blank=True, db_default="")
    plan = models.CharField(max_length=12, choices=RowPlan.choices)
    round = models.PositiveSmallIntegerField(default=0, help_text="Which confirmation of the upload is to write it.")
    cells: "JsonOf[RowCells | None]" = models.JSONField(
        null=True, help_text="The cells as they came (stored.RowCells); kept while somebody may change them."
    )
    asset: "JsonOf[Asset | None]" = models.JSONField(
        null=True, help_text="The checked asset, shaped like CreateMeter; null when it needs fixing."
    )
    changes: "JsonOf[FieldChanges | None]" = models.JSONField(
        null=True, help_text="For an update: field key to [old, new]."
    )
    joins: "JsonOf[dict[str, str] | None]" = models.JSONField(
        null=True, help_text="For an update: the programs that the meter joins, with its status there."
    )
    programs: "JsonOf[dict[str, StoredResult]]" = models.JSONField(
        default=dict, help_text="Program identifier to status, missing fields and reasons."
    )
    status = models.CharField(max_length=20, blank=True, help_text="The best of its programs.")
    acts = models.CharField(max_length=8, blank=True, db_default="", help_text="Who acts next in its programs.")
    meter_id = models.UUIDField(null=True, help_text="The meter that exists, or the ID kept for the one to create.")
    meter_version = models.PositiveIntegerField(null=True, help_text="The existing meter's version at the check.")
    result = models.CharField(max_length=32, choices=RowOutcome.choices, blank=True, help_text="Unless it was written.")
    description = models.CharField(max_length=500, blank=True)
    withdrawal = models.CharField(max_length=8, choices=Withdrawal.choices, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="one_row_per_number")]
        indexes = [models.Index(fields=["upload", "plan", "number"], name="row_by_plan")]

    def __str__(self) -> str:
        return f"row {self.number}: {self.plan}"

    @property
    def kept_cells(self) -> RowCells:
        """The cells as they came; none for a good row, whose asset has them all."""
        return self.cells or no_cells()

    def outcome(self, upload: Upload) -> tuple[str, str]:
        """The row's outcome and its description; ("", "") while that is open."""
        return self.outcome_after(upload.rounds)

    def outcome_after(self, rounds: int) -> tuple[str, str]:
        """The same, once so many rounds of the upload are over."""
        if self.result:
            return self.result, self.description
        if self.plan in WRITTEN and self.round < rounds:
            return _WRITTEN_AS[self.plan]
        if rounds and self.plan == RowPlan.NEEDS_FIXING:
            return RowOutcome.VALIDATION_ERROR.value, "The row needs fixing; nothing was written."
        if rounds and self.plan == RowPlan.NOT_A_METER:
            return RowOutcome.VALIDATION_ERROR.value, "The row is not a meter; nothing was written."
        return "", ""


WRITTEN = (RowPlan.CREATE, RowPlan.UPDATE, RowPlan.UNCHANGED)
_WRITTEN_AS = {
    RowPlan.CREATE.value: (RowOutcome.METER_CREATED.value, "A new meter was created."),
    RowPlan.UPDATE.value: (RowOutcome.METER_UPDATED.value, "The meter was changed."),
    RowPlan.UNCHANGED.value: (RowOutcome.METER_UPDATED.value, "The meter already had these values."),
}


class UploadProblem(models.Model):
    """One thing wrong with one cell (or with a whole row: field is empty), or to look at when it does not block."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems", db_index=False)
    row_number = models.PositiveIntegerField()
    column = models.PositiveSmallIntegerField(null=True, help_text="Index of the file's column, from 0.")
    field = models.CharField(max_length=128, blank=True)
    code = models.CharField(max_length=40)
    value = models.CharField(max_length=130, blank=True)
    context: "JsonOf[dict[str, Any]]" = models.JSONField(default=dict)
    blocks = models.BooleanField(default=True, help_text="Whether the row waits for it; a warning does not block.")

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
