"""The Event: something that happened, never changed. Beside it: its place in the stream that programs read, and the
Seal, the hash of a batch of events when it was sealed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from portal.events.subjects import Subject, subject_of

# Bulk work writes hundreds of thousands of these; lists of what people did leave them out.
ONE_OF_MANY = ("meter", "uploadrow")
# In this form SQLite recognises the partial index; with NOT IN and bound values it does not.
NOT_ONE_OF_MANY = ~Q(subject_type="meter") & ~Q(subject_type="uploadrow")


class Event(models.Model):
    """One thing that one actor did to one subject. Rows are added and read, never changed.

    The subject is named by type and id rather than by a foreign key, so that the record outlives it.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    partner = models.ForeignKey(
        "portal.Partner", null=True, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    verb = models.CharField(max_length=64, help_text="noun.verb in the past tense, for example meter.created")
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField("subject ID", max_length=64)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField("actor ID", max_length=64, blank=True)
    actor_label = models.CharField(max_length=200)
    address = models.CharField(max_length=45, blank=True, db_default="", help_text="Where the request came from.")
    request_id = models.CharField(
        "request ID", max_length=64, blank=True, db_default="", help_text="Of the request that led to it."
    )
    data = models.JSONField(default=dict)
    # Salted digest of actor_label, address and data (portal/events/personal.py). Written when the event is sealed.
    personal_salt = models.CharField(max_length=32, blank=True, db_default="")
    personal_digest = models.CharField(max_length=64, blank=True, db_default="")
    erased_at = models.DateTimeField(null=True, help_text="When its personal parts were blanked.")

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "id"], name="event_of_subject"),
            models.Index(fields=["partner", "id"], name="event_of_partner"),
            models.Index(fields=["partner", "id"], name="event_of_few", condition=NOT_ONE_OF_MANY),
            models.Index(fields=["partner", "request_id"], name="event_of_request", condition=~Q(request_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_type} {self.subject_id}"

    @property
    def subject(self) -> Subject:
        return subject_of(self.subject_type)

    @property
    def verb_text(self) -> str:
        """The verb for people: meter.created is "Meter created". A verb that names its subject does so once."""
        noun, done = self.subject.noun, self.verb.partition(".")[2].replace("_", " ")
        return f"{noun} {done.removeprefix(f'{noun.lower()} ')}"


class Publication(models.Model):
    """An event of the log that programs may read, with its place in the order of its subject.

    Written once nothing can appear before it any more (portal/events/relay.py), and never changed. What is told is made
    from the event whenever it is read.
    """

    number = models.BigIntegerField("ID of the event", primary_key=True)
    partner = models.ForeignKey("portal.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)
    type = models.CharField(max_length=64)
    subject = models.CharField(max_length=64)
    sequence = models.PositiveIntegerField(help_text="1, 2, 3… over the publications of one subject.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "subject", "sequence"], name="publications_of_a_subject")
        ]
        indexes = [models.Index(fields=["partner", "number"], name="publication_of_partner")]

    def __str__(self) -> str:
        return f"{self.number}: {self.type}"


class Horizon(models.Model):
    """Up to which event the log is settled and published: no event with a lower ID can still appear. One row.

    Events up to `until` follow when each transaction of `waits_for`, which may have taken a lower ID, has ended.
    """

    number = models.BigIntegerField(default=0)
    until = models.BigIntegerField(default=0)
    waits_for = models.JSONField(default=list)
    moved_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"published to {self.number}"


class Seal(models.Model):
    """A batch of events as they were when they were sealed. Each seal includes the digest of the one before it, so none
    can be replaced.

    `entries` is one record for each event, in the order of their IDs: the ID (8 bytes), then the beginning of the
    SHA-256 of what the event said (16 bytes), for which its personal parts count by their digest. `owners` is 8 bytes
    for each of them that tell whose it was. `digest` is the SHA-256 of the digest before it, the entries and the
    owners, in hex.
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField(unique=True)
    entries = models.BinaryField()
    owners = models.BinaryField(default=b"")
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.number}: {self.digest}"


class LogCheck(models.Model):
    """One reading of the whole sealed log: how many events it held, and the findings nobody acknowledged."""

    at = models.DateTimeField(db_default=Now())
    events = models.PositiveBigIntegerField()
    head = models.CharField(max_length=64, blank=True, help_text="The digest of the last seal.")
    seal = models.PositiveBigIntegerField(default=0, help_text="The number of the last seal.")
    findings = models.JSONField(default=list, help_text="[what, event ID or seal number] of the first hundred.")

    class Meta:
        get_latest_by = "pk"

    def __str__(self) -> str:
        return f"{self.events} events, {len(self.findings)} findings"


class What(models.TextChoices):
    """What a check of the sealed log can find; `text` takes the entry's ID or the seal's number."""

    ALTERED = "altered", "Entry altered"
    REMOVED = "removed", "Entry removed"
    ADDED = "added", "Entry slipped in"
    BROKEN = "broken", "Chain broken"

    @property
    def text(self) -> str:
        return {
            "altered": "entry {} is not as it was sealed",
            "removed": "entry {} was sealed and is gone",
            "added": "entry {} was slipped in among sealed ones",
            "broken": "the chain is broken at seal {}",
        }[self.value]


class Finding(models.Model):
    """Something in the log that is not as it was sealed. It stays open until our staff acknowledge it with a note.

    `which` is the event's ID; the seal's number where the chain itself is broken, 0 where its end is gone. `mark`
    identifies what was there when it was found, so that another change of the same entry is another finding.
    """

    what = models.CharField(max_length=8, choices=What.choices)
    which = models.BigIntegerField("entry or seal")
    mark = models.CharField(max_length=64, blank=True)
    partners = models.ManyToManyField(
        "portal.Partner", blank=True, help_text="The partners it concerns. Leave empty for all partners."
    )
    found_at = models.DateTimeField(db_default=Now())
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.CharField(max_length=200, blank=True)
    note = models.TextField(
        blank=True, help_text="What happened and what was done about it. Its partners can read this."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "which", "mark"], name="one_finding_per_state")]

    def __str__(self) -> str:
        return f"{What(self.what).label} ({self.which})"
