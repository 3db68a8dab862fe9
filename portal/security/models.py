"""The LimitCount: how often something happened in the current window of a limit."""

from django.db import models


class LimitCount(models.Model):
    """The count of one limit for one key, from the first event of a window until the window ends.

    The digest covers the limit's name and the key (an address, an account); neither can be read back from it.
    """

    digest = models.CharField(primary_key=True, max_length=64)
    count = models.PositiveBigIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.count} until {self.ends_at:%Y-%m-%d %H:%M:%S}"
