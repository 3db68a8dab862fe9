"""What a meter can be found by, as one text with an index on its parts."""

from django.db import models


class MeterText(models.Model):
    """What one meter is searched by, folded, a line each.

    Its index (trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite) is made by a migration. It takes as long to write as
    half of the meter itself, so meters get their text after the commit that created them; see TextBacklog.
    """

    meter = models.OneToOneField("onboarding.Meter", on_delete=models.CASCADE, related_name="text", db_constraint=False)
    partner = models.ForeignKey(
        "portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class TextBacklog(models.Model):
    """A batch of new meters that may not all have their text yet: a search looks at those meters themselves.

    Its ID is the one that the batch's meters carry as `upload_id`.
    """

    batch = models.UUIDField(primary_key=True, db_column="upload_id")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.batch)
