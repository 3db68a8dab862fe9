"""An upload on its way: received, read, checked, previewed, committed, and taken back."""
