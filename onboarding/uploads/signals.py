"""What happens to uploads, for the rooms above."""

from django.dispatch import Signal

withdrawal_previewed = Signal()
"""Somebody looks at what taking an upload back would do. sender: Upload. meters: the QuerySet of those that would be
removed. A receiver returns what else would go with them: its name, and how many."""
