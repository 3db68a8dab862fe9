"""The sheet engine: what a spreadsheet asks for about meters, row by row. Spec, rows, preview, confirm, results."""
