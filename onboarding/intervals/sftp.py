"""Who may sign in to the SFTP server: as published, the user is the account ID and the password an API key."""

from onboarding.intervals.drop_folder import partner_named
from portal.partners.keys import authenticate_api_key, note_use
from portal.partners.models import KeyPermission
from portal.partners.networks import admits


def may_sign_in(user: str, password: str, *, address: str) -> bool:
    """Whether the password is a key of that partner that works, may send interval data, and may come from there."""
    key = authenticate_api_key(password)
    if key is None or partner_named(user) != key.partner:
        return False
    if not key.may(KeyPermission.INTERVAL_DATA) or not admits(key.networks, address):
        return False
    note_use(key, address=address)
    return True
