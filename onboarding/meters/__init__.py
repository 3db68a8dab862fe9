"""The meter: its ID, details, search and export."""
