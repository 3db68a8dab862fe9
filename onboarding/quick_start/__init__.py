"""The quick start for developers: from a new key to the first meter, with commands that work when pasted."""
