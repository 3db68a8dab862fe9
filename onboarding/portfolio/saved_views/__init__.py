"""Views of the meters that somebody saved: filters, order and columns under a name."""
