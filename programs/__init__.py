"""First floor, the catalogue: what may be enrolled, where, with which fields, until when."""
