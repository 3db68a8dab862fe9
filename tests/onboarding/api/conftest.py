"""A caller of the API, whose statements to the database all name its partner."""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from django.test import Client

from portal.partners.models import ApiKey
from tests.onboarding.uploads.conftest import send
from tests.wall import wall

__all__ = ["send"]  # a fixture
Call = Callable[..., Any]


@pytest.fixture
def call(api_key: tuple[ApiKey, str], request: pytest.FixtureRequest) -> Call:
    """call("post", path, body) with Acme's key; a body of bytes is CSV."""
    is_counted = "queries" in request.node.name  # the wall's own questions would count

    def ask(method: str, path: str, body: Any = None, **headers: str) -> Any:
        kind = "text/csv" if isinstance(body, bytes) else "application/json"
        content = {} if body is None else {"data": body, "content_type": kind}
        with nullcontext() if is_counted else wall(api_key[0].partner) as looking:
            answer = getattr(Client(), method)(
                path, headers={"Authorization": f"Bearer {api_key[1]}", **headers}, **content
            )
        assert not looking or not looking.holes, "\n".join(looking.holes)
        return answer

    return ask
