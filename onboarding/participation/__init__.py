"""When a meter takes part: idle for a time, disenrolled, and back again."""
