"""What a meter can be found by, as one text with an index on its parts."""

from django.db import models


class MeterText(models.Model):
    """The searched columns of one meter, in lower case, a line each.

    Its index (trigrams: pg_trgm on PostgreSQL, FTS5 on SQLite) is made by a migration. It takes as long to write as
    half of the meter itself, so meters get their text behind the commit that made them; see TextBacklog.
    """

    meter = models.OneToOneField("onboarding.Meter", on_delete=models.CASCADE, related_name="text", db_constraint=False)
    partner = models.ForeignKey(
        "portal.Partner", on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    text = models.TextField()

    def __str__(self) -> str:
        return self.text


class TextBacklog(models.Model):
    """An upload whose meters may not all have their text yet: a search looks at those meters themselves."""

    upload = models.OneToOneField("onboarding.Upload", on_delete=models.CASCADE, primary_key=True, related_name="+")
    partner = models.ForeignKey("portal.Partner", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.upload_id)
