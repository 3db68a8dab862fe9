"""DRF's request, and what this API knows of one beside."""

import uuid
from dataclasses import dataclass

from rest_framework.request import Request

from portal.api.bodies import Body, received


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out a write with an Idempotency-Key: it ends when another has taken it over."""

    pk: int
    token: uuid.UUID


class ApiRequest(Request):
    """A request whose body is received by the rules of this API. `body_received` is None until then."""

    body_received: Body | None = None
    claim: Claim | None = None

    def receive(self, most_bytes: int) -> None:
        """Receive the body. ApiError: 400 (broken gzip), 413 (packed or unpacked beyond the limit), 415 (encoding)."""
        self.body_received = received(self._request, most_bytes)

    def _load_stream(self) -> None:
        """What DRF's parsers read; None where there is no body."""
        body = self.body_received
        if body is None:
            super()._load_stream()  # type: ignore[misc]  # not in DRF's types
        else:
            body.file.seek(0)
            self._stream = body.file if body.size else None  # type: ignore[assignment]  # as DRF itself has it


def claim_of(request: Request) -> Claim | None:
    """The claim under which the request is carried out, if it has an Idempotency-Key."""
    return request.claim if isinstance(request, ApiRequest) else None
