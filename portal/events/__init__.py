"""The append-only Event log: the one record behind audit, timelines and webhooks."""
