"""Email to people: what kinds there are, who wants which, and sending it so that none is lost."""
