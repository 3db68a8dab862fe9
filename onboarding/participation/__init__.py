"""When a meter participates: idle for a time, disenrolled, and back again."""
