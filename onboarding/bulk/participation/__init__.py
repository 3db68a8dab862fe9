"""Participation of many meters: by selection, or row by row in a spreadsheet."""
