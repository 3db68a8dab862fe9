"""The partner's home page: what needs them."""
