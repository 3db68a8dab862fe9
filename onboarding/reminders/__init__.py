"""Reminders to customers who stopped on the way through Connect, and renewals of authorizations that end."""
