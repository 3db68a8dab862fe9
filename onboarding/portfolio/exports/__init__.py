"""Large exports: a workbook that is made in the background, fetched for a week, and deleted."""
