"""The meter: the noun, its verbs, the columns that it is stored in, and its search text."""
