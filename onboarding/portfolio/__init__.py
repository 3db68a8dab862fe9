"""What a partner sees of its meters: list, columns, filters, saved views, exports, look-up, and each meter's page."""
