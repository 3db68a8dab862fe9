"""The audit page: who did what, when and from where, read from the event log."""
