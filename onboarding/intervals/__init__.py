"""Interval data: the ways in, the store, what is covered and what is missing (leap.md 5)."""
