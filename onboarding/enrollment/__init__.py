"""Whether a meter may join a program, and what it lacks."""
