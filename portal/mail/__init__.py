"""Letters to people: what kinds there are, who wants which, and sending them so that none is lost."""
