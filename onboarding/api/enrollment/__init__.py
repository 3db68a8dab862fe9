"""The published meter-enrollment operations, and those on participation that the reference names."""
