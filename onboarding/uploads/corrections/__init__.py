"""Mending rows where they are: in the page for one problem, or in a workbook of just those rows."""
