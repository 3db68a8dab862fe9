"""How rows and files get into storage: identifiers, bulk loading, uploaded files."""
