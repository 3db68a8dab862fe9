"""Reads files of interval data: pure Python with numpy and polars, no Django, so that it can run in a limited child.

Two doors, each a run of `child`: `read` checks every line and writes the good rows apart by meter; `arrange` sorts
them, finds repeated and contradicting rows, and tells what looks wrong in a series.
"""
