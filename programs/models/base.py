"""What every catalogue row has: a history, the time of its last change, its source."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.core.validators import URLValidator
from django.db import models
from simple_history.models import HistoricalRecords

from portal import clock


class Stamped(models.Model):
    """A row that an admin edits. `updated_at` tells the compiled validator that the catalogue has changed."""

    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class CatalogueRow(Stamped):
    """A row whose every change is kept, old and new."""

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True

    @property
    def _history_date(self) -> datetime:
        """When its history says that a change was made: by the portal's clock, as everything else that happens."""
        return _moment.get() or clock.now()


_moment: ContextVar[datetime | None] = ContextVar("the moment of changes that belong together", default=None)


@contextmanager
def in_one_moment() -> Iterator[None]:
    """A context in which all changes of the catalogue have one moment in its history, so that none is seen alone."""
    token = _moment.set(clock.now())
    try:
        yield
    finally:
        _moment.reset(token)


class Sourced(models.Model):
    """What a fact of the trade says of itself: where it comes from and whether that was confirmed."""

    source = models.CharField(
        max_length=300, blank=True, help_text="The document or page it comes from. Partners see this."
    )
    source_url = models.CharField(
        "link to the source", max_length=300, blank=True, validators=[URLValidator(schemes=["https", "http"])]
    )
    remark = models.CharField(
        max_length=300, blank=True, help_text="How it was read or inferred. Partners never see this."
    )
    verified = models.BooleanField(
        default=False, help_text="Turn on once the program’s own documents or its administrator confirm it."
    )

    class Meta:
        abstract = True


class SourcedRow(CatalogueRow, Sourced):
    """A row that states a fact of the trade."""

    class Meta:
        abstract = True
