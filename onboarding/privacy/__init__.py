"""Privacy requests: what is held about one customer, and erasing it."""
