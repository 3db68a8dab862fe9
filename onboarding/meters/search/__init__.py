"""Finding meters by part of a reference, name, address or account number, at once, however many there are."""
