"""What can be done with many meters: one module for each, which registers its handlers (see CONTRIBUTING.md)."""
