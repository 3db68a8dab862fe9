"""The partner's home page: what needs them, what they have, what happened lately."""
