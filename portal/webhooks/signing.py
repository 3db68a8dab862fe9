"""Signatures of Standard Webhooks (https://www.standardwebhooks.com): HMAC-SHA256 of id, time and body. Pure."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A new secret, in the form in which every library of Standard Webhooks takes it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signature(secret: str, *, event_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the signature of these bytes."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    digest = hmac.digest(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def signed_headers(secrets_in_use: Sequence[str], *, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """webhook-id, webhook-timestamp and webhook-signature: one signature for each secret, so that either verifies."""
    signatures = [signature(secret, event_id=event_id, timestamp=timestamp, body=body) for secret in secrets_in_use]
    return {"webhook-id": event_id, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(signatures)}
