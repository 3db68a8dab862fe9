"""Signals about changes of meters, for the rooms above. Each is sent in the transaction of the change."""

from django.dispatch import Signal

meters_archived = Signal()
"""Meters went into the archive or came out of it. sender: Meter. meters: their IDs (UUID). by: the Actor."""

meters_removed = Signal()
"""Meters are about to be deleted. sender: Meter. meters: their IDs (UUID)."""
