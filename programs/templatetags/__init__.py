"""Filters of templates for the dates of programs."""
