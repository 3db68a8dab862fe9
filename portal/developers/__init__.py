"""The pages for a partner's developers: quick start, keys, request log, API reference, changelog."""
