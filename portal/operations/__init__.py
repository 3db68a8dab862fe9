"""What whoever runs the portal sees of it: checks of what it needs, readiness, metrics, reported errors."""
