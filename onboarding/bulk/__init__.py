"""Changing many meters at once: choose, see how many, confirm, and a result for each."""
