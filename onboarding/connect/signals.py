"""Signals about connections, for the rooms above. Each is sent in the transaction of the change."""

from django.dispatch import Signal

utility_data_received = Signal()
"""An authorization's utility sent data, or a service point got its meter after that. sender: Authorization.
authorization: the Authorization."""

answers_dropped = Signal()
"""What customers entered is dropped for good. sender: ConnectSession. sessions: the IDs of those sessions."""
