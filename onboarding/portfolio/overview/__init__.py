"""A partner's portfolio as figures: how many meters in which status, their capacity, and both over time."""
