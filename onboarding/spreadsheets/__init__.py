"""Spreadsheets without a site: read a file safely, match headers, write workbooks. Pure Python, no Django.

Doors: `reader.read_book`, `headers.match_headers`, `workbook.write_template`, `workbook.write_table`,
`limits.Limits`, `problems.Unreadable`. What the cells mean is decided elsewhere.
"""
