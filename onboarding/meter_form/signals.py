"""What became of drafts, for the rooms above. Sent in the transaction of the change."""

from django.dispatch import Signal

draft_written = Signal()
"""A draft became a meter, or changed one. sender: MeterDraft. draft: with its `written_meter`. by: the Actor."""
