"""How US English writes dates and times where a page names no format: Nov 30, 2026, 9:05 AM. Django's letters."""
