"""Views of the meters that somebody saved: filters and order under a name."""
