"""Signals about connections, for the rooms above. Each is sent in the transaction of the change."""

from django.dispatch import Signal

utility_data_received = Signal()
"""An authorization's utility sent data, or a service point got its meter after that. sender: Authorization.
authorization: the Authorization."""
