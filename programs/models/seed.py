"""What the seed wrote, so that it never overwrites an admin's change nor brings back what an admin deleted."""

from django.db import models


class SeedRecord(models.Model):
    """One row that the seed wrote: its kind, its natural key, and the values it had then."""

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=300)
    values = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_seed_record_per_kind_and_key")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
