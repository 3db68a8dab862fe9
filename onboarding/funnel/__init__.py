"""Connect's funnel: how far customers come, where they stop and why, and how each utility is doing."""
