"""What came in and when: series, uploads of interval data, their sources. The intervals themselves are in `store/`."""

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from portal.events.subjects import Subject, register
from portal.storage.file_names import FileNameField
from portal.storage.ids import uuid7

register(
    Subject("intervalupload", "Interval upload", page="interval-upload"),
    Subject("intervalsettings", "Interval data settings"),
)

PUBLISHED_FOLDER: Final = "/interval-data"


class DataType(models.TextChoices):
    """What the values of a series are, by the published names (missing-interval-data)."""

    LOAD = "LOAD_DATA", "Load"
    RUNTIME = "RUNTIME_DATA", "Runtime"
    PERFORMANCE = "PERFORMANCE_DATA", "Performance"

    @property
    def schema(self) -> str:
        """As `POST /v1.1/interval-data?schema=` names it."""
        return self.value.removesuffix("_DATA").lower()


class IntervalSeries(models.Model):
    """The intervals of one length that one meter has of one type of data; the store knows it by its number."""

    id = models.AutoField(primary_key=True)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    meter = models.ForeignKey("onboarding.Meter", on_delete=models.CASCADE, related_name="+", db_index=False)
    data_type = models.CharField(max_length=16, choices=DataType.choices)
    minutes = models.PositiveSmallIntegerField(help_text="How long each interval is.")
    first_start = models.DateTimeField(null=True, help_text="Of the earliest interval; none stored yet: empty.")
    last_start = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "interval series"
        constraints = [
            models.UniqueConstraint(fields=["meter", "data_type", "minutes"], name="one_series_per_meter_and_length")
        ]
        indexes = [models.Index(fields=["partner", "data_type", "meter"], name="series_by_partner")]

    def __str__(self) -> str:
        return f"{self.meter_id}: {self.get_data_type_display()}, {self.minutes} min"


class IntervalUploadState(models.TextChoices):
    """The published states of an interval file."""

    QUEUED = "QUEUED", "Queued"
    PROCESSING = "PROCESSING", "Processing"
    COMPLETED = "COMPLETED", "Completed"
    FAILED = "FAILED", "Failed"

    @property
    def tone(self) -> str:
        return {"COMPLETED": "success", "FAILED": "danger"}.get(self.value, "info")

    @property
    def moving(self) -> bool:
        """Whether a job is working on it, so that a page should look again."""
        return self.value in {"QUEUED", "PROCESSING"}


class Way(models.TextChoices):
    """The door that a file of intervals came through."""

    PAGE = "page", "Portal"
    API = "api", "API"
    FOLDER = "folder", "Drop folder"


class IntervalUpload(models.Model):
    """A file of interval data, and what became of it. Its ID is the published job ID.

    counts: lines, rows (read), good, bad, repeated (the same row again), new, changed, same, newer
    (left, since a later source gave other values), meters, stored (so far).
    error_summary: [{column, code, count}], the most frequent first. warnings: problems as JSON, one for each series
    and rule at most, the first of them. The errors themselves are in a file (`errors_name`, CSV: line, column, code,
    message), as is the feedback.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    way = models.CharField(max_length=8, choices=Way.choices)
    actor = models.JSONField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    file_name = models.CharField(max_length=255, help_text="As the partner called it; only ever shown.")
    published_name = models.CharField(
        max_length=255, help_text="Last part of the published path: letters, digits, . _ -"
    )
    stored_name = FileNameField(max_length=255)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    data_type = models.CharField(max_length=16, choices=DataType.choices, default=DataType.LOAD)
    keeps_good_rows = models.BooleanField(default=False, help_text="As the partner's setting was when it came.")
    corrects = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="corrected_by")
    state = models.CharField(max_length=10, choices=IntervalUploadState.choices, default=IntervalUploadState.QUEUED)
    problem = models.JSONField(default=dict, help_text="Why the file as a whole cannot be taken.")
    counts = models.JSONField(default=dict)
    error_summary = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    pending_series = models.JSONField(default=list, help_text="Numbers of the series that are being stored now.")
    errors_name = FileNameField(max_length=255, blank=True)
    feedback_name = FileNameField(max_length=255, blank=True)
    bad_lines_name = FileNameField(max_length=255, blank=True, help_text="The bad lines as a CSV to mend.")
    first_start = models.DateTimeField(null=True)
    last_start = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["partner", "-created_at"], name="interval_upload_newest"),
            models.Index(fields=["partner", "state", "-created_at"], name="interval_upload_by_state"),
            models.Index(fields=["partner", "sha256"], name="interval_upload_by_content"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def status(self) -> IntervalUploadState:
        return IntervalUploadState(self.state)

    def count(self, name: str) -> int:
        """One of the counts, 0 where there is none yet."""
        return int(self.counts.get(name, 0))

    @property
    def errors_count(self) -> int:
        """How many errors its rows have."""
        return sum(int(kind["count"]) for kind in self.error_summary)

    @property
    def uploaded_path(self) -> str:
        """Where it was put, as published."""
        return f"{PUBLISHED_FOLDER}/{self.published_name}"

    @property
    def current_path(self) -> str:
        """Where it is now, as published: moved once it was read."""
        if self.status.moving:
            return self.uploaded_path
        return f"{self._result_folder}/{self.published_name}"

    @property
    def errors_path(self) -> str:
        """The published path of the CSV of errors, "" where there is none."""
        return f"{self._result_folder}/{self.pk}.errors.csv" if self.errors_name else ""

    @property
    def feedback_path(self) -> str:
        """The published path of the summary, "" before the file was parsed."""
        return f"{self._result_folder}/{self.pk}.feedback" if self.feedback_name else ""

    @property
    def _result_folder(self) -> str:
        verdict = "failed" if self.state == IntervalUploadState.FAILED else "accepted"
        return f"{PUBLISHED_FOLDER}/{verdict}/{self.published_name}"


class SourceKind(models.TextChoices):
    """Who supplied an interval."""

    PARTNER = "partner", "Partner"
    UTILITY = "utility", "Utility"


class IntervalSource(models.Model):
    """Where intervals came from: an upload, or what a utility sent by an authorization. Each has its number."""

    id = models.AutoField(primary_key=True)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=SourceKind.choices)
    upload = models.OneToOneField(IntervalUpload, null=True, on_delete=models.CASCADE, related_name="source")
    authorization = models.ForeignKey(
        "onboarding.Authorization", null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"


class IntervalSettings(models.Model):
    """What a partner wants of its files. No row: as published."""

    partner = models.OneToOneField("portal.Partner", on_delete=models.CASCADE, primary_key=True, related_name="+")
    keeps_good_rows = models.BooleanField(
        "keep the good rows of a file with errors",
        default=False,
        help_text="Off, as published: one error fails the whole file.",
    )

    def __str__(self) -> str:
        return f"Interval data of {self.partner_id}"

    def as_told(self) -> dict[str, Any]:
        """As events tell it."""
        return {"keeps_good_rows": self.keeps_good_rows}


class FeedIntake(models.Model):
    """What was taken from a utility's feed: of which usage points, and why not more. One source for all of it."""

    feed = models.OneToOneField("onboarding.Feed", on_delete=models.CASCADE, primary_key=True, related_name="intake")
    source = models.OneToOneField(IntervalSource, on_delete=models.CASCADE, related_name="+")
    in_feed = models.JSONField(
        default=list, help_text="Usage points of which the feed has intervals, once it was read."
    )
    usage_points = models.JSONField(default=list, help_text="Whose intervals are stored.")
    counts = models.JSONField(default=dict, help_text="new, changed, same; left out: other_units, other_lengths, …")
    problem = models.JSONField(default=dict, help_text="Why the feed could not be read: a coded problem.")
    read_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"Intervals of {self.feed_id}"


class MissingDataDigest(models.Model):
    """A partner's missing data were looked at on a day and, if there were any, told to its people. Never twice."""

    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField(help_text="The day, in the partner's time zone.")
    emails_written = models.PositiveIntegerField(default=0, help_text="None when nothing was missing.")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "day"], name="one_missing_data_digest_per_partner_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.partner_id}, {self.day}"
