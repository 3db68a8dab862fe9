"""The store's tables in the database. A migration makes them by hand: months on PostgreSQL, no row IDs on SQLite."""

from django.db import models
from django.db.models.functions import Now


class Interval(models.Model):
    """One interval of a series. On PostgreSQL a partition holds the starts of a month."""

    pk = models.CompositePrimaryKey("series", "start")
    series = models.IntegerField()
    start = models.IntegerField(help_text="Minutes since 1970-01-01 UTC.")
    net = models.FloatField(null=True, help_text="kWh")
    generated = models.FloatField(null=True, help_text="kWh")
    consumed = models.FloatField(null=True, help_text="kWh")
    final = models.BooleanField(null=True)
    source = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.series} at {self.start}"


class IntervalDay(models.Model):
    """Which intervals of a UTC day are there: a bit for each, in the transaction that wrote them."""

    pk = models.CompositePrimaryKey("series", "day")
    series = models.IntegerField()
    day = models.IntegerField(help_text="Days since 1970-01-01 UTC.")
    present = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.series} on {self.day}"


class IntervalWrite(models.Model):
    """Intervals were sent to a store outside of this database, in the transaction of this row, and carry its number.

    Later writes have higher numbers. Without this row, what was sent with its number counts for nothing.
    """

    id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return str(self.pk)


class IntervalErasure(models.Model):
    """What such a store has of a series up to this write counts for nothing, and is still to be removed there."""

    series = models.IntegerField(db_index=True)
    version = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.series} up to {self.version}"


class IntervalCorrection(models.Model):
    """What an interval had before other values replaced it."""

    series = models.IntegerField()
    start = models.IntegerField()
    net = models.FloatField(null=True)
    generated = models.FloatField(null=True)
    consumed = models.FloatField(null=True)
    final = models.BooleanField(null=True)
    source = models.IntegerField()
    replaced_by = models.IntegerField()
    replaced_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["series", "-id"], name="interval_correction_latest")]

    def __str__(self) -> str:
        return f"{self.series} at {self.start}"
