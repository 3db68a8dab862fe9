"""How emails look: each is written once, as text, and the same text is shown as HTML beside it."""
